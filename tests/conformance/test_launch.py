"""Launches that the 1EdTech certification sends, and those that PyLTI1p3 2.0.0 gets wrong: each with the right outcome.

*Cert* is the LTI Advantage conformance certification guide; clauses as in `lti.errors`.
"""

from __future__ import annotations

import base64
import hmac
import json
import sqlite3
import time
from contextlib import closing
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from binder.access import Role
from lti import errors
from lti.errors import LTIError
from lti.models import DeploymentStatus
from lti.protocol import messages
from lti.protocol.checks import CHECKS
from tests.conformance import platform
from tests.conformance.platform import CLIENT, DEEP_LINKING_SETTINGS, ISSUER, MEMBERSHIP, L
from tests.conformance.tool import Tool

# --- to be refused ------------------------------------------------------------------------------------------------


def test_token_without_kid_is_refused(tool: Tool) -> None:
    """Cert, known bad payloads: no kid; Security 6.2."""
    with pytest.raises(errors.KidMissing):
        tool.launch(kid=None)


def test_token_with_unknown_kid_is_refused(tool: Tool) -> None:
    """Cert, known bad payloads: wrong kid; Security 6.3."""
    with pytest.raises(errors.KidUnknown):
        tool.launch(kid="another", key=platform.private_key())


def test_token_signed_by_another_key_is_refused(tool: Tool) -> None:
    """Security 5.1.3 point 1."""
    with pytest.raises(errors.SignatureInvalid):
        tool.launch(key=platform.private_key("another"))


def test_token_changed_after_signing_is_refused(tool: Tool) -> None:
    """Security 5.1.3 point 1."""
    begun, nonce = tool.login()
    header, _, signature = platform.sign(platform.claims(nonce)).split(".")
    forged = json.dumps(platform.claims(nonce, sub="teacher-1")).encode()
    middle = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
    with pytest.raises(errors.SignatureInvalid):
        tool.post({"state": begun.state, "id_token": f"{header}.{middle}.{signature}"}, begun.secret)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(None, "none"), ("x" * 32, "HS256"), ("x" * 64, "HS512"), (platform.private_key(), "RS512")],
)
def test_algorithms_that_are_not_registered_are_refused(tool: Tool, key: Any, algorithm: str) -> None:
    """Security 5.1.3 point 6; RFC 8725, 3.1."""
    begun, nonce = tool.login()
    token = jwt.encode(platform.claims(nonce), key, algorithm=algorithm, headers={"kid": platform.KID})
    with pytest.raises(errors.AlgorithmRefused):
        tool.post({"state": begun.state, "id_token": token}, begun.secret)


def test_public_key_as_shared_secret_is_refused(tool: Tool) -> None:
    """RFC 8725, 2.1: HS256 with the RSA public key as its secret."""
    public = platform.private_key().public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    begun, nonce = tool.login()
    parts = [
        json.dumps(each).encode() for each in ({"alg": "HS256", "kid": platform.KID}, platform.claims(nonce))
    ]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    with pytest.raises(errors.AlgorithmRefused):
        tool.post({"state": begun.state, "id_token": (signed + b"." + signature).decode()}, begun.secret)


@pytest.mark.parametrize("version", ["1.3", "1.3.1", "LTI-1p0", "2.0", " 1.3.0", 1.3, True, None])
def test_other_versions_are_refused(tool: Tool, version: Any) -> None:
    """Cert, known bad payloads: wrong version, no version; Core 5.3.2."""
    with pytest.raises(errors.VersionUnknown):
        tool.launch({L + "version": version})


def test_token_that_is_no_lti_message_is_refused(tool: Tool) -> None:
    """Cert, known bad payloads: not an LTI 1.3 JWT."""
    begun, nonce = tool.login()
    seconds = int(time.time())
    plain = {"iss": ISSUER, "aud": CLIENT, "sub": "x", "iat": seconds, "exp": seconds + 60, "nonce": nonce}
    with pytest.raises(errors.VersionUnknown):
        tool.post({"state": begun.state, "id_token": platform.sign(plain)}, begun.secret)


