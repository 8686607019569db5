"""The types of block on the web: their forms without scripts, who sees them, and what a page asks of other sites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Route

from binder.blocks import blocks, load_block
from binder.content import authoring, composing
from binder.giving import assigning
from binder.models import Page, Resource, Tenant
from lti.errors import SettingsInvalid
from lti.settings import Settings
from lti.views import rendering
from lti.views.headers import protect
from lti.views.wording import MISSING
from tests.binder.blocks.test_each_type import MEETING
from tests.browser import chromium as running_chromium
from tests.exporters.shelf import PNG, WAV
from tests.factories import audience
from tests.lti.school import School, open_school, served
from tests.lti.somebody import Somebody, somebody
from tests.lti.test_pages import WCAG, axe_troubles, seen_troubles, window

FORMS = {
    name for name in (kind.name for kind in blocks) if name not in ("activity", "text", "heading", "math")
}
SRT = b"1\n00:00:00,000 --> 00:00:01,000\nIl pleut.\n"


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def path(school: School) -> str:
    return f"/lti/my/pages/{school.ids['draft']}"


def written(school: School) -> list[dict[str, Any]]:
    """The blocks of the draft."""
    with school.begin() as session:
        tenant = school.people["teacher"].tenant_id
        return list(session.get_one(Page, (tenant, school.ids["draft"])).blocks)


def author(school: School) -> Somebody:
    teacher = somebody(school, "teacher")
    teacher.open(f"{path(school)}/edit")
    return teacher


def new(school: School, teacher: Somebody, kind: str) -> str:
    """An empty block of that type; its id."""
    before = {block["id"] for block in written(school)}
    teacher.send(f"{path(school)}/blocks", type=kind)
    assert teacher.status == 200
    (made,) = [block["id"] for block in written(school) if block["id"] not in before]
    return str(made)


def save(school: School, teacher: Somebody, block: str, **fields: Any) -> dict[str, Any]:
    """Save a block's form; the block."""
    teacher.send(f"{path(school)}/blocks/{block}", **fields)
    (saved,) = [one for one in written(school) if one["id"] == block]
    return saved


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_an_empty_block_has_a_form_and_stays_as_it_is_when_saved(school: School, kind: str) -> None:
    teacher = author(school)
    block = new(school, teacher, kind)
    form = re.search(rf'<section class="block" id="b-{block}".*?</section>', teacher.html, re.DOTALL)
    assert form
    for field in ('name="hidden_until"', 'name="audience"', 'name="token"'):
        assert field in form[0]
    ids = re.findall(r' id="([^"]+)"', teacher.html)
    assert len(ids) == len(set(ids))
    for name in re.findall(r'<label for="([^"]+)"', form[0]):
        assert f'id="{name}"' in form[0]
    (before,) = [one for one in written(school) if one["id"] == block]
    assert save(school, teacher, block) == before
    assert teacher.status == 200


def test_what_is_typed_comes_back_in_the_form(school: School) -> None:
    teacher = author(school)
    meeting = new(school, teacher, "meeting")
    saved = save(
        school,
        teacher,
        meeting,
        url="https://visio.example/r/4",
        title="Révisions",
        starts_at="2026-07-01T08:00",
        ends_at="2026-12-01T09:00",
        note="Un crayon",
        hidden_until="2026-06-30T18:00",
        audience=str(school.ids["audience"]),
    )
    assert (saved["starts_at"], saved["ends_at"]) == (
        "2026-07-01T08:00:00+02:00",
        "2026-12-01T09:00:00+01:00",
    )
    assert saved["hidden_until"] == "2026-06-30T18:00:00+02:00"
    for value in ("2026-07-01T08:00", "2026-12-01T09:00", "2026-06-30T18:00", "https://visio.example/r/4"):
        assert f'value="{value}"' in teacher.html
    assert f'<option value="{school.ids["audience"]}" selected>' in teacher.html
    assert "Caché jusqu’au mar. 30 juin 2026, 18 h 00" in teacher.html
    assert "Pour 5e A seulement" in teacher.html
    assert "mercredi 1er juillet 2026 à 8 h 00" in teacher.html

    callout = new(school, teacher, "callout")
    saved = save(school, teacher, callout, kind="attention", title="Eau", html="Ça brûle !\n\nVraiment.")
    assert saved["html"] == "<p>Ça brûle !</p><p>Vraiment.</p>"
    assert "Ça brûle !\n\nVraiment.</textarea>" in teacher.html


