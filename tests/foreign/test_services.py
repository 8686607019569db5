"""Services of platforms that others wrote: our clients of AGS and NRPS against their code, and our signed answers.

The addresses are those in their launches, the tokens those of their token endpoints.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from flask import Flask

from lti import LTI
from lti.claims import DeepLinkingSettings, LaunchClaims
from lti.errors import ServiceError
from lti.models import Registration
from lti.protocol import ags, deep_linking, nrps
from lti.protocol.registrations import PlatformRegistration
from lti.protocol.services import Connector
from tests.foreign.browser import TOOL, Browser
from tests.foreign.flask_platform import MEMBERSHIP, Lti1p3Platform
from tests.foreign.open_edx import OpenEdx
from tests.foreign.platforms import DEPLOYMENT, PUPIL, TEACHER, Platform

MOMENT = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def tool(tool_app: Flask) -> LTI:
    """Our tool."""
    found: LTI = tool_app.extensions["lti"]
    return found


@pytest.fixture
def registration(tool: LTI, platform: Platform) -> PlatformRegistration:
    """What we know of the platform."""
    with tool.begin() as session:
        return PlatformRegistration.of(session.scalars(sa.select(Registration)).one(), tool.keys)


@pytest.fixture
def connector(tool: LTI, registration: PlatformRegistration) -> Connector:
    """Our way to its services."""
    return tool.services.connector(registration)


def read(platform: Platform, browser: Browser, *, picking: bool = False) -> LaunchClaims:
    """What the platform says in a launch of the teacher's, which is not sent on: test_platforms has that."""
    browser.get(platform.login_url(TEACHER, picking=picking))
    token = browser.page.form("/lti/launch").fields["id_token"][0]
    claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return LaunchClaims.read(claims, platform.client_id)


@pytest.fixture
def columns(platform: Platform, browser: Browser) -> str:
    """Where the platform keeps line items."""
    endpoint = read(platform, browser).ags
    assert endpoint
    assert endpoint.lineitems
    return endpoint.lineitems


@pytest.fixture
def people(platform: Platform, browser: Browser) -> str:
    """Where the platform lists the class."""
    url = read(platform, browser).memberships_url
    assert url
    return url


def column(number: int = 1, tag: str = "page") -> ags.LineItem:
    """A line item that is not there yet."""
    return ags.LineItem(f"Exercise {number}", 20, resource_id=f"page-{number}", tag=tag)


def score(points: float, minutes: int = 0, **more: Any) -> ags.Score:
    """What the pupil has."""
    return ags.Score(
        user_id=PUPIL.id,
        timestamp=MOMENT + timedelta(minutes=minutes),
        activity_progress="Completed",
        grading_progress="FullyGraded",
        score_given=points,
        score_maximum=20,
        comment="Bien",
        **more,
    )


def test_line_items_are_made_read_found_and_changed(columns: str, connector: Connector) -> None:
    made = [ags.create_line_item(connector, columns, column(number)) for number in (1, 2, 3)]
    assert len({item.id for item in made}) == 3
    listed = list(ags.line_items(connector, columns))
    assert [(item.label, item.score_maximum, item.resource_id, item.tag) for item in listed] == [
        (f"Exercise {number}", 20, f"page-{number}", "page") for number in (1, 2, 3)
    ]
    assert ags.find_line_item(connector, columns, resource_id="page-2", tag="page") == made[1]
    assert ags.find_line_item(connector, columns, resource_id="page-2", tag="other") is None
    assert [item.id for item in ags.line_items(connector, columns, resource_id="page-3")] == [made[2].id]
    changed = dataclasses.replace(made[0], label="Exercise 1, again", score_maximum=30)
    assert ags.update_line_item(connector, changed) == changed
    assert list(ags.line_items(connector, columns, resource_id="page-1")) == [changed]


def test_line_items_are_read_by_who_may_only_read(
    columns: str, platform: Platform, connector: Connector
) -> None:
    """lti1p3platform offers the read-only scope in the place of the other, never beside it (AGS 3.1 has both)."""
    made = ags.create_line_item(connector, columns, column())
    if isinstance(platform, OpenEdx):
        assert list(ags.line_items(connector, columns, read_only=True)) == [made]
        return
    with pytest.raises(ServiceError) as refused:
        list(ags.line_items(connector, columns, read_only=True))
    assert refused.value.platform_status == 401


