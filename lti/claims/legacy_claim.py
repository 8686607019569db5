"""What a platform called person, class and link under LTI 1.1: claims of a launch by somebody who has moved over.

Pure, as `lti.claims`. https://www.imsglobal.org/spec/lti/v1p3/migr
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti.values import clean

__all__ = ["Legacy", "legacy_id"]

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
LTI1P1 = CLAIM + "lti1p1"
USER_ID = CLAIM + "lti11_legacy_user_id"
"""What several platforms send beside it, or before there was one."""


@dataclass(frozen=True, slots=True)
class Legacy:
    """The platform's own account, to be believed only with its signature (`lti.protocol.legacy`)."""

    consumer_key: str = ""
    """This and the signature are empty where the claim is of no use."""
    signature: str = field(default="", repr=False)
    user_id: str = field(default="", repr=False)
    """Empty, like the two below, where there is none."""
    context_id: str = ""
    resource_link_id: str = ""

    @classmethod
    def read(cls, claims: Mapping[str, Any], context: Mapping[str, Any], link: Mapping[str, Any]) -> Legacy:
        """What is said of LTI 1.1; an id that is not is the one of LTI 1.3.

        Nobody is refused for what is wrong in it: they are then somebody new.
        """
        claim = claims.get(LTI1P1)
        told = claim if isinstance(claim, dict) else {}
        return cls(
            consumer_key=legacy_id(told.get("oauth_consumer_key")),
            signature=legacy_id(told.get("oauth_consumer_key_sign")),
            user_id=legacy_id(told.get("user_id"), claims.get(USER_ID), claims.get("sub")),
            context_id=legacy_id(told.get("context_id"), context.get("id")),
            resource_link_id=legacy_id(told.get("resource_link_id"), link.get("id")),
        )


def legacy_id(*values: Any) -> str:
    """The first that may be an id of LTI 1.1 (any text of 1 to 255 characters, or an integer); empty if none may."""
    for value in values:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(text, str) and 0 < len(text) <= 255 and clean(text) == text:
            return text
    return ""
