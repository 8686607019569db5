"""A platform registers itself: its administrator reads, in a frame of theirs, what is asked for, and says yes.

The frame is another site's, so there are no cookies: a yes counts if the form holds the seal of what the page showed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, request

from lti import logs
from lti.errors import LTIError
from lti.i18n import N_
from lti.links.linking import VARIABLES
from lti.models import Registration, RegistrationStatus
from lti.platforms import invitations, registering
from lti.platforms.outside import address
from lti.protocol import introduction
from lti.protocol.introduction import PRIVACY, Choice
from lti.protocol.registering import RegistrationRefused
from lti.tool import tool
from lti.views.platforms import platform_words as words
from lti.views.screens import blueprint, form_key, render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["register", "register_confirm"]

log = logs.logger()
OPEN_AGAIN = N_("Open the link again from your workspace: it gives it a new permission each time.")
ASK_US = N_("Ask whoever sent you the link for a new one.")
WORDS: Mapping[str, tuple[str, str]] = {
    "invitation-unknown": (N_("This link is not valid"), ASK_US),
    "invitation-over": (N_("This link is out of date"), ASK_US),
    "invitation-used": (
        N_("This link has been used already"),
        N_("A platform has registered by it. If that was yours, all is done: close this page."),
    ),
    "invitation-busy": (
        N_("A registration is on its way"),
        N_("Wait two minutes, then open the link again from your workspace."),
    ),
    "invitation-changed": (N_("This page is out of date"), OPEN_AGAIN),
    "already-registered": (
        N_("This registration is there already"),
        N_("Your workspace has given an identifier that it gave before. Nothing has been changed."),
    ),
    "registration-refused": (
        N_("Your workspace did not take the registration"),
        N_(
            "Nothing is lost: the link still works. Try again, or show what it said to those who run the workspace."
        ),
    ),
    "token-spent": (N_("Your workspace’s permission has been used or is over"), OPEN_AGAIN),
    "no-answer": (
        N_("Your workspace does not answer"),
        N_("Nothing is lost: the link still works. Try again in a few minutes."),
    ),
    "settings": (N_("The set-up here is not complete"), ASK_US),
}
PROBLEMS: Mapping[str, tuple[str, str]] = {
    "address": (
        N_("This is no address of a workspace"),
        N_("The link was opened with an address that is not https."),
    ),
    "unreachable": (
        N_("What your workspace says of itself cannot be read"),
        N_(
            "Its configuration did not answer, or not to us. It must be reachable from the Internet, or be allowed here."
        ),
    ),
    "not-json": (
        N_("What your workspace says of itself cannot be read"),
        N_("Its configuration is not what the standard says. Show this to those who run it."),
    ),
    "missing": (
        N_("Your workspace leaves out something"),
        N_("Its configuration lacks an address without which nobody could be signed in."),
    ),
    "host": (
        N_("This configuration speaks for another workspace"),
        N_("The issuer that it names is not at the address it was read from, so it is not believed."),
    ),
    "https": (
        N_("Your workspace is not safe to talk to"),
        N_("An address in its configuration is not https."),
    ),
    "method": (
        N_("Your workspace speaks otherwise"),
        N_(
            "It does not offer what LTI 1.3 asks for: signed tokens (id_token) and signed requests (private_key_jwt)."
        ),
    ),
    "algorithm": (
        N_("Your workspace speaks otherwise"),
        N_("It does not sign by RS256, as LTI 1.3 asks for."),
    ),
}
"""By what is wrong with a platform's configuration."""
GENERAL = (N_("It could not be registered"), OPEN_AGAIN)


@blueprint.get("/register/<secret>")
def register(secret: str) -> BaseResponse:
    """The review: what will be asked for, what the platform lacks for it, and what can be chosen."""
    url = request.args.get("openid_configuration", "")
    try:
        if not url:
            with tool().reading() as session:
                invitations.opened(session, secret)
            return render("registering/how.html", url=address(tool().settings, "register", secret=secret))
        token = request.args.get("registration_token", "")
        return _review(registering.begin(tool(), secret, url, token), secret)
    except LTIError as error:
        return _failed(error, secret)


