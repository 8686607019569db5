"""Platforms and who administers them: registrations, invitations, deployments."""
