"""Whatever a platform signs instead of a valid launch, of every registered type: a typed refusal, or the same person.

`test_launch` alters one claim of a launch from a link. Here it is several at once, members within members and items of
lists too, for every type that is registered; values are chosen for what breaks readers; and the whole way through the
blueprint is gone, to the page that opens, with a look at what the database then says of who came.
"""

from __future__ import annotations

import base64
import copy
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from binder import db
from binder.access import Role
from binder.storage import FileStorage
from lti import LTI
from lti.errors import LTIError, TokenMalformed, TokenUntrusted
from lti.protocol import messages
from lti.protocol.jwks import PlatformKeys
from lti.protocol.launch import ValidatedLaunch
from tests.conformance import platform
from tests.conformance.platform import AGS, CLIENT, DEEP_LINKING_SETTINGS, DEPLOYMENT, ISSUER, MEMBERSHIP, L
from tests.conformance.tool import KeysAtHand, Tool
from tests.keys import PRIVATE_KEY

SUBJECT = "person-1"
EXAMPLES = max(20, 7 * settings.default.max_examples // len(messages.message_types()))
"""Of each type, so that many types take no longer than few."""
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
PROCTORING = "https://purl.imsglobal.org/spec/lti-ap/claim/"
Path_ = tuple[str | int, ...]


def everything(message_type: str, role: Role) -> dict[str, Any]:
    """A message with all claims that any type asks for; the nonce is still to come."""
    body = platform.claims()
    body[L + "message_type"] = message_type
    body[L + "roles"] = [MEMBERSHIP + role]
    body[AGS]["lineitem"] = ISSUER + "/lineitems/1"
    body[L + "custom"] |= {
        "person_timezone": "Europe/Paris",
        "context_history": "old-1,old-2",
        "link_history": "old-link-1",
        "submission_end": "2026-11-10T10:00:00Z",
    }
    return body | {
        "azp": CLIENT,
        "zoneinfo": "Europe/Paris",
        L + "for_user": {
            "user_id": SUBJECT,
            "name": "Léa Martin",
            "given_name": "Léa",
            "family_name": "Martin",
            "roles": [MEMBERSHIP + "Learner"],
        },
        L + "tool_platform": {
            "guid": "ent.example",
            "name": "ENT",
            "product_family_code": "ent",
            "version": "1",
        },
        L + "lis": {"person_sourcedid": "lea", "course_section_sourcedid": "6B"},
        L + "role_scope_mentor": ["person-2", "person-3"],
        L + "lti1p1": {
            "user_id": "old-1",
            "oauth_consumer_key": "key",
            "oauth_consumer_key_sign": "c2lnbg==",
        },
        L + "eulaservice": {
            "url": ISSUER + "/eula",
            "scope": ["https://purl.imsglobal.org/spec/lti/scope/eula/user"],
        },
        L + "platformnotificationservice": {
            "service_versions": ["1.0"],
            "platform_notification_service_url": ISSUER + "/notices",
            "scope": ["https://purl.imsglobal.org/spec/lti/scope/noticehandlers"],
            "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
        },
        GROUPS: {
            "context_groups_url": ISSUER + "/groups",
            "context_group_sets_url": ISSUER + "/sets",
            "scope": ["https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"],
            "service_versions": ["1.0"],
        },
        L + "activity": {"id": "activity-1", "title": "Les fractions"},
        L + "submission": {"id": "submission-1"},
        DEEP_LINKING_SETTINGS: {
            "deep_link_return_url": ISSUER + "/picked",
            "accept_types": ["ltiResourceLink", "link"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
            "accept_lineitem": True,
            "title": "Les fractions",
            "data": "opaque",
        },
        PROCTORING + "start_assessment_url": ISSUER + "/proctoring",
        PROCTORING + "session_data": "opaque",
        PROCTORING + "attempt_number": 1,
        PROCTORING + "proctoring_settings": {"data": "opaque"},
    }


def paths(value: Any, at: Path_ = ()) -> Iterator[Path_]:
    """The place of every member and item, inside each other."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield (*at, name)
        yield from paths(inner, (*at, name))


def deep(levels: int) -> Any:
    """Lists in lists."""
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


HOSTILE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 2**70, 1.5, -1e300, 1e308),
    *("", " ", "\x00", "a\x00b", "\ud800", "a\udfffb", "\u202eabc", "\r\nX: y", "<script>alert(1)</script>"),
    *("x" * 256, "é" * 5_000, "x" * 60_000, "null", "true", "42", "$User.id", "%00", "../../etc", "'; --"),
    *(
        "javascript:alert(1)",
        "https://[",
        "https://ent.example:99999/",
        "http://",
        "//evil.example",
        "https://",
    ),
    *([], [None], [[]], [{}], [7], ["x"] * 3_000, deep(50), [""], ["\x00"], ["x" * 5_000]),
    *({}, {"": None}, {"id": None}, {"id": []}, {"id": "\ud800"}, {"a": {"b": {"c": {}}}}, {"id": 2**70}),
    {str(number): number for number in range(500)},
)
REMOVE = object()
NEAR = (SUBJECT + " ", " " + SUBJECT, SUBJECT.upper(), SUBJECT + "\n", "person-2", "ｐerson-1")
"""Almost the subject of the message."""
PATHS = tuple(paths(everything(messages.RESOURCE_LINK_REQUEST, Role.LEARNER)))
VALUES = st.sampled_from((*HOSTILE, REMOVE, *NEAR)) | st.text(max_size=20) | st.integers()
CHANGES = st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=1, max_size=3)


def altered(body: Mapping[str, Any], changes: list[tuple[Path_, Any]]) -> tuple[dict[str, Any], set[str]]:
    """A copy with members replaced or removed, and the names of the claims that are another now."""
    changed = copy.deepcopy(dict(body))
    for (*above, last), value in changes:
        holder: Any = changed
        for step in above:
            holder = _inside(holder, step)
        if _inside(holder, last) is REMOVE:
            continue  # an earlier change has taken the place away
        if value is REMOVE:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(value)
    return changed, {name for name in {*body, *changed} if body.get(name) != changed.get(name)}


def _inside(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict if isinstance(step, str) else list):
        try:
            return holder[step]
        except LookupError:
            pass
    return REMOVE


def who(body: Mapping[str, Any]) -> str | None:
    """Whom the platform names, character by character."""
    said = body.get("sub")
    return None if said is None else str(said)


def check(launched: ValidatedLaunch, body: Mapping[str, Any], changed: set[str], role: Role) -> None:
    """Nobody is somebody else, or more, than the platform said."""
    claims = launched.claims
    assert (claims.issuer, claims.client_id, claims.deployment_id) == (ISSUER, CLIENT, DEPLOYMENT)
    assert claims.subject == who(body)
    assert claims.role == role if L + "roles" not in changed else claims.role is Role.LEARNER
    assert claims.role_scope_mentor == () or claims.role is Role.MENTOR
    kept = messages.message_type(claims.message_type).keep(claims)
    said = json.dumps(
        [kept, claims.name, claims.locale, dict(claims.custom), claims.roles], ensure_ascii=False
    )
    said.encode()
    assert "\\u0000" not in said


@pytest.fixture(params=messages.message_types())
def kind(request: pytest.FixtureRequest) -> str:
    """Every type that is registered."""
    return str(request.param)


def send(tool: Tool, body: Mapping[str, Any]) -> ValidatedLaunch:
    """A launch of this body, signed as it is; where it has a nonce, that of this login."""
    begun, nonce = tool.login()
    signed = {**body, "nonce": nonce} if body.get("nonce") == "" else dict(body)
    return tool.post({"state": begun.state, "id_token": platform.sign(signed)}, begun.secret)


_lowest: dict[str, Role] = {}


def lowest(tool: Tool, kind: str) -> Role:
    """The role that has the least rights among those that may send this type."""
    if kind in _lowest:
        return _lowest[kind]
    refusals = []
    for role in (Role.LEARNER, Role.MENTOR, Role.INSTRUCTOR, Role.ADMINISTRATOR):
        try:
            send(tool, everything(kind, role))
        except LTIError as error:
            refusals.append(f"{role}: {error.code} {error.detail}")
        else:
            return _lowest.setdefault(kind, role)
    raise AssertionError(f"`everything` lacks what {kind} needs: {refusals}")


def test_a_whole_message_is_accepted(tool: Tool, kind: str) -> None:
    """Or else the properties here would say nothing."""
    role = lowest(tool, kind)
    launched = send(tool, everything(kind, role))
    assert launched.claims.message_type == kind
    check(launched, everything(kind, role), set(), role)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_altered_claims_end_in_a_typed_error_or_change_nobody(
    tool: Tool, kind: str, changes: list[tuple[Path_, Any]]
) -> None:
    """Core 5.3 and 5.4; Security 5.1.3."""
    role = lowest(tool, kind)
    body, changed = altered(everything(kind, role), changes)
    try:
        launched = send(tool, body)
    except LTIError as error:
        assert error.code  # noqa: PT017 - either way is right
        assert error.status < 500  # noqa: PT017
        return
    check(launched, body, changed, role)


def name_of(value: Any) -> str:
    """What a value is called among the tests."""
    return "removed" if value is REMOVE else repr(value)[:24]


@pytest.mark.parametrize("value", [REMOVE, *HOSTILE], ids=name_of)
def test_what_names_the_parties_is_exactly_so(tool: Tool, value: Any) -> None:
    """One claim after the other; only `azp` may be missing."""
    base = everything(messages.RESOURCE_LINK_REQUEST, Role.LEARNER)
    for name in ("iss", "aud", "azp", "nonce", L + "deployment_id", L + "target_link_uri", L + "version"):
        body, _ = altered(base, [((name,), value)])
        optional = (name == "azp" and value in (REMOVE, None)) or (name == "nonce" and value == "")
        try:
            launched = send(tool, body)
        except LTIError as error:
            assert error.status < 500  # noqa: PT017 - either way is right
            assert not optional  # noqa: PT017
        else:
            assert optional
            assert launched.claims.subject == SUBJECT


@pytest.mark.parametrize("value", [REMOVE, *HOSTILE, *NEAR], ids=name_of)
def test_who_comes_is_whom_the_platform_names(tool: Tool, kind: str, value: Any) -> None:
    """To the letter, or nobody; and no strange role gives a right."""
    role = lowest(tool, kind)
    for path in (
        ("sub",),
        (L + "roles",),
        (L + "roles", 0),
        (L + "for_user", "user_id"),
        (L + "role_scope_mentor",),
    ):
        body, changed = altered(everything(kind, role), [(path, value)])
        try:
            launched = send(tool, body)
        except LTIError as error:
            assert error.status < 500  # noqa: PT017 - either way is right
        else:
            check(launched, body, changed, role)


HEADER_MEMBERS = (
    "alg",
    "kid",
    "typ",
    "cty",
    "crit",
    "jku",
    "jwk",
    "x5u",
    "x5c",
    "x5t",
    "zip",
    "b64",
    "enc",
    "iss",
)


def compact(header: bytes, claims: bytes) -> str:
    """A JWS of these very bytes, signed by the platform's key as RS256 whatever the header says."""
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, claims))
    signature = jwt.get_algorithm_by_name("RS256").sign(signed, platform.private_key())
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


