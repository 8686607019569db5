"""Messages beside links: what each must say, where it leads whom, and what is answered to the platform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from binder.clock import frozen
from binder.models import Assignment
from lti.claims import LaunchClaims
from lti.errors import ClaimInvalid, LTIError, MessageIncomplete, RolesMissing
from lti.models import Agreement, LineItem, Registration, ResourceLink
from lti.protocol import messages
from lti.protocol.message_kinds import (
    CONTEXT_LAUNCH,
    DATA_PRIVACY,
    END_ASSESSMENT,
    EULA_REQUEST,
    START_PROCTORING,
    SUBMISSION_REVIEW,
)
from tests.conformance import platform as claims_of
from tests.conformance.platform import AGS, CLIENT, DEPLOYMENT, ISSUER, MEMBERSHIP, L
from tests.keys import PRIVATE_KEY
from tests.lti.arrivals import Platform
from tests.lti.messaging import ADMINISTRATOR, COLUMN, PROCTORING, Class, about, of_type, open_class, token_of
from tests.lti.protocol.server import Asked, Server, Told

TERMS = L + "eulaservice"
USER, ALL = (f"https://purl.imsglobal.org/spec/lti/scope/eula/{part}" for part in ("user", "deployment"))
REVIEW = of_type(SUBMISSION_REVIEW, **{AGS: {"scope": [], "lineitem": COLUMN}})
SUPERVISED = of_type(
    START_PROCTORING,
    **{
        PROCTORING + "start_assessment_url": ISSUER + "/proctoring/start",
        PROCTORING + "session_data": "opaque <&> é",
        PROCTORING + "attempt_number": 2,
        PROCTORING + "proctoring_settings": {"data": "x"},
    },
)
ENDED = of_type(END_ASSESSMENT, **{PROCTORING + "session_data": "opaque", PROCTORING + "attempt_number": 2})


@pytest.fixture
def klass(engine: sa.Engine, tmp_path: Path, platform: Platform) -> Iterator[Class]:
    """See `open_class`."""
    return open_class(engine, tmp_path, platform)


def checked(body: dict[str, Any]) -> Any:
    """What is kept of a message that its type takes."""
    claims = LaunchClaims.read(claims_of.claims(**body), CLIENT)
    kind = messages.message_type(claims.message_type)
    kind.check(claims)
    return kind.keep(claims)


# What each must say


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({**REVIEW}, MessageIncomplete),
        ({**REVIEW, L + "for_user": {"name": "Lina"}}, MessageIncomplete),
        ({**REVIEW, L + "for_user": {"user_id": ["lina"]}}, ClaimInvalid),
        ({**REVIEW, L + "for_user": "lina"}, ClaimInvalid),
        ({**REVIEW, **about("lina"), AGS: {"scope": []}}, MessageIncomplete),
        ({**REVIEW, **about("lina"), AGS: None}, MessageIncomplete),
        ({**REVIEW, **about("lina"), L + "context": None}, MessageIncomplete),
        ({**REVIEW, **about("lina"), L + "roles": None}, RolesMissing),
        ({**of_type(DATA_PRIVACY[0]), L + "for_user": {}}, MessageIncomplete),
        ({**of_type(DATA_PRIVACY[1]), L + "roles": None}, RolesMissing),
        ({**of_type(CONTEXT_LAUNCH), L + "context": None}, MessageIncomplete),
        (of_type(EULA_REQUEST), MessageIncomplete),
        (of_type(EULA_REQUEST, **{TERMS: {"url": "ftp://x/"}}), ClaimInvalid),
        (of_type(EULA_REQUEST, **{TERMS: {"url": ISSUER, "scope": "all"}}), ClaimInvalid),
        *[
            ({**SUPERVISED, PROCTORING + name: None}, MessageIncomplete)
            for name in ("start_assessment_url", "session_data", "attempt_number")
        ],
        ({**SUPERVISED, L + "resource_link": None}, MessageIncomplete),
        *[
            ({**SUPERVISED, PROCTORING + "attempt_number": value}, ClaimInvalid)
            for value in ("2", True, 1.5, -1, 2**31)
        ],
        ({**SUPERVISED, PROCTORING + "session_data": "x" * 20_000}, ClaimInvalid),
        ({**SUPERVISED, PROCTORING + "start_assessment_url": "javascript:alert(1)"}, ClaimInvalid),
        ({**ENDED, PROCTORING + "attempt_number": None}, MessageIncomplete),
        ({**ENDED, PROCTORING + "errormsg": ["no"]}, ClaimInvalid),
    ],
)
def test_what_is_missing_is_named(body: dict[str, Any], error: type[LTIError]) -> None:
    with pytest.raises(error):
        checked(body)


def test_what_is_kept_names_nobody() -> None:
    assert checked({**REVIEW, **about("lina"), L + "resource_link": None}) == {
        "for_user": "lina",
        "lineitem": COLUMN,
    }
    assert checked({**of_type(DATA_PRIVACY[0]), L + "context": None, L + "resource_link": None}) == {
        "for_user": None,
        "administrator": False,
    }
    assert checked(ENDED) == {"errormsg": ""}


@pytest.mark.parametrize(
    ("roles", "administers"),
    [
        ([ADMINISTRATOR], True),
        ([MEMBERSHIP + "Administrator"], True),
        (["http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin"], True),
        ([MEMBERSHIP + "Instructor", ADMINISTRATOR], True),
        ([MEMBERSHIP + "Instructor"], False),
        (["Administratorr", MEMBERSHIP + "Learner#Administrator"], False),
        ([], False),
    ],
)
def test_who_administers(roles: list[str], administers: bool) -> None:
    kept = checked({**of_type(DATA_PRIVACY[1]), L + "roles": roles})
    assert kept["administrator"] is administers


# Submission review


@pytest.mark.parametrize("with_link", [True, False])
def test_a_teacher_gets_to_the_newest_copy(klass: Class, with_link: bool) -> None:
    attempt = klass.hand_in("lina")
    link = {} if with_link else {L + "resource_link": None}
    _, page = klass.open("morel", **REVIEW, **about("lina"), **link)
    assert page.request.path.endswith(f"/copies/{attempt}")
    assert page.status_code == 200
    assert "Lina Benali" in page.text
    assert ISSUER + "/back" in page.text


def test_the_link_says_it_where_the_column_is_not_known(klass: Class) -> None:
    with klass.session() as session, session.begin():
        session.execute(sa.delete(LineItem))
        session.execute(sa.update(ResourceLink).values(assignment_id=klass.work))
    attempt = klass.hand_in("lina")
    _, page = klass.open("morel", **REVIEW, **about("lina"))
    assert page.request.path.endswith(f"/copies/{attempt}")


@pytest.mark.parametrize("pupil", ["lina", "tom", "nobody-here"])
def test_a_teacher_is_told_that_nothing_was_handed_in(klass: Class, pupil: str) -> None:
    _, page = klass.open("morel", **REVIEW, **about(pupil))
    assert page.status_code == 200
    assert "n’a encore rien rendu" in page.text
    assert f"/given/{klass.work}" in page.text


def test_pupils_see_their_own_and_no_other(klass: Class) -> None:
    klass.hand_in("lina")
    _, own = klass.open("lina", **REVIEW, **about("lina"))
    assert own.request.path.endswith(f"/work/{klass.work}")
    assert own.status_code == 200
    for who, lang, words in [
        ("tom", "fr", "n’est pas pour vous"),
        ("samira", "en", "not for you"),
        ("head", "en", "not for you"),
    ]:
        client, refused = klass.open(who, lang, **REVIEW, **about("lina"))
        assert refused.status_code == 403
        assert words in refused.text
        assert f"/work/{klass.work}" not in refused.text
        assert ISSUER + "/back" in refused.text


def test_a_column_of_another_class_is_not_known(klass: Class) -> None:
    elsewhere = {L + "context": {"id": "class-5c", "title": "5C"}}
    klass.hand_in("lina")
    _, page = klass.open("morel", "en", **REVIEW, **about("lina"), **elsewhere)
    assert page.status_code == 404
    assert "knows of no work" in page.text


def test_no_other_launch_opens_these_screens(klass: Class) -> None:
    client, path = klass.send("lina")
    for screen in ("review", "privacy", "privacy/erase", "terms", "proctoring", "proctoring/end"):
        assert client.get(f"{path}/{screen}").status_code == 403, screen


# A whole class


@pytest.mark.parametrize(
    ("who", "screen"),
    [("morel", "/binders"), ("lina", "/work"), ("samira", "/family"), ("head", "/overview")],
)
def test_a_class_opens_by_role(klass: Class, who: str, screen: str) -> None:
    _, page = klass.open(who, **of_type(CONTEXT_LAUNCH), **{L + "resource_link": None})
    assert page.status_code == 200
    assert page.request.path.endswith(screen)


# Terms of use


@pytest.fixture
def service(klass: Class, server: Server) -> Server:
    """The platform's own server gives tokens and takes answers."""
    with klass.session() as session, session.begin():
        session.execute(sa.update(Registration).values(token_endpoint=server.url + "/token"))
    token = json.dumps(
        {"access_token": "t", "expires_in": 3600, "token_type": "bearer", "scope": f"{USER} {ALL}"}
    )

    def answer(asked: Asked) -> Told:
        return Told(200, token.encode()) if asked.path == "/token" else Told(STATUS[asked.method], b"{}")

    server.answer = answer
    return server


