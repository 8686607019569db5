"""No answer key leaves the server before release: tokens stand in every key of every type, and every answer is searched."""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from binder.activities import activities
from binder.content import authoring, composing
from binder.errors import Invalid
from binder.giving import assigning
from binder.marks import grading
from binder.models import Activity, ActivityVersion, Attempt, Preset, Release
from binder.publication import opening
from binder.resources import files
from binder.storage import FileStorage
from tests import factories
from tests.conformance.test_registered_kinds import ACTIVITIES
from tests.exporters.shelf import PNG
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody

NAMED = "01890000-0000-7000-8000-000000000001"
NO_ANSWERS = (".file", ".files", ".out", ".up", ".down", ".seconds", ".strokes", ".lang")
LEARNERS = ("pupil", "pupil2", "parent", "stranger")


def stained(data: Any, stains: list[str]) -> Any:
    """The same JSON with a token of its own at each text that people write."""
    if isinstance(data, str):
        if " " not in data and "<" not in data:
            return data
        stains.append(f"k{secrets.token_hex(12)}")
        return data.replace("</p>", f" {stains[-1]}</p>", 1) if "</p>" in data else f"{data} {stains[-1]}"
    if isinstance(data, dict):
        return {name: stained(value, stains) for name, value in data.items()}
    return [stained(value, stains) for value in data] if isinstance(data, list) else data


@dataclass
class Asked:
    """A page that asks a question of every type, and what must not be seen of it."""

    school: School
    ids: dict[str, UUID]
    stains: dict[str, list[str]] = field(default_factory=dict)
    """Type → tokens in its keys."""

    def leaks(self, text: str) -> list[str]:
        """Types of which something was seen."""
        return [name for name, stains in self.stains.items() if any(stain in text for stain in stains)]


def _planted(name: str, sample: dict[str, Any], resource: str) -> tuple[dict[str, Any], list[str]]:
    data = json.loads(json.dumps(sample).replace(NAMED, resource))
    stains: list[str] = []
    key = {**data["key"], "explanation": "<p>Parce que cela est ainsi.</p>"}
    planted = {**data, "key": stained(key, stains)}
    try:
        activities[name].load(planted)
    except Invalid:  # a text of the key must be one of the body's: the explanation alone then
        stains.clear()
        planted = {**data, "key": {**data["key"], "explanation": stained(key["explanation"], stains)}}
        activities[name].load(planted)
    assert stains
    return planted, stains


def ask(school: School, preset: Preset) -> Asked:
    """One page with every type, given to the class; results are released by hand."""
    teacher = school.people["teacher"]
    storage: FileStorage = school.app.extensions["lti"].storage
    with school.begin() as session:
        binder = factories.binder(session, teacher, "Tous les types")
        page = factories.page(session, teacher, binder, "Questions")
        resource = files.add_file(session, teacher, binder.id, storage, io.BytesIO(PNG), name="a.png")
        sound = files.add_file(
            session, teacher, binder.id, storage, io.BytesIO(b"ID3\x03" + bytes(300)), name="a.mp3"
        )
        session.expire(binder, ["resources"])
        stains = {}
        for name, sample in ACTIVITIES.items():
            which = sound if name == "short_answer" else resource
            planted, stains[name] = _planted(name, sample, str(which.id))
            activity = authoring.save_activity(session, teacher, binder.id, planted, type=name)
            session.expire(binder, ["activities"])
            composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(activity.id)})
        given = assigning.give(session, teacher, page.id, max_attempts=0, release=Release.BY_HAND)
        given.preset = preset
        opening.open_to_class(session, teacher, binder.id)
        session.flush()
        ids = {
            "assignment": given.id,
            "page": page.id,
            "binder": binder.id,
            "section": page.section_id,
            "resource": resource.id,
            "activity": UUID(page.blocks[0]["activity"]),
            "child": school.ids["child"],
        }
    return Asked(school, ids, stains)


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


