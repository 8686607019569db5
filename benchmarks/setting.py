"""What the measuring process and the servers must agree on; it goes to them in the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

__all__ = ["CLIENT", "DEPLOYMENT", "ISSUER", "KID", "TOOL", "Setting"]

ISSUER = "https://ent.example"
CLIENT = "classeur"
DEPLOYMENT = "deployment-1"
KID = "key-1"
TOOL = "https://tool.example"
"""Scheme and host of the tool as browsers see it; the proxy in front of it is left out."""


@dataclass(frozen=True)
class Setting:
    """A folder with the platform's key and both servers' files."""

    folder: Path
    database: str = ""
    """Classeur's database; empty: SQLite in the folder."""

    @classmethod
    def from_environment(cls) -> Setting:
        """As `environment` wrote it."""
        return cls(Path(os.environ["CLASSEUR_BENCH"]), os.environ.get("CLASSEUR_BENCH_DATABASE", ""))

    @property
    def environment(self) -> Mapping[str, str]:
        """For the servers' processes."""
        return {
            **os.environ,
            "CLASSEUR_BENCH": str(self.folder),
            "CLASSEUR_BENCH_DATABASE": self.database,
        }

    @property
    def database_url(self) -> str:
        """Classeur's database."""
        return self.database or f"sqlite:///{self.folder / 'classeur.db'}"

    @property
    def files(self) -> Path:
        """Classeur's files."""
        return self.folder / "files"

    def make_keys(self) -> None:
        """A key for the platform and one for the tool."""
        for name in ("platform", "tool"):
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (self.folder / f"{name}.pem").write_bytes(pem)

    def pem(self, name: str) -> str:
        """The private key of `platform` or `tool`."""
        return (self.folder / f"{name}.pem").read_text()

    @cached_property
    def platform_key(self) -> RSAPrivateKey:
        """The platform's key, parsed."""
        key = load_pem_private_key(self.pem("platform").encode(), None)
        assert isinstance(key, RSAPrivateKey)
        return key

    @property
    def key_set(self) -> dict[str, Any]:
        """The platform's public keys."""
        jwk: dict[str, Any] = RSAAlgorithm.to_jwk(self.platform_key.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": KID, "alg": "RS256", "use": "sig"}]}

    def write(self, name: str, value: Any) -> None:
        """Leave something for a server that starts later."""
        (self.folder / f"{name}.json").write_text(json.dumps(value))

    def read(self, name: str) -> Any:
        """What was left under that name."""
        return json.loads((self.folder / f"{name}.json").read_text())
