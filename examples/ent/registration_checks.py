"""What a tool may say of itself when it registers, with Moodle's names for what is wrong."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from examples.ent.registration import CANVAS, TOOL_CONFIGURATION

MOST = 50
LONGEST = 2000
METADATA = ("client_uri", "logo_uri", "policy_uri", "tos_uri")
CONFIGURATION = ("domain", "target_link_uri", "description")


class RefusedRegistration(Exception):
    """A registration that the ENT does not take; the code is what Moodle calls it."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


def cleaned(
    document: Mapping[str, Any], *, scopes: Iterable[str], messages: Iterable[str], schemes: Iterable[str]
) -> dict[str, Any]:
    """The members the ENT knows, after every check; unknown members, scopes and messages are left out.

    :raises RefusedRegistration: at the first that is wrong
    """
    _check_protocol(document)
    configuration = document.get(TOOL_CONFIGURATION)
    if not isinstance(configuration, dict):
        raise RefusedRegistration("missing_tool_configuration", f"{TOOL_CONFIGURATION} is missing")
    _check_sites(document, configuration, tuple(schemes))
    if not _is_text(document.get("client_name")):
        raise RefusedRegistration("missing_client_name", "client_name is missing")
    asked = document.get("scope", "")
    if not isinstance(asked, str) or len(asked) > LONGEST:
        raise RefusedRegistration("invalid_scope", "scope must be words with spaces between")
    supported = set(scopes)
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        **{
            name: document[name]
            for name in ("initiate_login_uri", "redirect_uris", "client_name", "jwks_uri")
        },
        **_texts(document, (*METADATA, *_in_languages(document, "client_name"))),
        "contacts": _list_of_texts(document, "contacts", "invalid_contacts"),
        "scope": " ".join(scope for scope in dict.fromkeys(asked.split()) if scope in supported),
        TOOL_CONFIGURATION: _configuration(configuration, set(messages)),
    }


def _check_protocol(document: Mapping[str, Any]) -> None:
    if document.get("application_type", "web") != "web":
        raise RefusedRegistration("invalid_application_type", "application_type must be web")
    response_types = document.get("response_types")
    if not isinstance(response_types, list) or "id_token" not in response_types:
        raise RefusedRegistration("invalid_response_types", "response_types must contain id_token")
    grants = document.get("grant_types", ["implicit", "client_credentials"])
    if not isinstance(grants, list) or not {"implicit", "client_credentials"} <= set(map(str, grants)):
        raise RefusedRegistration(
            "invalid_grant_types", "grant_types must contain implicit and client_credentials"
        )
    if document.get("token_endpoint_auth_method") != "private_key_jwt":
        raise RefusedRegistration(
            "invalid_token_endpoint_auth_method", "token_endpoint_auth_method must be private_key_jwt"
        )


def _check_sites(
    document: Mapping[str, Any], configuration: Mapping[str, Any], schemes: tuple[str, ...]
) -> None:
    """Every address is on the tool's own sites; its keys may be elsewhere."""
    domain = configuration.get("domain")
    if not _is_text(domain) or "/" in str(domain):
        raise RefusedRegistration("missing_domain", "domain must be a host, without scheme or path")
    others = _list_of_texts(configuration, "secondary_domains", "invalid_secondary_domains")
    domains = {str(domain).lower(), *(other.lower() for other in others)}

    def is_own(address: object) -> bool:
        return is_address(address, schemes) and _is_on(str(address), domains)

    target = configuration.get("target_link_uri")
    if not is_address(target, schemes):
        raise RefusedRegistration("missing_target_link_uri", "target_link_uri must be an address")
    if not _is_on(str(target), {str(domain).lower()}):
        raise RefusedRegistration("domain_targetlinkuri_mismatch", f"target_link_uri must be on {domain}")
    if not is_own(document.get("initiate_login_uri")):
        raise RefusedRegistration("missing_initiate_login_uri", f"initiate_login_uri must be on {domain}")
    redirects = document.get("redirect_uris")
    if not isinstance(redirects, list) or not 0 < len(redirects) <= MOST or not all(map(is_own, redirects)):
        raise RefusedRegistration("invalid_redirect_uris", f"redirect_uris must be addresses on {domain}")
    if not is_address(document.get("jwks_uri"), schemes):
        raise RefusedRegistration("missing_jwks_uri", "jwks_uri must be an address")
    _check_messages(configuration, is_own)


