"""Login requests, on a real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from binder.clock import frozen, now
from lti import errors
from lti.models import DeploymentStatus, StoredState
from lti.protocol import login, states
from lti.protocol.registrations import PlatformRegistration, StoredRegistrations
from lti.settings import Settings
from tests.conformance import platform
from tests.conformance.platform import CLIENT, ISSUER

LAUNCH_URL = "https://tool.example/lti/launch"
Begin = Callable[[], AbstractContextManager[Session]]


def start(begin: Begin, **params: str | None) -> login.Login:
    return login.start(
        platform.login_request(**params),
        begin=begin,
        redirect_uri=LAUNCH_URL,
        settings=Settings(state_lifetime=300),
    )


def stored(engine: Engine) -> list[StoredState]:
    with Session(engine) as session:
        return list(session.scalars(sa.select(StoredState)))


def test_browser_is_sent_on_to_the_platform(engine: Engine, begin: Begin) -> None:
    """Security 5.1.1.2: the authentication request."""
    platform.register(engine)
    begun = start(begin)
    url = urlsplit(begun.authorization_url)
    sent = dict(parse_qsl(url.query, keep_blank_values=True))
    (kept,) = stored(engine)
    assert url._replace(query="").geturl() == ISSUER + "/auth"
    assert sent == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT,
        "redirect_uri": LAUNCH_URL,
        "login_hint": "hint-1",
        "lti_message_hint": "message-1",
        "state": begun.state,
        "nonce": kept.nonce,
    }
    assert kept.state == begun.state
    assert kept.browser == states.hashed(begun.secret) != begun.secret
    assert kept.target_link_uri == platform.TARGET
    assert kept.deployment_id == platform.DEPLOYMENT
    assert timedelta(seconds=290) < kept.expires_at - now() <= timedelta(seconds=300)
    assert min(map(len, (begun.state, begun.secret, kept.nonce))) >= 43, "256 bits"
    assert begun.secret not in repr(begun)


def test_each_login_has_its_own_state_nonce_secret_and_cookie(engine: Engine, begin: Begin) -> None:
    platform.register(engine)
    many = [start(begin) for _ in range(5)]
    assert len({each.state for each in many} | {each.secret for each in many}) == 10
    assert len({kept.nonce for kept in stored(engine)}) == 5
    names = {login.cookie_name(each.state) for each in many}
    assert len(names) == 5
    assert all(
        name.startswith("__Host-lti-") and each.state not in name
        for name, each in zip(names, many, strict=True)
    )


@pytest.mark.parametrize(
    ("endpoint", "kept"),
    [
        ("https://ent.example/auth?tenant=a%20b&x", [("tenant", "a b"), ("x", "")]),
        ("https://ent.example/auth?", []),
        ("https://ent.example/auth?scope=email&client_id=evil&k=1#top", [("k", "1")]),
    ],
)
def test_query_of_the_authorization_endpoint_is_kept(
    engine: Engine, begin: Begin, endpoint: str, kept: list[tuple[str, str]]
) -> None:
    """RFC 6749, 3.1: MUST retain the query; a parameter MUST NOT be there twice."""
    platform.register(engine, platform.registration(authorization_endpoint=endpoint))
    url = urlsplit(start(begin).authorization_url)
    pairs = parse_qsl(url.query, keep_blank_values=True)
    assert pairs[: len(kept)] == kept
    assert len(dict(pairs)) == len(pairs) == len(kept) + 10
    assert (url.path, url.fragment) == ("/auth", "")


@pytest.mark.parametrize("hint", ["", " ", "a+b c&d=é%2F", '{"a": 1}', "eyJ.x.y", "x" * 8000])
def test_hints_are_echoed_unaltered(engine: Engine, begin: Begin, hint: str) -> None:
    """Core 4.1.1: MUST be included in the authentication request unaltered."""
    platform.register(engine)
    url = start(begin, login_hint=hint, lti_message_hint=hint).authorization_url
    sent = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    assert (sent["login_hint"], sent["lti_message_hint"]) == (hint, hint)
    url = start(begin, lti_message_hint=None).authorization_url
    assert "lti_message_hint" not in url


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
def test_missing_parameter_is_named(engine: Engine, begin: Begin, name: str) -> None:
    with pytest.raises(errors.LoginRequestInvalid) as caught:
        start(begin, **{name: None})
    assert caught.value.facts == {"missing": [name]}
    assert stored(engine) == []


@pytest.mark.parametrize(
    "more",
    [
        {"iss": ""},
        {"iss": "https://" + "x" * 300},
        {"target_link_uri": "https://tool.example/" + "x" * 5000},
        {"login_hint": "x" * 9000},
        {"lti_deployment_id": "x" * 256},
        {"client_id": "a\x00b"},
        {"lti_message_hint": "\ud800"},
    ],
)
def test_parameter_beyond_measure_is_refused(engine: Engine, begin: Begin, more: dict[str, str]) -> None:
    platform.register(engine)
    with pytest.raises(errors.LoginRequestInvalid):
        start(begin, **more)


def test_registration_is_found_by_issuer_and_client(engine: Engine, begin: Begin) -> None:
    """Core 4.1.3."""
    platform.register(engine)
    other = platform.registration(client_id="other", authorization_endpoint=ISSUER + "/auth-of-other")
    platform.register(engine, other)
    assert "/auth-of-other?" in start(begin, client_id="other").authorization_url
    assert start(begin).registration.client_id == CLIENT
    with pytest.raises(errors.RegistrationAmbiguous):
        start(begin, client_id=None)
    with pytest.raises(errors.RegistrationUnknown) as caught:
        start(begin, client_id="third")
    assert caught.value.facts == {"issuer": ISSUER, "client_id": "third"}


def test_only_registration_of_an_issuer_needs_no_client_id(engine: Engine, begin: Begin) -> None:
    platform.register(engine)
    platform.register(engine, platform.registration(issuer=ISSUER + "/"))
    assert start(begin, client_id=None).registration.issuer == ISSUER
    assert start(begin, client_id="").registration.issuer == ISSUER
    with pytest.raises(errors.RegistrationUnknown):
        start(begin, iss=ISSUER.upper(), client_id=None)


def test_storage_target_is_handed_on(engine: Engine, begin: Begin) -> None:
    platform.register(engine)
    assert start(begin).storage_target is None
    assert start(begin, lti_storage_target="_parent").storage_target == "_parent"


def test_logins_that_are_over_are_swept_a_few_at_a_time(
    engine: Engine, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_logins", itertools.count())
    monkeypatch.setattr(states, "SWEEP_EVERY", 2)
    platform.register(engine)
    with frozen(now() - timedelta(hours=1)):
        for _ in range(40):
            start(begin)
    kept = []
    for _ in range(5):
        start(begin)
        kept.append(len(stored(engine)))
    assert kept == [9, 10, 3, 4, 5]


def test_login_is_taken_once_and_by_its_browser(engine: Engine, begin: Begin) -> None:
    platform.register(engine)
    begun = start(begin)
    for secret in (None, "", "another"):
        with pytest.raises(errors.OtherBrowser), begin() as connection:
            states.take(connection, begun.state, secret)
    with begin() as connection:
        taken = states.take(connection, begun.state, begun.secret)
    assert taken.target_link_uri == platform.TARGET
    assert taken.registration_id == begun.registration.id
    with pytest.raises(errors.StateUnknown), begin() as connection:
        states.take(connection, begun.state, begun.secret)


def test_registrations_in_the_form_of_pylti1p3(engine: Engine, begin: Begin) -> None:
    platform.register(engine, None, deployment_1=DeploymentStatus.PENDING)
    with begin() as connection:
        conf = StoredRegistrations(connection)
        found: Any = conf.find_registration_by_params(ISSUER, CLIENT)
        assert isinstance(found, PlatformRegistration)
        assert (found.get_issuer(), found.get_client_id()) == (ISSUER, CLIENT)
        assert (found.get_auth_login_url(), found.get_auth_token_url()) == (
            ISSUER + "/auth",
            ISSUER + "/token",
        )
        assert (found.get_key_set_url(), found.get_auth_audience()) == (ISSUER + "/jwks", ISSUER + "/token")
        assert (conf.check_iss_has_one_client(ISSUER), conf.check_iss_has_many_clients(ISSUER)) == (
            False,
            True,
        )
        deployment = conf.find_deployment(ISSUER, platform.DEPLOYMENT)
        assert deployment is not None
        assert deployment.get_deployment_id() == platform.DEPLOYMENT
        assert deployment.status is DeploymentStatus.PENDING
        assert conf.find_deployment_by_params(ISSUER, "other", CLIENT) is None
        assert conf.find_both(deployment.key, "x") == (None, None)
