"""The editor saves by itself, and nothing that was typed is lost: session over, network gone, two who write at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from binder.blocks import digest
from tests.frontend.editing import Desk, block, desks, heading, saved, state

pytestmark = pytest.mark.browser

ONE = {"type": "heading", "text": "Un"}
TWO = {"type": "heading", "text": "Deux"}
Make = Callable[..., Desk]


@pytest.fixture(scope="module")
def make(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Pages to write on."""
    with desks(sqlite_template, tmp_path_factory.mktemp("desks")) as desk:
        yield desk


def is_blocked(page: Page) -> None:
    expect(state(page)).to_have_attribute("data-state", "conflict")


def test_what_is_typed_is_saved_by_itself_and_the_server_says_when(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()
    expect(state(page)).to_have_text("Tout est enregistré")
    heading(page, 1).fill("La rosée")
    saved(page)
    expect(state(page)).to_have_text(re.compile(r"Enregistré à \d\d\sh\s\d\d"))
    assert desk.words() == ["La rosée"]
    expect(block(page, 1).locator(".preview")).to_have_text("La rosée")
    expect(page.get_by_role("button", name="Publier")).to_be_visible()
    page.get_by_label("Titre de la page").fill("La neige")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_have_text(re.compile("Enregistré à"))
    assert desk.title() == "La neige"
    assert page.title().startswith("Modifier\u00a0: La neige")
    assert not desk.troubles


def test_what_cannot_be_saved_is_said_at_its_field_and_kept(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()
    title = page.get_by_label("Titre de la page")
    title.fill("")
    title.blur()
    expect(state(page)).to_have_text(re.compile(r"Pas enregistré\s: .*titre"))
    expect(title).to_have_attribute("aria-invalid", "true")
    title.fill("Le vent")
    saved(page)
    expect(title).not_to_have_attribute("aria-invalid", "true")
    assert desk.title() == "Le vent"


def test_closing_the_page_in_the_middle_of_a_word_saves_the_word(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()
    heading(page, 1).fill("Inachev")
    page.close(run_before_unload=True)
    page = desk.tab()
    expect(block(page, 1).locator(".preview")).to_have_text("Inachev")


def test_what_one_goes_on_to_read_or_publish_is_what_was_just_typed(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()
    heading(page, 1).fill("À lire")
    page.get_by_role("link", name="Lire la page").click()
    expect(page.locator("article")).to_contain_text("À lire")
    page.goto(f"{desk.origin}{desk.path}/edit")
    heading(page, 1).fill("À publier")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("article")).to_contain_text("À publier")
    expect(page.locator(".chip.done")).to_have_text("Publié")


def test_a_session_that_ends_while_typing_loses_nothing(make: Make) -> None:
    desk = make(ONE, TWO)
    context = desk.context()
    page = desk.tab(context)
    context.clear_cookies(name="as")
    heading(page, 1).fill("Écrit après la fin")
    expect(state(page)).to_have_attribute("data-state", "signed-out")
    expect(page.get_by_role("alert")).to_contain_text("Ce que vous avez écrit est gardé")
    heading(page, 2).fill("Et encore")
    context.add_cookies([{"name": "as", "value": "teacher", "url": desk.origin}])
    page.evaluate("dispatchEvent(new Event('focus'))")
    saved(page)
    assert desk.words() == ["Écrit après la fin", "Et encore"]
    expect(page.get_by_role("alert")).to_have_count(0)


def test_after_signing_in_again_elsewhere_the_journal_is_saved(make: Make) -> None:
    desk = make(ONE)
    context = desk.context()
    page = desk.tab(context)
    context.clear_cookies(name="as")
    heading(page, 1).fill("Gardé sur l’appareil")
    expect(state(page)).to_have_attribute("data-state", "signed-out")
    page.close()
    context.add_cookies([{"name": "as", "value": "teacher", "url": desk.origin}])
    page = desk.tab(context)
    expect(page.locator("#said")).to_have_text(
        re.compile(r"Retrouvé\s: ce que vous avez écrit à \d\d\sh\s\d\d")
    )
    saved(page)
    assert desk.words() == ["Gardé sur l’appareil"]
    page.reload()
    expect(state(page)).to_have_text("Tout est enregistré")  # nothing left in the journal


def test_without_a_network_the_journal_holds_what_is_typed_until_it_is_back(make: Make) -> None:
    desk = make(ONE, TWO)
    context = desk.context()
    page = desk.tab(context)
    context.set_offline(True)
    heading(page, 1).fill("Sans réseau")
    heading(page, 2).fill("Toujours rien")
    expect(state(page)).to_have_text("Hors ligne : 2 changements gardés sur cet appareil")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert desk.words() == ["Sans réseau", "Toujours rien"]


def type_and_close(desk: Desk, page: Page, words: str) -> None:
    """Write in the first block while the network is down, and close the page before it is back."""
    with desk.cut() as lost:
        heading(page, 1).fill(words)
        expect(state(page)).to_have_attribute("data-state", "offline")
        lost.clear()
        page.close()
        lost.wait(2)  # what a page sends at its very end, if it comes to that


def test_what_was_typed_without_a_network_survives_the_page(make: Make) -> None:
    desk = make(ONE)
    context = desk.context()
    page = desk.tab(context)
    type_and_close(desk, page, "Avant la coupure")
    assert desk.words() == ["Un"]
    page = desk.tab(context)
    expect(page.locator("#said")).to_have_text(re.compile("Retrouvé"))
    saved(page)
    assert desk.words() == ["Avant la coupure"]


def test_what_the_journal_kept_is_compared_where_somebody_else_has_written_since(make: Make) -> None:
    desk = make(ONE)
    context = desk.context()
    page = desk.tab(context)
    type_and_close(desk, page, "La mienne")
    desk.rewrite(0, text="La sienne")
    page = desk.tab(context)
    is_blocked(page)
    expect(block(page, 1).locator("[data-theirs]")).to_have_text("La sienne")
    expect(block(page, 1).locator("input[name=text]")).to_have_value("La mienne")
    assert desk.words() == ["La sienne"]
    page.get_by_role("button", name="Garder les deux").click()
    expect(block(page, 2)).to_be_visible()
    saved(page)
    assert desk.words() == ["La sienne", "La mienne"]
    page.reload()
    expect(state(page)).to_have_text("Tout est enregistré")


def somebody_else(route: Route) -> None:
    """The page as it is sent to another person."""
    response = route.fetch()
    html, number = re.subn(r'data-reader="\w+"', 'data-reader="0123456789abcdef"', response.text())
    assert number == 1
    route.fulfill(response=response, body=html)


def leave_in_the_journal(page: Page, desk: Desk, text: str, *, age_in_days: int = 0) -> str:
    """Write as an editor does that is closed before its first request; the entry's name."""
    place = page.evaluate("() => ({ ...document.getElementById('blocks').dataset })")
    page.goto(f"{desk.origin}{desk.path}")  # no editor, which would take it over at once
    name: str = page.evaluate(
        """([text, days, id, base, { page, reader }]) => {
            const entry = { page, reader, block: id, kind: "heading", writer: "old", seq: 1, base };
            const name = `classeur:1:${reader}:${page}:${id}:old`;
            entry.fields = [["text", text], ["level", "2"]];
            localStorage[name] = JSON.stringify({ ...entry, at: Date.now() - days * 24 * 3600 * 1000 });
            return name;
        }""",
        [text, age_in_days, desk.blocks()[0]["id"], digest(desk.blocks()[0]), place],
    )
    return name


def test_somebody_else_at_the_same_device_sees_nothing_of_it(make: Make) -> None:
    desk = make(ONE)
    context = desk.context()
    page = desk.tab(context)
    leave_in_the_journal(page, desk, "À moi seule")
    page.route("**/edit", somebody_else)
    page.goto(f"{desk.origin}{desk.path}/edit")
    expect(state(page)).to_have_text("Tout est enregistré")
    page.wait_for_load_state("networkidle")
    assert "À moi seule" not in page.content()
    assert desk.words() == ["Un"]
    page.unroute("**/edit")
    page.reload()
    expect(state(page)).to_have_text(re.compile("Enregistré à"))
    assert desk.words() == ["À moi seule"]


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("Enregistrer la mienne", ["De l’autre onglet"]),
        ("Garder l’autre", ["Du premier onglet"]),
        ("Garder les deux", ["Du premier onglet", "De l’autre onglet"]),
    ],
)
def test_two_tabs_in_one_block_are_compared_and_nothing_is_lost(
    make: Make, button: str, left: list[str]
) -> None:
    desk = make(ONE)
    context = desk.context()
    first, second = desk.tab(context), desk.tab(context)
    heading(first, 1).fill("Du premier onglet")
    saved(first)
    heading(second, 1).fill("De l’autre")
    is_blocked(second)
    heading(second, 1).press_sequentially(" onglet")  # nobody is locked out
    assert desk.words() == ["Du premier onglet"]
    second.get_by_role("button", name=re.compile(button)).click()
    expect(second.locator(".compare")).to_have_count(0)
    saved(second)
    assert desk.words() == left
    assert not desk.troubles


def test_two_tabs_in_two_blocks_do_not_disturb_each_other(make: Make) -> None:
    desk = make(ONE, TWO)
    context = desk.context()
    first, second = desk.tab(context), desk.tab(context)
    heading(first, 1).fill("Ici")
    heading(second, 2).fill("Là")
    saved(first)
    saved(second)
    assert desk.words() == ["Ici", "Là"]


def test_what_another_tab_is_writing_is_not_taken_from_it(make: Make) -> None:
    desk = make(ONE)
    context = desk.context()
    first = desk.tab(context)
    first.route("**/blocks/*", lambda route: route.abort())
    heading(first, 1).fill("En cours")
    expect(state(first)).to_have_attribute("data-state", "offline")
    second = desk.tab(context)
    second.wait_for_load_state("networkidle")
    expect(state(second)).to_have_text("Tout est enregistré")
    assert desk.words() == ["Un"]
    first.unroute("**/blocks/*")
    first.evaluate("dispatchEvent(new Event('online'))")
    saved(first)
    assert desk.words() == ["En cours"]


def test_a_request_that_comes_late_overwrites_nothing(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()
    held: list[Route] = []
    sent = Event()

    def hold(route: Route) -> None:
        if held or sent.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route("**/blocks/*", hold)
    heading(page, 1).fill("Ancien")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_attribute("data-state", "saving")
    heading(page, 1).fill("Nouveau")
    sent.set()
    page.evaluate("dispatchEvent(new Event('pagehide'))")  # sends past the request that hangs
    saved(page)
    assert desk.words() == ["Nouveau"]
    late = held[0].fetch()
    assert late.status == 200
    held[0].fulfill(response=late)
    repeated = page.request.post(
        held[0].request.url, data=held[0].request.post_data_buffer or b"", headers=held[0].request.headers
    )
    assert repeated.status == 200
    assert desk.words() == ["Nouveau"]
    heading(page, 1).fill("Le plus nouveau")
    saved(page)
    assert desk.words() == ["Le plus nouveau"]


def test_an_answer_that_gets_lost_is_no_conflict_with_oneself(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/blocks/*", lose)
    heading(page, 1).fill("Arrivé")
    expect(state(page)).to_have_attribute("data-state", "offline")
    assert desk.words() == ["Arrivé"]
    page.unroute("**/blocks/*")
    heading(page, 1).fill("Arrivé, puis changé")
    saved(page)
    assert desk.words() == ["Arrivé, puis changé"]


def test_a_block_that_somebody_has_removed_can_be_put_on_the_page_again(make: Make) -> None:
    desk = make(ONE, TWO)
    page = desk.tab()
    heading(page, 1).fill("Sauvé")
    saved(page)
    desk.remove(0)
    heading(page, 1).fill("Sauvé quand même")
    expect(state(page)).to_have_attribute("data-state", "gone")
    page.get_by_role("button", name="Le remettre sur la page comme nouveau bloc").click()
    saved(page)
    assert desk.words() == ["Deux", "Sauvé quand même"]
    expect(page.locator("#blocks > [data-block]")).to_have_count(2)


def test_what_was_typed_in_a_block_that_is_gone_is_offered_at_the_next_opening(make: Make) -> None:
    desk = make(ONE, TWO)
    context = desk.context()
    page = desk.tab(context)
    type_and_close(desk, page, "Orphelin")
    desk.remove(0)
    page = desk.tab(context)
    expect(page.locator("#notes")).to_contain_text("Orphelin")
    page.get_by_role("button", name="Le remettre sur la page comme nouveau bloc").click()
    expect(block(page, 2)).to_contain_text("Orphelin")
    assert desk.words() == ["Deux", "Orphelin"]
    page.reload()
    expect(page.locator("#notes .compare")).to_have_count(0)


def test_where_the_browser_keeps_nothing_that_is_said_and_leaving_is_guarded(make: Make) -> None:
    desk = make(ONE)
    context = desk.context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page = desk.tab(context)
    note = page.locator("#no-storage")
    expect(note).to_be_visible()
    expect(note.get_by_role("link")).to_have_attribute("target", "_blank")
    page.route("**/blocks/*", lambda route: route.abort())
    heading(page, 1).fill("Fragile")
    expect(state(page)).to_have_text(re.compile(r"Hors ligne\s: pas enregistré"))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Lire la page").click(no_wait_after=True)
    assert asked == ["beforeunload"]
    page.unroute("**/blocks/*")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert desk.words() == ["Fragile"]


def test_old_entries_of_the_journal_are_dropped(make: Make) -> None:
    desk = make(ONE)
    page = desk.tab()
    name = leave_in_the_journal(page, desk, "Oublié", age_in_days=31)
    page.goto(f"{desk.origin}{desk.path}/edit")
    page.wait_for_function("name => !(name in localStorage)", arg=name)
    expect(state(page)).to_have_text("Tout est enregistré")
    assert desk.words() == ["Un"]
