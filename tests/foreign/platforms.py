"""What the tests want of a foreign platform, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from tests.keys import new_pem

DEPLOYMENT = "1"


@dataclass(frozen=True)
class Account:
    """Somebody at the platform."""

    id: str
    name: str
    teaches: bool = False


TEACHER = Account("t-1", "Claire Morel", teaches=True)
PUPIL = Account("p-1", "Lina Petit")


@cache
def platform_pem() -> str:
    """The key of every platform here: their own code takes a second to make one."""
    return new_pem()


class Platform(Protocol):
    """A running platform of somebody else's making."""

    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str

    def login_url(self, account: Account, *, picking: bool = False, item: int | None = None) -> str:
        """Where the platform sends a browser to begin a launch.

        :param picking: the teacher chooses content (deep linking).
        :param item: number of a content item that was chosen before; None for the general link.
        """

    def items(self) -> list[dict[str, Any]]:
        """The content items that the platform took, in order."""

    def scores(self) -> list[dict[str, Any]]:
        """The scores in its gradebook: `userId`, `scoreGiven`, `scoreMaximum`, `gradingProgress`."""
