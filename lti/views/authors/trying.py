"""Trying a question as a learner would, before anybody else sees it: nothing at all is stored."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, jsonify, request

from binder.access import require
from binder.activities import ActivityType, Content, Score, activities, type_of
from binder.blocks.draw import drawn
from binder.content import authoring
from binder.content.asking import content_of
from binder.errors import Invalid, NotFound
from binder.models import ActivityVersion, Page
from lti.views.authors.pages import own_activities, preview
from lti.views.authors.question_forms import Asked, content_of_form, shown_files
from lti.views.forms import problems
from lti.views.rendering import Shown
from lti.views.screens import Here, render, screen, texts
from lti.views.templates import filled
from lti.views.wording import told

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_page", "probed", "question_points", "question_try", "tried", "try_page"]

TRIAL = "trial"
"""Stands for the id of a question that is tried in its own form."""
MOST_TRIED = 1000


def _result(content: Content, score: Score) -> dict[str, Any]:
    """As a grade has it."""
    return {
        "fraction": str(score.fraction),
        "points": str(score.fraction * content.points),
        "state": score.state.value,
        "parts": dict(score.parts),
    }


def _answered(kind: ActivityType, content: Content, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(answer, result) of the fields `<name>.…` of the form that was sent.

    :raises Invalid: if it is no answer to a question of this type.
    """
    begin = f"{name}."
    fields = request.form.to_dict(flat=False)
    own = {key.removeprefix(begin): values for key, values in fields.items() if key.startswith(begin)}
    answer = kind.answer(kind.answer_from_form(own))
    return answer, _result(content, kind.score(content, answer))


def tried(here: Here, asked: Asked) -> dict[str, Any]:
    """The question of a form as learners get it; with `check` also what their answer is worth, and the solution.

    :raises Invalid: if the question is not complete, or the answer is none.
    """
    kind, content = asked.kind, asked.kind.load(asked.data)
    version = ActivityVersion(
        type=kind.name,
        title=str(asked.data.get("title", "")),
        points=content.points,
        body=dict(content.body),
        key=dict(content.key),
        scoring=dict(content.scoring),
    )
    files = shown_files(here, asked.place, kind, content).files
    seed = request.form.get("trial_seed", "")[:32] or secrets.token_hex(4)
    checked = request.form.get("action") == "check"
    answer, result = _answered(kind, content, TRIAL) if checked else ({}, {})
    shown = Shown(
        asked.place.lang,
        files,
        {TRIAL: version},
        "result" if checked else "form",
        seed,
        {TRIAL: answer},
        {TRIAL: result} if checked else {},
        {TRIAL} if checked else (),
    )
    return {"html": shown.activity(TRIAL), "seed": seed, "checked": checked}


def probed(kind: ActivityType, content: Content, lang: str) -> dict[str, Any]:
    """What the text in the author's box is worth: `{text, state, points, unreadable}`."""
    text = request.form.get("probe_text", "")[:MOST_TRIED]
    fields = {kind.tried_field: [text], "lang": [content.body.get("answer_lang") or lang]}
    answer = kind.answer(kind.answer_from_form(fields))
    result = _result(content, kind.score(content, answer))
    reasons = {part.get("reason") for part in result["parts"].values() if isinstance(part, Mapping)}
    return {
        "text": text,
        "state": result["state"],
        "points": result["points"],
        "reasons": sorted(reasons - {None}),
        "unreadable": kind.problems(content, answer, lang),
    }


@screen("/questions/points", "POST", alone=True)
def question_points(here: Here) -> Response:
    """The table of points for the form as it stands, as a piece of a page; empty as long as it is not complete."""
    require(here.viewer, "write")
    try:
        kind, content = content_of_form()
    except Invalid:
        return jsonify(html="")
    table = kind.scoring_table(content, request.form.get("lang", "")[:35] or "fr")
    values = {"table": table, "points": content.points, "lang": request.form.get("lang", "")[:35]}
    return jsonify(html=filled("question_table.html", texts(), **values) if table else "")


@screen("/questions/try", "POST", alone=True)
def question_try(here: Here) -> Response:
    """What the text in the box is worth for the form as it stands, as a piece of a page and as data."""
    require(here.viewer, "write")
    words = texts()
    try:
        kind, content = content_of_form()
        if not kind.tried_field:
            raise NotFound("nothing to try")
        probe = probed(kind, content, request.form.get("lang", "")[:35] or "fr")
    except Invalid as error:
        answer = jsonify(errors=[told(message, words) for _, message in problems(error)])
        answer.status_code = 422
        return answer
    html = filled("question_probe.html", words, probe=probe, points=content.points)
    return jsonify(html=html, state=probe["state"], points=probe["points"])


def _asked_here(page: Page, only: str, seed: str) -> dict[str, ActivityVersion]:
    """The activities that a learner with that seed would be asked; `only` one of them."""
    known = own_activities(page)
    names: list[str] = []
    for block in page.blocks:
        if block["type"] == "draw":
            names += [only] if only in block["activities"] else drawn(block, seed)
        elif block["type"] == "activity":
            names.append(block["activity"])
    wanted = [name for name in names if name in known and (not only or name == only)]
    return {name: known[name].current for name in wanted if known[name].type in activities}


def _blocks(page: Page, only: str) -> Sequence[Mapping[str, Any]]:
    """Those of the page, or the one with the question that alone is tried."""
    if not only:
        return page.blocks
    return [
        block
        for block in page.blocks
        if block.get("activity") == only or (block["type"] == "draw" and only in block["activities"])
    ]


def _page(here: Here, page: UUID, seed: str, *, checked: bool) -> Response:
    own = authoring.own_page(here.session, here.viewer, page)
    only = request.values.get("activity", "")[:36]
    versions = _asked_here(own, only, seed)
    answers: dict[str, Any] = {}
    results: dict[str, Any] = {}
    if checked:
        for name, version in versions.items():
            kind, content = type_of(version.type), content_of(version)
            answers[name], results[name] = _answered(kind, content, name)
    blocks = _blocks(own, only)
    author = preview(here, own, blocks)
    shown = Shown(
        own.binder.lang,
        author.files,
        versions,
        "result" if checked else "form",
        seed,
        answers,
        results,
        set(versions) if checked else (),
        pages=author.pages,
    )
    return render(
        "try_page.html",
        here,
        page=own,
        content=shown.whole(blocks),
        asks=bool(versions),
        checked=checked,
        seed=seed,
        only=only,
        results=results,
    )


@screen("/pages/<uuid:page>/try")
def try_page(here: Here, page: UUID) -> Response:
    """The page as a form, all of it or the question that `?activity=` names."""
    return _page(here, page, secrets.token_hex(4), checked=False)


@screen("/pages/<uuid:page>/try", "POST")
def check_page(here: Here, page: UUID) -> Response:
    """What the answers are worth, and what would have been right."""
    return _page(here, page, request.form.get("seed", "")[:32], checked=True)
