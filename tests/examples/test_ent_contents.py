"""Content items into the demo ENT: all types, all properties, every setting, what stands on the page afterwards."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from examples.ent import Choice, Ent, files
from examples.ent.items import reasons
from tests.examples.ent_tool import DL, LTI, Browser, FakeTool
from tests.examples.test_ent_deep_linking import QUIZ, request, response, send

Browse = Callable[[str], Browser]
SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
ICON = {"url": "https://pictures.test/icon.png", "width": 64, "height": 64}
FULL: dict[str, Any] = {
    **QUIZ,
    "icon": ICON,
    "thumbnail": ICON,
    "iframe": {"width": 800, "height": 600},
    "window": {"targetName": "quiz", "width": 800, "height": 600, "windowFeatures": "menubar=no"},
    "available": {"startDateTime": "2026-11-01T08:00:00Z", "endDateTime": "2026-12-02T18:00:00Z"},
    "lineItem": {
        "scoreMaximum": 20,
        "label": "Fractions",
        "resourceId": "7",
        "tag": "grade",
        "gradesReleased": False,
        "submissionReview": {
            "reviewableStatus": ["Submitted", "Completed"],
            "label": "Relire",
            "url": "http://tool.test/review",
            "custom": {"a": "b"},
        },
    },
    "https://example.com/extension": {"anything": [1, 2]},
}
VIDEO = '<iframe src="https://film.test/42" onload="alert(1)"></iframe><script>alert(2)</script>'
LINK = {"type": "link", "title": "Film", "url": "https://film.test/watch/42"}
FILE = {"type": "file", "title": "Fiche", "url": "https://files.test/fiche.pdf", "expiresAt": SOON}
HTML = {
    "type": "html",
    "title": "Poème",
    "html": '<p onclick="x()">Ode <b>à</b> <img src="javascript:x"></p>',
}
IMAGE = {
    "type": "image",
    "title": "Carte",
    "url": "https://pictures.test/carte.png",
    "width": 320,
    "height": 200,
}


def add(tool: FakeTool, browser: Browser, ent: Ent, *chosen: Any, **changes: Any) -> str:
    """Choose content; the page that says what became of it."""
    claims = response(tool, request(tool, browser, ent), list(chosen), **changes)
    answer = send(browser, tool.sign(claims))
    if answer.status_code == 302:
        return browser.text(answer.headers["Location"])
    assert answer.status_code == 400
    return answer.get_data(as_text=True)


def test_everything_a_link_may_say_is_kept(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    page = add(tool, browse("morel"), ent, FULL)
    assert 'src="https://pictures.test/icon.png"' in page
    [item] = ent.line_items("5A")
    assert (item.grades_released, item.end_date_time) == (False, "2026-12-01T18:00:00+01:00")
    assert item.submission_review == FULL["lineItem"]["submissionReview"]
    link = ent.links("5A")[1]
    assert link.dates == {name: FULL[name] for name in ("available", "submission")}
    frame = browse("lina").text(f"/links/{link.id}")
    assert 'width="800" height="600"' in frame


def test_several_items_come_at_once_or_none_does(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    page = add(tool, browser, ent, QUIZ, {**QUIZ, "title": "Les décimaux"}, LINK)
    assert "3 éléments ont été ajoutés à la classe : Les fractions, Les décimaux, Film." in page.replace(
        "\u00a0", " "
    )
    assert (len(ent.links("5A")), len(ent.line_items("5A"))) == (4, 2)
    page = add(tool, browser, ent, QUIZ, {**LINK, "url": "ftp://film.test"}, {**QUIZ, "title": 7})
    assert [f'data-key="content.{key}"' in page for key in ("url", "text")] == [True, True]
    assert (len(ent.links("5A")), len(ent.line_items("5A"))) == (4, 2)


def test_html_and_embedded_films_are_shown_without_what_could_harm(
    ent: Ent, tool: FakeTool, browse: Browse
) -> None:
    browser = browse("morel")
    page = add(tool, browser, ent, HTML, {**LINK, "embed": {"html": VIDEO}}, IMAGE)
    assert "<p>Ode <b>à</b> </p>" in page
    assert '<iframe src="https://film.test/42" title="Film"' in page
    assert 'alt="Image\u00a0: Carte" width="320" height="200"' in page
    for harm in ("onclick", "onload", "alert(", "javascript:"):
        assert harm not in page
    headers = browser.get(f"/classes/{ent.school_class('5A').id}").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert "https://film.test" in policy["frame-src"]
    assert "https://pictures.test" in policy["img-src"]
    assert "film.test" not in browser.get("/").headers["Content-Security-Policy"]


def test_a_file_is_there_until_it_expires(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    assert "Fichier" in add(tool, browser, ent, FILE)
    link = ent.links("5A")[1]
    assert browser.get(f"/links/{link.id}").headers["Location"] == FILE["url"]
    later = datetime.now(UTC) + timedelta(hours=2)
    ent.clock = lambda: later
    assert browser.get(f"/links/{link.id}").status_code == 404
    assert "Ce fichier n’est plus disponible." in browser.text(f"/classes/{ent.school_class('5A').id}")


def test_a_file_of_the_tool_is_copied_in_time(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser, asked = browse("morel"), []
    own = {**FILE, "url": "http://tool.test/files/fiche.pdf?key=1"}

    def fetch(url: str) -> tuple[bytes, str] | None:
        asked.append(url)
        return (b"%PDF", "application/pdf") if len(asked) == 1 else None

    ent.options.fetch = fetch
    add(tool, browser, ent, own, FILE)
    add(tool, browser, ent, own)
    assert asked == [own["url"]] * 2, "never an address that is not the tool's"
    later = datetime.now(UTC) + timedelta(hours=2)
    ent.clock = lambda: later
    copied, *others = ent.links("5A")[1:]
    answer = browse("lina").get(f"/links/{copied.id}")
    assert (answer.data, answer.mimetype) == (b"%PDF", "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=Fiche.pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert [browser.get(f"/links/{link.id}").status_code for link in others] == [404, 404]
    assert (
        browser.text(f"/classes/{ent.school_class('5A').id}").count("Ce fichier n’est plus disponible.") == 2
    )


def test_a_file_is_fetched_once_whole_and_from_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(environ: Any, start: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        status = {"/moved": "302 Found", "/gone": "404 Not Found"}.get(path, "200 OK")
        start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Location", "/small")])
        return [b"x" * (11 if path == "/large" else 10)]

    monkeypatch.setattr(files, "LARGEST", 10)
    server = make_server("127.0.0.1", 0, serve)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    assert files.fetch(f"{base}/small") == (b"x" * 10, "text/plain")
    assert [files.fetch(f"{base}/{path}") for path in ("large", "moved", "gone")] == [None] * 3
    server.shutdown()
    server.server_close()
    assert files.fetch(f"{base}/small") is None


@pytest.mark.parametrize(
    ("item", "targets", "expected"),
    [
        (QUIZ, ("embed", "iframe", "window"), "iframe"),
        (QUIZ, ("window",), "window"),
        ({**QUIZ, "window": {}}, ("iframe", "window"), "window"),
        (LINK, ("embed", "iframe", "window"), "window"),
        ({**LINK, "iframe": {"src": "https://film.test/f"}}, ("iframe", "window"), "iframe"),
        ({**LINK, "embed": {"html": VIDEO}}, ("iframe", "window"), "window"),
        ({**LINK, "embed": {"html": VIDEO}}, ("embed", "window"), "embed"),
        (IMAGE, ("window",), "window"),
    ],
)
def test_the_document_target_is_one_both_can_have(
    ent: Ent, tool: FakeTool, browse: Browse, item: Any, targets: tuple[str, ...], expected: str
) -> None:
    ent.options.choice = Choice(accept_presentation_document_targets=targets)
    assert f'data-target="{expected}"' in add(tool, browse("morel"), ent, item)


def test_a_web_page_that_can_be_framed_is(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    add(tool, browser, ent, {**LINK, "iframe": {"src": "https://film.test/f", "width": 640}})
    answer = browser.get(f"/links/{ent.links('5A')[1].id}")
    assert 'src="https://film.test/f" width="640"' in answer.get_data(as_text=True)
    assert "https://film.test" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("choice", "chosen", "key"),
    [
        (Choice(accept_types=("ltiResourceLink",)), [LINK], "content.type"),
        (Choice(accept_types=("link",)), [QUIZ], "content.type"),
        (Choice(accept_multiple=False), [QUIZ, LINK], "content.one_item"),
        (Choice(accept_multiple=None), [QUIZ, LINK], "content.one_item"),
        (Choice(accept_lineitem=False), [QUIZ], "content.no_line_item"),
        (Choice(accept_media_types="image/*, audio/mpeg"), [FILE], "content.media_type"),
        (Choice(accept_presentation_document_targets=("window",)), [HTML], "content.target"),
    ],
)
def test_what_was_not_asked_for_is_refused(
    ent: Ent, tool: FakeTool, browse: Browse, choice: Choice, chosen: list[Any], key: str
) -> None:
    ent.options.choice = choice
    asked = ent.deep_linking_claims("morel", "5A")[f"{DL}deep_linking_settings"]
    assert {name: asked[name] for name in choice.settings()} == choice.settings()
    assert (choice.accept_multiple is None) == ("accept_multiple" not in asked)
    assert f'data-key="{key}"' in add(tool, browse("morel"), ent, *chosen)
    assert len(ent.links("5A")) == 1


@pytest.mark.parametrize("accepted", ["application/pdf", "application/*", "*/*", "image/png,application/PDF"])
def test_a_file_of_an_accepted_type_is_taken(ent: Ent, tool: FakeTool, browse: Browse, accepted: str) -> None:
    ent.options.choice = Choice(accept_media_types=accepted)
    assert "Fichier" in add(tool, browse("morel"), ent, FILE)


@pytest.mark.parametrize(
    ("item", "key", "detail"),
    [
        ({**QUIZ, "icon": "x.png"}, "content.picture", "icon"),
        ({**QUIZ, "thumbnail": {"url": "data:image/png,x"}}, "content.picture", "thumbnail.url"),
        ({**QUIZ, "icon": {**ICON, "width": "64"}}, "content.presentation", "icon.width"),
        ({**QUIZ, "window": {"width": -1}}, "content.presentation", "window.width"),
        ({**QUIZ, "window": {"targetName": 7}}, "content.presentation", "window.targetName"),
        ({**QUIZ, "iframe": True}, "content.presentation", "iframe"),
        ({**QUIZ, "available": {"startDateTime": "2026-11-01"}}, "content.date", "available"),
        ({**QUIZ, "available": {"startDateTime": "2026-11-01T08:00:00"}}, "content.date", "available"),
        (
            {**QUIZ, "submission": {"startDateTime": SOON, "endDateTime": "2020-01-01T00:00:00Z"}},
            "content.date",
            "submission",
        ),
        ({**QUIZ, "submission": "tomorrow"}, "content.date", "submission"),
        ({**QUIZ, "lineItem": {"scoreMaximum": True}}, "content.line_item", "scoreMaximum"),
        (
            {**QUIZ, "lineItem": {"scoreMaximum": 1, "gradesReleased": 1}},
            "content.line_item",
            "gradesReleased",
        ),
        (
            {**QUIZ, "lineItem": {"scoreMaximum": 1, "submissionReview": {"reviewableStatus": ["Done"]}}},
            "content.line_item",
            "submissionReview",
        ),
        (
            {**QUIZ, "lineItem": {"scoreMaximum": 1, "submissionReview": {"custom": {"a": 1}}}},
            "content.line_item",
            "submissionReview",
        ),
        ({**QUIZ, "text": "x" * 6000}, "content.text", "text"),
        ({**LINK, "embed": {}}, "content.html", "embed.html"),
        ({**LINK, "embed": "<b>"}, "content.html", "embed.html"),
        ({**LINK, "iframe": {"width": 5}}, "content.url", "src"),
        ({**FILE, "url": None}, "content.url", ""),
        ({**FILE, "expiresAt": "2020-01-01T00:00:00Z"}, "content.date", "expiresAt"),
        ({**FILE, "expiresAt": "soon"}, "content.date", "expiresAt"),
        ({**HTML, "html": " "}, "content.html", "html"),
        ({"type": "html"}, "content.html", "html"),
        ({**IMAGE, "url": "//pictures.test/x.png"}, "content.url", ""),
        ({**IMAGE, "height": 0}, "content.presentation", "image.height"),
    ],
)
def test_a_wrong_property_is_refused_by_name(
    ent: Ent, tool: FakeTool, item: dict[str, Any], key: str, detail: str
) -> None:
    found = dict(reasons(item, tool.registration, Choice().settings(), datetime.now(UTC)))
    assert list(found) == [key]
    assert detail in found[key]


@given(
    st.dictionaries(
        st.sampled_from(sorted({*FULL, *FILE, "embed", "html"})),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text()
            | st.sampled_from(["file", "link"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["url", "html", "src", "width", "scoreMaximum"]), inner)
            ),
            max_leaves=6,
        ),
    )
)
@settings(max_examples=300, deadline=None)
def test_no_item_makes_the_checks_fail_otherwise(item: dict[str, Any]) -> None:
    tool = FAKE.registration
    for base in ({}, FULL, LINK, FILE, HTML, IMAGE):
        for key, detail in reasons({**base, **item}, tool, Choice().settings(), datetime.now(UTC)):
            assert key.startswith("content.")
            assert isinstance(detail, str)


FAKE = FakeTool("hypothesis")


def test_messages_and_logs_go_where_they_belong(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    said = {f"{DL}msg": "<i>Fini</i>", f"{DL}log": "log 1", f"{DL}errorlog": "log 2"}
    page = add(tool, browser, ent, QUIZ, **said)
    assert "&lt;i&gt;Fini&lt;/i&gt;" in page
    assert "a été ajouté" in page
    assert "log 1" not in page
    assert [(log.client_id, log.kind, log.text) for log in ent.messages.logs()] == [
        ("classeur", "log", "log 1"),
        ("classeur", "errorlog", "log 2"),
    ]


def test_each_class_may_be_a_deployment(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    from dataclasses import replace

    ent.set_up(replace(tool.registration, deployment_per_class=True))
    browser = browse("morel")
    asked = request(tool, browser, ent)
    other = ent.claims("morel", "5B")[f"{LTI}deployment_id"]
    assert other != asked[f"{LTI}deployment_id"]
    wrong = send(browser, tool.sign(response(tool, asked, [QUIZ], **{f"{LTI}deployment_id": other})))
    assert 'data-key="content.message"' in wrong.get_data(as_text=True)
    assert "a été ajouté" in add(tool, browser, ent, QUIZ)


def test_content_can_be_chosen_in_a_frame(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser, class_id = browse("morel"), ent.school_class("5A").id
    assert 'id="tool"' in browser.text(f"/open/content?class_id={class_id}")
    asked = tool.open(browser, "content", class_id=class_id, target="iframe")
    answer = send(browser, tool.sign(response(tool, asked, [QUIZ])))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'href="/classes/{class_id}" target="_top"' in page
    assert "a été ajouté" in browser.text(f"/classes/{class_id}")
    for login, expected in (("lina", 403), ("haddad", 403)):
        assert browse(login).get(f"/open/content?class_id={class_id}").status_code == expected