STATUS = {"POST": 201, "PUT": 200, "DELETE": 204}


def eula(server: Server, *scopes: str) -> dict[str, Any]:
    """A request for an answer to the terms."""
    return of_type(EULA_REQUEST, **{TERMS: {"url": server.url + "/eula/7", "scope": list(scopes)}})


@pytest.mark.parametrize(("choice", "accepted"), [("accept", True), ("decline", False)])
def test_an_answer_to_the_terms_is_told_and_kept(
    klass: Class, service: Server, choice: str, accepted: bool
) -> None:
    client, page = klass.open("lina", **eula(service, USER))
    assert "Ni adresse de courriel" in page.text
    assert "pour tout le monde" not in page.text.lower()
    moment = datetime(2026, 11, 3, 10, 0, 1, tzinfo=UTC)
    with frozen(moment):
        done = client.post(page.request.path, data={"token": token_of(page), "answer": choice})
    assert done.status_code == 200, done.text
    assert 'data-close="lti.close"' in done.text
    assert ISSUER + "/back" in done.text
    told = service.asked[-1]
    assert (told.method, told.path) == ("POST", "/eula/7/user")
    assert told.headers["Authorization"] == "Bearer t"
    assert told.json == {"userId": "lina", "accepted": accepted, "timestamp": "2026-11-03T10:00:01.000Z"}
    with klass.session() as session:
        [kept] = session.scalars(sa.select(Agreement))
    assert (kept.person_id, kept.accepted, kept.at) == (klass.person("lina"), accepted, moment)
    again = client.get(page.request.path)
    assert ("Vous avez accepté" if accepted else "Vous avez refusé") in again.text