def routes(asked: Asked) -> Iterator[tuple[str, str]]:
    """(method, path) of every screen, with this page's identifiers."""
    block = "0"
    for rule in asked.school.app.url_map.iter_rules():
        if not rule.rule.startswith("/lti/my/"):
            continue
        values: dict[str, Any] = {}
        for name in rule.arguments - {"launch"}:
            values[name] = asked.ids.get(
                name, block if name == "block" else 1 if name == "number" else UUID(int=7)
            )
        built = rule.rule
        for name, value in values.items():
            built = re.sub(rf"<(?:\w+:)?{name}>", str(value), built)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, built


def walk(asked: Asked, who: str) -> Iterator[tuple[str, str]]:
    """(what was asked for, what was answered) for everything that somebody can reach."""
    person = somebody(asked.school, who)
    person.open(f"/lti/my/work/{asked.ids['assignment']}")
    token = re.search(r'name="token" value="([\w-]+)"', person.html)
    for method, path in routes(asked):
        for accept in ("text/html", "application/json"):
            headers = {"Accept": accept}
            if method == "GET":
                answer = person.client.get(path, headers=headers, follow_redirects=True)
            else:
                data = {"token": token[1] if token else ""}
                answer = person.client.post(path, data=data, headers=headers, follow_redirects=True)
            yield f"{method} {path}", answer.get_data().decode("utf-8", "replace")
            answer.close()


def answers(asked: Asked, pupil: Somebody, action: str) -> str:
    """The form, sent with something in every field."""
    path = f"/lti/my/work/{asked.ids['assignment']}"
    html = pupil.open(path)
    names = set(re.findall(r'name="([0-9a-f-]{36}\.[^"]+)"', html))
    fields = {name: "1" for name in names if not name.endswith(NO_ANSWERS)}
    for name in ("revision", "number", "seq"):
        fields[name] = pupil.field(name)
    html = pupil.send(path, action=action, **fields)
    assert pupil.status == 200, re.findall(r'class="error"[^>]*>[^<]*|id="problems".*?</ul>', html, re.DOTALL)
    return html


@pytest.mark.parametrize("preset", list(Preset))
def test_no_key_is_in_any_answer_before_release(school: School, preset: Preset) -> None:
    asked = ask(school, preset)
    for who in LEARNERS:
        seen = [what for what, text in walk(asked, who) if asked.leaks(text)]
        assert not seen, (who, seen)


def test_no_key_comes_with_saving_or_handing_in(school: School) -> None:
    asked = ask(school, Preset.HOMEWORK)
    pupil = somebody(school, "pupil")
    assert not asked.leaks(answers(asked, pupil, "save"))
    assert not asked.leaks(answers(asked, pupil, "hand-in"))
    for who in LEARNERS:
        assert not [what for what, text in walk(asked, who) if asked.leaks(text)], who


def test_after_release_every_key_is_told(school: School) -> None:
    """The control: the same search finds what it looks for once it may be seen."""
    asked = ask(school, Preset.HOMEWORK)
    pupil, teacher = somebody(school, "pupil"), school.people["teacher"]
    answers(asked, pupil, "hand-in")
    with school.begin() as session:
        (attempt,) = session.scalars(
            sa.select(Attempt).where(Attempt.assignment_id == asked.ids["assignment"])
        )
        assert attempt.submitted_at is not None
        grade = grading.newest(attempt)
        assert grade is not None
        grading.review(session, teacher, attempt.id, score_given=grade.score_maximum / 2)
        grading.release(session, teacher, asked.ids["assignment"])
    html = pupil.open(f"/lti/my/work/{asked.ids['assignment']}")
    assert set(asked.leaks(html)) == set(ACTIVITIES)
    for who in ("pupil2", "stranger"):
        assert not asked.leaks(somebody(school, who).open(f"/lti/my/work/{asked.ids['assignment']}")), who


def test_every_type_is_there(school: School) -> None:
    asked = ask(school, Preset.HOMEWORK)
    with school.begin() as session:
        query = sa.select(ActivityVersion.type).join(Activity, Activity.id == ActivityVersion.activity_id)
        types = set(session.scalars(query.where(Activity.binder_id == asked.ids["binder"])))
    assert types == {kind.name for kind in activities}
