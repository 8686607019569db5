"""The score and result services of Assignment and Grade Services 2.0, as strict as Moodle's."""

import sqlite3
from typing import Any

from flask import Blueprint, Response, request

from examples.ent import gradebook, people
from examples.ent.ags import instant, own_line_item
from examples.ent.faults import may_fail
from examples.ent.gradebook import LineItem, Score, StaleScore
from examples.ent.people import Account, Profile
from examples.ent.platform import Ent, current_ent
from examples.ent.services import (
    ServiceError,
    authorized,
    body_of,
    is_number,
    must_accept,
    paged,
    refused,
    reply,
)
from examples.ent.tool import Tool
from examples.ent.vocabulary import (
    ACTIVITY_PROGRESS,
    GRADING_PROGRESS,
    RESULT_SCOPE,
    RESULTS_TYPE,
    SCORE_SCOPE,
    SCORE_TYPE,
)

scores = Blueprint("scores", __name__, url_prefix="/ags/<class_id>/lineitems/<line_item_id>")
scores.register_error_handler(ServiceError, refused)


@scores.post("/scores")
@may_fail("scores")
def publish(class_id: str, line_item_id: str) -> Response:
    """Take a score into the gradebook (AGS 2.0, 3.4)."""
    tool, ent = authorized(SCORE_SCOPE), current_ent()
    body = body_of(SCORE_TYPE)
    with ent.database.writing() as connection:
        item = own_line_item(connection, ent, tool, class_id, line_item_id)
        score = _read(body, item, _learner(connection, body, class_id))
        try:
            gradebook.record(connection, score, body=body, at=ent.clock())
        except StaleScore as error:
            raise ServiceError(409, "conflict", f"the gradebook has a score of {error}") from error
    return reply({"resultUrl": ent.addresses.result(class_id, item.id, score.account_id, tool)})


@scores.get("/results")
@may_fail("results")
def results(class_id: str, line_item_id: str) -> Response:
    """The results in a line item, of one user or of all (AGS 2.0, 3.3)."""
    tool, ent = authorized(RESULT_SCOPE), current_ent()
    must_accept(RESULTS_TYPE)
    user_id = request.args.get("user_id")
    with ent.database.reading() as connection:
        item = own_line_item(connection, ent, tool, class_id, line_item_id)
        found = [
            _result(score, item, ent, tool)
            for score in gradebook.scores(connection, item.id)
            if user_id in (None, score.account_id)
        ]
    base = ent.addresses.line_item(class_id, item.id, tool).replace("?", "/results?")
    return paged(found, RESULTS_TYPE, base)


@scores.get("/results/<account_id>")
@may_fail("results")
def result(class_id: str, line_item_id: str, account_id: str) -> Response:
    """One result."""
    tool, ent = authorized(RESULT_SCOPE), current_ent()
    with ent.database.reading() as connection:
        item = own_line_item(connection, ent, tool, class_id, line_item_id)
        score = gradebook.score_of(connection, item.id, account_id)
    if score is None:
        raise ServiceError(404, "not_found", "there is no result for this user")
    return reply(_result(score, item, ent, tool))


def _learner(connection: sqlite3.Connection, body: dict[str, Any], class_id: str) -> Account:
    user_id = body.get("userId")
    if not isinstance(user_id, str) or not user_id:
        raise ServiceError(400, "invalid_request", "userId is missing")
    account = people.find(connection, user_id)
    if account is None or account.id != user_id:
        raise ServiceError(404, "not_found", "there is no such user")
    if account.profile is not Profile.PUPIL or not people.belongs(connection, account, class_id):
        raise ServiceError(422, "unprocessable", "this user is not a learner of this class")
    return account


def _read(body: dict[str, Any], item: LineItem, learner: Account) -> Score:
    moment = instant(body, "timestamp")
    activity, grading = body.get("activityProgress"), body.get("gradingProgress")
    if activity not in ACTIVITY_PROGRESS or grading not in GRADING_PROGRESS:
        raise ServiceError(
            400, "invalid_request", "activityProgress or gradingProgress is missing or unknown"
        )
    given, maximum = body.get("scoreGiven"), body.get("scoreMaximum")
    if given is not None and (not is_number(given) or given < 0):
        raise ServiceError(400, "invalid_request", "scoreGiven must be a number of 0 or more")
    if given is not None and maximum is None:
        raise ServiceError(400, "invalid_request", "scoreGiven needs a scoreMaximum")
    if maximum is not None and (not is_number(maximum) or not maximum > 0):
        raise ServiceError(400, "invalid_request", "scoreMaximum must be a number above 0")
    comment, scorer = body.get("comment"), body.get("scoringUserId", "-")
    if not isinstance(comment, str | None) or not isinstance(scorer, str) or not scorer:
        raise ServiceError(400, "invalid_request", "comment or scoringUserId is not a text")
    started_at, submitted_at = _submission(body)
    final = grading == "FullyGraded"
    return Score(
        line_item_id=item.id,
        account_id=learner.id,
        score_given=float(given) if given is not None and final else None,
        score_maximum=float(maximum) if maximum is not None else None,
        comment=(comment or "").strip() or None,
        activity_progress=activity,
        grading_progress=grading,
        scoring_user_id=body.get("scoringUserId"),
        timestamp=body["timestamp"],
        instant=moment.timestamp(),
        started_at=started_at,
        submitted_at=submitted_at,
    )


def _submission(body: dict[str, Any]) -> tuple[str | None, str | None]:
    """When the work was begun and handed in; a reset forgets both (AGS 2.0, 3.4.10)."""
    submission = body.get("submission", {})
    if not isinstance(submission, dict):
        raise ServiceError(400, "invalid_request", "submission must be an object")
    moments = [instant(submission, name) for name in ("startedAt", "submittedAt") if name in submission]
    if moments != sorted(moments):
        raise ServiceError(400, "invalid_request", "submittedAt is before startedAt")
    if body["activityProgress"] == "Initialized":
        return None, None
    return submission.get("startedAt"), submission.get("submittedAt")


def _result(score: Score, item: LineItem, ent: Ent, tool: Tool) -> dict[str, Any]:
    values = {
        "id": ent.addresses.result(item.class_id, item.id, score.account_id, tool),
        "scoreOf": ent.addresses.line_item(item.class_id, item.id, tool),
        "userId": score.account_id,
        "resultScore": score.on_scale(item.score_maximum),
        "resultMaximum": item.score_maximum,
        "scoringUserId": score.scoring_user_id,
        "comment": score.comment,
    }
    return {name: value for name, value in values.items() if value is not None}
