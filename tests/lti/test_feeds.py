"""A pupil's work for a calendar and for a home page: who reads it, what stands in it, and that an address can be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import icalendar
import pytest

from lti import feeds
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

HERE = "/lti/my/work/calendar"


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


def addresses(school: School, who: str = "pupil") -> tuple[str, str]:
    """The pupil's: for a calendar, and for a program."""
    html = somebody(school, who).open(HERE)
    calendar, listing = re.findall(r'value="https?://[^/]+(/lti/feeds/[\w.-]+)"', html)
    return calendar, listing


def test_a_calendar_shows_what_is_due(school: School) -> None:
    calendar, _ = addresses(school)
    answer = school.app.test_client().get(calendar, headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.cache_control.private
    parsed = icalendar.Calendar.from_ical(answer.data)
    events = {str(event["uid"]): event for event in parsed.walk("VEVENT")}
    late = events[f"{school.ids['late']}@classeur"]
    assert str(late["summary"]).startswith("À rendre")
    assert late.decoded("dtstart").tzinfo is not None
    assert f"{school.ids['free']}@classeur" not in events, "without a date there is no event"


def test_a_program_gets_titles_and_dates_and_no_more(school: School) -> None:
    _, listing = addresses(school)
    answer = school.app.test_client().get(listing)
    document: dict[str, Any] = answer.json or {}
    assert document["version"] == feeds.VERSION
    by_id = {item["id"]: item for item in document["items"]}
    assert {str(school.ids[name]) for name in ("free", "late", "marked")} <= by_id.keys()
    assert by_id[str(school.ids["late"])]["part"] == "late"
    assert by_id[str(school.ids["late"])]["due_at"].endswith("+00:00")
    told = answer.text.lower()
    for word in ("score", "grade", "comment", "response", "inès", "amrani"):
        assert word not in told


def test_an_address_can_be_changed(school: School) -> None:
    calendar, listing = addresses(school)
    pupil = somebody(school, "pupil")
    pupil.open(HERE)
    pupil.send(HERE)
    client = school.app.test_client()
    assert [client.get(path).status_code for path in (calendar, listing)] == [404, 404]
    again, _ = addresses(school)
    assert again != calendar
    assert client.get(again).status_code == 200


@pytest.mark.parametrize("change", ["", "AAAA", "x" * 500, "é"])
def test_another_address_is_nobodys(school: School, change: str) -> None:
    calendar, _ = addresses(school)
    head, _, tail = calendar.rpartition("/")
    secret = tail.removesuffix(".ics")
    wrong = f"{head}/{change + secret[len(change) :] if change else secret[:-4]}.ics"
    assert school.app.test_client().get(wrong).status_code == 404


def test_each_has_their_own_and_teachers_none(school: School) -> None:
    assert addresses(school) != addresses(school, "pupil2")
    school.people["lurker"] = replace(school.people["pupil"], person_id=None)
    for who in ("teacher", "parent", "lurker"):
        assert somebody(school, who).open(HERE)
        assert somebody(school, who).client.get(HERE).status_code == 403
