"""Each type of block: what it looks like in both languages, what it misses, and how its form is read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup

from binder.blocks import FileView, Rendering, blocks, kind_of, load_block
from binder.blocks.providers import HOSTS
from binder.blocks.words import NAMES, TEXTS
from lti.views.wording import MISSING

EVERY = sorted(kind.name for kind in blocks)
A, B, C, GONE = (f"01890000-0000-7000-8000-00000000000{number}" for number in range(1, 5))
FILES = {
    A: FileView("f/a", "mare.jpg", "image/jpeg", 79_600, "Zoé <M>", "CC BY 4.0"),
    B: FileView("f/b", "pluie.mp3", "audio/mpeg", 79_600, licence="own-work"),
    C: FileView("f/c", "fr.vtt", "text/vtt", 300),
}


class Place:
    """A place where blocks are shown: a `Rendering`."""

    embed_hosts = HOSTS

    def __init__(self, lang: str = "fr", files: dict[str, FileView] | None = None) -> None:
        self.lang, self.files = lang, FILES if files is None else files

    def file(self, resource_id: str) -> FileView | None:
        return self.files.get(resource_id)

    def activity(self, activity_id: str) -> Markup:
        return Markup("<form>{}</form>").format(activity_id)

    def page(self, page_id: str) -> str | None:
        return f"../{page_id}"


def shown(data: dict[str, Any], lang: str = "fr", place: Rendering | None = None) -> str:
    block = load_block({"id": "b1", **data})
    return str(blocks[block["type"]].html(block, place or Place(lang)))


@pytest.mark.parametrize("name", EVERY)
def test_every_type_loads_from_nothing_and_says_what_it_lacks(name: str) -> None:
    block = load_block({"type": name})
    kind = kind_of(block)
    assert block["id"]
    assert load_block(block) == block
    for lang in ("fr", "en", "ar"):
        assert kind.html(block, Place(lang)) is not None
    assert bool(kind.problems(block)) == (name != "divider")
    assert set(kind.problems(block)) <= set(MISSING)
    assert (kind.resources(block), kind.activities(block), kind.text(block)) == ([], [], "")
    assert load_block({"type": name, "id": block["id"], **kind.from_form({})}) == block


GALLERY = {
    "type": "gallery",
    "items": [
        {"resource": A, "alt": "Une mare", "caption": "La mare <3"},
        {"resource": A, "decorative": True},
        {"resource": A},
        {"resource": GONE},
        {"alt": "sans image"},
    ],
}
VIDEO = {
    "type": "video",
    "resource": B,
    "title": "La goutte",
    "poster": A,
    "captions": [{"resource": C, "lang": "fr"}, {"resource": C, "lang": "nl", "kind": "subtitles"}, {}],
    "transcript": "<p>Il pleut.</p>",
}
MEETING = {
    "type": "meeting",
    "url": "https://visio.example/r/4?a=1&b=2",
    "title": "Révisions",
    "starts_at": "2026-11-24T18:00:00+01:00",
    "ends_at": "2026-11-24T19:30:00+01:00",
    "note": "Avec un crayon\n& une règle",
}
CREDIT = '<small class="credit">Zoé &lt;M&gt; – CC BY 4.0</small>'
GOLDEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "gallery": (
        GALLERY,
        '<ul class="gallery">'
        '<li><figure><a href="f/a"><img src="f/a" alt="Une mare" loading="lazy"> <span class="visually-hidden">(agrandir)'
        f"</span></a><figcaption>La mare &lt;3 {CREDIT}</figcaption></figure></li>"
        '<li><figure><a href="f/a"><img src="f/a" alt="" loading="lazy"> <span class="visually-hidden">Agrandir l’image 2'
        f"</span></a><figcaption> {CREDIT}</figcaption></figure></li>"
        '<li><figure><a href="f/a"><img src="f/a" alt="Image sans description" loading="lazy"> '
        f'<span class="visually-hidden">(agrandir)</span></a><figcaption> {CREDIT}</figcaption></figure></li>'
        '<li><p class="missing">Fichier manquant</p></li></ul>',
        '<span class="visually-hidden">Enlarge picture 2</span>',
    ),
    "audio": (
        {"type": "audio", "resource": B, "title": 'La "pluie"', "transcript": "<p>Il pleut.</p>"},
        '<figure class="sound"><audio controls preload="metadata" src="f/b" aria-label="La &#34;pluie&#34;"></audio>'
        '<figcaption>La &#34;pluie&#34; <small class="credit">travail personnel</small></figcaption>'
        '<details class="transcript"><summary>Transcription</summary><p>Il pleut.</p></details></figure>',
        "<summary>Transcript</summary>",
    ),
    "video": (
        VIDEO,
        '<figure class="film"><video controls preload="metadata" src="f/b" poster="f/a" aria-label="La goutte">'
        '<track kind="captions" src="f/c" srclang="fr" label="Sous-titres pour sourds et malentendants (français)" '
        'default><track kind="subtitles" src="f/c" srclang="nl" label="Sous-titres (néerlandais)"></video>'
        '<figcaption>La goutte <small class="credit">travail personnel</small></figcaption>'
        '<details class="transcript"><summary>Transcription</summary><p>Il pleut.</p></details></figure>',
        'label="Subtitles (Dutch)"',
    ),
    "callout": (
        {"type": "callout", "kind": "retenir", "title": "L'eau & nous", "html": "<p>Elle circule.</p>"},
        '<div class="callout retenir" role="note"><p class="callout-title"><strong class="kind">À retenir</strong> '
        '<span class="title">L&#39;eau &amp; nous</span></p><p>Elle circule.</p></div>',
        '<strong class="kind">Remember</strong>',
    ),
    "divider": ({"type": "divider"}, '<hr class="divider">', '<hr class="divider">'),
    "meeting": (
        MEETING,
        '<div class="meeting"><p class="meeting-title">Révisions</p><p class="dates">Le '
        '<time datetime="2026-11-24T18:00:00+01:00">mardi 24 novembre 2026, de 18\u00a0h\u00a000</time> à '
        '<time datetime="2026-11-24T19:30:00+01:00">19\u00a0h\u00a030</time></p>'
        '<p class="note-text">Avec un crayon<br>&amp; une règle</p><p class="join">'
        '<a href="https://visio.example/r/4?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">'
        'Rejoindre la classe virtuelle</a> <span class="host">(visio.example)</span></p></div>',
        '<time datetime="2026-11-24T18:00:00+01:00">Tuesday 24 November 2026, from 18:00</time> to ',
    ),
    "embed": (
        {"type": "embed", "url": "https://youtu.be/abc-123_X?t=1m5s", "title": 'Le "cycle"', "ratio": "4-3"},
        '<div class="embed" data-embed-src="https://www.youtube-nocookie.com/embed/abc-123_X?start=65" '
        'data-embed-title="Le &#34;cycle&#34;" data-embed-ratio="4-3" data-embed-referrer="strict-origin">'
        '<p class="embed-link">'
        '<a href="https://youtu.be/abc-123_X?t=1m5s" target="_blank" rel="noopener noreferrer">Le &#34;cycle&#34; '
        '<span class="host">– Ouvrir sur youtu.be (nouvel onglet)</span></a></p><p class="embed-note">'
        "Rien n’est encore chargé. Si tu l’affiches ici, ton appareil contacte www.youtube-nocookie.com\u00a0: ce site "
        "apprend ton adresse IP, le type de ton navigateur et le nom de notre site, et peut déposer des cookies."
        "</p></div>",
        "your device contacts www.youtube-nocookie.com:",
    ),
}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_block_looks_like_this(name: str) -> None:
    data, french, english = GOLDEN[name]
    assert shown(data) == french
    assert english in shown(data, "en-GB")
    assert english in shown(data, "ar"), "a language that blocks do not speak"


def test_a_file_that_is_being_checked_or_was_refused_is_not_shown() -> None:
    for state, words in (("scanning", "en cours d’analyse"), ("refused", "refusé par l’antivirus")):
        place = Place(files={name: replace(file, state=state) for name, file in FILES.items()})
        for data in ({"type": "image", "resource": A}, {"type": "audio", "resource": B}, VIDEO):
            html = shown(data, place=place)
            assert words in html
            assert "f/" not in html


def test_a_film_without_its_poster_or_captions_still_plays() -> None:
    place = Place(files={B: FILES[B]})
    html = shown(VIDEO, place=place)
    assert "<track" not in html
    mistaken = {**VIDEO, "captions": [{"resource": A, "lang": "fr"}]}
    assert "<track" not in shown(mistaken), "what is no captions is not offered as such"
    assert "poster" not in html
    assert '<video controls preload="metadata" src="f/b"' in html


@pytest.mark.parametrize(
    ("start", "end", "french"),
    [
        ("2026-12-01T08:05+01:00", "", "À partir du mardi 1er décembre 2026 à 8\u00a0h\u00a005"),
        ("", "2027-01-02T08:00+04:00", "Jusqu’au samedi 2 janvier 2027 à 8\u00a0h\u00a000"),
        (
            "2026-11-24T22:00-04:00",
            "2026-11-25T01:00-04:00",
            "Du mardi 24 novembre 2026 à 22\u00a0h\u00a000 au mercredi 25 novembre 2026 à 1\u00a0h\u00a000",
        ),
        ("", "", None),
    ],
)
def test_a_meeting_says_the_hour_that_its_teacher_meant(start: str, end: str, french: str | None) -> None:
    html = shown({"type": "meeting", "starts_at": start, "ends_at": end})
    plain = re.sub(r"<[^>]*>", "", html)
    if french is None:
        assert "<time" not in html
    else:
        assert french in plain


@pytest.mark.parametrize(
    "url",
    [
        "http://visio.example/",
        "javascript:alert(1)",
        "https://user@visio.example/",
        "https://visio.example:8443/",
        "https://visio.example\\@evil.example/",
        "https://visio.example/ evil",
        "https://[::1]/",
        "https://localhost/",
        "//visio.example/",
        "data:text/html,x",
        "https://éole.example/",
    ],
)
def test_an_address_that_is_not_plainly_one_is_no_link(url: str) -> None:
    for kind in ("meeting", "embed"):
        block = load_block({"type": kind, "url": url})
        html = str(blocks[kind].html(block, Place()))
        assert "href" not in html
        assert "data-embed-src" not in html
        assert "bad-address" in blocks[kind].problems(block)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({"type": "image", "resource": A}, ["no-alt"]),
        ({"type": "image", "resource": A, "alt": " "}, ["no-alt"]),
        ({"type": "image", "resource": A, "alt": "Une mare"}, []),
        ({"type": "image", "resource": A, "decorative": True}, []),
        (GALLERY, ["no-alt"]),
        ({"type": "gallery", "items": [{"resource": A, "alt": "Une mare"}]}, []),
        ({"type": "audio", "resource": B}, ["no-title", "no-transcript"]),
        ({"type": "audio", "resource": B, "title": "Pluie", "transcript": "<p>…</p>"}, []),
        ({"type": "video", "resource": B}, ["no-title", "no-captions", "no-transcript"]),
        (VIDEO, []),
        ({**VIDEO, "captions": [{"resource": C, "kind": "descriptions"}]}, ["no-captions"]),
        ({"type": "file", "resource": A}, ["no-title"]),
        ({"type": "file", "resource": A, "label": "Fiche"}, []),
        ({"type": "embed", "url": "https://example.org/"}, ["no-title"]),
        ({"type": "embed", "url": "https://example.org/", "title": "Site"}, []),
        (MEETING, []),
        ({**MEETING, "ends_at": MEETING["starts_at"]}, ["dates-reversed"]),
        ({**MEETING, "starts_at": ""}, ["no-date"]),
        ({"type": "callout", "html": "<p>x</p>"}, []),
        ({"type": "activity", "activity": A}, []),
    ],
)
def test_a_block_knows_what_a_reader_would_miss(data: dict[str, Any], codes: list[str]) -> None:
    block = load_block({"id": "b1", **data})
    assert kind_of(block).problems(block) == codes


def test_a_type_that_is_gone_says_so_and_keeps_its_data() -> None:
    block = {"id": "b1", "type": "poem<b>", "verses": ["Il pleure"]}
    kind = kind_of(block)
    assert str(kind.html(block, Place())) == (
        '<p class="missing">Ce bloc a besoin d’une extension qui n’est pas installée (poem&lt;b&gt;).</p>'
    )
    assert kind.problems(block) == ["unknown-type"]
    assert (kind.resources(block), kind.activities(block), kind.text(block)) == ([], [], "")
    assert "unknown" not in EVERY


# ---- forms ----

FORMS: dict[str, tuple[dict[str, list[str]], dict[str, Any]]] = {
    "image": (
        {"resource": [A], "alt": ["Une mare"], "decorative": ["1"], "caption": [""], "credit": ["x"]},
        {"resource": A, "alt": "Une mare", "decorative": True, "caption": ""},
    ),
    "gallery": (
        {
            "resource": [A, B, C, ""],
            "alt": ["a", "b", "c", ""],
            "caption": ["", "", "", ""],
            "decorative": ["1", "3"],
            "place": ["3", "2", "3"],
            "out": ["1"],
        },
        {
            "items": [
                {"resource": C, "alt": "c", "caption": "", "decorative": False},
                {"resource": A, "alt": "a", "caption": "", "decorative": False},
            ]
        },
    ),
    "video": (
        {
            "resource": [B, A, C, C, ""],
            "title": ["La goutte"],
            "lang": ["fr", "en", "de"],
            "kind": ["captions", "subtitles", "captions"],
            "out": ["0"],
            "transcript": ["<p>x</p>"],
        },
        {
            "resource": B,
            "title": "La goutte",
            "transcript": "<p>x</p>",
            "poster": A,
            "captions": [{"resource": C, "lang": "en", "kind": "subtitles"}],
        },
    ),
    "audio": (
        {"resource": [B], "title": ["Pluie"], "transcript": ["<p>x</p>"]},
        {"resource": B, "title": "Pluie", "transcript": "<p>x</p>"},
    ),
    "callout": (
        {"kind": ["attention"], "title": [""], "html": ["<p>x</p>"]},
        {"kind": "attention", "title": "", "html": "<p>x</p>"},
    ),
    "embed": (
        {"url": ["https://example.org/"], "title": ["Site"], "ratio": ["1-1"]},
        {"url": "https://example.org/", "title": "Site", "ratio": "1-1"},
    ),
    "meeting": (
        {
            "url": ["x"],
            "title": [""],
            "starts_at": ["2026-11-24T18:00:00+01:00"],
            "ends_at": [""],
            "note": ["n"],
        },
        {"url": "x", "title": "", "starts_at": "2026-11-24T18:00:00+01:00", "ends_at": "", "note": "n"},
    ),
    "divider": ({}, {}),
}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_says_what_the_block_is(name: str) -> None:
    form, fields = FORMS[name]
    limits = {"hidden_until": ["2026-11-24T18:00:00+01:00"], "audience": [A]}
    read = blocks[name].from_form({**form, **limits})
    loaded = load_block({"id": "b1", "type": name, **read})
    assert {key: loaded[key] for key in fields} == fields
    assert (loaded["hidden_until"], loaded["audience"]) == ("2026-11-24T18:00:00+01:00", A)
    free = load_block(
        {"id": "b1", "type": name, **blocks[name].from_form({**form, "hidden_until": [""], "audience": [""]})}
    )
    assert not {"hidden_until", "audience"} & set(free)


def test_pictures_are_put_where_their_line_says() -> None:
    def order(*places: str) -> list[str]:
        form = {"resource": [A, B, C], "place": list(places)}
        return [item["resource"] for item in blocks["gallery"].from_form(form)["items"]]

    assert order("1", "2", "3") == [A, B, C]
    assert order("1", "2", "1") == [C, A, B]
    assert order("2", "2", "3") == [B, A, C]
    assert order("", "x", "9999") == [A, B, C]
    assert order() == [A, B, C]


def test_both_languages_have_the_same_words() -> None:
    assert set(TEXTS["fr"]) == set(TEXTS["en"])
    assert set(NAMES["fr"]) == set(NAMES["en"])