MISSING = {
    "iss": "issuer",
    "aud": "audience",
    "exp": "claim-type",
    "iat": "claim-type",
    "nonce": "nonce",
    L + "version": "version",
    L + "message_type": "message-type",
    L + "deployment_id": "deployment-missing",
    L + "target_link_uri": "target",
    L + "resource_link": "resource-link",
    L + "roles": "roles",
}


@pytest.mark.parametrize(("claim", "code"), MISSING.items())
def test_missing_required_claim_is_refused(tool: Tool, claim: str, code: str) -> None:
    """Cert, known bad payloads: missing claims; Core 5.3, Security 5.1.2."""
    with pytest.raises(LTIError) as caught:
        tool.launch({claim: None})
    assert caught.value.code == code


def test_empty_resource_link_is_refused(tool: Tool) -> None:
    """Cert, known bad payloads: no resource link id; Core 5.3.5."""
    with pytest.raises(errors.ResourceLinkMissing):
        tool.launch({L + "resource_link": {"title": "Without an id"}})


@pytest.mark.parametrize(
    (
        "claim",
        "offset",
        "error",
    ),  # no clock in here: every process that collects the tests must name them alike
    [
        ("exp", -61, errors.Expired),
        ("iat", 90, errors.IssuedInFuture),
        ("nbf", 90, errors.IssuedInFuture),
        ("iat", -700, errors.TooOld),
        ("iat", -86400, errors.TooOld),
    ],
)
def test_token_of_another_time_is_refused(tool: Tool, claim: str, offset: int, error: type[LTIError]) -> None:
    """Cert, known bad payloads: bad timestamps; Security 5.1.3 points 7 and 8."""
    with pytest.raises(error):
        tool.launch({claim: int(time.time()) + offset})


def test_token_of_the_epoch_is_refused(tool: Tool) -> None:
    """Cert, known bad payloads: bad timestamps; a platform without a clock says 0."""
    with pytest.raises(errors.TooOld):
        tool.launch({"iat": 0})


@pytest.mark.parametrize("bad", ["tomorrow", "1e3", [], True, 1e308, -1e308])
def test_time_that_is_no_number_of_seconds_is_refused(tool: Tool, bad: Any) -> None:
    """RFC 7519, 2: NumericDate."""
    for claim in ("exp", "iat", "nbf"):
        with pytest.raises(errors.ClaimInvalid):
            tool.launch({claim: bad})


def test_infinite_expiry_is_refused(tool: Tool) -> None:
    """RFC 8259, 6: there is no infinite number in JSON."""
    with pytest.raises(errors.TokenMalformed):
        tool.launch({"exp": float("inf")})


@pytest.mark.parametrize(
    "audience",
    ["somebody", ["somebody"], [CLIENT, "somebody"], [], {}, 7, [[CLIENT]], {"0": CLIENT}, CLIENT.upper()],
)
def test_other_audiences_are_refused_by_401(tool: Tool, audience: Any) -> None:
    """Security 5.1.3 point 3: an audience that is not trusted MUST be refused, with 401."""
    with pytest.raises(errors.AudienceMismatch) as caught:
        tool.launch({"aud": audience, "azp": CLIENT})
    assert caught.value.status == 401


@pytest.mark.parametrize("issuer", [ISSUER + "/", ISSUER.upper(), "https://other.example", [ISSUER]])
def test_other_issuer_is_refused(tool: Tool, issuer: Any) -> None:
    """Security 5.1.3 point 2: exactly the issuer."""
    with pytest.raises(errors.IssuerMismatch):
        tool.launch({"iss": issuer})


def test_wrong_azp_is_refused(tool: Tool) -> None:
    """Security 5.1.3 point 5."""
    with pytest.raises(errors.AzpMismatch):
        tool.launch({"azp": "other"})


