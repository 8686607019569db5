"""Access tokens for tools: client credentials with a signed assertion, and the ENT's own key set."""

import secrets
import sqlite3
from typing import Any

import jwt
from flask import Blueprint, Response, request

from examples.ent.faults import may_fail
from examples.ent.platform import Ent, current_ent
from examples.ent.services import ServiceError, is_number, refused, reply, token_hash
from examples.ent.tool import Tool, UnknownKey
from examples.ent.vocabulary import LTI

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = 300
TOKEN_LIFE = 3600
LEEWAY = 60

tokens = Blueprint("tokens", __name__)
tokens.register_error_handler(ServiceError, refused)


@tokens.get("/oidc/jwks")
@may_fail("jwks")
def jwks() -> Response:
    """The public keys (RFC 7517)."""
    response = reply(current_ent().keys.document(), "application/jwk-set+json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@tokens.post("/oidc/token")
@may_fail("token")
def token() -> Response:
    """An access token for the scopes asked for that the tool may have (LTI security framework 1.0, 4.1)."""
    ent = current_ent()
    if request.mimetype != "application/x-www-form-urlencoded":
        raise ServiceError(400, "invalid_request", "send application/x-www-form-urlencoded")
    if request.form.get("grant_type") != "client_credentials":
        raise ServiceError(400, "unsupported_grant_type", "grant_type must be client_credentials")
    if request.form.get("client_assertion_type") != ASSERTION_TYPE:
        raise ServiceError(400, "invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
    tool = _authenticated(ent, request.form.get("client_assertion", ""))
    asked = request.form.get("scope", "").split()
    granted = [scope for scope in dict.fromkeys(asked) if scope in tool.scopes]
    if not granted:
        raise ServiceError(400, "invalid_scope", "none of the scopes asked for may be had")
    access_token = secrets.token_urlsafe(32)
    now = ent.clock().timestamp()
    with ent.database.writing() as connection:
        connection.execute("DELETE FROM access_tokens WHERE expires_at <= ?", (now,))
        row = (token_hash(access_token), tool.client_id, " ".join(granted), now + TOKEN_LIFE)
        connection.execute("INSERT INTO access_tokens VALUES (?, ?, ?, ?)", row)
    response = reply(
        {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE,
            "scope": " ".join(granted),
        }
    )
    response.headers["Pragma"] = "no-cache"
    return response


def _authenticated(ent: Ent, assertion: str) -> Tool:
    try:
        issuer = jwt.decode(assertion, options={"verify_signature": False}).get("iss")
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError as error:
        raise _invalid_client(f"the assertion is not a JWT: {error}") from error
    tool = ent.tools.get(issuer) if isinstance(issuer, str) else None
    if tool is None:
        raise _invalid_client("iss is no known client_id")
    if header.get("alg") != "RS256" or not header.get("kid"):
        raise _invalid_client("the header needs alg RS256 and a kid")
    try:
        key = ent.tool_keys.find(tool, header["kid"])
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        claims = jwt.decode(assertion, key, algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # PyJWT's Options is a TypedDict of its own
    except UnknownKey as error:
        raise _invalid_client(f"no such key: {error}") from error
    except jwt.PyJWTError as error:
        raise _invalid_client(f"the signature is wrong: {error}") from error
    _check(ent, tool, claims)
    return tool


def _check(ent: Ent, tool: Tool, claims: dict[str, Any]) -> None:
    now = ent.clock().timestamp()
    if claims.get("sub") != tool.client_id:
        raise _invalid_client("sub must be the client_id")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not {ent.addresses.token, f"{ent.addresses.public}/oidc/token"} & set(map(str, audiences)):
        raise _invalid_client(f"aud must be {ent.addresses.token}")
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if not is_number(issued_at) or not is_number(expires_at):
        raise _invalid_client("iat and exp must be numbers")
    if issued_at > now + LEEWAY or expires_at <= now - LEEWAY:
        raise _invalid_client("the assertion is not valid at this time")
    if not 0 < expires_at - issued_at <= ASSERTION_LIFE:
        raise _invalid_client(f"the assertion must expire within {ASSERTION_LIFE} s of iat")
    if f"{LTI}deployment_id" in claims and not tool.knows_deployment(claims[f"{LTI}deployment_id"]):
        raise _invalid_client("the deployment is unknown")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise _invalid_client("jti is missing")
    try:
        with ent.database.writing() as connection:
            connection.execute("DELETE FROM assertions WHERE expires_at <= ?", (now - 2 * LEEWAY,))
            row = (tool.client_id, jti, expires_at)
            connection.execute("INSERT INTO assertions VALUES (?, ?, ?)", row)
    except sqlite3.IntegrityError as error:
        raise _invalid_client("the assertion was used before") from error


def _invalid_client(description: str) -> ServiceError:
    return ServiceError(401, "invalid_client", description)
