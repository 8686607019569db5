"""Recordings, files and texts in a real browser: with a microphone that says something, without one, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.orm import Session

from binder.content import authoring
from binder.models import Activity, AnswerFile, Assignment, Attempt
from tests import media
from tests.browser import chromium
from tests.lti.school import open_school, served
from tests.lti.test_answer_files import KINDS, Room, furnish

pytestmark = pytest.mark.browser

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
NO_MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny"]
SOUND = media.film(b"soun", brand=b"M4A ")
PHOTO = media.jpeg(900, 600)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


@pytest.fixture
def room(sqlite_template: Path, tmp_path: Path) -> Iterator[Room]:
    """A school of each test's own."""
    school = open_school(sqlite_template, tmp_path)
    yield furnish(school)
    school.close()


@pytest.fixture
def opened(room: Room) -> Iterator[Callable[..., Page]]:
    """Opens the work as a pupil; what goes wrong in the page fails the test."""
    troubles: list[str] = []
    with served(room.school.app) as origin:

        def open_(browser: Browser, **options: Any) -> Page:
            context: BrowserContext = browser.new_context(locale="fr", **options)
            cookies = [
                {"name": name, "value": value, "url": origin}
                for name, value in (("as", "pupil"), ("lang", "fr"))
            ]
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
            page.on(
                "console",
                lambda message: (
                    troubles.append(message.text)
                    if message.type == "error" and "Failed to load resource" not in message.text
                    else None
                ),
            )
            page.goto(origin + room.path)
            return page

        yield open_
    assert not troubles


def question(page: Page, kind: str) -> Locator:
    return page.locator(f"fieldset[data-activity={kind}]")


def spaced(text: str) -> re.Pattern[str]:
    """The text with whatever spaces."""
    return re.compile(re.sub(r"\s", r"\\s", re.escape(text).replace(r"\ ", " ")))


def rows(room: Room) -> tuple[list[AnswerFile], Attempt | None]:
    """What the server has of the pupil."""
    person = room.school.people["pupil"].person_id
    with Session(room.school.engine) as session:
        files = session.scalars(
            sa.select(AnswerFile).where(AnswerFile.person_id == person).order_by(AnswerFile.id)
        ).all()
        query = sa.select(Attempt).where(Attempt.assignment_id == room.work, Attempt.person_id == person)
        return list(files), session.scalar(query)


def plays(player: Locator) -> bool:
    """Whether the browser really plays what the server sends."""
    player.scroll_into_view_if_needed()
    return bool(
        player.evaluate(
            """async (player) => {
                player.muted = true;
                await player.play();
                await new Promise((resolve, reject) => {
                    player.addEventListener("timeupdate", () => player.currentTime > 0 && resolve());
                    setTimeout(() => reject(new Error("nothing is heard")), 8000);
                });
                player.pause();
                return player.currentTime > 0;
            }"""
        )
    )


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Rendre", exact=True).click()
    expect(page.locator(".receipt")).to_be_visible()


def test_a_voice_is_recorded_over_a_cut_line_and_plays(room: Room, opened: Callable[..., Page]) -> None:
    with chromium(*MICROPHONE) as browser:
        page = opened(browser)
        voice = question(page, "recording")
        expect(voice.get_by_label("Ou envoie un son que tu as enregistré")).to_be_visible()
        voice.get_by_role("button", name="Commencer l’enregistrement").click()
        expect(voice.locator("[data-recorder] [data-state]")).to_have_text("Enregistrement en cours…")
        expect(voice.get_by_role("button", name="Pause")).to_be_focused()
        page.wait_for_timeout(4500)  # a slice is on its way
        page.context.set_offline(True)
        expect(voice.locator("[data-recorder] [data-state]")).to_have_text(
            spaced("La connexion est coupée."), timeout=15_000
        )
        page.context.set_offline(False)
        expect(voice.locator("[data-recorder] [data-state]")).to_have_text(
            "Enregistrement en cours…", timeout=15_000
        )
        voice.get_by_role("button", name="Pause").click()
        expect(voice.locator("[data-recorder] [data-state]")).to_have_text("En pause.")
        at = voice.locator("[data-clock]").text_content()
        page.wait_for_timeout(1200)
        assert voice.locator("[data-clock]").text_content() == at
        voice.get_by_role("button", name="Reprendre").click()
        page.get_by_role("button", name="Rendre", exact=True).click()  # too early
        expect(voice.locator("[data-voice]")).to_have_text(spaced("Un fichier est encore en cours d’envoi."))
        voice.get_by_role("button", name="Arrêter").click()
        expect(voice.locator("[data-recorder] [data-state]")).to_have_text(
            spaced("Reçu. Écoute-le"), timeout=20_000
        )
        expect(voice.locator(".sent audio")).to_be_focused()
        assert plays(voice.locator(".sent audio"))
        hand_in(page)
        (file,), attempt = rows(room)
        assert attempt is not None
        assert attempt.responses[str(room.questions["voice"])]["files"] == [str(file.id)]
        assert (file.media_type, file.name.endswith(".webm") or file.name.endswith(".weba")) == (
            "audio/webm",
            True,
        )
        assert file.seconds is not None
        assert file.seconds >= 5
        assert file.size > 10_000
        assert plays(page.locator(".activity.recording audio"))


