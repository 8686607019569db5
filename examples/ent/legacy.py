"""The claim with which a tool finds again what it knew under LTI 1.1 (LTI 1.3 migration guide)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from examples.ent.vocabulary import LTI


def claim(key: str, secret: str, claims: Mapping[str, Any]) -> dict[str, str]:
    """The lti1p1 claim for a message whose other claims are these."""
    values = {"oauth_consumer_key": key, "oauth_consumer_key_sign": sign(key, secret, claims)}
    known = {
        "user_id": claims.get("sub"),
        "context_id": claims.get(f"{LTI}context", {}).get("id"),
        "resource_link_id": claims.get(f"{LTI}resource_link", {}).get("id"),
    }
    values |= {name: old_id(value) for name, value in known.items() if value}
    return {**values, "tool_consumer_instance_guid": claims[f"{LTI}tool_platform"]["guid"]}


def old_id(identifier: str) -> str:
    """What a user, a class or a link was called in the time of LTI 1.1."""
    return f"lti11-{hashlib.sha256(identifier.encode()).hexdigest()[:16]}"


def sign(key: str, secret: str, claims: Mapping[str, Any]) -> str:
    """The proof that the sender knows the LTI 1.1 secret."""
    audience = claims["aud"]
    client_id = audience[0] if isinstance(audience, list) else audience
    parts = (key, claims[f"{LTI}deployment_id"], claims["iss"], client_id, claims["exp"], claims["nonce"])
    digest = hmac.new(secret.encode(), "&".join(map(str, parts)).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
