"""Settings: read once, checked, documented."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from binder.media.mediatypes import Limits
from lti.errors import SettingsInvalid
from lti.settings import Settings

PEM = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"


def test_defaults() -> None:
    settings: Any = Settings.from_config({"SECRET_KEY": "of the host", "LTIX": 1})
    assert settings == Settings()
    assert settings.launch_lifetime == 8 * 3600
    assert settings.http_timeout == (5, 20)
    assert settings.private_keys == ()
    assert settings.limits == Limits()


def test_what_files_may_weigh_is_given_in_megabytes() -> None:
    settings = Settings.from_config({"LTI_MAX_PICTURE": 0.5, "LTI_MAX_FILM": "2000"})
    assert settings.limits == Limits(picture=500_000, film=2_000_000_000)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("LTI_PRIVATE_KEYS", PEM + "\n" + PEM, (PEM, PEM)),
        ("LTI_PRIVATE_KEYS", [PEM, PEM], (PEM, PEM)),
        ("LTI_PRIVATE_KEYS", PEM.replace("\n", "\\n"), (PEM,)),
        ("LTI_PRIVATE_KEYS", "", ()),
        ("LTI_BASE_URL", "https://tool.example/", "https://tool.example"),
        ("LTI_BASE_URL", None, None),
        ("LTI_LEEWAY", "30", 30),
        ("LTI_LEEWAY", 0.5, 0.5),
        ("LTI_HTTP_TIMEOUT", 7, (7, 7)),
        ("LTI_HTTP_TIMEOUT", [3, 30], (3, 30)),
        ("LTI_HTTP_TIMEOUT", "3,30", (3, 30)),
        ("LTI_TRUSTED_AUDIENCES", "a, b,", ("a", "b")),
        ("LTI_TRUSTED_AUDIENCES", ["a"], ("a",)),
        ("LTI_TOOL_NAME", " Mon classeur ", "Mon classeur"),
        ("LTI_ALLOW_HTTP_LOOPBACK", "True", True),
        ("LTI_DELIVER_IN_PROCESS", False, False),
        (
            "LTI_ALLOW_PRIVATE_HOSTS",
            "ENT.lan, 10.1.0.0/16,10.2.3.4,fd00::/8,ent",
            ("ent.lan", "10.1.0.0/16", "10.2.3.4/32", "fd00::/8", "ent"),
        ),
        ("LTI_ALLOW_PRIVATE_HOSTS", [], ()),
        ("LTI_HTTP_RETRY_SECONDS", "0", 0),
        ("LTI_HTTP_PROXY", "http://proxy.lan:3128/", "http://proxy.lan:3128"),
        ("LTI_HTTP_PROXY", "", None),
        ("LTI_METRICS_TOKEN", "0123456789abcdef", "0123456789abcdef"),
        ("LTI_METRICS_TOKEN", "", None),
        ("LTI_MAX_PICTURE", "12.5", 12.5),
        ("LTI_MAX_FILM", 2000, 2000),
    ],
)
def test_values_are_read_as_hosts_write_them(key: str, value: Any, read: Any) -> None:
    settings = Settings.from_config({key: value})
    assert getattr(settings, key.removeprefix("LTI_").lower()) == read


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LTI_PRIVATE_KEYS", "secret"),
        ("LTI_PRIVATE_KEYS", 5),
        ("LTI_BASE_URL", "http://tool.example"),
        ("LTI_BASE_URL", "https://tool.example/lti"),
        ("LTI_BASE_URL", "tool.example"),
        ("LTI_BASE_URL", 5),
        ("LTI_BASE_URL", "https://["),
        ("LTI_LEEWAY", -1),
        ("LTI_LEEWAY", 301),
        ("LTI_LEEWAY", True),
        ("LTI_LEEWAY", "soon"),
        ("LTI_LEEWAY", float("nan")),
        ("LTI_HTTP_TIMEOUT", [1, 2, 3]),
        ("LTI_HTTP_TIMEOUT", None),
        ("LTI_TRUSTED_AUDIENCES", 5),
        ("LTI_TOOL_NAME", ""),
        ("LTI_USER_AGENT", "a\r\nX-Evil: 1"),
        ("LTI_ALLOW_HTTP_LOOPBACK", "yes"),
        ("LTI_JWKS_MIN_AGE", 90000),
        ("LTI_ALLOW_PRIVATE_HOSTS", "https://ent.lan"),
        ("LTI_ALLOW_PRIVATE_HOSTS", "*.lan"),
        ("LTI_ALLOW_PRIVATE_HOSTS", "10.1.0.1/16"),
        ("LTI_ALLOW_PRIVATE_HOSTS", "10.1.0.256"),
        ("LTI_ALLOW_PRIVATE_HOSTS", "ent.lan:8443"),
        ("LTI_ALLOW_PRIVATE_HOSTS", 5),
        ("LTI_HTTP_RETRY_SECONDS", 61),
        ("LTI_HTTP_PROXY", "proxy.lan:3128"),
        ("LTI_HTTP_PROXY", "http://proxy.lan/path"),
        ("LTI_HTTP_PROXY", 5),
        ("LTI_METRICS_TOKEN", "short"),
        ("LTI_METRICS_TOKEN", "with spaces between words"),
        ("LTI_METRICS_TOKEN", 1234567890123456),
        ("LTI_MAX_SOUND", 0),
        ("LTI_MAX_FILE", "25 MB"),
    ],
)
def test_bad_value_is_named(key: str, value: Any) -> None:
    with pytest.raises(SettingsInvalid, match=key):
        Settings.from_config({key: value})


def test_all_that_is_to_mend_is_listed_at_once() -> None:
    config = {
        "LTI_LAUNCH_LIFETIM": 5,
        "LTI_LEEWAY": -1,
        "LTI_QQQQQQQQ": 1,
        "LTI_JWKS_MIN_AGE": 86400,
        "LTI_JWKS_MAX_AGE": 60,
    }
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_config(config)
    assert caught.value.detail.splitlines() == [
        "LTI_LAUNCH_LIFETIM is not a setting; did you mean LTI_LAUNCH_LIFETIME?",
        "LTI_LEEWAY must be a number of seconds from 0 to 300",
        "LTI_QQQQQQQQ is not a setting",
        "LTI_JWKS_MIN_AGE must not be above LTI_JWKS_MAX_AGE",
    ]


def test_settings_do_not_change_and_do_not_tell_keys() -> None:
    settings = Settings.from_config({"LTI_PRIVATE_KEYS": PEM})
    with pytest.raises(FrozenInstanceError):
        settings.leeway = 5  # type: ignore[misc]
    assert "AAAA" not in repr(settings)
    secret = Settings.from_config(
        {"LTI_METRICS_TOKEN": "0123456789abcdef", "LTI_HTTP_PROXY": "http://me:word@proxy"}
    )
    assert "0123" not in repr(secret)
    assert "word" not in repr(secret)


@pytest.mark.parametrize(
    ("url", "allowed", "on_loopback"),
    [
        ("https://ent.example/x?y", True, True),
        ("https://ent.example:8443", True, True),
        ("http://ent.example", False, False),
        ("http://127.0.0.1:5000/jwks", False, True),
        ("http://[::1]:5000", False, True),
        ("http://localhost", False, True),
        ("http://ent.localhost:1", False, True),
        ("http://localhost.evil.example", False, False),
        ("http://127.0.0.1@evil.example", False, False),
        ("https://me:secret@ent.example", False, False),
        ("ftp://ent.example", False, False),
        ("https://", False, False),
        ("https://ent.example:x", False, False),
        ("/path", False, False),
        ("https://[", False, False),
    ],
)
def test_urls_to_talk_to(url: str, allowed: bool, on_loopback: bool) -> None:
    assert Settings().allows(url) is allowed
    assert Settings(allow_http_loopback=True).allows(url) is on_loopback


def test_http_base_url_of_this_machine_where_allowed() -> None:
    settings = Settings.from_config(
        {"LTI_ALLOW_HTTP_LOOPBACK": True, "LTI_BASE_URL": "http://localhost:5000"}
    )
    assert settings.base_url == "http://localhost:5000"


def test_every_setting_is_documented_and_nothing_else() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| `(LTI_[A-Z_]+)` \|", page, re.MULTILINE)
    assert rows == ["LTI_" + field.name.upper() for field in fields(Settings)]
