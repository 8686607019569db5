"""A supervised assessment begins: the tool that supervises says whether it may (LTI proctoring 1.0)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, session

from examples.ent import logs, proctored, school, visits
from examples.ent.launches import Launch
from examples.ent.oidc import login_form, posting
from examples.ent.proctored import Attempt
from examples.ent.school import Link
from examples.ent.tool_messages import RefusedMessage, check_deployment, verified
from examples.ent.vocabulary import LTI, PROCTORING, START_ASSESSMENT

proctoring = Blueprint("proctoring", __name__)


@proctoring.post("/proctoring/start")
def start() -> str | tuple[str, int]:
    """Take the tool's LtiStartAssessment and go on to the assessment."""
    ent, token = visits.ent(), request.form.get("JWT", "")
    if visits.account_or_none() is None and "repost" not in request.form:
        # The session cookie stays away from a form of another site; it comes with our own.
        address = f"{ent.addresses.public}/proctoring/start"
        return posting(address, {"JWT": token, "repost": "1"}, title=visits.text("post.checking"))
    account = visits.account()
    try:
        tool, claims = verified(ent, token, START_ASSESSMENT)
        with ent.database.writing() as connection:
            log = {"errorlog": claims.get(f"{PROCTORING}errorlog")}
            logs.keep(connection, tool.client_id, log, ent.clock())
        with ent.database.writing() as connection:
            attempt = proctored.asked(connection, claims.get(f"{PROCTORING}session_data"), session["id"])
            if attempt is None or (attempt.account_id, attempt.client_id) != (account.id, tool.client_id):
                raise RefusedMessage(("content.data", ""))
            link = school.find_link(connection, attempt.link_id)
            if link is None or link.client_id not in ent.tools:
                raise RefusedMessage(("content.data", ""))
            check_deployment(claims, tool.deployment_of(link.class_id))
            _check(claims, attempt, link)
            wants_end = claims.get(f"{PROCTORING}end_assessment_return", False)
            proctored.start(connection, attempt, wants_end=wants_end)
            assessment = Launch(
                account=account,
                tool=ent.tools[link.client_id],
                school_class=school.find_class(connection, link.class_id),
                link=link,
            )
    except RefusedMessage as error:
        values = {"reasons": error.reasons, "title": visits.text("proctoring.refused")}
        return render_template("ent/refused_content.html", **values), 400
    return login_form(ent, assessment)


def _check(claims: Mapping[str, Any], attempt: Attempt, link: Link) -> None:
    """What a start of an assessment must repeat, and what it may add."""
    if claims.get(f"{PROCTORING}errormsg"):
        message = str(claims[f"{PROCTORING}errormsg"])
        raise RefusedMessage(("content.tool_error", message[: logs.LONGEST]))
    if claims.get(f"{PROCTORING}attempt_number") != attempt.number:
        raise RefusedMessage(("content.message", "attempt_number"))
    about = claims.get(f"{LTI}resource_link")
    if not isinstance(about, dict) or about.get("id") != link.id:
        raise RefusedMessage(("content.message", "resource_link"))
    if not isinstance(claims.get(f"{PROCTORING}verified_user", {}), dict):
        raise RefusedMessage(("content.message", "verified_user"))
    if not isinstance(claims.get(f"{PROCTORING}end_assessment_return", False), bool):
        raise RefusedMessage(("content.message", "end_assessment_return"))
