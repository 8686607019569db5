"""The demo ENT's scores and results, and planned faults on the way to them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from examples.ent import Ent
from tests.examples.ent_services import RESULTS_TYPE, SCORE_TYPE, publish, score
from tests.examples.ent_tool import (
    RESULT,
    SCORE,
    Browser,
    FakeTool,
)


def test_a_score_reaches_the_gradebook_and_comes_back_as_a_result(
    ent: Ent, tool: FakeTool, quiz: str
) -> None:
    sent = score(ent, scoreGiven=8, scoreMaximum=10, comment="Bien", scoringUserId=ent.account("morel").id)
    assert publish(tool, quiz, sent).status_code == 200
    cell = ent.scores("5A")[0]
    assert (cell.user.login, cell.score.comment, cell.score.on_scale(20)) == ("lina", "Bien", 16)
    answer = tool.call(quiz.replace("?", "/results?"), RESULT)
    assert answer.mimetype == RESULTS_TYPE
    [result] = answer.get_json()
    assert (result["resultScore"], result["resultMaximum"], result["scoreOf"]) == (16, 20, quiz)
    assert (result["userId"], result["comment"]) == (sent["userId"], "Bien")
    assert tool.call(result["id"], RESULT).get_json() == result


def test_every_accepted_score_is_remembered(ent: Ent, tool: FakeTool, quiz: str) -> None:
    for seconds in (0, 1, 1, 2):
        publish(tool, quiz, score(ent, seconds=seconds, scoreGiven=seconds))
    posts = ent.score_posts()
    assert [post.body["scoreGiven"] for post in posts] == [0, 1, 2]
    assert {post.user_id for post in posts} == {ent.account("lina").id}
    assert {post.line_item_id for post in posts} == {ent.line_items("5A")[0].id}


def test_a_score_that_is_not_newer_by_a_whole_second_is_a_conflict(
    ent: Ent, tool: FakeTool, quiz: str
) -> None:
    assert publish(tool, quiz, score(ent, seconds=5.1)).status_code == 200
    for seconds in (5.1, 4, 5.9):
        assert publish(tool, quiz, score(ent, seconds=seconds)).status_code == 409
    paris = "2026-11-03T11:00:06+01:00"
    assert publish(tool, quiz, score(ent, timestamp=paris)).status_code == 200
    assert publish(tool, quiz, score(ent, "tom", seconds=4)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": "absent"},
        {"timestamp": "absent"},
        {"timestamp": "2026-11-03T10:00:00"},
        {"timestamp": "2026-11-03"},
        {"timestamp": 1793700000},
        {"activityProgress": "absent"},
        {"activityProgress": "Done"},
        {"gradingProgress": "absent"},
        {"gradingProgress": "Graded"},
        {"scoreMaximum": "absent"},
        {"scoreMaximum": 0},
        {"scoreGiven": -1},
        {"scoreGiven": "15"},
        {"scoreGiven": True},
        {"comment": 5},
        {"scoringUserId": ""},
        {"scoringUserId": None},
        {"submission": []},
        {"submission": {"startedAt": "2026-11-03T10:00:00"}},
        {"submission": {"startedAt": "2026-11-03T10:00:00Z", "submittedAt": "2026-11-03T09:00:00Z"}},
    ],
)
def test_a_wrong_score_is_refused(ent: Ent, tool: FakeTool, quiz: str, changes: dict[str, Any]) -> None:
    assert publish(tool, quiz, score(ent, **changes)).status_code == 400
    assert ent.score_posts() == []


def test_only_learners_of_the_class_are_graded(ent: Ent, tool: FakeTool, quiz: str) -> None:
    for login in ("morel", "samira", "fournier", "adam"):
        assert publish(tool, quiz, score(ent, login)).status_code == 422
    assert publish(tool, quiz, score(ent, userId="nobody")).status_code == 404
    assert publish(tool, quiz, score(ent, userId="lina")).status_code == 404


def test_a_score_that_is_not_final_clears_the_mark(ent: Ent, tool: FakeTool, quiz: str) -> None:
    publish(tool, quiz, score(ent, comment="Bien"))
    publish(tool, quiz, score(ent, seconds=1, gradingProgress="PendingManual"))
    cell = ent.scores("5A")[0]
    assert (cell.score.score_given, cell.score.comment) == (None, None)
    [result] = tool.call(quiz.replace("?", "/results?"), RESULT).get_json()
    assert "resultScore" not in result


def test_a_score_may_be_taken_back_or_exceed_the_maximum(ent: Ent, tool: FakeTool, quiz: str) -> None:
    publish(tool, quiz, score(ent, scoreGiven=22))
    assert ent.scores("5A")[0].score.on_scale(20) == 22
    publish(tool, quiz, score(ent, seconds=1, scoreGiven="absent", scoreMaximum="absent"))
    assert ent.scores("5A")[0].score.score_given is None


@pytest.mark.parametrize("number", [10**400, 1e300, "1e400"])
def test_a_number_too_large_to_count_with_is_refused(
    ent: Ent, tool: FakeTool, quiz: str, number: object
) -> None:
    for name in ("scoreGiven", "scoreMaximum"):
        assert publish(tool, quiz, score(ent, **{name: number})).status_code == 400


def test_times_of_submission_and_who_marked_are_kept_and_shown_to_the_teacher(
    ent: Ent, tool: FakeTool, quiz: str, browse: Callable[[str], Browser]
) -> None:
    times = {"startedAt": "2026-11-03T08:00:00Z", "submittedAt": "2026-11-03T09:30:00.5+01:00"}
    scorer = ent.account("haddad").id
    publish(tool, quiz, score(ent, submission=times, scoringUserId=scorer, comment="<b>Bien</b>"))
    publish(tool, quiz, score(ent, "tom", scoringUserId="somebody-else", gradingProgress="PendingManual"))
    kept = ent.scores("5A")[0].score
    assert {"startedAt": kept.started_at, "submittedAt": kept.submitted_at} == times
    class_id, item = ent.school_class("5A").id, ent.line_items("5A")[0]
    path = f"/classes/{class_id}/gradebook/{item.id}"
    page = browse("morel").text(path)
    for shown in (
        "03/11/2026 09:00:00",
        "M. Karim Haddad",
        "somebody-else",
        "&lt;b&gt;Bien",
        "15&nbsp;/&nbsp;20",
    ):
        assert shown in page
    for login in ("lina", "samira", "haddad", "fournier"):
        assert browse(login).get(path).status_code == 403
    assert browse("morel").get(f"/classes/{ent.school_class('5B').id}/gradebook/{item.id}").status_code == 404


def test_a_reset_forgets_the_times_of_submission(ent: Ent, tool: FakeTool, quiz: str) -> None:
    times = {"startedAt": "2026-11-03T08:00:00Z"}
    publish(tool, quiz, score(ent, submission=times))
    reset = {"activityProgress": "Initialized", "gradingProgress": "NotReady", "scoreGiven": None}
    publish(tool, quiz, score(ent, seconds=1, submission=times, **reset))
    kept = ent.scores("5A")[0].score
    assert (kept.started_at, kept.submitted_at, kept.score_given) == (None, None, None)


def test_results_are_of_one_user_or_come_in_pages(ent: Ent, tool: FakeTool, quiz: str) -> None:
    for login in ("lina", "tom", "ines"):
        publish(tool, quiz, score(ent, login))
    url = quiz.replace("?", "/results?")
    [result] = tool.call(url, RESULT, user_id=ent.account("tom").id).get_json()
    assert result["userId"] == ent.account("tom").id
    assert tool.call(url, RESULT, user_id="nobody").get_json() == []
    first = tool.call(url, RESULT, limit="2")
    assert len(first.get_json()) == 2
    following = first.headers["Link"].split('>; rel="next"')[0].rpartition("<")[2]
    assert len(tool.call(following, RESULT).get_json()) == 1
    assert tool.call(quiz.replace("?", "/results/nobody?"), RESULT).status_code == 404


def test_scores_sent_at_once_are_kept_one_by_one(ent: Ent, tool: FakeTool, quiz: str) -> None:
    token = tool.ask_token(SCORE).get_json()["access_token"]
    url = quiz.replace("?", "/scores?")

    def send(number: int) -> int:
        body = score(ent, ("lina", "tom", "ines")[number % 3], seconds=number // 3)
        headers = {"Authorization": f"Bearer {token}"}
        return tool.client.post(url, json=body, content_type=SCORE_TYPE, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(30)))
    assert set(answers) <= {200, 409}
    assert len(ent.score_posts()) == answers.count(200)
    assert {cell.score.instant for cell in ent.scores()} == {
        datetime(2026, 11, 3, 10, 0, 9, tzinfo=UTC).timestamp()
    }


def test_planned_faults_come_once_each_in_order(ent: Ent, tool: FakeTool, quiz: str) -> None:
    ent.faults.plan("scores", 500)
    ent.faults.plan("scores", 429, times=2, retry_after=7)
    answers = [publish(tool, quiz, score(ent, seconds=number)) for number in range(4)]
    assert [answer.status_code for answer in answers] == [500, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert len(ent.score_posts()) == 1
    assert ent.faults.calls("scores") == 4


def test_an_answer_may_get_lost_after_the_work_was_done(ent: Ent, tool: FakeTool, quiz: str) -> None:
    ent.faults.plan("scores", 502, after=True)
    assert publish(tool, quiz, score(ent)).status_code == 502
    assert len(ent.score_posts()) == 1
    assert publish(tool, quiz, score(ent)).status_code == 409


def test_token_and_key_set_can_fail_and_recover(ent: Ent, tool: FakeTool) -> None:
    ent.faults.plan("token", 503)
    ent.faults.timeout("jwks", seconds=0.05)
    ent.faults.plan("jwks", 500, times=5)
    assert tool.ask_token(SCORE).status_code == 503
    started = time.monotonic()
    assert tool.client.get("/oidc/jwks").status_code == 504
    assert time.monotonic() - started >= 0.05
    ent.faults.clear()
    assert tool.client.get("/oidc/jwks").status_code == 200
    with pytest.raises(ValueError, match="none of"):
        ent.faults.plan("gradebook")