def test_what_the_platform_does_not_know_is_not_kept(klass: Class, service: Server) -> None:
    client, page = klass.open("lina", **eula(service, USER))
    service.answer = lambda asked: Told(503)
    done = client.post(page.request.path, data={"token": token_of(page), "answer": "accept"})
    assert done.status_code == 502
    with klass.session() as session:
        assert session.scalars(sa.select(Agreement)).all() == []


@pytest.mark.parametrize(
    ("do", "method", "path", "body"),
    [
        ("required", "PUT", "/eula/7/deployment", {"eulaRequired": True}),
        ("optional", "PUT", "/eula/7/deployment", {"eulaRequired": False}),
        ("reset", "DELETE", "/eula/7/user", None),
    ],
)
def test_an_administrator_decides_for_all(
    klass: Class, service: Server, do: str, method: str, path: str, body: Any
) -> None:
    pupil, page = klass.open("lina", **eula(service, USER, ALL))
    pupil.post(page.request.path, data={"token": token_of(page), "answer": "accept"})
    data = {"token": token_of(page), "do": do}
    assert pupil.post(page.request.path + "/deployment", data=data).status_code == 403
    client, page = klass.open("head", "en", **eula(service, USER, ALL))
    assert "For everybody" in page.text
    done = client.post(page.request.path + "/deployment", data={"token": token_of(page), "do": do})
    assert done.status_code == 200
    told = service.asked[-1]
    assert (told.method, told.path) == (method, path)
    assert (json.loads(told.body) if told.body else None) == body
    with klass.session() as session:
        assert len(session.scalars(sa.select(Agreement)).all()) == (0 if do == "reset" else 1)


def test_an_administrator_is_offered_what_the_platform_allows(klass: Class, service: Server) -> None:
    _, page = klass.open("head", "en", **eula(service))
    assert "For everybody" not in page.text


def test_nobody_known_answers_nothing(klass: Class, service: Server) -> None:
    client, page = klass.open("lina", "en", **eula(service, USER), sub=None)
    assert "does not say who you are" in page.text
    assert 'value="accept"' not in page.text


def test_the_hosts_own_terms(engine: sa.Engine, tmp_path: Path, platform: Platform, server: Server) -> None:
    klass = open_class(engine, tmp_path, platform, LTI_TERMS_URL="https://school.example/cgu")
    _, page = klass.open("lina", **eula(server, USER))
    assert 'href="https://school.example/cgu"' in page.text
    assert "Ni adresse de courriel" not in page.text


# Supervised assessments


