"""The last step of a launch: the form that the platform made the browser post to us is checked, and read.

This stands beside PyLTI1p3's `MessageLaunch` rather than on it: that accepts a replayed token, one without `exp`, and
other audiences, and refuses anonymous launches, so each of its steps would have been replaced (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from lti.claims import LaunchClaims
from lti.errors import LTIError
from lti.protocol.checks import CHECKS, Examination
from lti.protocol.jwks import PlatformKeys
from lti.protocol.registrations import Begin, PlatformRegistration
from lti.settings import Settings

__all__ = ["ValidatedLaunch", "validate"]


BELIEVED = "nonce"
"""From this check on the token is the platform's, for us, and of this very login."""


@dataclass(frozen=True, slots=True)
class ValidatedLaunch:
    """A launch that passed every check: who, from where, and in which deployment."""

    claims: LaunchClaims
    registration: PlatformRegistration
    deployment_key: UUID
    """Our row of the deployment."""
    tenant_id: UUID
    checks_passed: tuple[str, ...]
    our_url: str = ""
    """The address that the launch came to."""
    binding: str = "cookie"
    """How the browser showed that it began the login: by a `cookie`, the platform's `storage`, or Storage `access`."""


def validate(
    form: Mapping[str, str],
    *,
    secret: str | None,
    tool_url: str,
    begin: Begin,
    platform_keys: PlatformKeys,
    settings: Settings,
) -> ValidatedLaunch:
    """Check the form that a platform made the browser post to us; state and nonce are used up by it.

    May read the platform's keys over the network, with no transaction open.

    :param secret: what the browser kept of `Login.secret`; None if it kept nothing.
    :param tool_url: scheme and host that browsers see of us; a launch may only lead there.
    :raises LTIError: of the first check that failed, with the names of those passed.
    """
    launch = Examination(form, secret, tool_url, begin, platform_keys, settings)
    passed: list[str] = []
    try:
        for name, check in CHECKS:
            check(launch)
            passed.append(name)
    except LTIError as error:
        error.checks_passed, error.check_failed = tuple(passed), name
        error.facts = launch.facts() | dict(error.facts)
        if BELIEVED in passed:
            error.return_url = launch.return_url()
        raise
    deployment = launch.deployment
    return ValidatedLaunch(
        launch.claims,
        launch.registration,
        deployment.key,
        deployment.tenant_id,
        tuple(passed),
        tool_url,
        launch.taken.binding,
    )
