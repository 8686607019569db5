"""Platforms that we know, in the form that PyLTI1p3 knows them: its `Registration` and its tool configuration.

https://www.imsglobal.org/spec/lti/v1p3#tool-deployment-0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn
from uuid import UUID

import sqlalchemy as sa
from pylti1p3.deployment import Deployment as StockDeployment
from pylti1p3.registration import Registration as StockRegistration
from pylti1p3.tool_config.abstract import ToolConfAbstract

from binder.clock import uuid7
from lti.errors import RegistrationAmbiguous, RegistrationInactive, RegistrationUnknown
from lti.models import Deployment, DeploymentPolicy, DeploymentStatus, Registration, RegistrationStatus
from lti.protocol.keys import KeyRing

__all__ = [
    "Begin",
    "PlatformRegistration",
    "StoredDeployment",
    "StoredRegistrations",
    "discover",
    "refuse_unless_active",
]

Begin = Callable[[], AbstractContextManager[sa.Connection]]
"""Opens a transaction that may write, and commits it at the end of the `with`."""

REGISTRATIONS: sa.Table = Registration.__table__  # type: ignore[assignment]  # it is a Table
DEPLOYMENTS: sa.Table = Deployment.__table__  # type: ignore[assignment]  # it is a Table

BY_CLIENT = sa.select(REGISTRATIONS).where(
    REGISTRATIONS.c.issuer == sa.bindparam("issuer"), REGISTRATIONS.c.client_id == sa.bindparam("client_id")
)
BY_ISSUER = sa.select(REGISTRATIONS).where(REGISTRATIONS.c.issuer == sa.bindparam("issuer")).limit(2)
WITH_DEPLOYMENT = (
    sa.select(
        REGISTRATIONS,
        DEPLOYMENTS.c.id.label("deployment_key"),
        DEPLOYMENTS.c.deployment_id,
        DEPLOYMENTS.c.tenant_id,
        DEPLOYMENTS.c.status.label("deployment_status"),
    )
    .select_from(
        REGISTRATIONS.outerjoin(
            DEPLOYMENTS,
            sa.and_(
                DEPLOYMENTS.c.registration_id == REGISTRATIONS.c.id,
                DEPLOYMENTS.c.deployment_id == sa.bindparam("deployment_id"),
            ),
        )
    )
    .where(REGISTRATIONS.c.id == sa.bindparam("id"))
)


class PlatformRegistration(StockRegistration):
    """What one platform and we know of each other, apart from the database: may outlive its transaction."""

    def __init__(self, values: Mapping[str, Any], keys: KeyRing | None = None) -> None:
        self.id: UUID = values["id"]
        self.name: str = values["name"]
        self.issuer: str = values["issuer"]
        self.client_id: str = values["client_id"]
        self.authorization_endpoint: str = values["authorization_endpoint"]
        self.token_endpoint: str = values["token_endpoint"]
        self.jwks_uri: str = values["jwks_uri"]
        self.algorithms: tuple[str, ...] = tuple(values["algorithms"])
        self.token_audience: str = values["token_audience"] or self.token_endpoint
        self.status = RegistrationStatus(values["status"] or RegistrationStatus.ACTIVE)
        self.policy = DeploymentPolicy(values["policy"] or DeploymentPolicy.DENY)
        self.loose_target = bool(values.get("loose_target"))
        self.default_tenant_id: UUID | None = values["default_tenant_id"]
        self.scopes: tuple[str, ...] = tuple(values["scopes"] or ())
        self.keys = keys or KeyRing(())
        # PyLTI1p3's own classes read these by its getters
        self._issuer, self._client_id = self.issuer, self.client_id
        self._auth_login_url, self._auth_token_url = self.authorization_endpoint, self.token_endpoint
        self._auth_audience, self._key_set_url = self.token_audience, self.jwks_uri

    @classmethod
    def of(cls, row: Registration, keys: KeyRing | None = None) -> PlatformRegistration:
        """The same from an object of the ORM."""
        return cls({column.name: getattr(row, column.name) for column in REGISTRATIONS.c}, keys)

    def get_tool_private_key(self) -> Any:
        """Our key, parsed; PyJWT takes it as well as PEM text, and a hundred times faster."""
        return self.keys.signing.private

    def get_kid(self) -> str:
        """The name of that key."""
        return self.keys.signing.kid

    def get_jwks(self) -> list[Mapping[str, Any]]:
        """All our public keys."""
        return list(self.keys.jwks()["keys"])


class StoredDeployment(StockDeployment):
    """One installation of the tool in a platform, apart from the database."""

    def __init__(self, key: UUID, deployment_id: str, tenant_id: UUID, status: DeploymentStatus) -> None:
        self.key = key
        """Our row's id."""
        self.deployment_id = self._deployment_id = deployment_id
        """The platform's word for it."""
        self.tenant_id = tenant_id
        self.status = status


