"""A signed service call: the assertion that fetches an access token, and a call with a token that is kept.

Both sides get the platform's answers from memory, so that only what the library does is measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any, cast

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pylti1p3.registration import Registration as StockRegistration
from pylti1p3.service_connector import ServiceConnector
from requests.structures import CaseInsensitiveDict

from benchmarks.measuring import Figure, Here, figure, take_turns
from benchmarks.setting import CLIENT, ISSUER, Setting
from lti.protocol.http import Answer, Http
from lti.protocol.keys import KeyRing, SigningKey
from lti.protocol.registrations import PlatformRegistration
from lti.protocol.services import Connector, Services

__all__ = ["measure"]

ROUNDS, EACH = 7, 40
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
ITEMS = f"{ISSUER}/lineitems"
TOKEN = {"access_token": "a" * 64, "token_type": "Bearer", "expires_in": 3600, "scope": SCOPE}
BODIES = {f"{ISSUER}/token": json.dumps(TOKEN).encode(), ITEMS: b"[]"}
"""What the platform answers, by address."""
PEER = f"PyLTI1p3 {version('PyLTI1p3')}, service connector"


class _Http:
    """Our outgoing HTTP, with answers from memory."""

    def call(self, method: str, url: str, *, data: Any = None, **_: Any) -> Answer:
        """See `Http.call`."""
        if callable(data):
            data()
        return Answer(200, CaseInsensitiveDict({"Content-Type": "application/json"}), BODIES[url], url)


class _Session:
    """PyLTI1p3's outgoing HTTP, with answers from memory."""

    def post(self, url: str, **_: Any) -> requests.Response:
        """See `requests.Session.post`."""
        answer = requests.Response()
        answer.status_code, answer._content = 200, BODIES[url]
        return answer

    get = post


def measure(setting: Setting) -> Iterator[Figure]:
    """Processor time of fetching a token, and of a call with one."""
    keys, stock, here = KeyRing([setting.pem("tool")]), _theirs(setting), Here()

    def fetch_ours(times: int) -> None:
        for _ in range(times):
            _ours(keys).get_access_token([SCOPE])

    def fetch_theirs(times: int) -> None:
        for _ in range(times):
            _peer(stock).get_access_token([SCOPE])

    taken = take_turns([(here, fetch_ours), (here, fetch_theirs)], rounds=ROUNDS, each=EACH)
    yield figure("service call, new token", "ms of CPU", PEER, taken)
    ours, theirs = _ours(keys), _peer(stock)

    def call_ours(times: int) -> None:
        for _ in range(times):
            ours.call("GET", ITEMS, scopes=[SCOPE])

    def call_theirs(times: int) -> None:
        for _ in range(times):
            theirs.make_service_request([SCOPE], ITEMS)

    taken = take_turns([(here, call_ours), (here, call_theirs)], rounds=ROUNDS, each=EACH * 25)
    yield figure("service call, kept token", "ms of CPU", PEER, taken)


def _ours(keys: KeyRing) -> Connector:
    """Of a process that has no token yet."""
    values: Mapping[str, Any] = {
        **dict.fromkeys(("id", "default_tenant_id", "token_audience", "status", "policy", "scopes")),
        "name": "ENT",
        "issuer": ISSUER,
        "client_id": CLIENT,
        "authorization_endpoint": f"{ISSUER}/auth",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks",
        "algorithms": ["RS256"],
    }
    return Services(cast("Http", _Http()), keys).connector(PlatformRegistration(values, keys))


def _theirs(setting: Setting) -> StockRegistration:
    stock = StockRegistration()
    stock.set_issuer(ISSUER).set_client_id(CLIENT).set_auth_token_url(f"{ISSUER}/token")
    stock.set_tool_private_key(setting.pem("tool"))
    public = SigningKey.parse(setting.pem("tool")).private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stock.set_tool_public_key(pem.decode())
    return stock


def _peer(stock: StockRegistration) -> ServiceConnector:
    return ServiceConnector(stock, cast("requests.Session", _Session()))
