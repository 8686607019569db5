"""The demo ENT's pages: signing in, classes, frames, the gradebook, the way back, the language."""

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from flask import Flask

from examples.ent import Ent
from examples.ent.gradebook import Score, record
from tests.examples.ent_tool import Browser

Browse = Callable[[str], Browser]


def give(ent: Ent, line_item_id: str, login: str, given: float | None, comment: str | None = None) -> None:
    score = Score(
        line_item_id=line_item_id,
        account_id=ent.account(login).id,
        score_given=given,
        score_maximum=20,
        comment=comment,
        activity_progress="Completed",
        grading_progress="FullyGraded" if given is not None else "PendingManual",
        scoring_user_id=None,
        timestamp="2026-11-03T10:00:00Z",
        instant=1793700000,
    )
    with ent.database.writing() as connection:
        record(connection, score, body={}, at=datetime.now(UTC))


@pytest.fixture
def marked(ent: Ent) -> str:
    link = ent.add_link("5B", title="Dictée", score_maximum=10)
    [item] = ent.line_items("5B")
    give(ent, item.id, "adam", 13)
    give(ent, item.id, "jade", None, "À revoir <b>ensemble</b>")
    return link.id


def gradebook(ent: Ent, label: str) -> str:
    return f"/classes/{ent.school_class(label).id}/gradebook"


# Signing in


def test_strangers_are_led_to_the_sign_in_page_and_back(app: Flask, ent: Ent) -> None:
    browser, wanted = Browser(app), gradebook(ent, "5A")
    answer = browser.get(wanted)
    assert answer.headers["Location"] == f"/sign-in?next={wanted}"
    fields = {"login": "morel", "password": "quatre-vents", "next": wanted}
    assert browser.post("/sign-in", fields).headers["Location"] == wanted
    assert browser.get(wanted).status_code == 200


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/\\evil.test", ""])
def test_signing_in_never_leads_away(app: Flask, target: str) -> None:
    fields = {"login": "lina", "next": target}
    assert Browser(app).post("/sign-in/demo", fields).headers["Location"] == "/"


def test_a_wrong_password_is_refused_in_words(app: Flask) -> None:
    for fields in (
        {"login": "lina", "password": "wrong"},
        {"login": "nobody", "password": "quatre-vents"},
    ):
        answer = Browser(app).post("/sign-in", fields)
        assert answer.status_code == 403
        assert "Identifiant ou mot de passe incorrect." in answer.get_data(as_text=True)
    assert Browser(app).post("/sign-in/demo", {"login": "nobody"}).status_code == 404


def test_the_sign_in_page_shows_everybody_and_the_password(app: Flask, ent: Ent) -> None:
    page = Browser(app).text("/sign-in")
    for login in ("morel", "haddad", "lina", "tom", "ines", "adam", "jade", "hugo", "samira", "fournier"):
        assert f'name="login" value="{login}"' in page
    assert ent.password in page


def test_passwords_are_hashed(ent: Ent) -> None:
    with ent.database.reading() as connection:
        hashes = [row[0] for row in connection.execute("SELECT password_hash FROM accounts")]
    assert all(each.startswith("scrypt:") for each in hashes)


def test_a_form_without_our_token_is_refused(browse: Browse, app: Flask, ent: Ent) -> None:
    browser = browse("morel")
    choose = f"/classes/{ent.school_class('5A').id}/activities"
    for path in ("/sign-out", "/locale", "/sign-in", "/sign-in/demo", choose):
        assert browser.client.post(path, data={"login": "lina", "locale": "en"}).status_code == 400
        wrong = {"csrf_token": "é", "login": "lina", "locale": "en"}
        assert browser.client.post(path, data=wrong).status_code == 400
    assert "Claire Morel" in browser.text("/")


