"""What docs/extending.md shows works: its code is run as it stands there."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from jinja2 import DictLoader
from sqlalchemy.orm import Session

from binder import composing
from binder.activities import activities
from binder.blocks import blocks, load_block
from binder.storage import FileStorage
from exporters import export, exporters
from tests import factories
from tests.lti.school import open_school
from tests.lti.somebody import somebody

FILE = "01890000-0000-7000-8000-000000000001"
PAGE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text()
GIVEN = {"release": "at_once", "max_attempts": "1"}
HTML = re.findall(r"```html\n(.*?)```", PAGE, re.DOTALL)
"""Learner's template, author's form, form of the block: as they stand on the page."""


@pytest.fixture(autouse=True)
def extended() -> Iterator[None]:
    """The code of the page has run; afterwards its kinds are unknown again."""
    registries = (activities, blocks, exporters)
    before = [dict(registry._kinds) for registry in registries]  # type: ignore[attr-defined]
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(code, "docs/extending.md", "exec"), {"__name__": "extension"})  # noqa: S102 - our own page
    yield
    for registry, kinds in zip(registries, before, strict=True):
        registry._kinds = kinds  # type: ignore[attr-defined]


def test_the_activity_type_scores() -> None:
    year = activities["year"]
    content = year.load(
        {
            "body": {"prompt": "<p>La prise de la Bastille ?</p>"},
            "key": {"year": 1789},
            "scoring": {"tolerance": 1},
        }
    )
    assert year.score(content, year.answer(year.answer_from_form({"year": ["1790"]}))).fraction == Fraction(1)
    assert year.score(content, year.answer(year.answer_from_form({"year": [""]}))).state == "unanswered"
    assert "1789" not in str(year.public(content, "seed"))
    with pytest.raises(Exception, match="not a valid year"):
        year.load(year.content_from_form({"prompt": ["<p>?</p>"], "year": ["?"]}))


def test_the_activitys_pages_are_shown_to_author_and_pupil(sqlite_template: Path, tmp_path: Path) -> None:
    school = open_school(sqlite_template, tmp_path)
    try:
        pages = {"lti/activities/year.html": HTML[0], "lti/activities/year_form.html": HTML[1]}
        school.app.jinja_loader = DictLoader(pages)  # type: ignore[misc]
        teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}"
        assert "Année" in teacher.open(f"{path}/activity/new")
        teacher.open(f"{path}/activity?type=year&example=1")
        assert 'value="1789"' in teacher.html
        teacher.send(f"{path}/activity", type="year", title="Date", prompt="Quand ?", year="jadis")
        assert teacher.status == 422
        assert 'value="jadis"' in teacher.html
        teacher.send(f"{path}/activity", type="year", title="Date", prompt="Quand ?", year="1789")
        assert teacher.status == 200
        teacher.open(path)
        assert "1789" in teacher.html
        teacher.open(f"{path}/give")
        given = teacher.send(f"{path}/give", **GIVEN)
        (address,) = set(re.findall(r"/lti/my/given/([0-9a-f-]{36})", given)) or {""}
        pupil = somebody(school, "pupil")
        assert ".year" in pupil.open(f"/lti/my/work/{address}")
        assert "1789" not in pupil.html
    finally:
        school.close()


def test_block_and_exporter_work_together(session: Session, storage: FileStorage) -> None:
    teacher = factories.viewer(session, factories.tenant(session))
    page, _ = factories.page_with_choice(session, teacher)
    composing.add_block(
        session, teacher, page.id, {"type": "quote", "words": "Rien ne se perd.", "author": "A. L."}
    )
    session.flush()
    session.expire(page)
    out = io.BytesIO()
    report = export("text", page.binder, storage, out)
    assert "Rien ne se perd." in out.getvalue().decode()
    assert [loss.detail for loss in report.losses] == ["activity"]
    assert "blockquote" in blocks["quote"].html(page.blocks[-1], None)  # type: ignore[arg-type]


def test_the_block_loads_from_nothing_and_from_its_form() -> None:
    kind, block = blocks["quote"], load_block({"type": "quote"})
    assert (kind.problems(block), kind.resources(block), kind.text(block)) == (["empty"], [], "")
    assert kind.html(block, None)  # type: ignore[arg-type]
    form = {"words": ["Rien ne se perd."], "resource": [FILE], "audience": [""], "hidden_until": [""]}
    saved = load_block({"id": block["id"], "type": "quote", **kind.from_form(form)})
    assert saved == {**block, "words": "Rien ne se perd.", "portrait": FILE}
    assert (kind.problems(saved), kind.resources(saved)) == ([], [FILE])


def test_the_blocks_form_is_shown_in_the_editor(sqlite_template: Path, tmp_path: Path) -> None:
    form = HTML[2]
    school = open_school(sqlite_template, tmp_path)
    try:
        school.app.jinja_loader = DictLoader({"lti/blocks/quote.html": form})  # type: ignore[misc]
        teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}"
        teacher.open(f"{path}/edit")
        teacher.send(f"{path}/blocks", type="quote", words="Tout se transforme.", author="A. L.")
        assert teacher.status == 200
        for part in ("<blockquote>Tout se transforme.", 'value="A. L."', 'name="credit"', 'name="audience"'):
            assert part in teacher.html
    finally:
        school.close()
