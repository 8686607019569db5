"""The lessons of the demo school keep every rule of the native format, of accessibility and of typography."""

from __future__ import annotations

import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest

from binder.blocks import kind_of
from binder.media.mediatypes import sniff
from binder.schemas import load_binder
from examples.school import HERE, Lesson, lessons

LESSONS = lessons()
TAGS = set(
    "p h3 h4 h5 ul ol li strong em u s sub sup blockquote a table caption thead tbody tr th td"
    " code abbr span br hr".split()
)
INLINE = set("strong em u s sub sup a code abbr span br".split())
ATTRIBUTES = {("a", "href"), ("th", "scope"), ("abbr", "title"), ("span", "lang")}
VOID = {"br", "hr"}
MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
}
LIMITS = {".png": 150_000, ".jpg": 150_000, ".pdf": 150_000, ".mp3": 300_000, ".ogg": 300_000, ".svg": 60_000}
MODES = {"right_minus_wrong", "all_or_nothing", "balanced", "per_option", "ou_multi", "union"}
KEYS = {
    "text": {"html"},
    "heading": {"level", "text"},
    "image": {"resource", "alt", "decorative", "caption"},
    "file": {"resource", "label"},
    "activity": {"activity"},
    "audio": {"resource", "title", "transcript"},
    "callout": {"kind", "title", "html"},
    "gallery": {"items"},
    "math": {"latex", "label"},
}
SVG = "{http://www.w3.org/2000/svg}"
SVG_TAGS = {
    SVG + tag
    for tag in "svg title desc g path rect circle ellipse line polyline polygon text tspan defs".split()
}

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)


