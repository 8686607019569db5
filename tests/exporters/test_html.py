"""The pages of the offline book: well formed, linked with each other, without answers, and honest about their losses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any, BinaryIO

import marshmallow
import pytest
from markupsafe import Markup
from marshmallow import fields
from sqlalchemy.orm import Session

from binder import clock
from binder.activities import ActivityType, Content, Score, ScoreState, activities
from binder.blocks import BlockSchema, BlockType, Rendering, blocks
from binder.models import Binder
from binder.storage import FileStorage, Storage
from exporters import Exporter, ExportError, Loss, Printed, Report, exporters, html, printed, read_archive
from exporters.html import Html
from exporters.texts import TEXTS, Words
from tests.exporters import shelf

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


@pytest.fixture
def session(sqlite_session: Session) -> Session:
    """Exporters read attributes: one kind of database will do here."""
    return sqlite_session


class Checker(HTMLParser):
    """Reads a page: do the tags balance, and what does it say?"""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)
        self.close()
        assert self.open == []
        assert page.startswith("<!DOCTYPE html>\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def links_of(page: Checker) -> list[str]:
    """What the page leads to or shows, outer addresses left out."""
    found = [
        str(attributes[name]) for _, attributes in page.tags for name in ("href", "src") if name in attributes
    ]
    return [link for link in found if not re.match(r"https?:|mailto:|data:text/vtt|#", link)]


@pytest.mark.parametrize("seed", range(8))
def test_pages_are_well_formed_and_say_no_more_than_they_should(
    session: Session, storage: FileStorage, seed: int
) -> None:
    maker = shelf.Maker(seed)
    document = shelf.hostile(maker) if seed else shelf.everything(maker)
    out, _ = shelf.write(shelf.of(session, storage, maker, document), storage)
    for name, text in shelf.texts(out).items():
        page = Checker(text)
        assert [len(page.all(tag)) for tag in ("h1", "title", "main", "html")] == [1, 1, 1, 1], name
        assert page.all("html")[0]["lang"] == document["binder"]["lang"]
        assert "".join(page.texts["title"]).strip()
        assert not {"script", "style", "iframe", "form", "base", "object"} & {tag for tag, _ in page.tags}
        assert not [
            attribute
            for _, there in page.tags
            for attribute in there
            if attribute.startswith(("on", "style"))
        ]
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        policy = page.all("meta")[1]
        assert (policy["http-equiv"], str(policy["content"])[:19]) == (
            "Content-Security-Policy",
            "default-src 'none';",
        )
        assert not any(token in text for token in maker.tokens), name


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["html", "html-pupils"])
def test_every_link_leads_to_a_file_and_no_file_is_orphaned(
    session: Session, storage: FileStorage, seed: int, name: str
) -> None:
    maker = shelf.Maker(seed)
    document = shelf.hostile(maker) if seed else shelf.everything(maker)
    out, _ = shelf.write(shelf.of(session, storage, maker, document), storage, name)
    files = shelf.unpacked(out)
    reached = {"index.html"}
    anchors = {path: set(re.findall(r'id="([^"]+)"', text)) for path, text in shelf.texts(out).items()}
    for path, text in shelf.texts(out).items():
        for link in links_of(Checker(text)):
            target, _, anchor = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            assert target in files, (path, link)
            assert not anchor or anchor in anchors[target], (path, link)
            reached.add(target)
    data = {f"f/{sha256}" for sha256 in maker.files} if name == "html" else set()
    orphans = {path for path in set(files) - reached if path.partition(".")[0] not in data}
    assert orphans == ({"data/binder.json"} if name == "html" else set())


def test_the_pupils_copy_holds_no_answer_anywhere(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    document = shelf.everything(maker)
    out, report = shelf.write(shelf.of(session, storage, maker, document), storage, "html-pupils")
    files = shelf.unpacked(out)
    assert not any(token.encode() in data for data in files.values() for token in maker.tokens)
    assert not any(name.startswith("data/") for name in files)
    assert not any(b"alert(1)" in data for data in files.values()), "a file that no page shows"
    title = document["binder"]["title"]
    page = "Tous les blocs"
    assert report.losses == (
        Loss("not-importable", title),
        Loss("activities-printed", title, "3"),
        Loss("embed-as-link", page, "https://www.geogebra.org/m/wefyydbs"),
        Loss("limited-block", page, "text"),
    )


def test_the_teachers_copy_says_that_it_holds_the_answers(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    document = shelf.everything(maker)
    out, report = shelf.write(shelf.of(session, storage, maker, document), storage)
    assert report.losses[0] == Loss("contains-answers", document["binder"]["title"], "data/binder.json")
    assert all(token.encode() in shelf.unpacked(out)["data/binder.json"] for token in maker.tokens)


def test_without_activities_there_is_nothing_to_report(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    document = maker.document("Vide", [])
    out, report = shelf.write(shelf.of(session, storage, maker, document), storage)
    assert report.losses == ()
    assert "pas encore de page" in shelf.texts(out)["index.html"]


def test_a_question_is_printed_with_marks_points_and_what_is_expected(
    session: Session, storage: FileStorage
) -> None:
    maker = shelf.Maker()
    out, _ = shelf.write(shelf.of(session, storage, maker, shelf.everything(maker)), storage)
    page = shelf.texts(out)["p/0001.html"]
    assert page.count('<span class="mark" aria-hidden="true">○</span>') == 4
    assert page.count('<span class="mark" aria-hidden="true">□</span>') == 8
    for words in (
        "Une seule réponse à cocher.",
        "Une ou plusieurs réponses à cocher.",
        "2 réponses à cocher.",
    ):
        assert page.count(words) == 1
    assert "Activité 3" in page


def test_one_blob_is_written_once_under_a_safe_name(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    out, _ = shelf.write(shelf.of(session, storage, maker, shelf.everything(maker)), storage)
    names = sorted(name for name in shelf.unpacked(out) if name.startswith("f/"))
    assert len(names) == len(shelf.FILES)
    assert all(re.fullmatch(r"f/[0-9a-f]{64}\.(png|svg|wav|pdf|docx|bin|vtt)", name) for name in names)


def test_the_books_own_words_are_in_its_language(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    for lang, words, foreign in (
        ("fr", "Sommaire", False),
        ("en-GB", "Contents", False),
        ("ar", "Contents", True),
    ):
        maker = shelf.Maker()
        binder = shelf.of(session, storage, maker, shelf.everything(maker, lang))
        index = shelf.texts(shelf.write(binder, storage)[0])["index.html"]
        assert words in index
        assert ('lang="en" dir="ltr"' in index) == foreign
        assert ('dir="rtl"' in index) == foreign


def test_every_language_has_all_words() -> None:
    assert {frozenset(texts) for texts in TEXTS.values()} == {frozenset(TEXTS["fr"])}


@pytest.mark.parametrize(
    ("lang", "points", "text"),
    [
        ("fr", "1", "1 point"),
        ("fr", "3/2", "1,5 point"),
        ("fr", "2", "2 points"),
        ("fr", "1/3", "1/3 point"),
        ("fr", "0", "0 point"),
        ("fr", "100", "100 points"),
        ("en", "1/2", "0.5 points"),
        ("en", "1", "1 point"),
        ("de", "5/4", "1.25 points"),
    ],
)
def test_points_are_written_as_people_do(lang: str, points: str, text: str) -> None:
    assert Words(lang).points(Fraction(points)) == text


class Raw(BlockType):
    """A vendor's block that shows what it was given."""

    name = "raw"

    class Schema(BlockSchema):
        words = fields.String(required=True)

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        return Markup(block["words"])  # noqa: S704 - a vendor's