def test_a_date_that_is_none_is_told_at_its_field_and_nothing_else_is_lost(school: School) -> None:
    teacher = author(school)
    meeting = new(school, teacher, "meeting")
    before = written(school)
    teacher.send(f"{path(school)}/blocks/{meeting}", title="Gardé", starts_at="demain")
    assert teacher.status == 422
    assert written(school) == before
    assert 'value="Gardé"' in teacher.html
    assert f'aria-describedby="{meeting}-starts_at-error"' in teacher.html


def test_a_class_that_one_does_not_teach_is_refused_in_words(school: School) -> None:
    with school.begin() as session:
        tenant = session.get_one(Tenant, school.people["teacher"].tenant_id)
        other = str(audience(session, tenant, "3e").id)
    teacher = author(school)
    callout = new(school, teacher, "callout")
    teacher.send(f"{path(school)}/blocks/{callout}", html="Gardé", audience=other)
    assert teacher.status == 422
    assert "choisir une classe où vous enseignez" in teacher.html


def test_pictures_are_added_one_after_the_other_or_together(school: School) -> None:
    teacher = author(school)
    gallery = new(school, teacher, "gallery")
    one = save(
        school,
        teacher,
        gallery,
        resource="",
        file=(BytesIO(PNG), "un.png"),
        alt="Un carré",
        caption="Vide",
        credit="Zoé",
        licence="CC BY 4.0",
    )
    (first,) = one["items"]
    assert (first["alt"], first["caption"]) == ("Un carré", "Vide")
    several = save(
        school,
        teacher,
        gallery,
        resource=[first["resource"], ""],
        alt=["Un carré", ""],
        caption=["", ""],
        credit=["Zoé", ""],
        licence=["other", ""],
        licence_other=["Art Libre", ""],
        file=[(BytesIO(b""), ""), (BytesIO(PNG), "deux.png"), (BytesIO(PNG), "trois.png")],
    )
    assert [item["alt"] for item in several["items"]] == ["Un carré", "", ""]
    with school.begin() as session:
        tenant = school.people["teacher"].tenant_id
        files = [session.get_one(Resource, (tenant, UUID(item["resource"]))) for item in several["items"]]
        assert [file.name for file in files] == ["un.png", "deux.png", "trois.png"]
        assert (files[0].credit, files[0].licence) == ("Zoé", "Art Libre")
        assert (files[1].credit, files[1].licence) == ("", "")
    assert "Zoé – Art Libre" in teacher.html
    assert 'value="Art Libre"' in teacher.html
    assert teacher.html.count('class="thumb"') == 3


def test_a_film_takes_captions_of_either_kind(school: School) -> None:
    teacher = author(school)
    video = new(school, teacher, "video")
    saved = save(
        school,
        teacher,
        video,
        title="La pluie",
        resource=["", "", ""],
        lang="fr",
        kind="captions",
        file=[(BytesIO(WAV), "pluie.wav"), (BytesIO(PNG), "affiche.png"), (BytesIO(SRT), "pluie.srt")],
    )
    assert saved["resource"]
    assert saved["poster"]
    assert saved["captions"][0]["lang"] == "fr"
    track = re.search(r'<track kind="captions" src="([^"]+)" srclang="fr"', teacher.html)
    assert track
    with teacher.client.get(track[1], buffered=True) as answer:
        assert answer.mimetype == "text/vtt"
        assert answer.data == b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nIl pleut.\n"
    files = [saved["resource"], saved["poster"], saved["captions"][0]["resource"], ""]
    again = save(
        school, teacher, video, resource=files, lang=["fr", "fr"], kind=["captions"] * 2, out=["poster", "0"]
    )
    assert (again["poster"], again["captions"]) == ("", [])
    teacher.send(
        f"{path(school)}/blocks/{video}", resource=["", "", ""], file=(BytesIO(b"non"), "sous-titres.srt")
    )
    assert teacher.status == 422
    assert "ce n’est pas un fichier de sous-titres" in teacher.html


def test_every_code_of_a_lack_has_its_words() -> None:
    known = {code for kind in blocks for code in kind.problems(load_block({"type": kind.name}))}
    assert known <= set(MISSING)


# ---- who sees what ----


def hidden_page(school: School) -> tuple[UUID, str, str]:
    """A page given to the class: a picture for nobody yet, and a question for nobody yet; assignment, file, activity."""
    teacher = school.people["teacher"]
    with school.begin() as session:
        page = session.get_one(Page, (teacher.tenant_id, school.ids["page"]))
        picture = next(block for block in page.blocks if block["type"] == "image")
        question = next(block for block in page.blocks if block["type"] == "activity")
        later = "2126-01-01T08:00:00+01:00"
        page.blocks = [
            {**block, "hidden_until": later} for block in page.blocks if block in (picture, question)
        ]
        authoring.publish(session, teacher, page.id)
        given = assigning.give(session, teacher, page.id).id
    return given, picture["resource"], question["activity"]


