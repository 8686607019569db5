"""What a binder can begin from: every template is a whole binder, and says something useful."""

from __future__ import annotations

import re
from typing import BinaryIO

import pytest
from sqlalchemy.orm import Session

from binder.blocks import kind_of
from binder.content.importing import import_binder
from binder.schemas import dump_binder, load_binder, walk_pages
from binder.storage import FileStorage
from binder.templates import Template, template, templates
from tests.binder.conftest import School

every_template = pytest.mark.parametrize("each", templates(), ids=lambda each: each.name)


def no_file(digest: str) -> BinaryIO:
    raise KeyError(digest)


def test_there_are_six_in_french_and_two_in_english() -> None:
    assert [each.lang for each in templates()].count("fr") == 6
    assert [each.lang for each in templates()].count("en") == 2
    assert template("cahier-de-lecons").title == "Cahier de leçons"
    with pytest.raises(KeyError):
        template("nothing")


@every_template
def test_a_template_becomes_a_binder(
    each: Template, session: Session, school: School, storage: FileStorage
) -> None:
    binder = import_binder(session, school.teacher, each.document, storage, no_file)
    assert [
        (section.title, [page.title for page in section.pages]) for section in binder.chapters
    ] == each.chapters
    assert dump_binder(binder)["binder"]["activities"]


@every_template
def test_a_template_loses_nothing_when_it_is_cleaned(each: Template) -> None:
    """What stands in the file is what an author gets: nothing has to be mended by the cleaning."""
    loaded = load_binder(each.document)
    for page, written in zip(walk_pages(loaded), walk_pages(each.document["binder"]), strict=True):
        for block, typed in zip(page["blocks"], written["blocks"], strict=True):
            assert {name: block[name] for name in typed} == typed


@every_template
def test_a_template_says_something_on_every_page(each: Template) -> None:
    pages = list(walk_pages(load_binder(each.document)))
    assert 4 <= len(pages) <= 8
    for page in pages:
        words = " ".join(kind_of(block).text(block) for block in page["blocks"])
        assert len(words.split()) >= 10, page["title"]
        assert not [code for block in page["blocks"] for code in kind_of(block).problems(block)]
    assert each.summary
    assert each.level


@every_template
def test_french_templates_have_the_spaces_of_french(each: Template) -> None:
    if each.lang == "fr":
        words = [
            kind_of(block).text(block)
            for page in walk_pages(each.document["binder"])
            for block in page["blocks"]
        ]
        assert not [text for text in words if re.search(r"\w [;:!?]|« | »|'", text)]