class Outline(HTMLParser):
    """Reads HTML strictly: tags and attributes that are allowed, closed in order; keeps headings and text."""

    def __init__(self, html: str, allowed: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed, self.open, self.headings = allowed, list[str](), list[int]()
        self.tables, self.words = list[Counter[str]](), list[str]()
        self.feed(html)
        self.close()
        assert not self.open, f"unclosed {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed, f"<{tag}> is not allowed"
        for name, value in attrs:
            assert (tag, name) in ATTRIBUTES, f"<{tag} {name}> is not allowed"
            assert value, f"<{tag} {name}> is empty"
        if tag == "th":
            assert dict(attrs).get("scope") in {"row", "col"}
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append(Counter())
        elif self.tables:
            self.tables[-1][tag] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")


def sections(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in part["sections"]:
        yield section
        yield from sections(section)


def pages(lesson: Lesson) -> list[dict[str, Any]]:
    return [page for section in sections(lesson.document["binder"]) for page in section["pages"]]


def blocks(lesson: Lesson) -> list[dict[str, Any]]:
    return [block for page in pages(lesson) for block in page["blocks"]]


def activities(lesson: Lesson) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lesson.document["binder"]["activities"]
    return found


def resources(lesson: Lesson) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lesson.document["binder"]["resources"]
    return found


def texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a part of a document, with the name of its field."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, "feedback" if name == "feedback" else key)


def shown(lesson: Lesson) -> Iterator[str]:
    """Every text that somebody reads, without its tags."""
    html = {"html", "prompt", "feedback", "explanation", "transcript"}
    plain = {"title", "description", "subject", "text", "alt", "caption", "label", "credit"}
    for name, text in texts(lesson.document):
        if name in html:
            yield "".join(Outline(text, TAGS).words)
        elif name in plain:
            yield text


def svgs(lesson: Lesson) -> list[tuple[str, str]]:
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(lesson.media.glob("*.svg"))]


def test_there_is_enough_to_show() -> None:
    assert [lesson.slug for lesson in LESSONS] == [
        "cycle-de-l-eau",
        "etude-de-texte",
        "fractions",
        "water-cycle",
    ]
    least = {"cycle-de-l-eau": 5, "etude-de-texte": 5, "fractions": 5, "water-cycle": 3}
    counted = {lesson.slug: len(pages(lesson)) for lesson in LESSONS}
    assert all(counted[slug] >= number for slug, number in least.items())
    assert sum(counted.values()) >= 18
    questions = [activity for lesson in LESSONS for activity in activities(lesson)]
    assert len(questions) >= 14
    assert {question["body"]["multiple"] for question in questions} == {True, False}
    assert {question["scoring"]["mode"] for question in questions} == MODES
    assert any(question["key"]["mapping"] for question in questions)
    kinds = Counter(resource["media_type"] for lesson in LESSONS for resource in resources(lesson))
    assert kinds["image/svg+xml"] >= 8
    assert kinds["image/png"] + kinds["image/jpeg"] >= 1
    assert kinds["audio/mpeg"] + kinds["audio/ogg"] >= 2
    assert kinds["application/pdf"] >= 1
    shown = Counter(block["type"] for lesson in LESSONS for block in blocks(lesson))
    assert shown["callout"] >= 6
    assert shown["audio"] >= 5
    assert shown["gallery"] >= 1
    assert shown["math"] >= 1
    assert {
        block["kind"] for lesson in LESSONS for block in blocks(lesson) if block["type"] == "callout"
    } == {
        "consigne",
        "retenir",
        "attention",
    }


def test_the_water_cycle_has_a_sub_section() -> None:
    (lesson,) = (lesson for lesson in LESSONS if lesson.slug == "cycle-de-l-eau")
    top = lesson.document["binder"]["sections"]
    assert len(top) >= 2
    assert any(part["pages"] for section in top for part in section["sections"])


def test_the_tale_is_a_short_one() -> None:
    (lesson,) = (lesson for lesson in LESSONS if lesson.slug == "etude-de-texte")
    told = max((block["html"] for block in blocks(lesson) if block["type"] == "text"), key=len)
    assert 300 <= len("".join(Outline(told, TAGS).words).split()) <= 500


@every_lesson
def test_the_library_reads_it_and_finds_nothing_to_clean(lesson: Lesson) -> None:
    read = load_binder(lesson.document)

    def leaves(value: Any) -> list[str]:
        # the cleaner writes U+00A0 as an entity; beyond that, what goes in is what is kept
        return sorted(text.replace("&nbsp;", "\u00a0") for name, text in texts(value) if name in cleaned)

    cleaned = {
        "html",
        "transcript",
        "prompt",
        "feedback",
        "explanation",
        "text",
        "alt",
        "caption",
        "label",
        "title",
    }
    assert leaves(read) == leaves(lesson.document["binder"])


@every_lesson
def test_the_file_is_written_as_agreed(lesson: Lesson) -> None:
    source = (HERE / lesson.slug / "binder.json").read_bytes()
    assert source.decode("utf-8") == json.dumps(lesson.document, indent=2, ensure_ascii=False) + "\n"
    assert set(lesson.document) == {"format", "version", "binder"}
    assert (lesson.document["format"], lesson.document["version"]) == ("classeur", 1)
    binder = lesson.document["binder"]
    for field in ("title", "description", "subject", "level", "licence"):
        assert binder[field].strip() == binder[field] != ""
    assert binder["lang"] == ("en" if lesson.slug == "water-cycle" else "fr")


def test_no_id_serves_twice() -> None:
    ids = [
        thing["id"]
        for lesson in LESSONS
        for thing in (
            lesson.document["binder"],
            *sections(lesson.document["binder"]),
            *pages(lesson),
            *activities(lesson),
            *resources(lesson),
        )
    ]
    assert [str(UUID(value)) for value in ids] == ids
    assert all(UUID(value).version == 4 for value in ids)
    assert len(set(ids)) == len(ids)


@every_lesson
def test_nothing_is_listed_or_titled_twice(lesson: Lesson) -> None:
    for things, field in (
        (pages(lesson), "title"),
        (activities(lesson), "title"),
        (resources(lesson), "name"),
    ):
        names = [thing[field] for thing in things]
        assert len(set(names)) == len(names)
    digests = [resource["sha256"] for resource in resources(lesson)]
    assert len(set(digests)) == len(digests)
    assert all(section["pages"] or section["sections"] for section in sections(lesson.document["binder"]))


@every_lesson
def test_references_lead_somewhere_and_everything_is_used(lesson: Lesson) -> None:
    used = [block["activity"] for block in blocks(lesson) if block["type"] == "activity"]
    assert sorted(used) == sorted(activity["id"] for activity in activities(lesson))
    files = {name for block in blocks(lesson) for name in kind_of(block).resources(block)}
    assert files == {resource["id"] for resource in resources(lesson)}
    kinds = {resource["id"]: resource["media_type"] for resource in resources(lesson)}
    for block in blocks(lesson):
        for name in kind_of(block).resources(block):
            is_picture = block["type"] in {"image", "gallery"}
            assert kinds[name].startswith("image/") == is_picture
            assert kinds[name].startswith("audio/") <= (block["type"] == "audio")
        assert kind_of(block).problems(block) == []


@every_lesson
def test_the_files_are_those_listed(lesson: Lesson) -> None:
    listed = {resource["name"]: resource for resource in resources(lesson)}
    assert {path.name for path in lesson.media.iterdir()} == set(listed)
    for name, resource in listed.items():
        suffix = PurePosixPath(name).suffix
        assert re.fullmatch(r"[a-z0-9-]+\.[a-z0-9]+", name)
        with lesson.open(resource["sha256"]) as stream:
            content = stream.read()
        assert hashlib.sha256(content).hexdigest() == resource["sha256"]
        assert len(content) == resource["size"] < LIMITS[suffix]
        assert resource["media_type"] == MEDIA_TYPES[suffix]
        assert sniff(io.BytesIO(content)) == resource["media_type"]
        if suffix == ".pdf":
            assert b"/Lang (fr)" in content
            assert b"/Title" in content
        assert resource["credit"]
        assert resource["licence"] == "CC BY-SA 4.0"


@every_lesson
def test_an_unknown_digest_is_refused_by_name(lesson: Lesson) -> None:
    with pytest.raises(KeyError, match=lesson.slug):
        lesson.open("0" * 64)


@every_lesson
def test_blocks_have_their_fields_and_opaque_ids(lesson: Lesson) -> None:
    ids = [block["id"] for block in blocks(lesson)]
    assert len(set(ids)) == len(ids)
    for block in blocks(lesson):
        assert re.fullmatch(r"[a-z0-9]{8}", block["id"])
        assert set(block) == {"id", "type"} | KEYS[block["type"]]
        if block["type"] == "file":
            assert block["label"].strip()


@every_lesson
def test_headings_go_down_one_level_at_a_time(lesson: Lesson) -> None:
    for page in pages(lesson):
        assert page["blocks"]
        level = 1
        for block in page["blocks"]:
            levels = []
            if block["type"] == "heading":
                assert block["level"] in {2, 3}
                assert block["text"].strip()
                levels = [block["level"]]
            elif block["type"] == "text":
                levels = Outline(block["html"], TAGS).headings
            for found in levels:
                assert found <= level + 1, f"{page['title']}: h{level} then h{found}"
                level = found


@every_lesson
def test_tables_have_captions_and_header_cells(lesson: Lesson) -> None:
    for block in blocks(lesson):
        if block["type"] == "text":
            for table in Outline(block["html"], TAGS).tables:
                assert table["caption"] == table["thead"] == table["tbody"] == 1
                assert table["th"] >= 2


@every_lesson
def test_pictures_are_described(lesson: Lesson) -> None:
    pictures = [block for block in blocks(lesson) if block["type"] == "image"]
    assert pictures
    for block in pictures:
        assert block["decorative"] is False
        assert len(block["alt"]) >= 40
        assert block["alt"] != block["caption"]
        assert not re.search(r"\.(svg|png|jpe?g)\b", block["alt"])
    assert len({block["alt"] for block in pictures}) == len(pictures)


@every_lesson
def test_questions_are_sound(lesson: Lesson) -> None:
    seen: set[str] = set()
    for activity in activities(lesson):
        body, key = activity["body"], activity["key"]
        assert set(activity) == {"id", "type", "title", "points", "body", "key", "scoring"}
        assert set(body) == {"prompt", "multiple", "shuffle", "options"}
        assert set(key) == {"correct", "mapping", "feedback", "explanation"}
        assert set(activity["scoring"]) == {"mode"}
        assert activity["type"] == "choice"
        assert "<" not in activity["title"]
        assert re.fullmatch(r"[1-9]\d*(/[1-9]\d*)?", activity["points"])
        Outline(body["prompt"], TAGS)
        Outline(key["explanation"], TAGS)
        assert body["prompt"].startswith("<p>")
        assert len("".join(Outline(key["explanation"], TAGS).words)) >= 20
        ids = [option["id"] for option in body["options"]]
        words = ["".join(Outline(option["html"], INLINE).words).strip() for option in body["options"]]
        assert 3 <= len(ids) == len(set(words))
        assert all(re.fullmatch(r"[a-z0-9]{4,8}", value) for value in ids)
        assert not seen & set(ids)
        seen.update(ids)
        assert set(key["feedback"]) == set(ids)
        assert len(set(key["feedback"].values())) == len(ids)
        for text in key["feedback"].values():
            assert "".join(Outline(text, TAGS).words).strip()
        correct = set(key["correct"])
        assert 1 <= len(correct) == len(key["correct"]) < len(ids)
        assert correct <= set(ids)
        assert set(key["mapping"]) <= set(ids) - correct
        if body["multiple"]:
            assert not key["mapping"]
            assert activity["scoring"]["mode"] in MODES
        else:
            assert len(correct) == 1
            assert activity["scoring"]["mode"] == "all_or_nothing"
            assert all(0 < Fraction(part) < 1 for part in key["mapping"].values())


def test_neither_ids_nor_places_tell_the_answer() -> None:
    places, ranks = Counter[int](), Counter[int]()
    for lesson in LESSONS:
        for activity in activities(lesson):
            ids = [option["id"] for option in activity["body"]["options"]]
            if not activity["body"]["multiple"]:
                (right,) = activity["key"]["correct"]
                places[ids.index(right)] += 1
                ranks[sorted(ids).index(right)] += 1
    for counted in (places, ranks):
        assert len(counted) == 4
        assert max(counted.values()) <= 0.6 * counted.total()


@every_lesson
def test_drawings_are_safe(lesson: Lesson) -> None:
    for name, source in svgs(lesson):
        root = ET.fromstring(source)  # noqa: S314 - our own file
        assert "<!" not in source, name
        assert "<?" not in source, name
        assert root.tag == SVG + "svg"
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
        assert root.get("role") == "img"
        assert root.get("lang") == lesson.document["binder"]["lang"]
        assert (root.findtext(SVG + "title") or "").strip()
        for element in root.iter():
            assert element.tag in SVG_TAGS, f"{name}: {element.tag}"
            for attribute, value in element.attrib.items():
                bare = attribute.rpartition("}")[2].lower()
                assert not bare.startswith("on"), f"{name}: {attribute}"
                assert bare not in {"href", "src", "style", "class"}, f"{name}: {attribute}"
                assert not re.search(r"url\(|//|javascript:|data:|@import", value, re.I), f"{name}: {value}"


@every_lesson
def test_the_words_of_drawings_are_readable_on_a_telephone(lesson: Lesson) -> None:
    for name, source in svgs(lesson):
        root = ET.fromstring(source)  # noqa: S314 - our own file
        scale = 320 / float(root.get("width", "0"))
        for element in root.iter(SVG + "text"):
            assert float(element.get("font-size", "0")) * scale >= 13, f"{name}: {element.text}"


@every_lesson
def test_typography(lesson: Lesson) -> None:
    drawn = ["".join(ET.fromstring(source).itertext()) for _, source in svgs(lesson)]  # noqa: S314
    for text in [*shown(lesson), *drawn]:
        assert not re.search(r"['\"]|\.\.\.", text), text
        assert not re.search(r"\d (?:mm|cm|L|m²|°C|%)(?!\w)", text), text
        if lesson.document["binder"]["lang"] == "fr":
            assert not re.search(r" [;:!?»%]|« ", text), text
            assert not re.search(r"(?<!\u202f)[;!?]", text), text
            assert not re.search(r"(?<!\u00a0):", text), text
            assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", text), text
            assert text.count("«") == text.count("»"), text
            assert not re.search(r"\d \d{3}\b", text), text


def test_making_names_no_machine() -> None:
    for path in (HERE / "making").iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(?:home|work|tmp|usr|Users)/", text), path.name
            assert not re.search(r"https?://(?!www\.w3\.org/)", text), path.name