def test_a_line_item_is_deleted(columns: str, platform: Platform, connector: Connector) -> None:
    made = ags.create_line_item(connector, columns, column())
    if isinstance(platform, OpenEdx):
        with pytest.raises(ServiceError) as refused:
            ags.delete_line_item(connector, made.id)
        assert refused.value.platform_status in (403, 406)
        return
    ags.delete_line_item(connector, made.id)
    assert list(ags.line_items(connector, columns)) == []
    with pytest.raises(ServiceError) as missing:
        ags.delete_line_item(connector, made.id)
    assert missing.value.platform_status == 404


def test_line_items_come_in_pages(columns: str, platform: Platform, connector: Connector) -> None:
    """Open edX sends them all at once, whatever the limit."""
    for number in range(5):
        ags.create_line_item(connector, columns, column(number))
    assert [item.label for item in ags.line_items(connector, columns, limit="2")] == [
        f"Exercise {number}" for number in range(5)
    ]
    scopes = ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]
    pages = list(connector.pages(columns, scopes=scopes, accept=ags.CONTAINER_TYPE, params={"limit": "2"}))
    assert len(pages) == (1 if isinstance(platform, OpenEdx) else 3)


def test_a_score_is_kept_and_read_back(columns: str, platform: Platform, connector: Connector) -> None:
    made = ags.create_line_item(connector, columns, column())
    started = MOMENT - timedelta(hours=1)
    ags.put_score(connector, made.id, score(12.5, started_at=started, submitted_at=MOMENT))
    (kept,) = platform.scores()
    assert (kept["userId"], kept["scoreGiven"], kept["scoreMaximum"]) == (PUPIL.id, 12.5, 20)
    ags.put_score(connector, made.id, score(14, 1, scoring_user_id=TEACHER.id))
    (result,) = ags.results(connector, made.id)
    assert result == ags.Result(PUPIL.id, 14, 20, "Bien")


def test_a_score_that_is_not_newer_is_refused(columns: str, platform: Platform, connector: Connector) -> None:
    """AGS 3.4.6 says 409; Open edX says 400."""
    made = ags.create_line_item(connector, columns, column())
    ags.put_score(connector, made.id, score(12, 5))
    for minutes in (5, 4):
        with pytest.raises(ServiceError) as refused:
            ags.put_score(connector, made.id, score(13, minutes))
        assert refused.value.platform_status == (400 if isinstance(platform, OpenEdx) else 409)
        assert refused.value.retryable is False
    assert [kept["scoreGiven"] for kept in platform.scores()] == [12]


def test_a_line_item_that_is_not_there_takes_no_score(columns: str, connector: Connector) -> None:
    with pytest.raises(ServiceError) as refused:
        ags.put_score(connector, f"{columns}/999", score(1))
    assert refused.value.platform_status == 404


def test_one_persons_result_is_among_them(columns: str, connector: Connector) -> None:
    """Open edX does not apply the filter that AGS 3.3.4 asks of it, so whoever reads looks at the person."""
    made = ags.create_line_item(connector, columns, column())
    ags.put_score(connector, made.id, score(12))
    other = dataclasses.replace(score(7), user_id="p-2")
    ags.put_score(connector, made.id, other)
    found = list(ags.results(connector, made.id, user_id="p-2"))
    assert [result.score for result in found if result.user_id == "p-2"] == [7]


def test_the_class_is_read(people: str, connector: Connector) -> None:
    roster = nrps.members(connector, people)
    assert roster.passed_over == 0
    assert {(member.user_id, member.name, member.status) for member in roster.members} == {
        (TEACHER.id, TEACHER.name, "Active"),
        (PUPIL.id, PUPIL.name, "Active"),
    }
    (pupil,) = (member for member in roster.members if member.user_id == PUPIL.id)
    assert MEMBERSHIP + "Learner" in pupil.roles


def test_the_class_comes_in_pages(people: str, connector: Connector) -> None:
    everybody = {member.user_id for member in nrps.members(connector, people).members}
    paged = nrps.members(connector, people, page_size=1)
    assert {member.user_id for member in paged.members} == everybody
    assert len(paged.members) == 2
    pages = list(connector.pages(people, scopes=[nrps.SCOPE], accept=nrps.MEDIA_TYPE, params={"limit": "1"}))
    assert [len(page.body["members"]) for page in pages] == [1, 1]


@pytest.mark.parametrize("platform", ["lti1p3platform"], indirect=True)
def test_members_of_one_role_or_link(people: str, connector: Connector) -> None:
    """Open edX knows neither filter."""
    teachers = nrps.members(connector, people, role=MEMBERSHIP + "Instructor")
    assert [member.user_id for member in teachers.members] == [TEACHER.id]
    assert len(nrps.members(connector, people, resource_link_id="link-1").members) == 2
    with pytest.raises(ServiceError) as refused:
        nrps.members(connector, people, resource_link_id="another")
    assert refused.value.platform_status == 403


