"""Nothing that a person reads is without its French text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields, validate

import binder
import lti
from binder.blocks import load_block
from lti import i18n
from lti.views.typed import MARKUP, as_html, as_typed
from lti.views.wording import told

HERE = Path(lti.__path__[0])
BINDER = Path(binder.__path__[0]) if binder.__path__ else HERE.parent / "binder"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s")
FRENCH = i18n.texts("fr")
ENGLISH = i18n.texts("en")


def sources() -> dict[str | tuple[str, str], str]:
    """Every text of the library that is marked for translation, and where it stands."""
    found: dict[str | tuple[str, str], str] = {}
    for path in sorted(HERE.rglob("*")):
        method = {".html": "jinja2.ext:babel_extract", ".py": "python"}.get(path.suffix)
        if method is None:
            continue
        with path.open("rb") as stream:
            for line, message, _, _ in extract(method, stream, keywords=KEYWORDS):  # type: ignore[arg-type]
                found.setdefault(message, f"{path.relative_to(HERE)}:{line}")  # type: ignore[arg-type]
    return found


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The French texts as they stand in their files."""
    together = Catalog(locale="fr")
    for path in sorted((HERE / "translations/fr/LC_MESSAGES").iterdir()):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="fr"):
                if message.id:
                    assert together.get(message.id) is None, f"{path.name} says again: {message.id!r}"
                    together[message.id] = message
    return together


def test_every_text_has_a_french_one(catalog: Catalog) -> None:
    missing = []
    for text, place in sources().items():
        message = catalog.get(text)
        strings = (
            [] if message is None else [message.string] if isinstance(text, str) else list(message.string)
        )
        if not strings or not all(strings) or (message is not None and message.fuzzy):
            missing.append(f"{place}: {text!r}")
    assert not missing, "\n".join(missing)


def test_no_french_text_is_left_over(catalog: Catalog) -> None:
    used = set(sources())
    left = [message.id for message in catalog if message.id and message.id not in used]
    assert not left


def test_placeholders_are_the_same_in_both_languages(catalog: Catalog) -> None:
    for message in catalog:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) == set(PLACEHOLDER.findall(ids[-1])), message.id


def test_french_texts_keep_the_rules_of_french_typography(catalog: Catalog) -> None:
    for message in catalog:
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for string in strings if message.id else ():
            text = PLACEHOLDER.sub("x", string)
            assert "'" not in text, f"a straight apostrophe: {string!r}"
            assert not re.search(r"[\u00a0\u202f]", text), f"the spaces are added later: {string!r}"
            assert not re.search(r"\w[;!?:](?:\s|$)", text), f"a space is missing: {string!r}"
            assert not re.search(r"[^ ]»|«[^ ]", text), f"a space is missing in quotes: {string!r}"