def _check_messages(configuration: Mapping[str, Any], is_own: Callable[[object], bool]) -> None:
    messages = configuration.get("messages", [])
    if not isinstance(messages, list) or len(messages) > MOST:
        raise RefusedRegistration("invalid_messages", f"messages must be a list of {MOST} at most")
    for each in messages:
        if not isinstance(each, dict) or not _is_text(each.get("type")):
            raise RefusedRegistration("invalid_messages", "each message needs a type")
        if "target_link_uri" in each and not is_own(each["target_link_uri"]):
            raise RefusedRegistration("domain_targetlinkuri_mismatch", "a message leads to another domain")
        _list_of_texts(each, "placements", "invalid_messages")
        _parameters(each)


def _configuration(given: Mapping[str, Any], supported: set[str]) -> dict[str, Any]:
    lists = ("secondary_domains", "claims")
    return {
        **_texts(given, (*CONFIGURATION, *_in_languages(given, "description"))),
        **{name: _list_of_texts(given, name, f"invalid_{name}") for name in lists if name in given},
        **{name: value for name, value in given.items() if name.startswith(CANVAS) and _is_plain(value)},
        "custom_parameters": _parameters(given),
        "messages": [_message(each) for each in given.get("messages", []) if each["type"] in supported],
    }


def _message(given: Mapping[str, Any]) -> dict[str, Any]:
    lists = ("placements", "roles", "supported_types", "supported_media_types")
    return {
        **_texts(given, ("type", "target_link_uri", "icon_uri", "label", *_in_languages(given, "label"))),
        **{name: _list_of_texts(given, name, "invalid_messages") for name in lists if name in given},
        **{name: value for name, value in given.items() if name.startswith(CANVAS) and _is_plain(value)},
        "custom_parameters": _parameters(given),
    }


def _parameters(given: Mapping[str, Any]) -> dict[str, str]:
    parameters = given.get("custom_parameters", {})
    if not isinstance(parameters, dict) or len(parameters) > MOST:
        raise RefusedRegistration("invalid_custom_parameters", "custom_parameters must be an object")
    if not all(isinstance(value, str) and len(value) <= LONGEST for value in parameters.values()):
        raise RefusedRegistration("invalid_custom_parameters", "custom parameters must be strings")
    return parameters


def is_address(value: object, schemes: Iterable[str]) -> bool:
    """Whether this is the full address of a page, without a fragment and without a name in it."""
    if not isinstance(value, str) or len(value) > LONGEST or any(sign.isspace() for sign in value):
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(host) and not parts.fragment and "@" not in parts.netloc


def _is_on(address: str, domains: set[str]) -> bool:
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    return any(host == each or parts.netloc.lower() == each for each in domains)


def _in_languages(given: Mapping[str, Any], name: str) -> list[str]:
    return [key for key in given if key.startswith(f"{name}#")][:MOST]


def _texts(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: given[name] for name in names if _is_text(given.get(name))}


def _list_of_texts(given: Mapping[str, Any], name: str, code: str) -> list[str]:
    values = given.get(name, [])
    if not isinstance(values, list) or len(values) > MOST or not all(map(_is_text, values)):
        raise RefusedRegistration(code, f"{name} must be a list of strings")
    return values


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST


def _is_plain(value: object) -> bool:
    return isinstance(value, str | bool | int) and len(str(value)) <= LONGEST
