"""The types of block: what they refuse, refer to, and look like."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from binder.blocks import FileView, blocks, digest, load_block, new_block_id
from binder.blocks.providers import HOSTS
from binder.errors import Invalid

RESOURCE = "01890000-0000-7000-8000-000000000001"
OTHER = "01890000-0000-7000-8000-000000000002"
THIRD = "01890000-0000-7000-8000-000000000003"
EVERY = sorted(kind.name for kind in blocks)


class Rendering:
    """A place where blocks are shown."""

    embed_hosts = HOSTS

    def __init__(self, file: FileView | None = None, lang: str = "fr") -> None:
        self.lang, self._file = lang, file

    def file(self, resource_id: str) -> FileView | None:
        assert UUID(resource_id)
        return self._file

    def activity(self, activity_id: str) -> Markup:
        return Markup("<form>{}</form>").format(activity_id)

    def page(self, page_id: str) -> str | None:
        return None


def view(media_type: str = "image/png", size: int = 79_600, **changes: Any) -> FileView:
    return FileView("/f/1?a=1&b=2", 'sché"ma.png', media_type, size, **changes)


def shown(data: dict[str, Any], rendering: Rendering | None = None) -> str:
    block = load_block({"id": "b1", **data})
    return str(blocks[block["type"]].html(block, rendering or Rendering(view())))


def test_text_shows_its_html_with_tables_in_a_box() -> None:
    assert shown({"type": "text", "html": "<p>a<script>x</script></p>"}) == "<p>a</p>"
    assert shown({"type": "text", "html": "<table><tr><td>1</td></tr></table>"}) == (
        '<div class="scroll" tabindex="0"><table><tbody><tr><td>1</td></tr></tbody></table></div>'
    )


def test_a_heading_escapes_its_text() -> None:
    assert shown({"type": "heading", "text": "a < b", "level": 3}) == "<h3>a &lt; b</h3>"
    assert shown({"type": "heading", "text": "x"}) == "<h2>x</h2>"


def test_a_picture_says_what_it_shows() -> None:
    block = {"type": "image", "resource": RESOURCE, "alt": 'le "cycle"'}
    assert shown(block) == (
        '<figure class="image"><img src="/f/1?a=1&amp;b=2" alt="le &#34;cycle&#34;" loading="lazy"></figure>'
    )
    assert "<figcaption>Le <small" in shown(
        {**block, "caption": "Le"}, Rendering(view(credit="Ada <b>", licence="CC BY"))
    )
    assert "Ada &lt;b&gt; – CC BY" in shown(block, Rendering(view(credit="Ada <b>", licence="CC BY")))


def test_a_decoration_has_no_words() -> None:
    assert 'alt=""' in shown({"type": "image", "resource": RESOURCE, "decorative": True, "alt": "x"})


def test_a_missing_file_is_said_to_be_missing() -> None:
    block = {"type": "image", "resource": RESOURCE, "alt": "x"}
    assert shown(block, Rendering()) == '<p class="missing">Fichier manquant</p>'
    assert shown({"type": "file", "resource": RESOURCE, "label": "x"}, Rendering(lang="de")) == (
        '<p class="missing">Missing file</p>'
    )


@pytest.mark.parametrize(
    ("media_type", "size", "lang", "weight"),
    [
        ("application/pdf", 80_000, "fr-CA", "PDF, 80\u00a0ko"),
        ("application/pdf", 1_500_000, "fr", "PDF, 1,5\u00a0Mo"),
        ("application/pdf", 1_500_000, "en", "PDF, 1.5\u00a0MB"),
        ("audio/mpeg", 12_000_000_000, "fr", "MP3, 12000\u00a0Mo"),
        ("application/octet-stream", 7, "fr", "7\u00a0octets"),
        ("image/svg+xml", 999, "en", "SVG, 999\u00a0bytes"),
        ("image/webp", 1000, "en", "WEBP, 1.0\u00a0kB"),
    ],
)
def test_a_file_tells_its_kind_and_weight(media_type: str, size: int, lang: str, weight: str) -> None:
    html = shown(
        {"type": "file", "resource": RESOURCE, "label": "Fiche"}, Rendering(view(media_type, size), lang)
    )
    assert f'<span class="weight">({weight})</span>' in html
    assert 'download="sché&#34;ma.png"' in html


@pytest.mark.parametrize(
    ("media_type", "player"), [("audio/mpeg", "audio"), ("video/mp4", "video"), ("image/png", None)]
)
def test_sounds_and_films_have_a_player(media_type: str, player: str | None) -> None:
    html = shown({"type": "file", "resource": RESOURCE, "label": 'a"b'}, Rendering(view(media_type)))
    assert (f'<{player} controls preload="metadata"' in html) == (player is not None)
    assert html.count("</audio>") + html.count("</video>") == (player is not None)


def test_an_activity_is_shown_by_the_place() -> None:
    assert shown({"type": "activity", "activity": RESOURCE}) == f"<form>{RESOURCE}</form>"


@pytest.mark.parametrize(
    ("data", "resources", "named", "text"),
    [
        ({"type": "text", "html": "<p>a <b>b</b></p>"}, [], [], "a b"),
        ({"type": "heading", "text": "T"}, [], [], "T"),
        ({"type": "image", "resource": RESOURCE.upper(), "alt": "A", "caption": "C"}, [RESOURCE], [], "A C"),
        ({"type": "file", "resource": RESOURCE, "label": "L"}, [RESOURCE], [], "L"),
        ({"type": "activity", "activity": RESOURCE}, [], [RESOURCE], ""),
        (
            {"type": "audio", "resource": RESOURCE, "title": "A", "transcript": "<p>B</p>"},
            [RESOURCE],
            [],
            "A B",
        ),
        (
            {
                "type": "gallery",
                "items": [{"resource": RESOURCE, "alt": "A", "caption": "B"}, {"alt": "C"}],
            },
            [RESOURCE],
            [],
            "A B C",
        ),
        (
            {
                "type": "video",
                "resource": RESOURCE,
                "poster": OTHER,
                "captions": [{"resource": THIRD}, {}],
                "title": "A",
                "transcript": "<p>B</p>",
            },
            [RESOURCE, OTHER, THIRD],
            [],
            "A B",
        ),
        ({"type": "callout", "title": "A", "html": "<p>B</p>"}, [], [], "A B"),
        ({"type": "embed", "url": "https://example.org/", "title": "A"}, [], [], "A"),
        ({"type": "meeting", "title": "A", "note": "B"}, [], [], "A B"),
        ({"type": "divider"}, [], [], ""),
        *(({"type": name}, [], [], "") for name in EVERY),
    ],
)
def test_a_block_knows_what_it_refers_to_and_says(
    data: dict[str, Any], resources: list[str], named: list[str], text: str
) -> None:
    block = load_block({"id": "b1", **data})
    kind = blocks[block["type"]]
    assert (kind.resources(block), kind.activities(block), kind.text(block)) == (resources, named, text)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"type": "image", "resource": "x", "alt": "a"}, "resource"),
        ({"type": "image", "resource": "x"}, "resource"),
        ({"type": "heading", "text": "x", "level": 1}, "level"),
        ({"type": "heading", "text": "x" * 256}, "text"),
        ({"type": "text", "html": "x", "style": "y"}, "style"),
        ({"type": "text", "html": "x", "id": "B 1"}, "id"),
        ({"type": "text", "html": "x", "id": "b1\n"}, "id"),
        ({"type": "activity", "activity": 7}, "activity"),
        ({"type": "callout", "kind": "blague"}, "kind"),
        ({"type": "embed", "ratio": "2-1"}, "ratio"),
        ({"type": "meeting", "starts_at": "demain"}, "starts_at"),
        ({"type": "meeting", "starts_at": "2026-11-24T08:00"}, "starts_at"),
        ({"type": "text", "hidden_until": "2026-11-24"}, "hidden_until"),
        ({"type": "text", "hidden_until": "0001-01-01T00:00+14:00"}, "hidden_until"),
        ({"type": "text", "audience": "5e B"}, "audience"),
        ({"type": "gallery", "items": [{"resource": "x"}]}, "items"),
        ({"type": "gallery", "items": [{}] * 61}, "items"),
        ({"type": "video", "captions": [{"lang": "français"}]}, "captions"),
    ],
)
def test_a_wrong_block_is_refused_where_it_is_wrong(data: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        load_block({"id": "b1", **data})
    assert list(refused.value.messages["block"]) == [field]


@pytest.mark.parametrize("kind", ["poem", "", None, 3, ["text"], {"text": 1}])
def test_an_unknown_type_is_refused(kind: Any) -> None:
    with pytest.raises(Invalid) as refused:
        load_block({"id": "b1", "type": kind})
    assert "type" in refused.value.messages
    with pytest.raises(Invalid):
        load_block({"id": "b1"})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {
            "id": st.just("b1") | values,
            "type": st.sampled_from(sorted(kind.name for kind in blocks)) | values,
        },
        optional={
            name: values | st.just(RESOURCE)
            for name in (
                "html",
                "text",
                "level",
                "resource",
                "alt",
                "caption",
                "label",
                "activity",
                "decorative",
                "items",
                "captions",
                "title",
                "transcript",
                "poster",
                "url",
                "ratio",
                "kind",
                "starts_at",
                "ends_at",
                "note",
                "hidden_until",
                "audience",
            )
        },
    )
)
def test_whatever_comes_as_a_block_is_loaded_or_refused(data: dict[str, Any]) -> None:
    try:
        block = load_block(data)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
        return
    assert load_block(block) == block
    assert digest(block)


def test_the_fingerprint_tells_changes_and_not_the_order_of_fields() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert len(digest({})) == 16


def test_new_blocks_have_identifiers_of_their_own() -> None:
    assert len({new_block_id() for _ in range(500)}) == 500
    assert load_block({"id": new_block_id(), "type": "text", "html": ""})