def test_several_audiences_without_azp_are_refused(engine: Engine) -> None:
    """Security 5.1.3 point 4."""
    platform.register(engine)
    with pytest.raises(errors.AzpMismatch):
        Tool(engine, trusted_audiences=("partner",)).launch({"aud": [CLIENT, "partner"]})


def test_replayed_launch_is_refused(tool: Tool) -> None:
    """Security 5.1.3 point 9: the same id_token and state again."""
    begun, nonce = tool.login()
    form = {"state": begun.state, "id_token": platform.sign(platform.claims(nonce))}
    tool.post(form, begun.secret)
    with pytest.raises(errors.StateUnknown):
        tool.post(form, begun.secret)


def test_token_replayed_into_another_login_is_refused(tool: Tool) -> None:
    """Security 5.1.3 point 9: the nonce of one login with the state of another."""
    first, nonce = tool.login()
    second, _ = tool.login()
    with pytest.raises(errors.NonceMismatch):
        tool.post({"state": second.state, "id_token": platform.sign(platform.claims(nonce))}, second.secret)


def test_launch_from_another_browser_is_refused_and_does_not_use_up_the_login(tool: Tool) -> None:
    """RFC 6749, 10.12: cross-site request forgery."""
    begun, nonce = tool.login()
    form = {"state": begun.state, "id_token": platform.sign(platform.claims(nonce))}
    for stranger in (None, "", "another"):
        with pytest.raises(errors.OtherBrowser):
            tool.post(form, stranger)
    assert tool.post(form, begun.secret).claims.subject == "person-1"


@pytest.mark.parametrize(
    "state", ["", "x", "x" * 43, "x" * 5000, "\x00" * 43, "é" * 43, "' OR 1=1 --'''''''"]
)
def test_unknown_state_is_refused(tool: Tool, state: str) -> None:
    """Security 5.1.1.3."""
    _, nonce = tool.login()
    with pytest.raises(errors.StateUnknown):
        tool.post({"state": state, "id_token": platform.sign(platform.claims(nonce))}, "secret")


def test_form_without_state_is_refused(tool: Tool) -> None:
    """Security 5.1.1.3."""
    with pytest.raises(errors.StateUnknown):
        tool.post({"id_token": platform.sign(platform.claims("x"))}, None)


@pytest.mark.parametrize("deployment", ["deployment-2", "", "x" * 256, "é", 1, None, "deployment-1 ", "a\nb"])
def test_unknown_deployment_is_refused(tool: Tool, deployment: Any) -> None:
    """Core 3.1.3, 5.3.3: missing, malformed or not known to us."""
    begun, nonce = tool.login(lti_deployment_id=None)
    token = platform.sign(platform.claims(nonce, **{L + "deployment_id": deployment}))
    with pytest.raises((errors.DeploymentUnknown, errors.DeploymentMissing)):
        tool.post({"state": begun.state, "id_token": token}, begun.secret)


def test_unknown_deployment_is_named(tool: Tool) -> None:
    """Core 3.1.3: an administrator must be able to act on it."""
    begun, nonce = tool.login(lti_deployment_id=None)
    token = platform.sign(platform.claims(nonce, **{L + "deployment_id": "new"}))
    with pytest.raises(errors.DeploymentUnknown) as caught:
        tool.post({"state": begun.state, "id_token": token}, begun.secret)
    assert caught.value.facts == {
        "issuer": ISSUER,
        "client_id": CLIENT,
        "platform": "ENT",
        "deployment_id": "new",
    }
    assert caught.value.status == 403


def test_other_deployment_than_in_the_login_request_is_refused(engine: Engine) -> None:
    """Core 4.1.2."""
    platform.register(
        engine, None, deployment_1=DeploymentStatus.APPROVED, deployment_2=DeploymentStatus.APPROVED
    )
    with pytest.raises(errors.DeploymentMismatch):
        Tool(engine).launch({L + "deployment_id": "deployment-2"})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (DeploymentStatus.PENDING, errors.DeploymentPending),
        (DeploymentStatus.DENIED, errors.DeploymentDenied),
    ],
)
def test_deployment_that_is_not_approved_is_refused(
    engine: Engine, status: DeploymentStatus, error: Any
) -> None:
    """Core 3.1.3: the tool decides which deployments it serves."""
    platform.register(engine, None, deployment_1=status)
    with pytest.raises(error):
        Tool(engine).launch()


