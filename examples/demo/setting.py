"""Where the demo lives: its folder, its two sites, its keys."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from examples.ent import Tool

__all__ = ["CLIENT_ID", "Setting"]

CLIENT_ID = "classeur-demo"


@dataclass(frozen=True)
class Setting:
    """What both servers must agree on; handed to them in the environment.

    The two host names are different sites to a browser, so the iframe is truly cross-site.
    """

    folder: Path
    ent_port: int = 8080
    tool_port: int = 8081

    @classmethod
    def from_environment(cls) -> Setting:
        """As `environment` wrote it."""
        return cls(
            Path(os.environ["CLASSEUR_DEMO"]),
            int(os.environ["CLASSEUR_DEMO_ENT_PORT"]),
            int(os.environ["CLASSEUR_DEMO_TOOL_PORT"]),
        )

    @property
    def environment(self) -> dict[str, str]:
        """For the servers' processes."""
        return {
            "CLASSEUR_DEMO": str(self.folder),
            "CLASSEUR_DEMO_ENT_PORT": str(self.ent_port),
            "CLASSEUR_DEMO_TOOL_PORT": str(self.tool_port),
        }

    @property
    def ent_url(self) -> str:
        """The ENT's site."""
        return f"http://localhost:{self.ent_port}"

    @property
    def tool_url(self) -> str:
        """Classeur's site."""
        return f"http://127.0.0.1:{self.tool_port}"

    @property
    def database_url(self) -> str:
        """Classeur's database."""
        return f"sqlite:///{self.folder / 'classeur.db'}"

    @property
    def files(self) -> Path:
        """Classeur's files."""
        return self.folder / "files"

    @property
    def tool(self) -> Tool:
        """Classeur as the ENT knows it."""
        return Tool(
            name="Classeur",
            client_id=CLIENT_ID,
            login_url=f"{self.tool_url}/lti/login",
            launch_url=f"{self.tool_url}/lti/launch",
            jwks_url=f"{self.tool_url}/lti/jwks",
        )

    def private_key(self) -> str:
        """Classeur's key, made at the first start."""
        path = self.folder / "tool-key.pem"
        if not path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            path.touch(mode=0o600)
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path.read_text()
