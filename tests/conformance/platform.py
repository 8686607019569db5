"""A platform for the tests: it signs with PyJWT and imports nothing of `lti.protocol`, or both could share a mistake."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from binder.clock import now
from binder.models import Tenant
from lti.models import Deployment, DeploymentStatus, Registration

ISSUER = "https://ent.example"
CLIENT = "client-7"
DEPLOYMENT = "deployment-1"
TOOL = "https://tool.example"
TARGET = "https://tool.example/lti/start"
KID = "key-1"
L = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@cache
def private_key(name: str = KID) -> RSAPrivateKey:
    """A key pair, the same for the same name in one run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(kid: str = KID, /, **members: Any) -> dict[str, Any]:
    """The public half of a key, as it stands in a key set."""
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(private_key(kid).public_key(), as_dict=True)
    jwk.pop("key_ops", None)
    return {
        key: value
        for key, value in (jwk | {"kid": kid, "alg": "RS256", "use": "sig"} | members).items()
        if value is not None
    }


def key_set(*kids: str) -> bytes:
    """A key set document."""
    return json.dumps({"keys": [public_jwk(kid) for kid in kids or (KID,)]}).encode()


def claims(nonce: str = "", /, **more: Any) -> dict[str, Any]:
    """All claims of an ordinary launch from a link; `more` replaces them, None takes one out."""
    seconds = int(now().timestamp())
    body: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "person-1",
        "iat": seconds,
        "exp": seconds + 300,
        "nonce": nonce,
        "name": "Léa Martin",
        "given_name": "Léa",
        "family_name": "Martin",
        "email": "lea@ent.example",
        "locale": "fr-FR",
        L + "message_type": "LtiResourceLinkRequest",
        L + "version": "1.3.0",
        L + "deployment_id": DEPLOYMENT,
        L + "target_link_uri": TARGET,
        L + "resource_link": {"id": "link-1", "title": "Les fractions", "description": "Chapitre 3"},
        L + "context": {"id": "class-6b", "label": "6B", "title": "Sixième B", "type": ["CourseSection"]},
        L + "roles": [MEMBERSHIP + "Learner"],
        L + "custom": {"chapter": "3", "history": "$Context.id.history"},
        L + "launch_presentation": {
            "document_target": "iframe",
            "return_url": ISSUER + "/back",
            "locale": "fr",
        },
        AGS: {
            "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitems": ISSUER + "/lineitems",
        },
        NRPS: {"context_memberships_url": ISSUER + "/members", "service_versions": ["2.0"]},
    }
    return {name: value for name, value in (body | more).items() if value is not None}


def deep_linking_claims(nonce: str = "", /, **more: Any) -> dict[str, Any]:
    """All claims of a picker's request that must be there, and no more."""
    settings = {
        "deep_link_return_url": ISSUER + "/picked",
        "accept_types": ["link"],
        "accept_presentation_document_targets": ["iframe"],
        "data": "",
    }
    body = claims(nonce)
    kept = {name: body[name] for name in ("iss", "aud", "sub", "iat", "exp", "nonce")}
    kept |= {L + name: body[L + name] for name in ("version", "deployment_id", "target_link_uri")}
    kept |= {L + "message_type": "LtiDeepLinkingRequest", DEEP_LINKING_SETTINGS: settings}
    return {name: value for name, value in (kept | more).items() if value is not None}


def sign(
    body: Mapping[str, Any],
    *,
    kid: str | None = KID,
    key: Any = None,
    algorithm: str = "RS256",
    **header: Any,
) -> str:
    """An id_token; without `kid` its header names no key."""
    headers = header | ({"kid": kid} if kid is not None else {})
    # PyJWT would refuse to write an integer `sub` or `iss`; some platforms do write them
    payload = json.dumps(dict(body)).encode()
    signer: Any = key if key is not None else private_key(kid or KID)
    return jwt.api_jws.encode(payload, signer, algorithm=algorithm, headers=headers)


def login_request(**more: str | None) -> dict[str, str]:
    """What a platform sends to the login URL; `more` replaces it, None takes a parameter out."""
    params: dict[str, str | None] = {
        "iss": ISSUER,
        "login_hint": "hint-1",
        "target_link_uri": TARGET,
        "lti_message_hint": "message-1",
        "client_id": CLIENT,
        "lti_deployment_id": DEPLOYMENT,
    }
    return {name: value for name, value in (params | more).items() if value is not None}


def registration(**more: Any) -> Registration:
    """What we know of the platform; `more` replaces it."""
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": CLIENT,
        "name": "ENT",
        "authorization_endpoint": ISSUER + "/auth",
        "token_endpoint": ISSUER + "/token",
        "jwks_uri": ISSUER + "/jwks",
    }
    return Registration(**(values | more))


def register(engine: Engine, row: Registration | None = None, **deployments: DeploymentStatus) -> None:
    """Write the platform and its deployments down, each of a tenant of its own."""
    row = row or registration()
    with Session(engine) as session, session.begin():
        session.add(row)
        session.flush()
        for name, status in (deployments or {DEPLOYMENT: DeploymentStatus.APPROVED}).items():
            tenant = Tenant(id=uuid.uuid4(), name=name)
            session.add(tenant)
            session.flush()
            session.add(
                Deployment(
                    registration_id=row.id,
                    deployment_id=name.replace("_", "-"),
                    tenant_id=tenant.id,
                    status=status,
                )
            )
