"""The pages of whoever runs the tool; nobody else learns that they are there."""

from lti.views.admin import (
    deployments,
    entering,
    invitations,
    keys,
    notices,
    outbox,
    overview,
    refused,
    registrations,
)

__all__ = [
    "deployments",
    "entering",
    "invitations",
    "keys",
    "notices",
    "outbox",
    "overview",
    "refused",
    "registrations",
]