def test_deployment_of_another_registration_is_unknown(engine: Engine) -> None:
    """Core 3.1.3: a deployment id is unique within its registration only."""
    platform.register(engine, None, deployment_9=DeploymentStatus.APPROVED)
    platform.register(engine, platform.registration(client_id="other"))
    with pytest.raises(errors.DeploymentUnknown):
        Tool(engine).launch()


def test_other_target_than_in_the_login_request_is_refused(tool: Tool) -> None:
    """Core 5.3.4: MUST be the one of the login request."""
    with pytest.raises(errors.TargetMismatch):
        tool.launch({L + "target_link_uri": platform.TARGET + "?page=2"})


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://tool.example/lti/start",
        "https://tool.example:444/lti/start",
        "https://tool.example@evil.example/",
        "https://me@tool.example/",
        "https://tool.example.evil.example/",
        "//tool.example/",
        "javascript:alert(1)",
        "https://[",
        "https://tool.example:99999/",
    ],
)
def test_target_that_does_not_lead_to_us_is_refused(tool: Tool, target: str) -> None:
    """Core 5.3.4; no open redirect."""
    begun, nonce = tool.login(target_link_uri=target)
    token = platform.sign(platform.claims(nonce, **{L + "target_link_uri": target}))
    with pytest.raises(errors.TargetMismatch):
        tool.post({"state": begun.state, "id_token": token}, begun.secret)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "e30.e30.",
        "W10.e30.x",
        "e30.bnVsbA.x",
        "é.é.é",
        "x" * 200_000,
        "a b.c.d",
    ],
)
def test_malformed_token_is_refused(tool: Tool, token: str) -> None:
    """RFC 7519, 7.2."""
    begun, _ = tool.login()
    with pytest.raises((errors.TokenMalformed, errors.AlgorithmRefused)):
        tool.post({"state": begun.state, "id_token": token}, begun.secret)


def test_missing_token_is_refused(tool: Tool) -> None:
    """Security 5.1.1.3."""
    begun, _ = tool.login()
    with pytest.raises(errors.TokenMalformed):
        tool.post({"state": begun.state}, begun.secret)


def test_critical_extension_is_refused(tool: Tool) -> None:
    """RFC 7515, 4.1.11."""
    with pytest.raises(errors.TokenMalformed):
        tool.launch(crit=["exp"])


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d"])
def test_characters_that_no_database_keeps_are_refused(tool: Tool, text: str) -> None:
    """RFC 8259, 8.2; PostgreSQL has no NUL."""
    with pytest.raises(errors.TokenMalformed):
        tool.launch({"name": text})


@pytest.mark.parametrize("subject", ["", " ", "x" * 256, "é", [], {}, 1.5, True, "a\nb"])
def test_subject_that_is_no_identifier_is_refused(tool: Tool, subject: Any) -> None:
    """Core 5.3.6: at most 255 ASCII characters."""
    with pytest.raises(errors.SubjectInvalid):
        tool.launch({"sub": subject})


@pytest.mark.parametrize(
    "kind",
    ["LtiReportReviewRequest", "LtiConfigureLaunchRequest", "lti-basic", "LtiResourceLinkRequest ", 3, ["x"]],
)
def test_message_type_that_nobody_registered_is_refused(tool: Tool, kind: Any) -> None:
    """Core 5.3.1."""
    with pytest.raises(errors.MessageTypeUnknown):
        tool.launch({L + "message_type": kind})


