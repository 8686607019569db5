"""The proof that whoever speaks LTI 1.3 now is who spoke LTI 1.1 before: both know the same secret.

https://www.imsglobal.org/spec/lti/v1p3/migr#oauth_consumer_key_sign
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from lti.claims import LaunchClaims
from lti.claims.legacy_claim import Legacy

__all__ = ["is_signed", "signature"]


def signature(
    secret: str, *, consumer_key: str, deployment_id: str, issuer: str, client_id: str, exp: int, nonce: str
) -> str:
    """HMAC-SHA256 in base64, over what makes the launch this one and no other."""
    signed = "&".join((consumer_key, deployment_id, issuer, client_id, str(exp), nonce))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)).decode()


def is_signed(secret: str, legacy: Legacy, claims: LaunchClaims) -> bool:
    """Whether the claim of a launch that is believed is signed with that secret; compared in constant time."""
    exp, nonce = _seconds(claims.raw), claims.raw.get("nonce")
    if exp is None or not isinstance(nonce, str):
        return False
    expected = signature(
        secret,
        consumer_key=legacy.consumer_key,
        deployment_id=claims.deployment_id,
        issuer=claims.issuer,
        client_id=claims.client_id,
        exp=exp,
        nonce=nonce,
    )
    return hmac.compare_digest(expected.encode(), legacy.signature.encode())


def _seconds(claims: Mapping[str, Any]) -> int | None:
    """`exp`, which stands in the signature as whole seconds."""
    exp = claims.get("exp")
    if isinstance(exp, bool) or not isinstance(exp, int | float) or exp != exp // 1:
        return None
    return int(exp)