class StoredRegistrations(ToolConfAbstract[Any]):
    """PyLTI1p3's tool configuration over our tables, for the length of one transaction."""

    def __init__(self, connection: sa.Connection, keys: KeyRing | None = None) -> None:
        # the class shares one dictionary among all configurations; not ours
        self.issuers_relation_types = {}
        self._connection = connection
        self._keys = keys

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Never assumed: (issuer, client id) is the key."""
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """Always possible."""
        return True

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> PlatformRegistration:
        """The only registration of an issuer.

        :raises RegistrationUnknown: if there is none.
        :raises RegistrationAmbiguous: if there are several; we do not guess.
        """
        rows = self._connection.execute(BY_ISSUER, {"issuer": iss}).all()
        if len(rows) > 1:
            raise RegistrationAmbiguous("several client ids of one issuer, and none named", issuer=iss)
        return PlatformRegistration(rows[0]._asdict(), self._keys) if rows else _unknown(iss, None)

    def find_registration_by_params(
        self, iss: str, client_id: str | None, *args: Any, **kwargs: Any
    ) -> PlatformRegistration:
        """The registration of an issuer and a client id, or the issuer's only one if none is named.

        :raises RegistrationUnknown: if there is none.
        :raises RegistrationAmbiguous: if none is named and there are several.
        """
        if not client_id:
            return self.find_registration_by_issuer(iss)
        row = self._connection.execute(BY_CLIENT, {"issuer": iss, "client_id": client_id}).first()
        return PlatformRegistration(row._asdict(), self._keys) if row else _unknown(iss, client_id)

    def find_deployment(self, iss: str, deployment_id: str) -> StoredDeployment | None:
        """The deployment in the issuer's only registration; None if nobody told us of it."""
        return self.find_deployment_by_params(iss, deployment_id, "")

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> StoredDeployment | None:
        """The deployment in a registration; None if nobody told us of it."""
        registration = self.find_registration_by_params(iss, client_id)
        return self.find_both(registration.id, deployment_id)[1]

    def find_both(
        self, registration_key: UUID, deployment_id: str | None
    ) -> tuple[PlatformRegistration | None, StoredDeployment | None]:
        """A registration by its row's id, with one of its deployments, in one query; None for what is not there."""
        values = {"id": registration_key, "deployment_id": deployment_id}
        row = self._connection.execute(WITH_DEPLOYMENT, values).first()
        if row is None:
            return None, None
        deployment = None
        if row.deployment_key is not None:
            status = DeploymentStatus(row.deployment_status)
            deployment = StoredDeployment(row.deployment_key, row.deployment_id, row.tenant_id, status)
        return PlatformRegistration(row._asdict(), self._keys), deployment


def refuse_unless_active(registration: PlatformRegistration) -> None:
    """:raises RegistrationInactive: if an administrator has not said yes yet, or has said no."""
    if registration.status is not RegistrationStatus.ACTIVE:
        raise RegistrationInactive(
            f"the registration is {registration.status}",
            issuer=registration.issuer,
            client_id=registration.client_id,
        )


def discover(
    connection: sa.Connection, registration: PlatformRegistration, deployment_id: str
) -> StoredDeployment | None:
    """A deployment that we have not heard of, by the registration's policy; None if it is not to be noted.

    It belongs to the registration's tenant. https://www.imsglobal.org/spec/lti/v1p3#tool-deployment-0
    """
    tenant_id = registration.default_tenant_id
    if registration.policy is DeploymentPolicy.DENY or tenant_id is None:
        return None
    status = (
        DeploymentStatus.APPROVED
        if registration.policy is DeploymentPolicy.AUTO
        else DeploymentStatus.PENDING
    )
    new = StoredDeployment(uuid7(), deployment_id, tenant_id, status)
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(DEPLOYMENTS),
                {
                    "id": new.key,
                    "registration_id": registration.id,
                    "deployment_id": deployment_id,
                    "tenant_id": tenant_id,
                    "status": status,
                },
            )
    except sa.exc.IntegrityError:  # another launch was first
        return StoredRegistrations(connection).find_both(registration.id, deployment_id)[1]
    return new


def _unknown(issuer: str, client_id: str | None) -> NoReturn:
    raise RegistrationUnknown("no such platform", issuer=issuer, client_id=client_id)