def test_what_is_hidden_is_neither_on_the_page_nor_among_its_files(school: School) -> None:
    given, resource, activity = hidden_page(school)
    url = f"/lti/my/work/{given}"
    for who, status in (("pupil", 404), ("pupil2", 404), ("parent", 404), ("teacher", 200)):
        client = somebody(school, who).client
        html = client.get(url).text
        assert resource not in html
        assert activity not in html
        answer = client.get(f"{url}/files/{resource}")
        assert answer.status_code == status, who
        answer.close()
    assert len(rendering._kept) > 0, (
        "the page is kept as a whole; who sees what is decided when it is put together"
    )
    html = somebody(school, "teacher").open(f"/lti/my/pages/{school.ids['page']}")
    assert resource in html
    assert html.count("Caché jusqu’au mar. 1 janv. 2126, 08 h 00") == 2


def test_a_block_whose_type_is_gone_does_not_stop_the_page(school: School) -> None:
    teacher = school.people["teacher"]
    with school.begin() as session:
        page = session.get_one(Page, (teacher.tenant_id, school.ids["page"]))
        page.blocks = [{"id": "poem1", "type": "poem", "verses": ["Il pleure"]}, *page.blocks]
        authoring.publish(session, teacher, page.id)
        given = assigning.give(session, teacher, page.id).id
    words = "Ce bloc a besoin d’une extension qui n’est pas installée (poem)."
    assert words in somebody(school, "teacher").open(f"/lti/my/pages/{school.ids['page']}")
    assert words in somebody(school, "teacher").open(f"/lti/my/pages/{school.ids['page']}/edit")
    assert words in somebody(school, "pupil").open(f"/lti/my/work/{given}")
    with school.begin() as session:
        page = session.get_one(Page, (teacher.tenant_id, school.ids["page"]))
        assert page.blocks[0]["verses"] == ["Il pleure"]


# ---- in a browser ----


def every_type(school: School) -> UUID:
    """A page with every type of block, given to the class."""
    teacher = school.people["teacher"]
    with school.begin() as session:
        page = session.get_one(Page, (teacher.tenant_id, school.ids["page"]))
        picture = next(block["resource"] for block in page.blocks if block["type"] == "image")
        sound = next(
            (str(one.id) for one in page.binder.resources if one.media_type.startswith("audio/")), picture
        )
        said = "<p>Il pleut, <em>il mouille</em>.</p>"
        for block in (
            {"type": "heading", "text": "Tous les blocs"},
            {"type": "callout", "kind": "consigne", "title": "Pour commencer", "html": said},
            {
                "type": "callout",
                "kind": "retenir",
                "html": "<p>L’eau circule.</p><ul><li>Elle s’évapore</li></ul>",
            },
            {"type": "callout", "kind": "attention", "title": "Feu", "html": "<p>Ne pas toucher.</p>"},
            {
                "type": "gallery",
                "items": [
                    {"resource": picture, "alt": "Le cycle", "caption": "Vu de côté"},
                    {"resource": picture, "decorative": True},
                    {"resource": picture, "alt": "Encore lui"},
                ],
            },
            {"type": "audio", "resource": sound, "title": "La pluie", "transcript": said},
            {"type": "video", "resource": sound, "title": "La pluie filmée", "transcript": said},
            {"type": "divider"},
            {
                "type": "embed",
                "url": "https://www.geogebra.org/m/wefyydbs",
                "title": "Une figure",
                "ratio": "4-3",
            },
            {"type": "embed", "url": "https://example.org/page", "title": "Un site qui reste un lien"},
            {key: value for key, value in MEETING.items() if key != "id"},
            {"type": "image"},
            {"type": "meeting"},
            {"type": "text", "html": "<p>Plus tard</p>", "hidden_until": "2126-01-01T08:00:00+01:00"},
        ):
            composing.add_block(session, teacher, page.id, block)
        authoring.publish(session, teacher, page.id)
        return assigning.give(session, teacher, page.id).id


