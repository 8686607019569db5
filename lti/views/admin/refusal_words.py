"""Why a launch was refused, for whoever has to mend it: one sentence a code."""

from __future__ import annotations

from collections.abc import Mapping

from lti.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, str] = {
    "login-request": N_("The platform’s login request lacks something: its set-up is not one of LTI 1.3."),
    "registration-unknown": N_("No platform of that issuer with that client id is registered here."),
    "registration-ambiguous": N_(
        "The issuer has several registrations, and the platform did not say which it means."
    ),
    "registration-inactive": N_("The registration waits for your yes, or is switched off."),
    "state-unknown": N_("The login was used already, or is long over: a page was reloaded, or a link kept."),
    "state-expired": N_("The login took too long: somebody waited at the platform’s sign-in."),
    "other-browser": N_(
        "The browser did not bring back what it was given: it refuses cookies, or a link was passed on."
    ),
    "platform-error": N_("The platform answered with an error instead of a launch."),
    "token-malformed": N_("The platform sent no signed token, or a broken one."),
    "algorithm": N_("The token is signed in a way that is not allowed for this platform."),
    "kid-missing": N_("The token does not say by which key it is signed."),
    "kid-unknown": N_(
        "The platform’s key set does not have the key of the token: look whether its address is right."
    ),
    "keys-unreachable": N_("The platform’s key set cannot be read: look at its address and at the network."),
    "signature": N_("The signature is not that of the platform’s key."),
    "issuer": N_("The token is of another issuer than the login."),
    "audience": N_("The token is for another tool, or names others beside this one."),
    "azp": N_("The token is for several, and does not say that this tool is meant."),
    "expired": N_("The token was out of date: compare the clocks of both servers."),
    "issued-in-future": N_("The token comes from the future: compare the clocks of both servers."),
    "too-old": N_("The token was made long ago: compare the clocks of both servers."),
    "nonce": N_("The token is not that of this login: it may have been sent before."),
    "version": N_("The message is not of LTI 1.3.0."),
    "message-type": N_("The message is of a type that is not known here."),
    "deployment-missing": N_("The message names no deployment."),
    "deployment-mismatch": N_("The message names another deployment than the login."),
    "deployment-unknown": N_(
        "This deployment is unknown here, and new ones are refused: see the registration’s rules."
    ),
    "deployment-pending": N_("This deployment waits for your yes."),
    "deployment-denied": N_("This deployment has been shut out."),
    "target": N_(
        "The link leads to an address that is not this tool’s: look at the tool’s addresses in the platform."
    ),
    "claim-type": N_("A claim of the message is missing, or not of its type."),
    "subject": N_("The person’s identifier is none that LTI allows."),
    "roles": N_("The message says nothing of roles."),
    "resource-link": N_("The message does not say which link was opened."),
    "deep-linking": N_("The platform’s request to choose something is incomplete."),
}