def test_a_film_is_recorded_and_plays(room: Room, opened: Callable[..., Page]) -> None:
    with room.school.begin() as session:
        teacher = room.school.people["teacher"]
        data = KINDS["voice"].example("fr")
        data["body"] |= {"media": "video", "allow_pause": False, "max_seconds": 5}
        binder = session.get_one(Activity, (teacher.tenant_id, room.questions["voice"])).binder_id
        authoring.save_activity(
            session, teacher, binder, data, type="recording", activity_id=room.questions["voice"]
        )
        page_id = session.get_one(Assignment, (teacher.tenant_id, room.work)).page_id
        authoring.publish(session, teacher, page_id)
    with chromium(*MICROPHONE) as browser:
        page = opened(browser)
        film = question(page, "recording")
        film.get_by_role("button", name="Commencer à filmer").click()
        expect(film.get_by_label("Ce que voit la caméra")).to_be_visible()
        expect(film.get_by_role("button", name="Arrêter")).to_be_focused()
        # the time is over by itself
        expect(film.locator("[data-recorder] [data-state]")).to_have_text(
            spaced("Reçu. Écoute-le"), timeout=30_000
        )
        expect(film.get_by_label("Ce que voit la caméra")).to_be_hidden()
        assert plays(film.locator(".sent video"))
        (file,), _ = rows(room)
        assert file.media_type == "video/webm"


def test_another_take_takes_the_place_of_the_first(room: Room, opened: Callable[..., Page]) -> None:
    with chromium(*MICROPHONE) as browser:
        page = opened(browser)
        voice = question(page, "recording")
        for start in ("Commencer l’enregistrement", "Recommencer l’enregistrement"):
            voice.get_by_role("button", name=start).click()
            page.wait_for_timeout(1500)
            voice.get_by_role("button", name="Arrêter").click()
            expect(voice.locator("[data-recorder] [data-state]")).to_have_text(
                spaced("Reçu. Écoute-le"), timeout=20_000
            )
            expect(voice.locator(".sent > li")).to_have_count(1)
        files, _ = rows(room)
        assert len(files) == 2
        expect(voice.locator("input[name$='.files']")).to_have_value(str(files[1].id))
        voice.get_by_role("button", name="Supprimer").click()
        expect(voice.locator(".sent > li")).to_have_count(0)
        expect(voice.get_by_role("button", name="Commencer l’enregistrement")).to_be_visible()


def test_without_a_microphone_words_say_what_to_do_and_a_file_can_be_sent(
    room: Room, opened: Callable[..., Page]
) -> None:
    with chromium(*NO_MICROPHONE) as browser:
        page = opened(browser)
        voice = question(page, "recording")
        start = voice.get_by_role("button", name="Commencer l’enregistrement")
        if start.is_visible():
            start.click()
        trouble = voice.locator("[data-trouble]")
        expect(trouble).to_have_text(spaced("Le navigateur n’a pas le droit d’utiliser le micro."))
        voice.get_by_label("Ou envoie un son que tu as enregistré").set_input_files(
            {"name": "voix.m4a", "mimeType": "audio/mp4", "buffer": SOUND}
        )
        expect(voice.locator(".sent > li")).to_contain_text("voix.m4a")
        hand_in(page)
        (file,), attempt = rows(room)
        assert attempt is not None
        assert attempt.responses[str(room.questions["voice"])]["names"] == {str(file.id): "voix.m4a"}


@pytest.mark.parametrize(
    "name", ["NotFoundError", "NotReadableError", "OverconstrainedError", "SecurityError", "WeirdError"]
)
def test_each_trouble_of_a_microphone_has_its_own_words(
    room: Room, opened: Callable[..., Page], name: str
) -> None:
    told = {
        "NotFoundError": "Aucun micro trouvé.",
        "NotReadableError": "Un autre programme utilise le micro",
        "OverconstrainedError": "Cet appareil ne peut pas enregistrer",
        "SecurityError": "Cette page n’a pas le droit d’enregistrer",
        "WeirdError": "L’enregistrement n’a pas pu commencer.",
    }
    with chromium(*MICROPHONE) as browser:
        page = opened(browser)
        page.evaluate(
            "(name) => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('x', name)); }",
            name,
        )
        voice = question(page, "recording")
        voice.get_by_role("button", name="Commencer l’enregistrement").click()
        expect(voice.locator("[data-trouble]")).to_have_text(spaced(told[name]))
        expect(voice.locator("[data-trouble]")).to_be_focused()
        expect(voice.get_by_role("button", name="Commencer l’enregistrement")).to_be_visible()
        expect(voice.get_by_label("Ou envoie un son que tu as enregistré")).to_be_visible()


