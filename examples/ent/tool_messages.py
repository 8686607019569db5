"""Messages that a tool sends through the browser: their signature and what all of them must say."""

from collections.abc import Mapping
from typing import Any

import jwt

from examples.ent.platform import Ent
from examples.ent.services import is_number
from examples.ent.tool import Tool, UnknownKey
from examples.ent.vocabulary import LTI, VERSION

LEEWAY = 60
OLDEST = 600
LONGEST = 500_000


class RefusedMessage(Exception):
    """A message of the tool that the ENT does not take: (key of the words for it, detail), one for each reason."""

    def __init__(self, *reasons: tuple[str, str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


def verified(ent: Ent, token: str, message_type: str) -> tuple[Tool, dict[str, Any]]:
    """The tool and its claims (LTI security framework 1.0, 5.2.3).

    :raises RefusedMessage: at the first check that fails.
    """
    if len(token) > LONGEST:
        raise RefusedMessage(("content.unreadable", ""))
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise RefusedMessage(("content.unreadable", str(error))) from error
    tool = ent.tools.get(issuer) if isinstance(issuer, str) else None
    if tool is None:
        raise RefusedMessage(("content.unknown_tool", ""))
    if header.get("alg") != "RS256" or not header.get("kid"):
        raise RefusedMessage(("content.signature", "alg, kid"))
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    try:
        key = ent.tool_keys.find(tool, header["kid"])
        claims = jwt.decode(token, key, algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # PyJWT's Options is a TypedDict of its own
    except (UnknownKey, jwt.PyJWTError) as error:
        raise RefusedMessage(("content.signature", str(error))) from error
    _check(ent, tool, claims, message_type)
    return tool, claims


def check_deployment(claims: Mapping[str, Any], expected: str) -> None:
    """Refuse a message of another deployment than the one that was asked."""
    if claims.get(f"{LTI}deployment_id") != expected:
        raise RefusedMessage(("content.message", "deployment_id"))


def _check(ent: Ent, tool: Tool, claims: Mapping[str, Any], message_type: str) -> None:
    audience, now = claims.get("aud"), ent.clock().timestamp()
    audiences = audience if isinstance(audience, list) else [audience]
    if audiences != [ent.addresses.issuer] or claims.get("azp", audiences[0]) != audiences[0]:
        raise RefusedMessage(("content.audience", ""))
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if not is_number(issued_at) or not is_number(expires_at):
        raise RefusedMessage(("content.time", "iat, exp"))
    if not (now - OLDEST <= issued_at <= now + LEEWAY and expires_at > now - LEEWAY):
        raise RefusedMessage(("content.time", ""))
    if not isinstance(claims.get("nonce"), str) or not claims["nonce"]:
        raise RefusedMessage(("content.message", "nonce"))
    for name, value in {"message_type": message_type, "version": VERSION}.items():
        if claims.get(f"{LTI}{name}") != value:
            raise RefusedMessage(("content.message", name))
    if not tool.knows_deployment(claims.get(f"{LTI}deployment_id")):
        raise RefusedMessage(("content.message", "deployment_id"))