def test_registration_taken_away_meanwhile(engine: Engine, tool: Tool) -> None:
    """Core 3.1.3: the login under way goes with it."""
    begun, nonce = tool.login()
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM lti_deployment")
        connection.exec_driver_sql("DELETE FROM lti_registration")
    with pytest.raises(errors.StateUnknown):
        tool.post({"state": begun.state, "id_token": platform.sign(platform.claims(nonce))}, begun.secret)


def test_login_whose_registration_is_gone_is_refused(engine: Engine, tool: Tool) -> None:
    """The same where the database did not look after its foreign keys."""
    begun, nonce = tool.login()
    with closing(sqlite3.connect(str(engine.url.database))) as careless:
        careless.execute("DELETE FROM lti_registration")
        careless.commit()
    with pytest.raises(errors.RegistrationUnknown) as caught:
        tool.post({"state": begun.state, "id_token": platform.sign(platform.claims(nonce))}, begun.secret)
    assert caught.value.facts == {}


def test_key_for_another_algorithm_is_refused(engine: Engine) -> None:
    """RFC 7517, 4.4: `alg` of a key says what it is for."""
    platform.register(engine, platform.registration(algorithms=["RS256", "RS512"]))
    tool = Tool(engine)
    with pytest.raises(errors.AlgorithmRefused):
        tool.launch(algorithm="RS512")
    assert tool.launch()


def test_registration_cannot_allow_shared_secrets(engine: Engine) -> None:
    """Security 5.1.3 point 6: whatever an administrator wrote down."""
    platform.register(engine, platform.registration(algorithms=["HS256", "none"]))
    with pytest.raises(errors.AlgorithmRefused):
        Tool(engine).launch(key="x" * 32, algorithm="HS256")


def test_message_type_is_registered_once() -> None:
    with pytest.raises(ValueError, match="is taken by"):
        messages.register("LtiResourceLinkRequest")(lambda claims: None)


def test_login_that_took_too_long_is_refused_and_used_up(engine: Engine) -> None:
    """Security 5.1.1.3."""
    platform.register(engine)
    tool = Tool(engine, state_lifetime=-1)
    begun, nonce = tool.login()
    form = {"state": begun.state, "id_token": platform.sign(platform.claims(nonce))}
    with pytest.raises(errors.StateExpired):
        tool.post(form, begun.secret)
    with pytest.raises(errors.StateUnknown):
        tool.post(form, begun.secret)


def test_platform_error_is_passed_on_after_the_state(tool: Tool) -> None:
    """OIDC 3.1.2.6."""
    begun, _ = tool.login()
    form = {"state": begun.state, "error": "login_required", "error_description": "<b>Cookies?</b>\x00"}
    with pytest.raises(errors.OtherBrowser):
        tool.post(form, None)
    with pytest.raises(errors.PlatformError) as caught:
        tool.post(form, begun.secret)
    assert (caught.value.error, caught.value.description) == ("login_required", "<b>Cookies?</b>")
    assert caught.value.facts["issuer"] == ISSUER


def test_refusal_tells_which_checks_were_passed_and_no_token(tool: Tool) -> None:
    """For support: everything up to the first failure, in order."""
    with pytest.raises(errors.Expired) as caught:
        tool.launch({"exp": 1})
    error = caught.value
    order = [name for name, _ in CHECKS]
    assert list(error.checks_passed) == order[: order.index("expiry")]
    assert "eyJ" not in repr(error) + repr(error.facts) + error.detail


