"""Answering at the screen: beginning, time, checking, JSON for the script, what came too late, and no way round it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import frozen
from binder.content import authoring, composing
from binder.giving import accommodating, assigning
from binder.giving.assigning import Card, Rules
from binder.models import Attempt, Grade, Preset, Release
from lti.tool import tool
from tests import factories
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
JSON = {"Accept": "application/json"}


@dataclass
class Given:
    """A page with two questions that was given, and who works on it."""

    school: School
    id: UUID
    questions: list[str]
    pupil: Somebody
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/lti/my/work/{self.id}"

    def open(self) -> str:
        """The page, whose hidden fields are kept."""
        html = self.pupil.open(self.path)
        names = ("token", "revision", "number", "seq")
        self.fields |= {name: self.pupil.field(name) for name in names if f'name="{name}"' in html}
        return html

    def send(self, *answers: str, **more: str) -> str:
        """The form with these answers, by hand; what one is led to is opened."""
        response = self.pupil.client.post(
            self.path, data={**self.fields, **self.answers(*answers), **more}, follow_redirects=True
        )
        self.pupil.status = response.status_code
        self.pupil.html = response.text.replace("\u202f", " ").replace("\u00a0", " ")
        return self.pupil.html

    def save(self, *answers: str, **more: str) -> tuple[int, dict[str, Any]]:
        """As a script sends it."""
        data = {**self.fields, **self.answers(*answers), "action": "save", **more}
        response = self.pupil.client.post(self.path, data=data, headers=JSON)
        assert response.mimetype == "application/json", response.text
        told: dict[str, Any] = json.loads(response.text)
        if "seq" in told and response.status_code == 200:
            self.fields["seq"] = str(told["seq"])
        return response.status_code, told

    def answers(self, *answers: str) -> dict[str, str]:
        """Fields of the form, in the order of the questions."""
        return {
            f"{name}.choices": value for name, value in zip(self.questions, answers, strict=False) if value
        }

    def attempts(self) -> list[Attempt]:
        """All there are."""
        with Session(self.school.engine) as session:
            query = sa.select(Attempt).where(Attempt.assignment_id == self.id).order_by(Attempt.number)
            return list(session.scalars(query))


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    with frozen(TUESDAY):
        yield opened
    opened.close()


def give(school: School, rules: Rules = Rules(), **card: Any) -> Given:  # noqa: B008 - it is frozen
    """A new page with two questions, given to the class."""
    teacher = school.people["teacher"]
    with school.begin() as session:
        page, first = factories.page_with_choice(session, teacher)
        second = authoring.save_activity(
            session, teacher, page.binder_id, factories.choice(title="Deuxième", points="1")
        )
        composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(second.id)})
        (one,) = assigning.distribute(session, teacher, page.id, [Card(**card)], rules)
    return Given(school, one.id, [str(first.id), str(second.id)], somebody(school, "pupil", "en"))


SECRETS = ("L’eau s’évapore.", "La glace se forme au froid.")
"""The explanation, and the feedback to a wrong answer."""


# Time


def test_work_with_a_time_limit_says_so_and_is_begun_by_a_button(school: School) -> None:
    given = give(school, minutes=30, closes_at=TUESDAY + timedelta(days=2))
    html = given.open()
    assert "You have 30 minutes from when you begin." in html
    assert "When time is over, what you have saved is handed in by itself." in html
    assert "Last deadline:" in html
    assert "Que devient" not in html, "no question is read before the time runs"
    assert given.attempts() == []
    html = given.send(action="begin")
    assert "Que devient" in html
    assert 'data-remaining="1800"' in html
    (attempt,) = given.attempts()
    assert attempt.deadline_at == TUESDAY + 30 * MINUTE
    given.send(action="begin")
    assert len(given.attempts()) == 1, "a second click begins nothing"
    with frozen(TUESDAY + 10 * MINUTE):
        assert 'data-remaining="1200"' in given.open()


def test_files_and_parents_learn_nothing_before_the_time_runs(school: School) -> None:
    given = give(school, minutes=30)
    parent = somebody(school, "parent", "en")
    html = parent.open(f"/lti/my/family/{school.ids['child']}/work/{given.id}")
    assert parent.status == 200
    assert "Que devient" not in html
    assert "its questions are shown once it is begun" in html


def test_who_begins_late_is_told_how_little_is_left(school: School) -> None:
    given = give(school, minutes=30, closes_at=TUESDAY + 10 * MINUTE)
    html = given.open()
    assert "Only 10 minutes are left until the last deadline." in html
    assert "You have 30 minutes" not in html
    assert 'data-remaining="600"' in given.send(action="begin")


def test_more_time_is_what_the_page_says(school: School) -> None:
    given = give(school, minutes=30)
    with school.begin() as session:
        child = school.people["pupil"].person_id
        assert child
        accommodating.accommodate(session, school.people["teacher"], child, time_factor=Fraction(4, 3))
    assert "You have 40 minutes from when you begin." in given.open()
    assert 'data-remaining="2400"' in given.send(action="begin")


def test_the_clock_of_the_device_plays_no_part(school: School) -> None:
    """Nothing that a device sends is a time; what it might send besides is not read."""
    given = give(school, minutes=30)
    given.open()
    given.send(action="begin", started_at="2020-01-01T00:00", now="0", remaining="999999")
    given.open()
    status, told = given.save("aaaa", saved_at="2030-01-01T00:00", remaining="999999", now="1")
    assert (status, told["remaining"]) == (200, 1800)
    (attempt,) = given.attempts()
    assert (attempt.started_at, attempt.saved_at) == (TUESDAY, TUESDAY)


def test_what_comes_too_late_is_shown_and_not_taken_in(school: School) -> None:
    given = give(school, minutes=30)
    given.open()
    given.send(action="begin")
    given.open()
    given.send("bbbb", action="save")
    given.open()
    with frozen(TUESDAY + 30 * MINUTE + timedelta(seconds=20)):
        status, told = given.save("bbbb", "bbbb")
        assert (status, told["remaining"], told["handed_in"]) == (200, 0, False), (
            "a slow network has its grace"
        )
    with frozen(TUESDAY + 31 * MINUTE):
        html = given.send("bbbb", "aaaa", action="hand-in")
        assert given.pupil.status == 409
        assert "What you have just sent was not taken in." in html
        assert "de la vapeur" in html
        assert "Your time was over" in html
        (attempt,) = given.attempts()
        assert (attempt.by_server, attempt.in_grace) == (True, True)
        assert attempt.responses[given.questions[1]] == {"choices": ["bbbb"]}
        assert attempt.receipt in html
        status, told = given.save("bbbb", "aaaa")
        assert (status, told["reason"]) == (409, "time-over")
        html = given.send("bbbb", "bbbb", action="hand-in")
        assert given.pupil.status == 200
        assert attempt.receipt in html, "what is there already is no loss: the receipt"
        status, told = given.save("bbbb", "bbbb")
        assert (status, told["reason"]) == (409, "handed-in")
    with Session(school.engine) as session:
        grades = session.scalars(sa.select(Grade).where(Grade.attempt_id == attempt.id)).all()
        assert len(grades) == 1


def test_a_look_hands_in_what_is_overdue(school: School) -> None:
    given = give(school, minutes=30)
    given.open()
    given.send(action="begin")
    given.open()
    given.send("aaaa", action="save")
    with frozen(TUESDAY + 30 * MINUTE + timedelta(seconds=10)):
        html = given.open()
        assert "Your time is over." in html
        assert "<form" not in html.partition("<main")[2]
    with frozen(TUESDAY + 40 * MINUTE):
        html = given.open()
        assert given.pupil.status == 200
        assert "what you had saved has been handed in by itself" in html
    parent = somebody(school, "parent", "en")
    html = parent.open(f"/lti/my/family/{school.ids['child']}/work/{given.id}")
    assert "The work is marked." in html


def test_after_the_last_deadline_nothing_is_begun_and_what_was_typed_is_shown(school: School) -> None:
    given = give(school, closes_at=TUESDAY + MINUTE)
    given.open()
    with frozen(TUESDAY + 5 * MINUTE):
        html = given.send("aaaa", action="hand-in")
        assert given.pupil.status == 409
        assert "This work is no longer open" in html
        assert "de la vapeur" in html
        assert given.attempts() == []
        given.send(action="hand-in")
        assert given.pupil.status == 403
        html = given.open()
        assert "This work is over." in html
        assert given.save("aaaa")[1]["reason"] == "over"


def test_the_worker_hands_in_too(school: School) -> None:
    given = give(school, minutes=30)
    given.open()
    given.send(action="begin")
    with frozen(TUESDAY + 40 * MINUTE), school.app.app_context():
        tool().deliver(limit=0)
    assert [one.by_server for one in given.attempts()] == [True]


# JSON


def test_a_script_saves_and_is_told_in_json(school: School) -> None:
    given = give(school)
    given.open()
    status, told = given.save("aaaa", writer="w1")
    assert status == 200
    assert told == {
        "seq": 1,
        "saved": "Saved at 10:00",
        "saved_at": TUESDAY.isoformat(),
        "remaining": None,
        "handed_in": False,
        "problems": [],
    }
    status, told = given.save("aaaa", "bbbb", writer="w1")
    assert (status, told["seq"]) == (200, 2)
    status, told = given.save("aaaa", "bbbb", action="hand-in")
    assert (status, told["handed_in"], len(told["receipt"])) == (200, True, 8)
    again = given.save("aaaa", "bbbb", action="hand-in")
    assert again[1]["receipt"] == told["receipt"], "a replay gives the first receipt"


def test_one_question_may_be_sent_alone(school: School) -> None:
    given = give(school)
    given.open()
    given.save("aaaa", "aaaa")
    status, _ = given.save("bbbb", only=given.questions[0])
    assert status == 200
    (attempt,) = given.attempts()
    assert attempt.responses == {
        given.questions[0]: {"choices": ["bbbb"]},
        given.questions[1]: {"choices": ["aaaa"]},
    }
    status, _ = given.save("cccc", only=str(uuid4()))
    assert status == 200
    assert given.attempts()[0].responses == attempt.responses


def test_an_old_tab_is_told_both_texts(school: School) -> None:
    given = give(school)
    given.open()
    given.save("aaaa", seq="0")
    status, told = given.save("cccc", seq="0")
    assert status == 409
    assert told["responses"][given.questions[0]] == "de la vapeur"
    assert told["yours"][given.questions[0]] == "de la glace"
    assert (told["seq"], told["saved"]) == (1, "Saved at 10:00")
    assert given.save("cccc", seq="1")[0] == 200, "whoever insists says so by the newer number"
    status, told = given.save("aaaa", seq="0", writer="w1")
    assert status == 409


def test_what_cannot_be_understood_is_told_at_its_question(school: School) -> None:
    given = give(school)
    given.open()
    status, told = given.save("NOT AN ID", "aaaa")
    assert status == 422
    assert [one["field"] for one in told["problems"]] == [given.questions[0]]
    assert told["problems"][0]["message"]
    assert given.attempts() == []
    html = given.send("NOT AN ID", action="save")
    assert given.pupil.status == 422
    assert "What you typed is still here" in html


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"number": "x"}, 422),
        ({"number": "0"}, 422),
        ({"seq": "-1"}, 422),
        ({"seq": "9" * 30}, 422),
        ({"revision": "x"}, 404),
        ({"revision": str(uuid4())}, 404),
        ({"action": "check:"}, 303),
        ({"action": "explode"}, 303),
        ({"writer": "w" * 10_000}, 303),
    ],
)
def test_whatever_a_browser_sends_is_answered_in_words(
    school: School, fields: dict[str, str], status: int
) -> None:
    given = give(school)
    given.open()
    response = given.pupil.client.post(given.path, data={**given.fields, **given.answers("aaaa"), **fields})
    assert response.status_code == status
    response = given.pupil.client.post(
        given.path, data={**given.fields, **given.answers("aaaa"), **fields}, headers=JSON
    )
    assert response.status_code in (status, 200)


# Checking


def training(school: School, **rules: Any) -> Given:
    return give(school, Rules(preset=Preset.TRAINING, max_attempts=0, **rules))


def test_in_training_each_question_has_its_button(school: School) -> None:
    given = training(school, try_penalty=Fraction(1, 3))
    html = given.open()
    assert "check your answers as often as you like" in html
    assert "Each wrong try costs a part of the points." in html
    first = given.questions[0]
    assert f'value="check:{first}"' in html
    html = given.send("cccc", "aaaa", action=f"check:{first}")
    assert "Not right" in html
    assert html.count('class="verdict"') == 1, "the other one was not checked"
    for secret in SECRETS:
        assert secret not in html, "a wrong try tells no answer"
    assert given.attempts()[0].responses[given.questions[1]] == {"choices": ["aaaa"]}, "all is saved with it"
    given.open()
    html = given.send("aaaa", "aaaa", action=f"check:{first}")
    assert "Right" in html
    assert SECRETS[0] in html, "once it is right, it is explained"
    given.open()
    html = given.send("bbbb", "aaaa", action="save")
    assert 'class="verdict"' not in html, "what was changed since is not told"
    given.open()
    given.send("aaaa", "aaaa", action="hand-in")
    (attempt,) = given.attempts()
    with Session(school.engine) as session:
        grade = session.scalars(sa.select(Grade).where(Grade.attempt_id == attempt.id)).one()
        assert grade.score_given == 2 * Fraction(2, 3) + 1


def test_a_script_is_told_what_an_answer_is_worth(school: School) -> None:
    given = training(school)
    given.open()
    first = given.questions[0]
    status, told = given.save("cccc", action=f"check:{first}")
    assert status == 200
    assert told["checked"] == {first: {"fraction": "0", "points": "0", "state": "incorrect"}}
    status, _ = given.save("cccc", only=first, action=f"check:{first}")
    assert status == 200
    assert given.attempts()[0].checks[first]["tries"] == 1


@pytest.mark.parametrize("preset", [Preset.HOMEWORK, Preset.TEST])
def test_elsewhere_there_is_no_button_and_none_can_be_made_up(school: School, preset: Preset) -> None:
    given = give(school, Rules(preset=preset, release=Release.BY_HAND))
    assert "check:" not in given.open()
    html = given.send("aaaa", action=f"check:{given.questions[0]}")
    assert given.pupil.status == 403
    for secret in SECRETS:
        assert secret not in html


# Feedback


def hand_in(given: Given, *answers: str) -> str:
    given.open()
    return given.send(*answers, action="hand-in")


def test_a_test_shows_marks_first_and_answers_when_all_have_finished(school: School) -> None:
    given = give(school, Rules(preset=Preset.TEST), closes_at=TUESDAY + 60 * MINUTE)
    html = hand_in(given, "cccc", "aaaa")
    parent = somebody(school, "parent", "en")
    child = f"/lti/my/family/{school.ids['child']}/work/{given.id}"
    for shown in (html, parent.open(child)):
        assert "Not right" in shown
        for secret in SECRETS:
            assert secret not in shown
    assert "You will see the right answers here once everybody has finished." in html
    with frozen(TUESDAY + 62 * MINUTE):
        for shown in (given.open(), parent.open(child)):
            assert all(secret in shown for secret in SECRETS)


def test_homework_shows_nothing_before_it_is_returned_and_then_all(school: School) -> None:
    given = give(school, Rules(release=Release.BY_HAND))
    html = hand_in(given, "cccc")
    assert "Not right" not in html
    teacher = somebody(school, "teacher", "en")
    teacher.open(f"/lti/my/given/{given.id}")
    teacher.send(f"/lti/my/given/{given.id}/release")
    html = given.open()
    assert "Not right" in html
    assert all(secret in html for secret in SECRETS)


def test_the_receipt_can_be_printed_and_there_is_help_without_scripts(school: School) -> None:
    given = give(school)
    html = given.open()
    assert "I cannot go on" in html
    assert "this code" not in html, "there is no copy yet"
    given.send("aaaa", action="save")
    html = given.open()
    (attempt,) = given.attempts()
    assert attempt.receipt in html
    html = hand_in(given, "aaaa")
    assert "data-print" in html
    assert attempt.receipt in html


def test_a_second_tab_that_hands_in_later_loses_nothing(school: School) -> None:
    given = give(school)
    given.open()
    other = Given(school, given.id, given.questions, somebody(school, "pupil", "en"))
    other.open()
    given.send("aaaa", action="hand-in")
    html = other.send("cccc", action="hand-in")
    assert other.pupil.status == 200, "a hand-in that was made gives its receipt"
    html = other.send("cccc", action="save")
    assert other.pupil.status == 409
    assert "de la glace" in html
    assert "This copy has been handed in already." in html


def test_questions_in_another_order_are_numbered_as_they_stand(school: School) -> None:
    given = give(school, Rules(shuffled=True))
    orders = set()
    for who in ("pupil", "pupil2", "pupil3"):
        html = somebody(school, who, "en").open(given.path)
        orders.add(tuple(re.findall(r'<fieldset class="activity choice" id="([\w-]+)"', html)))
        assert html.index("Question 1") < html.index("Question 2")
    assert all(sorted(order) == sorted(given.questions) for order in orders)