@blueprint.post("/register/<secret>")
def register_confirm(secret: str) -> BaseResponse:
    """Yes: register, and say how that went."""
    try:
        review = registering.reopen(tool(), secret)
        if not hmac.compare_digest(request.form.get("seal", "").encode(), _seal(review).encode()):
            raise invitations.InvitationChanged("the form is of another review")
        key = registering.finish(tool(), secret, review.fingerprint, _choice())
    except LTIError as error:
        return _failed(error, secret)
    with tool().reading() as session:
        registration = session.get_one(Registration, key)
        return render(
            "registering/done.html",
            name=registration.name,
            client_id=registration.client_id,
            waits=registration.status is RegistrationStatus.PENDING,
            missing=_missing(registration.scopes, review) if registration.scopes else [],
        )


def _choice() -> Choice:
    privacy = request.form.get("privacy", "")
    known = {
        each for family in introduction.PLACEMENTS.values() for group in family.values() for each in group
    }
    ticked = frozenset(request.form.getlist("placement")[:50]) & known
    return Choice(privacy if privacy in PRIVACY else Choice.privacy, ticked)


def _seal(review: registering.Review) -> str:
    return hmac.new(form_key(), b"registering" + review.fingerprint.encode(), hashlib.sha256).hexdigest()


def _missing(granted: Any, review: registering.Review) -> list[str]:
    wanted = introduction.wanted(review.platform)
    return [words.SCOPES[scope][1] for scope in wanted if scope in words.SCOPES and scope not in granted]


def _review(
    review: registering.Review,
    secret: str,
    *,
    problem: tuple[str, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    platform = review.platform
    offered = introduction.scopes(platform)
    messages = introduction.messages(platform)
    places = [each for message in messages for each in introduction.placements(platform, message)]
    choice = Choice() if problem is None else _choice()
    return render(
        "registering/review.html",
        status=status,
        secret=secret,
        review=review,
        platform=platform,
        seal=_seal(review),
        choice=choice,
        problem=problem,
        said=said,
        ours=[(name, address(tool().settings, name)) for name in ("login", "launch", "jwks")],
        scopes=[(scope, words.SCOPES[scope][0]) for scope in offered if scope in words.SCOPES],
        missing=_missing(offered, review),
        messages=[words.MESSAGES.get(each, each) for each in dict.fromkeys(messages)],
        chooses=bool(places) or "LtiDeepLinkingRequest" in messages,
        placements=[(each, words.PLACEMENTS.get(each, each)) for each in dict.fromkeys(places)],
        privacy=[(level, *words.PRIVACY[level]) for level in PRIVACY],
        variables=[
            (words.VARIABLES.get(name, name), not platform.variables or variable[1:] in platform.variables)
            for name, variable in VARIABLES.items()
        ],
    )


def _failed(error: LTIError, secret: str) -> Response:
    logs.event(log, logs.WARNING, "register-failed", code=error.code, **logs.safe_facts(error))
    title, advice = _told(error)
    said = ""
    if isinstance(error, RegistrationRefused):
        said = " – ".join(part for part in (error.error, error.description) if part)
        if not error.token_is_spent:  # the page can be sent once more
            try:
                review = registering.reopen(tool(), secret)
            except LTIError:
                pass
            else:
                return _review(review, secret, problem=(title, advice), said=said, status=error.status)
    return render("registering/failed.html", title=title, advice=advice, said=said, status=error.status)


def _told(error: LTIError) -> tuple[str, str]:
    if isinstance(error, RegistrationRefused):
        if error.token_is_spent:
            return WORDS["token-spent"]
        return WORDS["no-answer" if error.platform_status is None else error.code]
    problem = error.facts.get("problem")
    return PROBLEMS.get(str(problem)) or WORDS.get(error.code, GENERAL)
