"""Questions that people mark, as the school's pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from binder.activities import Content, activities
from binder.errors import Invalid
from binder.models import ActivityVersion
from lti.views.rendering import Shown
from lti.views.transfers.handed import Handed, Row
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

__all__ = ["FILE", "OTHER", "QUESTION", "handed", "refused", "rendered", "retyped", "schooled", "tokened"]

QUESTION = "01890000-0000-7000-8000-000000000009"
FILE = "01890000-0000-7000-8000-00000000000a"
OTHER = "01890000-0000-7000-8000-00000000000b"


@contextmanager
def schooled(template: Path, factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school of one module's own."""
    opened = open_school(template, factory.mktemp("marked"))
    yield opened
    opened.close()


def handed(*states: str) -> Handed:
    """A learner's files in these states."""
    rows = {}
    for id, state in zip((FILE, OTHER), states, strict=False):
        url = f"../work/x/answers/{id}" if state == "ready" else ""
        rows[id] = Row(id, state, f"{state}<i>.ogg", url, "sound", "1 Mo")
    return Handed("../work/x/uploads", rows)


def rendered(
    school: School, of: Content, name: str, mode: str, response: Mapping[str, Any] | None = None, **more: Any
) -> str:
    """A question as HTML, in French, with plain spaces."""
    version = ActivityVersion(
        id=UUID(QUESTION), activity_id=UUID(QUESTION), type=name, title="Question", number=1,
        points=Fraction(2), body=dict(of.body), key=dict(of.key), scoring=dict(of.scoring),
    )  # fmt: skip
    result = {"fraction": "0", "points": "0", "state": "to_mark"}
    shown = Shown(
        "fr", {}, {QUESTION: version}, mode, "seed", {QUESTION: response} if response else {},
        {QUESTION: result} if mode == "result" else {}, {QUESTION} if mode == "result" else (),
        **{"handed": handed("ready", "scanning"), **more},
    )  # fmt: skip
    with school.app.test_request_context("/", headers={"Accept-Language": "fr"}):
        return str(shown.activity(QUESTION)).replace("\u00a0", " ").replace("\u202f", " ")


def refused(name: str, part: str, **changes: Any) -> dict[str, Any]:
    """Messages about an example with other values in `part`."""
    data = activities[name].example("fr")
    data[part] = {**data[part], **changes}
    with pytest.raises(Invalid) as caught:
        activities[name].load(data)
    messages: dict[str, Any] = caught.value.messages[part]
    return messages


def tokened(name: str, token: str) -> Content:
    """The example with a token in each text of its key."""
    data = activities[name].example("fr")
    texts = {field: f"<p>{token}</p>" for field in ("model_answer", "rubric", "explanation")}
    overall = {state: f"<p>{token}</p>" for state in ("correct", "partial", "incorrect")}
    keywords = {"keywords": [token]} if name == "free_text" else {}
    return activities[name].load({**data, "key": {**texts, "overall": overall, **keywords}})


def retyped(school: School, name: str, wrong: Mapping[str, Any]) -> str:
    """The author's form as it comes back: the example, with wrong values."""
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type={name}&example=1")
    assert teacher.status == 200, teacher.html
    fields = {"type": name, "title": "À moi", "prompt": "Écris.", "points": "1", "action": "save", **wrong}
    teacher.send(path, **fields)
    assert teacher.status == 422, teacher.html
    return teacher.html
