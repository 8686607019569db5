"""The README is true: its code runs, its commands and links exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.keys import PRIVATE_KEY

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def mounting_code() -> str:
    """The Python block of the README."""
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]


def test_the_code_of_the_readme_mounts_a_tool_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = mounting_code()
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASK_SECRET_KEY", "tests")
    monkeypatch.setenv("FLASK_DATABASE_URL", "sqlite:///classeur.db")
    monkeypatch.setenv("FLASK_LTI_PRIVATE_KEYS", PRIVATE_KEY.replace("\n", "\\n"))
    monkeypatch.setenv("FLASK_LTI_BASE_URL", "https://tool.example")
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own README
    app = names["app"]
    assert isinstance(app, Flask)
    run = app.test_cli_runner().invoke
    assert run(args=["lti", "upgrade"]).exit_code == 0
    registered = run(
        args=[
            *(
                "lti",
                "register",
                "--issuer",
                "https://ent.example",
                "--client-id",
                "c1",
                "--tenant",
                "Collège",
            ),
            *("--auth-url", "https://ent.example/auth", "--token-url", "https://ent.example/token"),
            *("--jwks-url", "https://ent.example/jwks", "--deployment", "d1"),
        ]
    )
    assert registered.exit_code == 0, registered.output
    assert "https://tool.example/lti/login" in registered.output
    client = app.test_client()
    asked = {
        "iss": "https://ent.example",
        "login_hint": "u",
        "target_link_uri": "https://tool.example/lti/launch",
    }
    tried = client.get("/lti/login", query_string=asked, base_url="https://tool.example")
    assert (tried.status_code, "Partitioned" in tried.headers["Set-Cookie"]) == (307, True)
    login = client.get(tried.location, base_url="https://tool.example")
    assert login.status_code == 302
    assert login.location.startswith("https://ent.example/auth?")
    assert "Partitioned" in login.headers["Set-Cookie"]
    assert client.get("/lti/jwks").json["keys"]


def test_every_command_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= targets
    listed = subprocess.run(
        [sys.executable, "-c", "from lti.cli import commands; print(*commands.commands)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert set(re.findall(r"^flask lti ([a-z]+)", README, re.MULTILINE)) <= set(listed)


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(((?!https?:|#)[^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
