"""Parts of questions that are pictures, and zones that weigh more than others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.orm import Session

from binder.activities import Content, activities
from binder.activities.transforming import transformed
from binder.activities.zones import hits
from binder.errors import Invalid
from binder.models import Page as BinderPage
from tests.binder.activities import placed
from tests.frontend.editing import desks
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody
from tests.lti.test_pages import WCAG, axe_troubles

ONE, TWO, THREE = (f"01890000-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
match, label_image, hotspot = activities["match"], activities["label_image"], activities["hotspot"]


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("pictured"))
    yield opened
    opened.close()


# Matching


def animals(**body: Any) -> Content:
    """Two pictures on the left that are both called the same, but are not the same picture."""
    left = [
        {"id": "la", "html": "un animal", "picture": ONE},
        {"id": "lb", "html": "un animal", "picture": TWO},
    ]
    right = [
        {"id": "ra", "html": "chat"},
        {"id": "rb", "html": "chien"},
        {"id": "rc", "html": "âne", "picture": ""},
    ]
    return match.load(
        {
            "body": {"prompt": "<p>Qui ?</p>", "left": left, "right": right, **body},
            "key": {"pairs": {"la": "ra", "lb": "rb"}},
        }
    )


def test_a_side_of_a_pair_may_be_a_picture() -> None:
    of = animals()
    assert match.resources(of) == [ONE, TWO]
    assert "picture" not in of.body["right"][2]
    shown = match.public(of, "seed")
    assert [item.get("picture") for item in shown["left"]] == [ONE, TWO]
    response = match.answer({"pairs": {"la": "ra", "lb": "rc"}})
    assert match.score(of, response).fraction == Fraction(1, 2)
    assert match.summary(of, response) == "un animal → chat · un animal → âne"


def test_a_picture_needs_words_and_the_same_one_stands_once() -> None:
    sides = [{"id": "la", "html": "", "picture": ONE}, {"id": "lb", "html": "x"}]
    with pytest.raises(Invalid) as refused:
        animals(left=sides)
    assert "left" in refused.value.messages["body"]
    with pytest.raises(Invalid, match="match"):
        animals(left=[{"id": id, "html": "un animal", "picture": ONE} for id in ("la", "lb")])


def test_questions_of_before_pictures_are_what_they_were() -> None:
    assert match.resources(match.load(match.example("fr"))) == []
    zones = hotspot.load(placed.sample("hotspot"))
    old = {name: value for name, value in zones.key.items() if name != "weights"}
    answer = hotspot.answer({"points": [[0.5, 0.4]]})
    assert hotspot.score(Content(zones.points, zones.body, old, zones.scoring), answer).fraction == Fraction(
        1, 2
    )


def test_the_lines_of_a_form_bring_their_pictures() -> None:
    form = {
        "left": ["un chat", "", "", ""],
        "right": ["le chat", "le chien", "", ""],
        "left_id": ["la", "lb", "", ""],
        "right_id": ["ra", "rb", "", ""],
        "extra": ["l’âne", ""],
        "extra_id": ["rc", ""],
        "resource": [ONE, "", TWO, "", "", "", "", "", "", THREE],
        "bare": ["left-1"],
        "prompt": ["?"],
    }
    data = match.content_from_form(form)
    assert data["body"]["left"] == [{"id": "la", "html": "un chat", "picture": ONE}, {"id": "lb", "html": ""}]
    assert [side.get("picture") for side in data["body"]["right"]] == [None, None, None, THREE]
    kept = match.content_from_form({**form, "bare": []})
    assert kept["body"]["left"][1] == {"id": "lb", "html": "", "picture": TWO}, "it asks for words"


def test_learners_see_pictures_with_their_words_and_choose_without_scripts() -> None:
    of = animals()
    with placed.templates():
        html = placed.shown(match, of, "form")
        assert placed.answered(match, html, **{"pair.la": "ra"}) == {"pairs": {"la": "ra"}}
        assert html.count("un animal") >= 4
        for mode in placed.MODES:
            placed.shown(match, of, mode, match.answer({"pairs": {"la": "rb"}}), told=mode == "preview")


def test_what_a_change_of_type_loses_is_told() -> None:
    _, lost = transformed("match", animals(), "categorize", "fr")
    assert any("pictures" in one for one in lost)


@pytest.mark.parametrize("name", ["match", "label_image"])
def test_an_author_chooses_pictures_without_scripts(school: School, name: str) -> None:
    teacher = somebody(school, "teacher")
    html = teacher.open(f"/lti/my/pages/{school.ids['draft']}/activity?type={name}&example=1")
    files = html.count('type="file"')
    assert files == html.count('name="resource"')
    assert files == (
        1 + 4 if name == "label_image" else 2 * html.count('name="left"') + html.count('name="extra"')
    )
    assert html.count('data-upload="picture"') == files


# Labels


def test_a_label_may_be_a_picture() -> None:
    data = placed.sample("label_image")
    of = label_image.load(data)
    assert label_image.resources(of)[-1] == ONE
    assert [one.get("picture") for one in label_image.public(of, "s")["labels"]].count(ONE) == 1
    with placed.templates():
        html = placed.shown(label_image, of, "form")
        assert "· racine</option>" in html
        assert placed.answered(label_image, html, **{"7d01": "44d7"}) == {"zones": {"7d01": "44d7"}}
        for mode in placed.MODES:
            placed.shown(label_image, of, mode, {"zones": {"7d01": "44d7"}}, told=mode == "preview")


def test_labels_keep_their_pictures_by_their_ids() -> None:
    form = {
        "mode": ["select"],
        "zone_id": ["za"],
        "zone_shape": ["rect"],
        **{f"zone_{name}": ["10"] for name in "xywh"},
        "zone_place": ["haut"],
        "zone_label": ["pétale"],
        "wrong_labels": ["racine\nfeuille"],
        "label_id": ["la", "lb", "lc"],
        "label_text": ["tige", "pétale", "racine"],
        "resource": [ONE, TWO, THREE, TWO],
        "bare": ["lc"],
        "picture_alt": ["Une fleur."],
        "prompt": ["?"],
    }
    labels = label_image.load(label_image.content_from_form(form)).body["labels"]
    assert [(label["text"], label.get("picture")) for label in labels] == [
        ("pétale", THREE),
        ("racine", None),
        ("feuille", None),
    ]


# Weights


def board(visible: bool = False, mode: str = "per_zone", **weights: Any) -> Content:
    """Three right zones side by side, a, b and c, and a wrong one, d."""
    zones = [
        {"id": name, "shape": "rect", "coords": [place / 4, 0.1, 0.2, 0.2], "label": name}
        for place, name in enumerate("abcd")
    ]
    image = {"resource": ONE, "width": 400, "height": 300, "alt": "Une carte"}
    return hotspot.load(
        {
            "body": {
                "prompt": "<p>Montre.</p>",
                "image": image,
                "visible": visible,
                "max_points": 5,
                "zones": zones if visible else [],
            },
            "key": {"zones": [] if visible else zones, "correct": ["a", "b", "c"], "weights": weights},
            "scoring": {"mode": mode},
        }
    )


def clicked(names: str, visible: bool) -> dict[str, Any]:
    if visible:
        return hotspot.answer({"zones": list(names)})
    return hotspot.answer({"points": [["abcd".index(name) / 4 + 0.1, 0.2] for name in names]})


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.parametrize(
    ("weights", "names", "mode", "fraction"),
    [
        ({}, "a", "per_zone", "1/3"),
        ({}, "abd", "per_zone", "1/3"),
        ({"a": "2"}, "a", "per_zone", "1/2"),
        ({"a": "2"}, "b", "per_zone", "1/4"),
        ({"a": "2"}, "abc", "per_zone", "1"),
        ({"a": "2"}, "ad", "per_zone", "1/6"),
        ({"a": "2"}, "bd", "per_zone", "0"),
        ({"a": "0,5", "b": "1/3"}, "a", "per_zone", "3/11"),
        ({"a": "2"}, "abc", "all_or_nothing", "1"),
        ({"a": "2"}, "ab", "all_or_nothing", "0"),
    ],
)
def test_each_zone_brings_its_weight(
    visible: bool, weights: dict[str, str], names: str, mode: str, fraction: str
) -> None:
    of = board(visible, mode, **weights)
    assert hotspot.score(of, clicked(names, visible)).fraction == Fraction(fraction)


@given(
    st.fixed_dictionaries({name: st.fractions(Fraction(1, 9), 100, max_denominator=9) for name in "abc"}),
    st.sets(st.sampled_from("abcd"), min_size=1),
    st.booleans(),
)
def test_one_more_right_zone_never_lowers(
    weights: dict[str, Fraction], names: set[str], visible: bool
) -> None:
    of = board(visible, **{name: str(weight) for name, weight in weights.items()})
    got = hotspot.score(of, clicked("".join(sorted(names)), visible)).fraction
    assert 0 <= got <= 1
    for more in set("abc") - names:
        better = hotspot.score(of, clicked("".join(sorted({*names, more})), visible)).fraction
        assert better > got or better == got == 0


def test_of_zones_that_overlap_the_heaviest_are_hit() -> None:
    zones = [{"id": name, "shape": "rect", "coords": [0.1, 0.1, 0.5, 0.5]} for name in "ab"]
    heavier = {"a": Fraction(1), "b": Fraction(3)}
    assert hits(zones, [(0.2, 0.2)], (0, 0), heavier) == {0: "b"}
    assert set(hits(zones, [(0.2, 0.2), (0.3, 0.3)], (0, 0), heavier).values()) == {"a", "b"}


@pytest.mark.parametrize("weights", [{"a": "0"}, {"a": "-1"}, {"a": "101"}, {"a": "lourd"}, {"z": "2"}])
def test_a_weight_is_a_number_of_a_zone(weights: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        board(**weights)


def test_the_form_shows_weights_and_sends_them_again() -> None:
    form = {
        "zone_id": ["za", "zb"],
        "zone_shape": ["rect", "rect"],
        **{f"zone_{name}": ["10", "40"] for name in "xy"},
        **{f"zone_{name}": ["10", "10"] for name in "wh"},
        "zone_label": ["un", "deux"],
        "zone_weight": ["1,5", ""],
        "zone_right": ["0", "1"],
        "resource": [ONE],
        "picture_alt": ["Une carte."],
        "prompt": ["?"],
    }
    of = hotspot.load(hotspot.content_from_form(form))
    assert of.key["weights"] == {"za": "3/2"}
    wrong = hotspot.content_from_form({**form, "zone_weight": ["beaucoup", ""]})
    assert wrong["key"]["weights"] == {"za": "beaucoup"}


def test_the_table_of_points_tells_the_weights() -> None:
    table = hotspot.scoring_table(board(a="2"), "fr")
    assert table is not None
    told = {line.answer: [str(fraction) for fraction in line.fractions] for line in table.lines}
    assert told["a + b + c"] == ["1", "1"]
    assert told["a"] == ["1/2", "0"]
    assert told["b"] == ["1/4", "0"]
    assert told["a + b + c + —"] == ["2/3", "0"]
    assert told[""] == ["0", "0"]


# In a browser


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_pictures_are_put_into_pairs_by_their_author(
    sqlite_template: Path, tmp_path: Path, scripts: bool
) -> None:
    picture = tmp_path / "chat.png"
    Image.new("RGB", (60, 40), "orange").save(picture)
    with desks(sqlite_template, tmp_path) as desk:
        made = desk()
        page = made.tab(java_script_enabled=scripts, viewport={"width": 375, "height": 800})
        page.goto(f"{made.origin}{made.path}/activity?type=match&example=1")
        page.locator(".side-picture summary").first.click()
        page.locator("#left-0-file").set_input_files(picture)
        page.get_by_role("button", name="Enregistrer la question", exact=True).click()
        page.wait_for_url(re.compile("/edit|/pages/"))
        with Session(made.school.engine) as session:
            binder = session.get_one(
                BinderPage, (made.school.people["teacher"].tenant_id, made.page_id)
            ).binder
            (question,) = (one for one in binder.activities if one.type == "match")
            left, id = question.current.body["left"], question.id
        assert [bool(side.get("picture")) for side in left] == [True, False, False]
        page.goto(f"{made.origin}{made.path}/activity?activity={id}")
        shown = page.locator("img.part-picture")
        assert shown.get_attribute("alt") == "Le Petit Prince"
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        if scripts:
            assert shown.evaluate("it => it.complete && it.naturalWidth") == 60
            assert not axe_troubles(page, WCAG)