def test_links_into_the_readers_own_computer_lose_their_address(
    session: Session, storage: FileStorage
) -> None:
    maker = shelf.Maker()
    text = (
        '<p><a href="//nas/partage">a</a> <a href="page?a=1&amp;b=2" title="t">b</a> <a>c</a>'
        '<a href="mailto:a@b.example">d</a> &lt;a href="x"&gt; <a href="#ici">e</a></p>'
    )
    with blocks.temporarily(Raw):
        page = maker.page("Liens", maker.block("raw", words=text))
        document = maker.document("Liens", [maker.section("S", [page])])
        out, report = shelf.write(shelf.of(session, storage, maker, document), storage)
    html_ = shelf.texts(out)["p/0001.html"]
    assert "nas" not in html_
    assert '<a title="t">b</a>' in html_
    assert 'href="mailto:a@b.example"' in html_
    assert '&lt;a href="x"&gt;' in html_
    dead = [(loss.where, loss.detail) for loss in report.losses if loss.code == "dead-link"]
    assert dead == [("Liens", "//nas/partage"), ("Liens", "page?a=1&b=2"), ("Liens", "#ici")]


def test_formulas_pictures_and_links_in_a_text_need_no_network(
    session: Session, storage: FileStorage
) -> None:
    maker = shelf.Maker()
    picture, other, gone = maker.resources[0]["id"], maker.page("Deux"), maker.uuid()
    text = (
        r'<p><span data-math="\frac{3}{4}">x</span><span data-math="\foo">x</span>'
        f'<img src="resource:{picture}" alt="Un carré"> <a href="page:{other["id"]}">suite</a>'
        f' <a href="page:{gone}">rien</a></p>'
    )
    page = maker.page("Un", maker.block("text", html=text), maker.block("math", latex="x^2", label="(1)"))
    document = maker.document("Renvois", [maker.section("S", [page, other])])
    binder = shelf.of(session, storage, maker, document)
    out, report = shelf.write(binder, storage)
    html_ = shelf.texts(out)["p/0001.html"]
    assert "<mfrac><mn>3</mn><mn>4</mn></mfrac>" in html_
    assert '<code class="maths-error">\\foo</code>' in html_
    assert '<math display="block" alttext="x^2">' in html_
    (source,) = re.findall(r'<img src="\.\./(f/[^"]+)" [^>]*alt="Un carré"', html_)
    assert shelf.unpacked(out).keys() >= {source, "p/0002.html"}
    assert '<a href="../p/0002.html">suite</a>' in html_
    assert '<span class="dead-link">rien</span>' in html_
    assert [loss.code for loss in report.losses if loss.where == "Un"] == ["dead-link"]