@pytest.mark.parametrize(("lang", "words"), [("fr", "ne surveille pas"), ("en", "does not supervise")])
def test_the_platform_is_told_that_nobody_is_supervised(klass: Class, lang: str, words: str) -> None:
    _, page = klass.open("lina", lang, **SUPERVISED)
    assert page.status_code == 200
    assert words in page.text
    assert f'action="{ISSUER}/proctoring/start"' in page.text
    assert f"form-action 'self' {ISSUER}" in page.headers["Content-Security-Policy"]
    [token] = re.findall(r'name="JWT" value="([^"]+)"', page.text)
    claims = jwt.decode(token, public_key(), algorithms=["RS256"], audience=ISSUER)
    assert (claims["iss"], claims["aud"]) == (CLIENT, [ISSUER])
    assert claims[L + "message_type"] == "LtiStartAssessment"
    assert claims[L + "version"] == "1.3.0"
    assert claims[L + "deployment_id"] == DEPLOYMENT
    assert claims[L + "resource_link"] == {"id": "link-1"}
    assert claims[PROCTORING + "session_data"] == "opaque <&> é"
    assert claims[PROCTORING + "attempt_number"] == 2
    assert claims[PROCTORING + "end_assessment_return"] is False
    assert words in claims[PROCTORING + "errormsg"]
    assert claims[PROCTORING + "errorlog"].startswith("no supervision took place")
    assert PROCTORING + "verified_user" not in claims
    assert 0 < claims["exp"] - claims["iat"] <= 300


def public_key() -> Any:
    """Our own."""
    return load_pem_private_key(PRIVATE_KEY.encode(), None).public_key()


def test_the_end_of_an_assessment_is_a_page(klass: Class) -> None:
    _, page = klass.open("lina", **{**ENDED, PROCTORING + "errormsg": "<b>Interrompue</b>"})
    assert page.status_code == 200
    assert "&lt;b&gt;Interrompue" in page.text
    assert 'data-close="lti.close"' in page.text


def test_a_start_of_an_assessment_is_never_ours_to_take() -> None:
    with pytest.raises(LTIError, match="not one of ours"):
        checked(of_type("LtiStartAssessment"))


# Time zones


REUNION = {"zoneinfo": "Indian/Reunion"}
EVENING = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)


@pytest.fixture
def due(klass: Class) -> Class:
    """The class's work is due on a Friday, 19:30 in Paris, 22:30 in La Réunion."""
    with klass.session() as session, session.begin():
        session.execute(sa.update(Assignment).values(due_at=EVENING, opens_at=None))
    return klass


def test_times_are_shown_on_ones_own_clock(due: Class) -> None:
    for claims, time, note in [
        ({}, "19 h 30", False),
        (REUNION, "22 h 30", True),
        ({L + "custom": {"person_timezone": "Pacific/Noumea"}}, "05 h 30", True),
        ({"zoneinfo": "Europe/Madrid"}, "19 h 30", False),
        ({"zoneinfo": "Mars/Olympus"}, "19 h 30", False),
    ]:
        _, page = due.open("lina", **of_type(CONTEXT_LAUNCH), **claims)
        assert time in page.text, claims
        assert ("à l’heure de l’endroit où tu es" in page.text) is note


def test_what_a_teacher_types_is_on_the_schools_clock(due: Class) -> None:
    client, page = due.open("morel", **REUNION)
    base = page.request.path.rsplit("/", 1)[0]
    dates = client.get(f"{base}/given/{due.work}/dates")
    assert 'value="2026-11-27T19:30"' in dates.text
    assert "à l’heure de l’établissement (Paris)" in dates.text
    assert "La Réunion" in dates.text
    with due.session() as session:
        page_id = session.scalars(sa.select(Assignment.page_id)).one()
    printed = client.get(f"{base}/pages/{page_id}/print")
    assert printed.status_code == 200
    assert "La Réunion" not in printed.text, "paper is for the whole class"


def test_a_school_overseas_has_its_own_clock(engine: sa.Engine, tmp_path: Path, platform: Platform) -> None:
    klass = open_class(engine, tmp_path, platform, LTI_TIME_ZONE="Indian/Reunion")
    with klass.session() as session, session.begin():
        session.execute(sa.update(Assignment).values(due_at=EVENING))
    _, page = klass.open("lina", **of_type(CONTEXT_LAUNCH))
    assert "22 h 30" in page.text
    client, page = klass.open("morel")
    base = page.request.path.rsplit("/", 1)[0]
    assert 'value="2026-11-27T22:30"' in client.get(f"{base}/given/{klass.work}/dates").text


def test_one_request_does_not_go_by_the_clock_of_another(due: Class) -> None:
    client, page = due.open("lina", **of_type(CONTEXT_LAUNCH), **REUNION)
    assert "22 h 30" in page.text
    other, page = due.open("tom", **of_type(CONTEXT_LAUNCH))
    assert "19 h 30" in page.text
    assert "22 h 30" in client.get("/lti/l/" + last_launch(client) + "/work").text


def last_launch(client: Any) -> str:
    """The launch that a browser has the cookie of."""
    [cookie] = [each for each in client._cookies.values() if each.key == "lti-launch"]
    return str(cookie.path.rsplit("/", 1)[1])