@pytest.mark.browser
def test_another_site_is_asked_only_when_the_reader_wants_it(school: School, chromium: Browser) -> None:
    given = every_type(school)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        assert "referer" not in route.request.headers
        route.fulfill(body="<!doctype html><title>Figure</title><p>Une figure</p>", content_type="text/html")

    with served(school.app) as origin:
        context = chromium.new_context(locale="fr")
        context.add_cookies(
            [
                {"name": name, "value": value, "url": origin}
                for name, value in (("as", "pupil"), ("lang", "fr"))
            ]
        )
        context.route(lambda url: not url.startswith((origin, "data:")), answer)
        page = context.new_page()
        refused: list[str] = []
        page.on(
            "console",
            lambda message: (
                refused.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        page.goto(f"{origin}/lti/my/work/{given}")
        button = page.get_by_role("button", name=re.compile("Afficher ici"))
        assert button.count() == 1, "the other site is not on the list: it stays a link"
        button.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert asked == []
        assert page.locator("iframe").count() == 0
        button.click()
        page.frame_locator("iframe").get_by_text("Une figure").wait_for()
        assert asked == ["https://www.geogebra.org/material/iframe/id/wefyydbs"]
        assert page.locator("iframe").get_attribute("title") == "Une figure"
        box = page.locator("iframe").bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.02)
        assert refused == []

        page.evaluate(
            "document.body.append(Object.assign(document.createElement('iframe'), {src: 'https://evil.example/'}))"
        )
        page.wait_for_function("document.querySelectorAll('iframe').length === 2")
        page.wait_for_timeout(300)
        assert len(asked) == 1, "a host that is not on the list is not even asked"
        assert len(refused) == 1
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("url", "told"),
    [("https://youtu.be/dQw4w9WgXcQ", True), ("https://www.geogebra.org/m/wefyydbs", False)],
)
def test_a_site_learns_ours_only_if_its_player_insists(
    school: School, chromium: Browser, url: str, *, told: bool
) -> None:
    teacher = school.people["teacher"]
    with school.begin() as session:
        composing.add_block(session, teacher, school.ids["page"], {"type": "embed", "url": url, "title": "T"})
    referrers: list[str | None] = []

    def answer(route: Route) -> None:
        referrers.append(route.request.headers.get("referer"))
        route.fulfill(body="<!doctype html><title>T</title><p>Figure</p>", content_type="text/html")

    with served(school.app) as origin:
        context = chromium.new_context(locale="fr")
        context.add_cookies([{"name": "as", "value": "teacher", "url": origin}])
        context.route(lambda asked: not asked.startswith((origin, "data:")), answer)
        page = context.new_page()
        page.goto(f"{origin}/lti/my/pages/{school.ids['page']}")
        page.get_by_role("button", name=re.compile("Afficher ici")).click()
        page.frame_locator("iframe").get_by_text("Figure").wait_for()
        context.close()
    assert referrers == [f"{origin}/" if told else None]


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "scheme", "width"), [("fr", "light", 375), ("en", "dark", 1280)])
def test_everybody_can_read_every_type(
    school: School, chromium: Browser, lang: str, scheme: Any, width: int
) -> None:
    given = every_type(school)
    viewport = {"width": width, "height": 800}
    with (
        served(school.app) as origin,
        window(chromium, origin, lang, color_scheme=scheme, viewport=viewport) as there,
    ):
        for who, url in (
            ("pupil", f"/lti/my/work/{given}"),
            ("teacher", f"/lti/my/pages/{school.ids['page']}"),
            ("teacher", f"/lti/my/pages/{school.ids['page']}/edit"),
        ):
            page = there.look(who, url)
            page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
            found = [
                *seen_troubles(page, lang),
                *axe_troubles(page, WCAG),
                *axe_troubles(page, ["cat.color"]),
            ]
            assert not found, (url, found)
        assert not there.troubles


def test_the_policy_names_exactly_the_hosts_that_are_allowed(school: School) -> None:
    with school.app.test_request_context("/"):
        policy = protect(school.app.response_class("", mimetype="text/html")).headers[
            "Content-Security-Policy"
        ]
    frames = re.search(r"frame-src ([^;]*);", policy)
    assert frames
    allowed = school.app.extensions["lti"].settings.embed_hosts
    assert frames[1].split() == [f"https://{host}" for host in allowed]
    assert "www.youtube-nocookie.com" in allowed
    assert "*" not in frames[1]


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("tube.example, Maps.Example", ("tube.example", "maps.example")),
        (["tube.example"], ("tube.example",)),
        ("", ()),
    ],
)
def test_a_school_chooses_the_hosts_itself(value: Any, hosts: tuple[str, ...]) -> None:
    assert Settings.from_config({"LTI_EMBED_HOSTS": value}).embed_hosts == hosts


@pytest.mark.parametrize(
    "value", ["https://tube.example", "*.example", "tube.example:8443", "tube", 7, "a.b; *"]
)
def test_what_is_no_host_stops_the_start(value: Any) -> None:
    with pytest.raises(SettingsInvalid, match="LTI_EMBED_HOSTS"):
        Settings.from_config({"LTI_EMBED_HOSTS": value})
