"""The preview of a formula."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from binder.maths import mathml
from tests.lti.school import School, open_school


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school of the tests' own."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("maths"))
    yield opened
    opened.close()


def token(school: School) -> str:
    page = (
        school.app.test_client()
        .get(f"/lti/my/pages/{school.ids['page']}/edit?as=teacher")
        .get_data(as_text=True)
    )
    return page.partition('name="token" value="')[2].partition('"')[0]


def ask(school: School, *, lang: str = "fr", **form: str) -> tuple[int, dict[str, object]]:
    client = school.app.test_client()
    client.set_cookie("lang", lang)
    answer = client.post("/lti/my/maths?as=teacher", data=form, headers={"X-Classeur-Token": token(school)})
    return answer.status_code, dict(answer.get_json())


def test_a_formula_comes_back_as_mathml(school: School) -> None:
    assert ask(school, latex=r"\frac{1}{2}") == (200, {"mathml": str(mathml(r"\frac{1}{2}"))})
    assert ask(school, latex="x", display="1") == (200, {"mathml": str(mathml("x", display=True))})


@pytest.mark.parametrize(
    ("lang", "latex", "words", "position"),
    [
        ("fr", r"x \foo", r"commande inconnue\u00a0: \foo", 2),
        ("en", r"x \foo", r"unknown command \foo", 2),
        ("fr", r"\frac{1}", r"il manque quelque chose après \frac", 0),
        ("fr", "", "écrivez une formule", 0),
        ("fr", "x" * 2001, "une formule a 2000 caractères au plus", 2000),
        ("fr", "{x", "{ n’est pas fermé", 2),
    ],
)
def test_what_is_wrong_is_said_in_words(
    school: School, lang: str, latex: str, words: str, position: int
) -> None:
    status, answer = ask(school, lang=lang, latex=latex)
    assert (status, answer["position"]) == (422, position)
    assert str(answer["error"]).replace("\u202f", "\u00a0") == words.replace(r"\u00a0", "\u00a0")


def test_strangers_and_forms_without_their_token_get_nothing(school: School) -> None:
    client = school.app.test_client()
    assert client.post("/lti/my/maths?as=teacher", data={"latex": "x"}).status_code in (400, 403)
    assert client.post("/lti/my/maths", data={"latex": "x"}).status_code in (401, 403)