# --- to be accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Learner", "Instructor"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"name": None, "given_name": None, "family_name": None},
        {"email": None},
        {"email": None, "name": None, "given_name": None, "family_name": None, "locale": None},
        {L + "context": None},
        {"email": None, L + "context": None},
        {L + "custom": None, L + "launch_presentation": None},
        {L + "lis": {"person_sourcedid": None}, "picture": None, "https://vendor.example/claim": {"x": [1]}},
    ],
)
def test_valid_launch_is_accepted(tool: Tool, role: str, more: dict[str, Any]) -> None:
    """Cert, valid payloads, as teacher and as student: all, e-mail only, names only, no PII, no context."""
    launched = tool.launch({L + "roles": [MEMBERSHIP + role]} | more)
    assert launched.claims.subject == "person-1"
    assert launched.claims.role.value == role
    assert launched.checks_passed == tuple(name for name, _ in CHECKS)


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([MEMBERSHIP + "Learner", MEMBERSHIP + "Instructor"], Role.INSTRUCTOR),
        (["Instructor"], Role.INSTRUCTOR),
        (["Learner"], Role.LEARNER),
        (["https://ent.example/roles#Owl"], Role.LEARNER),
        ([], Role.LEARNER),
    ],
)
def test_unusual_roles_are_accepted(tool: Tool, roles: list[str], role: Role) -> None:
    """Cert, valid payloads: several roles, short role, unknown role only, no role; Core 5.3.7."""
    assert tool.launch({L + "roles": roles}).claims.role is role


def test_launch_without_subject_is_anonymous(tool: Tool) -> None:
    """Core 5.3.6.1. (The certification lists it as bad; the text allows it.)"""
    assert tool.launch({"sub": None}).claims.subject is None


def test_integer_subject_is_its_digits(tool: Tool) -> None:
    """Core 5.3.6 wants a text; platforms that send a number mean one person by it all the same."""
    assert tool.launch({"sub": 42}).claims.subject == "42"


def test_clocks_may_be_off_a_little(tool: Tool) -> None:
    """Security 5.1.3 point 7: a small leeway."""
    seconds = int(time.time())
    assert tool.launch({"iat": seconds + 30, "exp": seconds + 300})
    assert tool.launch({"iat": seconds - 300, "exp": seconds - 30})
    assert tool.launch({"iat": seconds + 0.5, "exp": seconds + 1.5})


@pytest.mark.parametrize("audience", [[CLIENT], ["partner", CLIENT], [CLIENT, "partner"]])
def test_our_client_id_may_stand_anywhere_among_trusted_audiences(
    engine: Engine, audience: list[str]
) -> None:
    """Security 5.1.2, `aud`: a list, in no order."""
    platform.register(engine)
    assert Tool(engine, trusted_audiences=("partner",)).launch({"aud": audience, "azp": CLIENT})


def test_header_of_strange_origin_changes_nothing(tool: Tool) -> None:
    """RFC 8725, 3.10: `jku`, `jwk` and the like are never followed."""
    assert tool.launch(jku="https://evil.example/jwks", x5u="https://evil.example", typ="JOSE")
    assert tool.http.calls == 1


def test_several_tabs_do_not_disturb_each_other(tool: Tool) -> None:
    """Two logins of one browser at once, finished in the other order."""
    first, first_nonce = tool.login()
    second, second_nonce = tool.login()
    for begun, nonce in ((second, second_nonce), (first, first_nonce)):
        token = platform.sign(platform.claims(nonce))
        assert tool.post({"state": begun.state, "id_token": token}, begun.secret)


def picker(tool: Tool, **more: Any) -> Any:
    begun, nonce = tool.login()
    token = platform.sign(platform.deep_linking_claims(nonce, **more))
    return tool.post({"state": begun.state, "id_token": token}, begun.secret).claims.deep_linking


def test_picker_without_roles_or_resource_links_is_accepted(tool: Tool) -> None:
    """DL 4.4: roles are optional, and accept_types need not have `ltiResourceLink`."""
    assert picker(tool).accept_types == ("link",)
    assert picker(tool).data == ""


@pytest.mark.parametrize(
    "field",
    ["deep_link_return_url", "accept_types", "accept_presentation_document_targets", DEEP_LINKING_SETTINGS],
)
def test_picker_without_its_settings_is_refused(tool: Tool, field: str) -> None:
    """DL 4.4.1: required settings."""
    wanted: Any = {**platform.deep_linking_claims()[DEEP_LINKING_SETTINGS], field: None}
    with pytest.raises(errors.DeepLinkingInvalid):
        picker(tool, **{DEEP_LINKING_SETTINGS: None if field == DEEP_LINKING_SETTINGS else wanted})


