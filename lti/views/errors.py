"""When something cannot be done: one table from error to words for people, with a reference and the way back."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Response, current_app, g, jsonify, redirect, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from binder.errors import BinderError, Closed, Unavailable
from exporters import ExportError
from lti import logs, tokens
from lti.errors import (
    LaunchRefused,
    LoginRequestInvalid,
    LTIError,
    RegistrationAmbiguous,
    RegistrationUnknown,
)
from lti.i18n import N_
from lti.launches import refusals
from lti.tool import tool
from lti.views import oversize
from lti.views.kept import keep_form
from lti.views.screens import Here, NotSignedIn, Outdated, blueprint, form_key, render, sent_token, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["back", "on_binder_error", "on_lti_error"]

log = logs.logger()

KEPT = (LaunchRefused, LoginRequestInvalid, RegistrationUnknown, RegistrationAmbiguous)
"""Refusals that administrators are asked about."""

STATUS = {
    "invalid": 422,
    "not-found": 404,
    "forbidden": 403,
    "conflict": 409,
    "closed": 403,
    "unavailable": 503,
}
WORDS: dict[str, tuple[str, str]] = {
    "invalid": (N_("That cannot be understood"), N_("Go back and check what you entered.")),
    "not-found": (
        N_("This page does not exist"),
        N_("It may have been moved, or the address is incomplete."),
    ),
    "forbidden": (N_("This is not for you to open"), N_("It belongs to another class or another person.")),
    "conflict": (N_("Somebody else was faster"), N_("Reload the page to see what it is like now.")),
    "unavailable": (
        N_("The files cannot be reached just now"),
        N_("Nothing is lost. Try again in a few minutes."),
    ),
    "over": (N_("It is too late"), N_("This work is no longer open.")),
    "not-open": (N_("Not open yet"), N_("Your teacher has planned this work for later.")),
    "no-attempt-left": (N_("No attempt left"), N_("You have handed in as often as this work allows.")),
    "not-handed-in": (N_("Not handed in yet"), N_("The pupil is still writing.")),
    "not-signed-in": (
        N_("Your session is over"),
        N_("Open Classeur again from your school’s workspace. What you have saved is still there."),
    ),
    "kept": (
        N_("Your session is over, but what you typed is kept"),
        N_("Open Classeur again from your school’s workspace: it will ask you what to do with it."),
    ),
    "outdated": (
        N_("This form is out of date"),
        N_("Go back, reload the page and send it again. What you had saved before is still there."),
    ),
    "request-too-large": (
        N_("That is too much at once"),
        N_(
            "It is larger than Classeur takes. Go back and choose a smaller file; what you had saved before is still there."
        ),
    ),
    "unknown-format": (N_("There is no such format"), N_("Go back and choose one of the formats offered.")),
    "too-large": (
        N_("This binder is too large for one file"),
        N_("Take some of its large files out, or divide it into two binders."),
    ),
    "state-unknown": (
        N_("This link has been used already"),
        N_("Go back to your school’s workspace and click on it again."),
    ),
    "state-expired": (
        N_("That took too long"),
        N_("Go back to your school’s workspace and click on the link again."),
    ),
    "other-browser": (
        N_("Your browser keeps no cookies here"),
        N_(
            "Open the link in a new window or tab, or allow cookies for this site. "
            "If you clicked on a link that somebody sent you, open it from your school’s workspace instead."
        ),
    ),
    "platform-error": (
        N_("Your school’s workspace did not sign you in"),
        N_("Sign in there again, then click on the link once more."),
    ),
    "service": (
        N_("Your school’s workspace does not answer"),
        N_("Nothing is lost. Try again in a few minutes."),
    ),
    "registration-inactive": (
        N_("Classeur is not switched on for your school yet"),
        N_("Give the reference below to the person who runs your school’s workspace."),
    ),
    "deployment-pending": (
        N_("Classeur is not switched on for this place yet"),
        N_("Whoever runs it has to say yes first. Nothing has to be done here: try again later."),
    ),
    "deployment-unknown": (
        N_("Classeur is not switched on for this place"),
        N_("Give the reference below to the person who runs your school’s workspace."),
    ),
}
WORDS["internal"] = (
    N_("Something went wrong here"),
    N_("It is not your doing. What you had saved is still there: go back and try again."),
)
GENERAL = (
    N_("Classeur could not be opened"),
    N_(
        "Try again from your school’s workspace. If it happens again, give the reference below to the person who runs it."
    ),
)


def _reference() -> str:
    """Short enough to be read out on the telephone."""
    return secrets.token_hex(4).upper()


def back(return_url: str | None, *, message: str, reference: str) -> str | None:
    """The platform's return URL with what happened, for its user and for its log.

    https://www.imsglobal.org/spec/lti/v1p3#launch-presentation-claim
    """
    if not return_url:
        return None
    parts = urlsplit(return_url)
    if parts.scheme not in ("https", "http"):
        return None
    ours = urlencode({"lti_errormsg": message, "lti_errorlog": f"reference {reference}"})
    return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, ours) if part)))


def _page(code: str, status: int, return_url: str | None = None) -> Response:
    title, advice = WORDS.get(code, GENERAL)
    reference = g.get("lti_reference") or _reference()
    launch = g.get("lti_launch")
    words = texts()
    home = back(
        launch.return_url if launch else return_url,
        message=words.gettext(title),
        reference=reference,
    )
    return render(
        "error.html",
        g.get("lti_here"),
        title=title,
        advice=advice,
        reference=reference,
        back=home,
        status=status,
    )


@blueprint.errorhandler(BinderError)
def on_binder_error(error: BinderError) -> Response:
    """What the domain refuses."""
    g.lti_reference = _reference()
    level = logs.WARNING if isinstance(error, Unavailable) else logs.INFO
    logs.event(log, level, "refused", code=error.code, detail=error.detail, reference=g.lti_reference)
    code = error.reason if isinstance(error, Closed) else error.code
    return _page(code, STATUS[error.code])


@blueprint.errorhandler(LTIError)
def on_lti_error(error: LTIError) -> Response:
    """What the protocol refuses; the log says which check failed and which had passed, never the token."""
    g.lti_reference, g.lti_refused = _reference(), error.code
    if error.check_failed is not None:
        tool().metrics.check_failed(error.check_failed)
    logs.event(
        log,
        logs.WARNING,
        "refused",
        code=error.code,
        check=error.check_failed,
        passed=error.checks_passed,
        reference=g.lti_reference,
        **logs.safe_facts(error),
    )
    if isinstance(error, KEPT):
        refusals.keep(tool().begin_lightly, error, g.lti_reference)
    return _page(error.code, error.status, error.return_url)


@blueprint.errorhandler(ExportError)
def on_export_error(error: ExportError) -> Response:
    """An unknown format, or a binder that cannot be written."""
    return _page(error.code, 413 if error.code == "too-large" else 404)


@blueprint.errorhandler(RequestEntityTooLarge)
def on_request_too_large(error: RequestEntityTooLarge) -> BaseResponse:
    """More bytes than any file may have, or than the host lets through; the words that came with them are kept."""
    here: Here | None = g.get("lti_here")
    if here is not None and not _is_for_script() and oversize.read_words() and keep_form():
        return here.to("kept", large=1)
    return _page("request-too-large", 413)


@blueprint.errorhandler(Exception)
def on_surprise(error: Exception) -> Response | HTTPException:
    """What nobody foresaw: told in words, with a reference; logged by its screen, for a path may hold a session's secret."""
    if isinstance(error, HTTPException):
        return error
    if current_app.testing or current_app.debug:
        raise error
    g.lti_reference = _reference()
    log.error("failed screen=%s reference=%s", request.endpoint, g.lti_reference, exc_info=error)
    return _page("internal", 500)


@blueprint.errorhandler(NotSignedIn)
def on_not_signed_in(error: NotSignedIn) -> Response:
    """No open launch; what was sent is kept for when its author comes back."""
    return _refused("not-signed-in", 401)


@blueprint.errorhandler(Outdated)
def on_outdated(error: Outdated) -> BaseResponse:
    """A form of another session: its author, who is here, is shown what they had sent; others are not."""
    here, whose = g.get("lti_here"), tokens.author(form_key(), sent_token())
    is_theirs = here is not None and whose == tokens.Author(here.viewer.tenant_id, here.viewer.person_id)
    if is_theirs and not _is_for_script() and keep_form():
        return redirect(here.url("kept"), 303)
    return _refused("outdated", 401 if _is_for_script() else 400)


def _is_for_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _refused(code: str, status: int) -> Response:
    is_kept = keep_form()
    if not _is_for_script():
        return _page("kept" if is_kept else code, status)
    words = texts()
    message = " ".join(words.gettext(text) for text in WORDS["kept" if is_kept else code])
    response = jsonify(error="signed-out", message=message, kept=is_kept)
    response.status_code = status
    return response