def test_what_cannot_be_played_back_does_not_count(room: Room, opened: Callable[..., Page]) -> None:
    with chromium(*MICROPHONE) as browser:
        page = opened(browser)
        page.route(
            "**/answers/*",
            lambda route: route.fulfill(status=200, body="no sound", content_type="audio/webm"),
        )
        voice = question(page, "recording")
        voice.get_by_role("button", name="Commencer l’enregistrement").click()
        page.wait_for_timeout(1000)
        voice.get_by_role("button", name="Arrêter").click()
        expect(voice.locator("[data-trouble]")).to_have_text(
            spaced("L’enregistrement est arrivé, mais il ne peut pas être lu.")
        )
        expect(voice.locator("input[name$='.files']")).to_have_value("")


def test_files_are_sent_when_chosen_and_arranged(room: Room, opened: Callable[..., Page]) -> None:
    with chromium() as browser:
        page = opened(browser)
        photos = question(page, "file_upload")
        photos.get_by_label("Ajouter des fichiers de l’appareil").set_input_files(
            [
                {"name": "page 1.jpg", "mimeType": "image/jpeg", "buffer": PHOTO},
                {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": PDF},
            ]
        )
        listed = photos.locator(".sent > li")
        expect(listed).to_have_count(2)
        expect(listed.nth(0)).to_contain_text(re.compile(r"page 1\.jpg.*\d+\sko · reçu"))
        photos.get_by_role("button", name="Monter notes.pdf").click()
        expect(listed.nth(0)).to_contain_text("notes.pdf")
        expect(photos.get_by_role("button", name="Descendre notes.pdf")).to_be_focused()
        expect(photos.locator("[data-voice]")).to_have_text("notes.pdf est maintenant le numéro 1 sur 2.")
        photos.get_by_label("Ajouter des fichiers de l’appareil").set_input_files(
            {"name": "vide.txt", "mimeType": "text/plain", "buffer": b""}
        )
        expect(photos.get_by_role("alert")).to_have_text(
            spaced("vide.txt n’a pas été envoyé : ce fichier est vide")
        )
        photos.get_by_role("button", name="Supprimer page 1.jpg").click()
        expect(listed).to_have_count(1)
        hand_in(page)
        files, attempt = rows(room)
        assert attempt is not None
        names = {file.name: str(file.id) for file in files}
        assert attempt.responses[str(room.questions["photos"])]["files"] == [names["notes.pdf"]]


def test_without_a_script_all_is_done_by_keyboard(
    room: Room, opened: Callable[..., Page], tmp_path: Path
) -> None:
    path = tmp_path / "feuille.jpg"
    path.write_bytes(PHOTO)
    with chromium() as browser:
        page = opened(browser, java_script_enabled=False)
        expect(
            question(page, "recording").get_by_label("Ou envoie un son que tu as enregistré")
        ).to_be_visible()
        expect(
            question(page, "recording").get_by_role("button", name="Commencer l’enregistrement")
        ).to_be_hidden()

        def to(place: Locator) -> None:
            for _ in range(60):
                page.keyboard.press("Tab")
                if place.evaluate("place => place === document.activeElement"):
                    return
            raise AssertionError("not reached by Tab")

        photos = question(page, "file_upload")
        for count in (1, 2):
            path.write_bytes(media.jpeg(900, 600 + count))
            to(photos.get_by_label("Ajouter des fichiers de l’appareil"))
            photos.get_by_label("Ajouter des fichiers de l’appareil").set_input_files([str(path)])
            to(photos.get_by_role("button", name="Envoyer les fichiers choisis"))
            page.keyboard.press("Enter")
            expect(photos.locator(".sent > li")).to_have_count(count)
        before = photos.locator("input[name$='.files']").input_value().split()
        to(photos.get_by_role("button", name="Monter feuille.jpg").nth(1))
        page.keyboard.press("Enter")
        expect(photos.locator("input[name$='.files']")).to_have_value(" ".join(reversed(before)))
        to(page.get_by_role("button", name="Rendre", exact=True))
        page.keyboard.press("Enter")
        expect(page.locator(".receipt")).to_be_visible()
        _, attempt = rows(room)
        assert attempt is not None
        assert attempt.responses[str(room.questions["photos"])]["files"] == before[::-1]


def test_words_are_counted_and_told_at_the_bounds(room: Room, opened: Callable[..., Page]) -> None:
    with chromium() as browser:
        page = opened(browser)
        text = question(page, "free_text")
        shown, voice = text.locator("[data-words]"), text.locator("[data-voice]")
        area = text.get_by_label("Ta réponse")
        expect(shown).to_have_text("aucun mot pour l’instant")
        area.fill("L’eau s’évapore : pourquoi ?")
        expect(shown).to_have_text(spaced("3 mots : il en manque 27"))
        page.wait_for_timeout(1500)
        expect(voice).to_have_text("")
        area.fill("mot " * 50)
        expect(shown).to_have_text(spaced("50 mots : c’est assez"))
        expect(voice).to_have_text(spaced("50 mots : c’est assez"))
        area.fill("mot " * 121)
        expect(voice).to_have_text(spaced("121 mots : 1 de trop"))