def test_signing_out_ends_the_session(browse: Browse) -> None:
    browser = browse("lina")
    assert browser.post("/sign-out", {}).headers["Location"] == "/sign-in"
    assert browser.get("/").status_code == 302


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("ent_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# Classes


@pytest.mark.parametrize(
    ("login", "labels"),
    [
        ("morel", {"5e\u00a0A", "5e\u00a0B"}),
        ("haddad", {"5e\u00a0B"}),
        ("lina", {"5e\u00a0A"}),
        ("samira", {"5e\u00a0A", "5e\u00a0B"}),
        ("paul", {"5e\u00a0A"}),
        ("fournier", {"5e\u00a0A", "5e\u00a0B"}),
    ],
)
def test_people_see_their_own_classes(browse: Browse, login: str, labels: set[str]) -> None:
    page = browse(login).text("/")
    assert {label for label in ("5e\u00a0A", "5e\u00a0B") if f">{label}</a>" in page} == labels


def test_only_the_teacher_adds_activities_and_sees_the_people(ent: Ent, browse: Browse) -> None:
    path = f"/classes/{ent.school_class('5A').id}"
    page = browse("morel").text(path)
    assert "Ajouter une activité" in page
    assert 'id="roster"' in page
    assert "parent de Lina" in page
    for login in ("lina", "samira", "fournier"):
        page = browse(login).text(path)
        assert "Classeur</a>" in page
        assert "Ajouter une activité" not in page
        assert 'id="roster"' not in page
    assert browse("haddad").get(path).status_code == 403
    assert browse("morel").get("/classes/nothing").status_code == 404


def test_the_head_sees_no_link_to_the_gradebook(ent: Ent, browse: Browse) -> None:
    path = f"/classes/{ent.school_class('5A').id}"
    assert "/gradebook" in browse("lina").text(path)
    assert "/gradebook" not in browse("fournier").text(path)


def test_a_link_opens_in_a_titled_frame_or_in_a_new_tab(ent: Ent, browse: Browse) -> None:
    link = ent.link("5A")
    page = browse("lina").text(f"/links/{link.id}")
    assert 'title="Classeur (outil dans un cadre)"' in page
    assert f'src="/links/{link.id}/launch?target=iframe"' in page
    assert f'href="/links/{link.id}/launch?target=window"' in page
    assert browse("haddad").get(f"/links/{link.id}").status_code == 403
    assert browse("lina").get("/links/nothing").status_code == 404


def test_every_page_may_only_frame_and_post_to_the_tools(browse: Browse) -> None:
    headers = browse("lina").get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-src"] == "'self' http://other.test http://tool.test"
    assert policy["form-action"].endswith("http://other.test http://tool.test")
    assert policy["frame-ancestors"] == "'self'"
    assert headers["Cache-Control"] == "no-store"


# The gradebook


class Rows(HTMLParser):
    """The logins and the words of a gradebook's rows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, str] = {}
        self._login = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._login = dict(attrs).get("data-login") or ""
            self.rows.setdefault(self._login, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._login = ""

    def handle_data(self, data: str) -> None:
        if self._login:
            self.rows[self._login] += " ".join(data.split(" \n")) + " "


def rows(browser: Browser, path: str) -> dict[str, str]:
    found = Rows(browser.text(path)).rows
    return {login: " ".join(words.replace("\u00a0", " ").split()) for login, words in found.items() if login}


def test_the_teacher_sees_every_pupil(ent: Ent, browse: Browse, marked: str) -> None:
    assert rows(browse("haddad"), gradebook(ent, "5B")) == {
        "adam": "Adam Benali 6,5 / 10",
        "hugo": "Hugo Lefèvre – Pas de note",
        "jade": "Jade Nguyen À corriger Commentaire : À revoir <b>ensemble</b>",
    }


def test_a_pupil_sees_only_their_own_line(ent: Ent, browse: Browse, marked: str) -> None:
    assert rows(browse("adam"), gradebook(ent, "5B")) == {"adam": "Adam Benali 6,5 / 10"}
    assert rows(browse("hugo"), gradebook(ent, "5B")).keys() == {"hugo"}


def test_a_parent_sees_only_their_children(ent: Ent, browse: Browse, marked: str) -> None:
    assert rows(browse("samira"), gradebook(ent, "5B")) == {"adam": "Adam Benali 6,5 / 10"}
    assert rows(browse("mai"), gradebook(ent, "5B")).keys() == {"jade"}


def test_other_people_see_no_gradebook(ent: Ent, browse: Browse) -> None:
    for login in ("haddad", "adam", "mai", "fournier"):
        assert browse(login).get(gradebook(ent, "5A")).status_code == 403
    assert browse("morel").get("/classes/nothing/gradebook").status_code == 404


def test_marks_that_are_not_released_are_for_the_teacher(ent: Ent, browse: Browse, marked: str) -> None:
    with ent.database.writing() as connection:
        connection.execute("UPDATE line_items SET grades_released = 0")
    assert "6,5" in rows(browse("morel"), gradebook(ent, "5B"))["adam"]
    assert "6,5" not in rows(browse("adam"), gradebook(ent, "5B"))["adam"]


def test_an_empty_gradebook_says_so(ent: Ent, browse: Browse) -> None:
    assert "Aucune activité notée pour le moment." in browse("morel").text(gradebook(ent, "5A"))


# The way back


def test_what_a_tool_says_on_the_way_back_is_shown_escaped(
    ent: Ent, browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    path = ent.addresses.return_page(ent.school_class("5A").id).removeprefix("http://localhost")
    said = {"lti_msg": "Fini <i>bien</i>", "lti_errormsg": "<script>alert(1)</script>", "lti_errorlog": "E42"}
    with caplog.at_level("INFO"):
        page = browse("lina").client.get(path, query_string=said).get_data(as_text=True)
    assert "Fini &lt;i&gt;bien&lt;/i&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "E42" in caplog.text
    assert ">E42" not in page
    assert "Vous avez quitté l’outil." in browse("lina").text(path)
    assert browse("haddad").get(path).status_code == 403


# The language


def test_pages_follow_the_accounts_language_and_the_switch(browse: Browse, ent: Ent) -> None:
    browser = browse("jade")
    assert '<html lang="en">' in browser.text("/")
    answer = browser.post("/locale", {"locale": "fr", "next": gradebook(ent, "5B")})
    assert answer.headers["Location"] == gradebook(ent, "5B")
    assert '<html lang="fr">' in browser.text("/")
    assert ent.account("jade").locale == "fr"
    assert browser.post("/locale", {"locale": "xx"}).status_code == 400


def test_strangers_choose_a_language_too(app: Flask) -> None:
    browser = Browser(app)
    assert '<html lang="fr">' in browser.text("/sign-in")
    assert browser.post("/locale", {"locale": "en", "next": "/sign-in"}).headers["Location"] == "/sign-in"
    assert '<html lang="en">' in browser.text("/sign-in")


def test_english_marks_have_a_point(ent: Ent, browse: Browse, marked: str) -> None:
    page = browse("mai").text(gradebook(ent, "5B"))
    assert "out of 10" in page
    assert "To be marked" in page


def test_a_missing_page_says_so_in_words(browse: Browse) -> None:
    answer = browse("lina").get("/nowhere")
    assert answer.status_code == 404
    assert "Cette page n’existe pas." in answer.get_data(as_text=True)
    assert browse("lina").client.delete("/sign-in").status_code == 405


def test_every_word_is_in_both_languages_with_its_spaces() -> None:
    from examples.ent.wording import _WORDS

    for key, words in _WORDS.items():
        assert words["fr"], key
        assert words["en"], key
        assert not any(f" {sign}" in words["fr"] for sign in ":;?!»"), key
        assert "'" not in words["fr"], key