@pytest.mark.parametrize(
    "kind",
    [
        "LtiReportReviewRequest",
        "LtiAssetProcessorSettingsRequest",
        "LtiDashboardRequest",
        "https://vendor.example/message",
    ],
)
def test_vendor_may_let_in_other_message_types(tool: Tool, kind: str) -> None:
    """Core 5.3.1: further types exist; each asks for other claims."""
    body = {L + "message_type": kind, L + "resource_link": None, L + "roles": None}
    with messages.temporarily(kind, lambda claims: None):
        assert tool.launch(body).claims.message_type == kind
    with pytest.raises(errors.MessageTypeUnknown):
        tool.launch(body)


# --- whatever comes -----------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PATHS = [(name,) for name in platform.claims()] + [
    (name, inner) for name, value in platform.claims().items() if isinstance(value, dict) for inner in value
]
WHO = ("iss", "aud", "sub", L + "deployment_id")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), value=VALUES, remove=st.booleans())
def test_any_altered_claim_is_accepted_as_it_stands_or_refused_by_type(
    tool: Tool, path: tuple[str, ...], value: Any, remove: bool
) -> None:
    """Core 5.3, 5.4: whatever one claim is, the launch ends in a typed error, or says who the platform says."""
    begun, nonce = tool.login()
    body = platform.claims(nonce)
    at: dict[str, Any] = body
    for step in path[:-1]:
        at = at[step]
    if remove:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    try:
        launched = tool.post({"state": begun.state, "id_token": platform.sign(body)}, begun.secret)
    except LTIError:
        return
    said = body.get("sub")
    assert launched.claims.issuer == ISSUER
    assert launched.claims.client_id == CLIENT
    assert launched.claims.deployment_id == platform.DEPLOYMENT
    assert launched.claims.subject == (None if said is None else str(said))
    assert launched.claims.role in (
        Role.LEARNER,
        *(Role(role) for role in Role if str(role) in str(body.get(L + "roles"))),
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), value=VALUES)
def test_any_claim_altered_after_signing_is_refused(tool: Tool, path: tuple[str, ...], value: Any) -> None:
    """Security 5.1.3 point 1."""
    begun, nonce = tool.login()
    body = platform.claims(nonce)
    header, before, signature = platform.sign(body).split(".")
    at: dict[str, Any] = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    after = base64.urlsafe_b64encode(json.dumps(body).encode()).rstrip(b"=").decode()
    form = {"state": begun.state, "id_token": f"{header}.{after}.{signature}"}
    if after == before:
        assert tool.post(form, begun.secret)
        return
    with pytest.raises((errors.SignatureInvalid, errors.TokenMalformed)):
        tool.post(form, begun.secret)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]), value=VALUES)
def test_any_header_is_refused_by_type_or_harmless(tool: Tool, name: str, value: Any) -> None:
    """RFC 7515, 4.1."""
    begun, nonce = tool.login()
    header = {"alg": "RS256", "kid": platform.KID, "typ": "JWT"} | {name: value}
    parts = [json.dumps(each).encode() for each in (header, platform.claims(nonce))]
    signed = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    algorithm = jwt.get_algorithm_by_name("RS256")
    signature = algorithm.sign(signed.encode(), platform.private_key())
    token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    try:
        launched = tool.post({"state": begun.state, "id_token": token}, begun.secret)
    except LTIError:
        return
    assert name in ("typ", "b64", "jwk") or value == header[name]
    assert launched.claims.subject == "person-1"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.dictionaries(st.sampled_from(["state", "id_token", "error", "error_description"]), st.text()),
    secret=st.none() | st.text(),
)
def test_any_form_is_refused_by_type(tool: Tool, form: dict[str, str], secret: str | None) -> None:
    """Security 5.1.1.3."""
    with pytest.raises(LTIError):
        tool.post(form, secret)