def _without_examples(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those of an activity type's example, which is content."""
    yield node
    for inner in ast.iter_child_nodes(node):
        if not (isinstance(inner, ast.FunctionDef) and inner.name == "example"):
            yield from _without_examples(inner)


def messages_of_the_domain() -> Iterator[tuple[str, str]]:
    """(place, message) of what `binder` may say about what people have entered; a value stands as 7."""

    def text(node: ast.expr) -> str | None:
        if isinstance(node, ast.Subscript):
            return text(node.value)
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "7" for part in node.values]
            return "".join(str(part) for part in parts)
        return None

    for path in sorted(BINDER.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for node in _without_examples(ast.parse(path.read_text(encoding="utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                said += node.args[:1] if name == "ValidationError" else []
                said += [keyword.value for keyword in node.keywords if keyword.arg == "error"]
            elif isinstance(node, ast.Dict):
                said += [one for value in node.values if isinstance(value, ast.List) for one in value.elts]
            for one in said:
                message = text(one)
                if message:
                    yield f"{path.name}:{one.lineno}", message


def standard_messages() -> Iterator[tuple[str, str]]:
    """(place, message) of marshmallow's own that our schemas may give."""
    for kind in (fields.String, fields.Integer, fields.Boolean, fields.UUID, fields.Dict):
        for message in kind().error_messages.values():
            yield kind.__name__, message
    for message in (
        *fields.List(fields.String).error_messages.values(),
        *fields.Nested({"a": fields.String()}).error_messages.values(),
    ):
        yield "List or Nested", message
    for validator, value in (
        (validate.Length(min=1), ""),
        (validate.Length(max=1), "aa"),
        (validate.Length(min=2, max=3), "a"),
        (validate.OneOf([2, 3]), 4),
        (validate.Equal("a"), "b"),
        (validate.Range(min=1), 0),
        (validate.Range(min=1, max=2), 0),
        (validate.Regexp("a"), "b"),
    ):
        with pytest.raises(validate.ValidationError) as caught:
            validator(value)  # type: ignore[operator]
        yield type(validator).__name__, str(caught.value.messages[0])


@pytest.mark.parametrize(
    "messages", [messages_of_the_domain, standard_messages], ids=lambda one: one.__name__
)
def test_messages_of_the_domain_are_told_in_french(messages: object) -> None:
    found = list(messages())  # type: ignore[operator]
    unknown = [f"{place}: {message}" for place, message in found if told(message, FRENCH) == message]
    assert len(found) > 15
    assert not unknown, "\n".join(unknown)


def test_a_value_in_a_message_survives_its_translation() -> None:
    assert told("from 0 to 20", FRENCH) == "de 0 à 20"
    assert told("the file “a: b.png” is missing", FRENCH) == "le fichier «\u00a0a: b.png\u00a0» manque"
    assert told("from 0 to 20", ENGLISH) == "from 0 to 20"
    assert told("Length must be between 2 and 50.", ENGLISH) == "from 2 to 50 are needed"
    assert told("Shorter than minimum length 1.", FRENCH) == "à indiquer"


def test_a_message_that_nobody_knows_stays_as_it_is() -> None:
    assert told("a vendor's own 100 % message", FRENCH) == "a vendor's own 100 % message"


def test_narrow_spaces_are_added_and_values_are_filled_in() -> None:
    assert FRENCH.gettext("Edit: %(title)s", title="La pluie") == "Modifier\u00a0: La pluie"
    assert FRENCH.gettext("Why?") == "Pourquoi\u202f?"


def test_nought_and_one_are_singular_in_french() -> None:
    one, many = "%(num)s page", "%(num)s pages"
    assert [FRENCH.ngettext(one, many, number) for number in (0, 1, 2)] == ["0 page", "1 page", "2 pages"]
    assert [ENGLISH.ngettext(one, many, number) for number in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]


def test_numbers_and_dates_are_written_as_people_do() -> None:
    instant = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)
    assert FRENCH.number(Fraction(1, 2)) == "0,5"
    assert FRENCH.date_time(instant) == "mar. 24 nov. 2026, 18 h 05"
    assert ENGLISH.date_time(instant) == "Tue 24 Nov 2026, 18:05"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (("fr-FR",), "fr"),
        (("en_GB",), "en"),
        (("de", "en"), "en"),
        (("br-FR", None), "fr"),
        ((None, ""), "fr"),
        ((), "fr"),
    ],
)
def test_the_first_language_that_there_is_is_spoken(wanted: tuple[str | None, ...], language: str) -> None:
    assert i18n.choose(*wanted) == language
    assert i18n.texts(language).language == language


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-01-15T08:00", datetime(2026, 1, 15, 7, 0, tzinfo=UTC)),
        ("2026-07-15T08:00", datetime(2026, 7, 15, 6, 0, tzinfo=UTC)),
        ("2026-03-29T03:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("9999-12-31T23:59", datetime(9999, 12, 31, 22, 59, tzinfo=UTC)),
    ],
)
def test_what_is_typed_is_on_the_clock_of_the_school(typed: str, instant: datetime) -> None:
    assert FRENCH.instant(typed) == instant
    assert FRENCH.input_value(instant) == typed


def test_no_date_is_none_and_comes_back_empty() -> None:
    assert FRENCH.instant("  ") is None
    assert FRENCH.input_value(None) == ""


@pytest.mark.parametrize("typed", ["demain", "2026-02-30T08:00", "0001-01-01T00:00", "12:00"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="."):
        FRENCH.instant(typed)


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        (Fraction(0), "0", "0"),
        (Fraction(1, 3), "0,33", "0.33"),
        (Fraction(2, 3), "0,67", "0.67"),
        (Fraction(1, 8), "0,13", "0.13"),
        (1234, "1\u202f234", "1,234"),
    ],
)
def test_numbers_have_two_decimals_at_the_most(number: int | Fraction, french: str, english: str) -> None:
    assert (FRENCH.number(number), ENGLISH.number(number)) == (french, english)


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("", ""),
        ("Un mot", "<p>Un mot</p>"),
        ("Un\r\n\r\nDeux\nencore", "<p>Un</p><p>Deux<br>encore</p>"),
        ("3 < 5 & 5 > 3", "<p>3 &lt; 5 &amp; 5 &gt; 3</p>"),
        ("<p>du <em>HTML</em></p>", "<p>du <em>HTML</em></p>"),
        ("<ul><li>a</li></ul>", "<ul><li>a</li></ul>"),
    ],
)
def test_plain_words_become_paragraphs_and_html_stays(typed: str, html: str) -> None:
    assert as_html(typed) == html
    assert as_html(as_typed(html)) == html


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n <>&;p/")))
def test_what_is_typed_comes_back_as_the_same_page(typed: str) -> None:
    stored = load_block({"id": "a", "type": "text", "html": as_html(typed)})["html"]
    again = load_block({"id": "a", "type": "text", "html": as_html(as_typed(stored))})["html"]
    assert again == stored or not stored.startswith("<p>")
    if not MARKUP.search(typed) and typed.strip():
        assert as_typed(as_html(typed)).split() == typed.split()


def test_a_package_brings_words_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    words = 'msgid "Years of the vendor:"\nmsgstr "Années :"\n\nmsgid "Save"\nmsgstr "Autrement"\n'
    (folder / "vendor.po").write_text(header + words, encoding="utf-8")
    monkeypatch.setattr(i18n, "_folders", list(i18n._folders))
    i18n.add_catalogues(tmp_path)
    i18n.add_catalogues(tmp_path)
    try:
        assert i18n.texts("fr").gettext("Years of the vendor:") == "Années\u00a0:"
        assert i18n.texts("fr").gettext("Save") == "Enregistrer", "what is translated already stays"
        assert i18n.texts("en").gettext("Years of the vendor:") == "Years of the vendor:"
    finally:
        i18n.texts.cache_clear()