@pytest.mark.parametrize("platform", ["lti1p3platform"], indirect=True)
def test_what_changed_in_the_class_since(people: str, platform: Platform, connector: Connector) -> None:
    """Open edX has no differences."""
    assert isinstance(platform, Lti1p3Platform)
    first = nrps.members(connector, people)
    assert first.differences_url
    assert nrps.members(connector, first.differences_url).members == ()
    platform.books.enrol(PUPIL.id, MEMBERSHIP + "Learner", PUPIL.name, "Deleted")
    platform.books.enrol("p-9", MEMBERSHIP + "Learner", "Noé Roux")
    then = nrps.members(connector, first.differences_url)
    assert [(member.user_id, member.status) for member in then.members] == [
        (PUPIL.id, "Deleted"),
        ("p-9", "Active"),
    ]
    assert then.differences_url not in (None, first.differences_url)
    assert {member.user_id for member in nrps.members(connector, people).members} == {TEACHER.id, "p-9"}


ITEMS: tuple[dict[str, Any], ...] = (
    {
        "type": "ltiResourceLink",
        "url": f"{TOOL}/lti/open/page/1",
        "title": "Les fractions",
        "custom": {"chapter": "3"},
        "lineItem": {"label": "Les fractions", "scoreMaximum": 20, "resourceId": "page-1", "tag": "page"},
        "available": {"startDateTime": "2026-11-03T10:00:00Z", "endDateTime": "2026-11-10T10:00:00Z"},
        "submission": {"endDateTime": "2026-11-09T10:00:00Z"},
    },
    {
        "type": "link",
        "url": "https://example.org/fractions",
        "title": "Un film",
        "text": "Sept minutes",
        "icon": {"url": f"{TOOL}/icon.png", "width": 50, "height": 50},
        "embed": {"html": "<p>Un film</p>"},
        "window": {"targetName": "film", "width": 800, "height": 600},
        "iframe": {"src": "https://example.org/fractions", "width": 800, "height": 600},
    },
    {"type": "html", "html": "<p>Bonjour</p>", "title": "Un mot"},
    {"type": "image", "url": f"{TOOL}/picture.png", "title": "Un dessin", "width": 100, "height": 80},
    {
        "type": "file",
        "url": f"{TOOL}/sheet.pdf",
        "title": "Une feuille",
        "expiresAt": "2026-11-10T10:00:00Z",
    },
)


@pytest.fixture
def settings(platform: Platform, browser: Browser) -> DeepLinkingSettings:
    """What the platform's picker wants."""
    found = read(platform, browser, picking=True).deep_linking
    assert found
    return found


def test_they_take_items_of_every_type_they_accept(
    platform: Platform, browser: Browser, registration: PlatformRegistration, settings: DeepLinkingSettings
) -> None:
    items = [item for item in ITEMS if item["type"] in settings.accept_types]
    assert len(items) == (4 if isinstance(platform, OpenEdx) else 5)
    token = deep_linking.response(registration, DEPLOYMENT, settings, items)
    answer = browser.http.post(settings.return_url, data={"JWT": token}, timeout=20)
    assert answer.status_code == 200
    taken = platform.items()
    assert [item["type"] for item in taken] == [item["type"] for item in items]
    for ours, theirs in zip(items, taken, strict=True):
        for name in ("title", "url", "html", "custom", "lineItem", "icon", "embed", "iframe", "width"):
            assert theirs.get(name) == ours.get(name)


def test_nothing_chosen_is_taken_for_nothing(
    platform: Platform, browser: Browser, registration: PlatformRegistration, settings: DeepLinkingSettings
) -> None:
    token = deep_linking.response(registration, DEPLOYMENT, settings, [], message="Rien")
    answer = browser.http.post(settings.return_url, data={"JWT": token}, timeout=20)
    assert answer.status_code == 200
    assert platform.items() == []


def test_they_refuse_an_answer_that_was_changed(
    platform: Platform, browser: Browser, registration: PlatformRegistration, settings: DeepLinkingSettings
) -> None:
    """So that they take the others is because our signature is right."""
    token = deep_linking.response(registration, DEPLOYMENT, settings, [ITEMS[0]])
    header, claims, signature = token.split(".")
    swapped = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
    form = {"JWT": f"{header}.{claims}.{swapped}"}
    assert browser.http.post(settings.return_url, data=form, timeout=20).status_code in (400, 403)
    assert platform.items() == []
