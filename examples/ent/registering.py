"""Dynamic Registration 1.0, the platform's side: what the ENT says of itself, and how a tool registers."""

import json
import sqlite3
from typing import Any

from flask import Blueprint, Response

from examples.ent import messages, notices, registration, variables
from examples.ent.faults import may_fail
from examples.ent.platform import Ent, current_ent
from examples.ent.registration import TOOL_CONFIGURATION, Known, UsedInvitation
from examples.ent.registration_checks import RefusedRegistration, cleaned
from examples.ent.services import ServiceError, bearer, body_of, must_accept, refused, reply
from examples.ent.variables import PRODUCT, PRODUCT_VERSION
from examples.ent.vocabulary import SCOPES

JSON = "application/json"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CLAIMS = ("sub", "iss", "name", "given_name", "family_name", "email", "locale")
FIXED = ("client_id", "registration_client_uri", "registration_access_token", "client_id_issued_at")

registering = Blueprint("registering", __name__)
registering.register_error_handler(ServiceError, refused)


@registering.get("/.well-known/openid-configuration")
@may_fail("registration")
def configuration() -> Response:
    """What the ENT says about itself (OpenID Connect discovery 1.0, 3; Dynamic Registration 1.0, 2.1)."""
    addresses = current_ent().addresses
    return reply(
        {
            "issuer": addresses.issuer,
            "authorization_endpoint": addresses.authorization,
            "registration_endpoint": addresses.registration,
            "token_endpoint": addresses.token,
            "jwks_uri": addresses.jwks,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["id_token"],
            "response_modes_supported": ["form_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", *SCOPES],
            "claims_supported": list(CLAIMS),
            PLATFORM_CONFIGURATION: {
                "product_family_code": PRODUCT,
                "version": PRODUCT_VERSION,
                "messages_supported": messages.SUPPORTED,
                "notice_types_supported": list(notices.TYPES),
                "variables": list(variables.NAMES),
            },
        }
    )


@registering.post("/registration")
@may_fail("registration")
def register() -> Response:
    """Take a tool that was invited, once; it stays inactive until the administrator has seen it."""
    ent, token = current_ent(), bearer()
    now = ent.clock().timestamp()
    with ent.database.reading() as connection:
        _check_invitation(connection, token, now)
    document = _document(ent)
    with ent.database.writing() as connection:
        _check_invitation(connection, token, now)
        client_id, access_token = registration.register(connection, document, token, now)
    answer = written(ent, ent.known_tools[client_id])
    return reply(
        {**answer, "client_id_issued_at": int(now), "registration_access_token": access_token}, status=201
    )


@registering.get("/registration/<client_id>")
@may_fail("registration")
def show(client_id: str) -> Response:
    """A tool reads its registration (RFC 7592, 2.1)."""
    must_accept(JSON)
    return reply(written(current_ent(), _own(client_id)))


@registering.put("/registration/<client_id>")
@may_fail("registration")
def change(client_id: str) -> Response:
    """A tool says everything anew (RFC 7592, 2.2)."""
    ent, before = current_ent(), _own(client_id)
    body = body_of(JSON)
    if body.get("client_id") != client_id:
        raise ServiceError(400, "invalid_client_metadata", "client_id must be the registration's own")
    for name in FIXED[1:]:
        if name in body:
            raise ServiceError(400, "invalid_client_metadata", f"{name} is not for the tool to say")
    document = _document(ent)
    with ent.database.writing() as connection:
        registration.change(connection, before, document)
    ent.tool_keys.forget()
    return reply(written(ent, ent.known_tools[client_id]))


def written(ent: Ent, known: Known) -> dict[str, Any]:
    """The registration as the ENT has it; `scope` is what the tool may do."""
    tool, document = known.tool, json.loads(json.dumps(known.document))
    document[TOOL_CONFIGURATION]["deployment_id"] = tool.deployment_id
    return {
        **document,
        "scope": " ".join(tool.scopes),
        "client_id": tool.client_id,
        "registration_client_uri": ent.addresses.registration_of(tool.client_id),
    }


def _document(ent: Ent) -> dict[str, Any]:
    body = body_of(JSON)
    types = [str(each["type"]) for each in messages.SUPPORTED]
    try:
        return cleaned(body, scopes=SCOPES, messages=types, schemes=ent.addresses.schemes)
    except RefusedRegistration as error:
        raise ServiceError(400, error.code, error.description) from error


def _check_invitation(connection: sqlite3.Connection, token: str, now: float) -> None:
    try:
        if not registration.invited(connection, token, now):
            raise ServiceError(401, "invalid_token", "the registration token is unknown or expired")
    except UsedInvitation as error:
        raise ServiceError(401, "token_already_used", "the registration token has served already") from error


def _own(client_id: str) -> Known:
    """The registration whose access token was sent."""
    ent, token = current_ent(), bearer()
    with ent.database.reading() as connection:
        if not registration.registered_with(connection, client_id, token):
            raise ServiceError(401, "invalid_token", "this is not the registration's access token")
    return ent.known_tools[client_id]