def test_missing_and_damaged_files_are_named(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    binder = shelf.of(session, storage, maker, shelf.everything(maker))
    _png, svg, _wav, pdf, _docx, page = (resource["sha256"] for resource in maker.resources[:6])
    storage.delete(binder.tenant_id, svg)
    storage.delete(binder.tenant_id, page)
    storage._path(binder.tenant_id, pdf).write_bytes(b"%PDF-other")
    out, report = shelf.write(binder, storage)
    assert report.losses[2:] == (
        Loss("missing-file", "Tous les blocs", "dessin.svg"),
        Loss("embed-as-link", "Tous les blocs", "https://www.geogebra.org/m/wefyydbs"),
        Loss("damaged-file", "", "fiche.pdf"),
        Loss("missing-file", "", "piège.html"),
    )
    assert "Fichier manquant" in shelf.texts(out)["p/0001.html"]
    _, report = shelf.write(binder, storage, "html-pupils")
    codes = ["missing-file", "embed-as-link", "limited-block", "damaged-file"]
    assert [loss.code for loss in report.losses[2:]] == codes


def test_too_much_text_is_refused(
    session: Session, storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = shelf.Maker()
    binder = shelf.of(session, storage, maker, shelf.everything(maker))
    monkeypatch.setattr(html, "MAX_DOCUMENT", 1000)
    with pytest.raises(ExportError, match="split the binder"):
        shelf.write(binder, storage)


class Anything(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.INCLUDE


class Drawing(ActivityType):
    """A vendor's activity."""

    name = "sketching"
    Body = Key = Scoring = Response = Anything

    def check(self, content: Content) -> dict[str, Any]:
        return {}

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        return {
            "prompt": "<p>Dessine <b>l’eau</b> &amp; le ciel.</p>",
            "tools": [{"id": "x1", "label": "Crayon"}],
            "n": 3,
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        return Score(Fraction(0), ScoreState.TO_MARK)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        return {}

    def answer_from_form(self, fields: Any) -> dict[str, Any]:
        return {}

    def content_from_form(self, fields: Any) -> dict[str, Any]:
        return {}


class PrintedDrawing(Printed):
    """How the vendor prints it."""

    name = "sketching"

    def html(self, public: Mapping[str, Any], words: Words) -> Markup:
        return Markup('<p class="frame">{}</p>').format(words.lang)


class Note(BlockType):
    """A vendor's block; its `html` is text, to be escaped."""

    name = "note"

    class Schema(BlockSchema):
        activity = fields.String(required=True)

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        return rendering.activity(block["activity"]) if block["activity"] else "<plain>"  # type: ignore[return-value]


def test_what_vendors_add_is_printed_by_them_or_as_text_or_named_as_lost(
    session: Session, storage: FileStorage
) -> None:
    maker = shelf.Maker()
    activity = maker.uuid()
    maker.activities.append(
        {
            "id": activity,
            "type": "sketching",
            "title": "Dessin",
            "points": "1",
            "body": {"a": 1},
            "key": {"k": "clé"},
        }
    )
    page = maker.page(
        "Page",
        maker.block("activity", activity=activity),
        maker.block("note", activity=""),
        maker.block("note", activity=maker.uuid()),
    )
    document = maker.document("Ajouts", [maker.section("S", [page])])

    def exported() -> tuple[str, list[Loss]]:
        out, report = shelf.write(binder, storage)
        return shelf.texts(out)["p/0001.html"], [loss for loss in report.losses if loss.where != "Ajouts"]

    with blocks.temporarily(Note):
        with activities.temporarily(Drawing):
            binder = shelf.of(session, storage, maker, document)
            text, losses = exported()
            assert "<p>Dessine l’eau &amp; le ciel.</p>\n<p>Crayon</p>" in text
            assert "&lt;plain&gt;" in text
            assert "x1" not in text
            assert "clé" not in text
            assert "n’est plus dans le classeur" in text
            lost = Loss("missing-activity", "Page")
            assert losses == [Loss("no-printed-form", "Dessin", "sketching"), lost]
            with printed.temporarily(PrintedDrawing):
                text, losses = exported()
                assert '<p class="frame">fr</p>' in text
                assert losses == [lost]
        assert exported()[1] == [Loss("unknown-activity-type", "Dessin", "sketching"), lost]
    assert exported()[1][1:] == [Loss("unknown-block-type", "Page", "note")]


class Titles(Exporter):
    """A vendor's format."""

    name = "titles"
    media_type = "text/plain"
    extension = ".txt"

    def write(self, binder: Binder, storage: Storage, out: BinaryIO) -> Report:
        out.write(binder.title.encode())
        return Report((Loss("titles-only", binder.title),))


def test_losses_are_foreseen_without_a_download(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    binder = shelf.of(session, storage, maker, shelf.everything(maker))
    storage.delete(binder.tenant_id, maker.resources[0]["sha256"])
    with exporters.temporarily(Titles):
        for exporter in exporters:
            out, report = shelf.write(binder, storage, exporter.name)
            assert out.getvalue()
            assert report.losses
            assert exporter.foresee(binder, storage) == report


def test_answers_can_be_left_out_by_option_too() -> None:
    assert (Html().answers, Html(answers=False).answers) == (True, False)


def test_who_sees_a_block_is_told_to_the_teacher_and_kept_from_pupils(
    session: Session, storage: FileStorage
) -> None:
    maker = shelf.Maker()
    later = maker.block("text", html="<p>Plus tard</p>", hidden_until="2026-11-24T08:00:00+01:00")
    group = maker.block("activity", activity=maker.choice("Pour eux"), audience=maker.uuid())
    page = maker.page("P", maker.block("image", resource=maker.resources[0]["id"], audience=maker.uuid()))
    sections = [maker.section("S", [maker.page("Q", later, group), page])]
    binder = shelf.of(session, storage, maker, maker.document("B", sections))
    before, after = datetime(2026, 11, 24, 6, 59, tzinfo=UTC), datetime(2026, 11, 24, 7, tzinfo=UTC)
    with clock.frozen(before):
        out, report = shelf.write(binder, storage)
        text = shelf.texts(out)["p/0001.html"]
        assert "Caché aux élèves jusqu’au mardi 24 novembre 2026 à 8\u00a0h\u00a000" in text
        assert "Pour un groupe seulement" in text
        assert not [loss for loss in report.losses if loss.code == "limited-block"]
        out, report = shelf.write(binder, storage, "html-pupils")
        assert "Plus tard" not in shelf.texts(out)["p/0001.html"]
        assert [loss for loss in report.losses if loss.code == "limited-block"] == [
            Loss("limited-block", "Q", "text"),
            Loss("limited-block", "Q", "activity"),
            Loss("limited-block", "P", "image"),
        ]
        assert not any(name.startswith("f/") for name in shelf.unpacked(out)), "nor its file"
    with clock.frozen(after):
        out, _ = shelf.write(binder, storage, "html-pupils")
        assert "Plus tard" in shelf.texts(out)["p/0001.html"]
        assert "Pour eux" not in shelf.texts(out)["p/0001.html"]
        assert "Cette page est vide." in shelf.texts(out)["p/0002.html"]
        out, _ = shelf.write(binder, storage)
        assert "Caché" not in shelf.texts(out)["p/0001.html"]


def test_pages_out_of_pupils_sight_are_kept_from_their_copy_and_come_back_as_they_were(
    session: Session, storage: FileStorage
) -> None:
    maker = shelf.Maker()
    pages = [maker.page(title, maker.block("text", html=f"<p>{title}</p>")) for title in ("A", "B", "C")]
    pages[1]["hidden"] = True
    pages[2]["visible_from"] = "2026-11-24T08:00:00+01:00"
    closed = {**maker.section("Caché", [maker.page("D")]), "hidden": True}
    binder = shelf.of(session, storage, maker, maker.document("L", [maker.section("S", pages), closed]))
    with clock.frozen(datetime(2026, 11, 24, 6, tzinfo=UTC)):
        out, report = shelf.write(binder, storage, "html-pupils")
    assert sorted(name for name in shelf.unpacked(out) if name.startswith("p/")) == ["p/0001.html"]
    assert [loss for loss in report.losses if loss.code == "limited-page"] == [
        Loss("limited-page", "L", title) for title in ("B", "C", "Caché")
    ]
    out, report = shelf.write(binder, storage)
    assert len([name for name in shelf.unpacked(out) if name.startswith("p/")]) == 4
    with read_archive(out) as archive:
        again = shelf.bring_in(session, storage, archive.document, archive.open)
    assert [(page.title, page.hidden, page.visible_from) for page in again.chapters[0].pages] == [
        ("A", False, None),
        ("B", True, None),
        ("C", False, datetime(2026, 11, 24, 7, tzinfo=UTC)),
    ]
    assert again.chapters[1].hidden
