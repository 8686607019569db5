"""The terms of use of a tool, where its platform keeps book on who has accepted them (LtiEulaRequest)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from lti.protocol.services import Connector

__all__ = ["DEPLOYMENT_SCOPE", "USER_SCOPE", "answer", "require", "reset"]

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/eula/"
USER_SCOPE, DEPLOYMENT_SCOPE = SCOPE + "user", SCOPE + "deployment"
JSON = "application/json"


def answer(connector: Connector, url: str, subject: str, *, accepted: bool, at: datetime) -> None:
    """Tell what somebody has answered.

    :param url: of the service, as the message has it.
    :param subject: the platform's id of the person.
    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    said = {
        "userId": subject,
        "accepted": accepted,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    connector.call("POST", _at(url, "user"), scopes=[USER_SCOPE], content_type=JSON, data=json.dumps(said))


def reset(connector: Connector, url: str) -> None:
    """Have the platform forget all answers, so that everybody is asked again.

    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    connector.call("DELETE", _at(url, "user"), scopes=[USER_SCOPE])


def require(connector: Connector, url: str, *, required: bool) -> None:
    """Say whether people must accept the terms before they open a link.

    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    said = json.dumps({"eulaRequired": required})
    connector.call("PUT", _at(url, "deployment"), scopes=[DEPLOYMENT_SCOPE], content_type=JSON, data=said)


def _at(url: str, part: str) -> str:
    """A path below the service's; its query, where it has one, stays behind it."""
    path, mark, query = url.partition("?")
    return f"{path.rstrip('/')}/{part}{mark}{query}"