@pytest.mark.parametrize("name", HEADER_MEMBERS)
def test_each_hostile_value_in_the_header(tool: Tool, name: str) -> None:
    """RFC 7515, 4.1; RFC 8725, 3: what the header says beside `alg` and `kid` is not followed."""
    for value in (REMOVE, *HOSTILE):
        header: dict[str, Any] = {"alg": "RS256", "kid": platform.KID, "typ": "JWT", name: value}
        if value is REMOVE:
            del header[name]
        begun, nonce = tool.login()
        claims = json.dumps(platform.claims(nonce)).encode()
        token = compact(json.dumps(header).encode(), claims)
        try:
            launched = tool.post({"state": begun.state, "id_token": token}, begun.secret)
        except (TokenMalformed, TokenUntrusted):
            continue
        assert name not in ("alg", "kid", "crit")
        assert launched.claims.subject == SUBJECT
    assert tool.http.calls < 2 * len(HOSTILE)


RAW = {
    "a number of 5,000 digits": b'"n": ' + b"9" * 5_000,
    "lists without end": b'"n": ' + b"[" * 40_000,
    "deep lists": b'"n": ' + b"[" * 40_000 + b"]" * 40_000,
    "not a number": b'"n": NaN',
    "minus infinity": b'"n": -Infinity',
    "not UTF-8": b'"n": "\xff\xfe"',
    "half a pair in a name": b'"\\ud800": 1',
    "NUL in a name": b'"a\\u0000b": 1',
    "a comment": b'"n": 1 /* */',
    "single quotes": b"'n': 1",
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_what_is_no_plain_json_is_refused(tool: Tool, raw: bytes) -> None:
    """RFC 8259; in header and claims alike."""
    begun, nonce = tool.login()
    claims = json.dumps(platform.claims(nonce)).encode()
    header = json.dumps({"alg": "RS256", "kid": platform.KID}).encode()
    for token in (
        compact(header, claims[:-1] + b", " + raw + b"}"),
        compact(header[:-1] + b", " + raw + b"}", claims),
    ):
        with pytest.raises(TokenMalformed):
            tool.post({"state": begun.state, "id_token": token}, begun.secret)
        begun, _ = tool.login()


# --- the whole way ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mounted(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Engine]]:
    """The blueprint in an app, with the platform's keys at hand; errors that nobody expected are answers of 500."""
    folder = tmp_path_factory.mktemp("mounted")
    shutil.copy(sqlite_template, folder / "test.db")
    engine = db.create_engine(f"sqlite:///{folder / 'test.db'}")
    platform.register(engine)
    app = Flask("classeur")
    app.config.update(
        SECRET_KEY="tests",
        LTI_PRIVATE_KEYS=PRIVATE_KEY,
        LTI_BASE_URL=platform.TOOL,
        LTI_VISIT_FLUSH_SECONDS=0,
        PROPAGATE_EXCEPTIONS=False,
    )
    tool = LTI(engine, storage=FileStorage(folder / "files"))
    tool.init_app(app)
    tool.platform_keys = PlatformKeys(KeysAtHand(tool.settings), tool.settings)
    yield app, engine
    engine.dispose()


def begin(client: FlaskClient) -> tuple[str, str]:
    """A login by this browser: state and nonce."""
    answer = client.get("/lti/login", query_string=platform.login_request(), base_url=platform.TOOL)
    for _ in range(3):
        if answer.location.startswith(ISSUER):
            break
        answer = client.get(answer.location, base_url=platform.TOOL)
    sent = dict(pair.split("=", 1) for pair in answer.location.split("?", 1)[1].split("&"))
    return sent["state"], sent["nonce"]


def newest(engine: Engine) -> Any:
    """The last launch that was let in: its id, and who came, as what."""
    with engine.connect() as connection:
        return connection.execute(
            sa.text(
                "SELECT l.id, u.issuer, u.subject, l.role, l.person_id FROM lti_launch l"
                " LEFT JOIN lti_user u ON u.person_id = l.person_id ORDER BY l.id DESC LIMIT 1"
            )
        ).first()


@settings(
    max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=CHANGES)
def test_no_launch_makes_the_blueprint_fail(
    tool: Tool, mounted: tuple[Flask, Engine], kind: str, changes: list[tuple[Path_, Any]]
) -> None:
    """Refused or let in, and if so with a page that can be shown; nobody is written down as somebody else."""
    app, engine = mounted
    role = lowest(tool, kind)
    body, changed = altered(everything(kind, role), changes)
    client = app.test_client()
    state, nonce = begin(client)
    signed = {**body, "nonce": nonce} if body.get("nonce") == "" else body
    before = newest(engine)
    answer = client.post(
        "/lti/launch",
        data={"state": state, "id_token": platform.sign(signed)},
        base_url=platform.TOOL,
        follow_redirects=True,
    )
    assert answer.status_code < 500, body
    launched = newest(engine)
    if launched == before:
        assert answer.status_code >= 400
        return
    assert answer.status_code < 400 or answer.request.path != "/lti/launch"
    if launched.person_id is not None:
        assert (launched.issuer, launched.subject) == (ISSUER, who(body))
    assert launched.role == role if L + "roles" not in changed else launched.role == Role.LEARNER
