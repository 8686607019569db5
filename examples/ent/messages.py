"""The types of messages that the ENT sends: what each one says, and where it leads."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from examples.ent.launches import Launch, Launcher
from examples.ent.vocabulary import (
    CONTEXT_REQUEST,
    DATA_PRIVACY_REQUESTS,
    DEEP_LINKING,
    DEEP_LINKING_REQUEST,
    END_ASSESSMENT,
    EULA_REQUEST,
    EULA_SCOPES,
    EULA_SERVICE,
    LTI,
    PROCTORING,
    RESOURCE_LINK_REQUEST,
    START_PROCTORING,
    SUBMISSION_REVIEW_REQUEST,
)

Claims = dict[str, Any]


@dataclass(frozen=True)
class MessageType:
    """One type of message: the claims only it has, and whether it needs a class."""

    name: str
    own: Callable[[Launcher, Launch], Mapping[str, Any]]
    in_class: bool = True
    target: Callable[[Launch], str | None] = lambda launch: None
    placements: tuple[str, ...] = ()


def write(launcher: Launcher, connection: sqlite3.Connection, launch: Launch) -> Claims:
    """All claims of a message."""
    kind = TYPES[launch.message_type]
    base = launcher.in_class if kind.in_class else launcher.common
    own = kind.own(launcher, launch)
    claims = {**base(connection, launch), f"{LTI}target_link_uri": target(launch), **own}
    return launcher.finished(launch, claims)


def target(launch: Launch) -> str:
    """The target_link_uri of a message, which is also in the login request."""
    return TYPES[launch.message_type].target(launch) or launch.tool.target(launch.message_type)


def _linked(launch: Launch) -> str | None:
    return launch.link.url if launch.link else None


def _review_target(launch: Launch) -> str | None:
    review = (launch.line_item.submission_review or {}) if launch.line_item else {}
    return review.get("url") or _linked(launch)


def _nothing(launcher: Launcher, launch: Launch) -> Claims:
    return {}


def _resource_link(launcher: Launcher, launch: Launch) -> Claims:
    """An LtiResourceLinkRequest (LTI 1.3 core, 5.3 and 5.4)."""
    link = launch.link
    if link is None:
        raise ValueError(f"{launch.message_type} needs a link")
    described = {"description": link.text} if link.text else {}
    return {f"{LTI}resource_link": {"id": link.id, "title": link.title, **described}}


def _deep_linking(launcher: Launcher, launch: Launch) -> Claims:
    """An LtiDeepLinkingRequest (Deep Linking 2.0, 3.4)."""
    settings = {
        **(launch.details or launcher.ent.options.choice.settings()),
        "deep_link_return_url": launcher.ent.addresses.deep_linking_return,
        "data": launch.data,
    }
    return {f"{DEEP_LINKING}deep_linking_settings": settings}


def _submission_review(launcher: Launcher, launch: Launch) -> Claims:
    """An LtiSubmissionReviewRequest (LTI submission review 1.0)."""
    if launch.line_item is None or launch.for_user is None:
        raise ValueError("a submission review needs a line item and a user")
    about = {f"{LTI}for_user": launcher.described(launch.tool, launch.for_user)}
    return about | (_resource_link(launcher, launch) if launch.link else {})


def _data_privacy(launcher: Launcher, launch: Launch) -> Claims:
    if launch.for_user is None:
        return {}
    return {f"{LTI}for_user": launcher.described(launch.tool, launch.for_user)}


def _eula(launcher: Launcher, launch: Launch) -> Claims:
    scopes = [scope for scope in EULA_SCOPES if scope in launch.tool.scopes]
    base = launcher.ent.addresses.service
    return {EULA_SERVICE: {"url": f"{base}/eula/{launch.tool.number}", "scope": scopes}}


def _proctoring(launcher: Launcher, launch: Launch) -> Claims:
    """An LtiStartProctoring (LTI proctoring 1.0)."""
    public = launcher.ent.addresses.public
    return _assessment(launcher, launch) | {
        f"{PROCTORING}start_assessment_url": f"{public}/proctoring/start",
        f"{PROCTORING}proctoring_settings": {"data": launch.details.get("settings", "")},
    }


def _assessment(launcher: Launcher, launch: Launch) -> Claims:
    said = {
        f"{PROCTORING}{name}": launch.details[name]
        for name in ("errormsg", "errorlog")
        if launch.details.get(name)
    }
    return _resource_link(launcher, launch) | {
        f"{PROCTORING}session_data": launch.details["session_data"],
        f"{PROCTORING}attempt_number": launch.details["attempt_number"],
        **said,
    }


TYPES = {
    each.name: each
    for each in (
        MessageType(RESOURCE_LINK_REQUEST, _resource_link, target=_linked),
        MessageType(
            DEEP_LINKING_REQUEST,
            _deep_linking,
            target=lambda launch: launch.tool.deep_linking_url,
            placements=("ContentArea",),
        ),
        MessageType(SUBMISSION_REVIEW_REQUEST, _submission_review, target=_review_target),
        *(MessageType(name, _data_privacy, in_class=False) for name in DATA_PRIVACY_REQUESTS),
        MessageType(CONTEXT_REQUEST, _nothing, placements=("CourseNavigation",)),
        MessageType(EULA_REQUEST, _eula, in_class=False),
        MessageType(START_PROCTORING, _proctoring),
        MessageType(END_ASSESSMENT, _assessment),
    )
}
SUPPORTED = [
    {"type": each.name, **({"placements": list(each.placements)} if each.placements else {})}
    for each in TYPES.values()
]
"""The types as the configuration document lists them."""
