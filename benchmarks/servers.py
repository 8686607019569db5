"""The servers that are measured: Classeur and its peers, each behind granian with the same options."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Flask

from benchmarks import cpu, peers
from benchmarks.setting import TOOL, Setting
from binder import db
from binder.storage import FileStorage
from lti import LTI

__all__ = [
    "Server",
    "classeur",
    "flask_list",
    "flask_page",
    "flask_save",
    "make_classeur",
    "pylti1p3",
    "serving",
]

START_SECONDS = 30
OPTIONS = [
    "--interface",
    "wsgi",
    "--workers",
    "1",
    "--blocking-threads",
    "1",
    "--no-ws",
    "--log-level",
    "error",
]


def make_classeur(setting: Setting) -> tuple[Flask, LTI]:
    """A host with nothing but Classeur in it, on SQLite."""
    app = Flask("classeur")
    app.config.update(LTI_PRIVATE_KEYS=setting.pem("tool"), LTI_BASE_URL=TOOL, LTI_ALLOW_HTTP_LOOPBACK=True)
    tool = LTI(db.create_engine(setting.database_url), storage=FileStorage(setting.files))
    tool.init_app(app)
    return app, tool


class Https:
    """What a proxy that speaks https would say, the same in front of all."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.app({**environ, "wsgi.url_scheme": "https"}, start_response)


def classeur() -> Https:
    """Granian calls for it by name."""
    return Https(make_classeur(Setting.from_environment())[0])


def pylti1p3() -> Https:
    """Granian calls for it by name."""
    return Https(peers.launch_app(Setting.from_environment()))


def flask_page() -> Https:
    """Granian calls for it by name."""
    return Https(peers.page_app(Setting.from_environment()))


def flask_list() -> Https:
    """Granian calls for it by name."""
    return Https(peers.list_app(Setting.from_environment()))


def flask_save() -> Https:
    """Granian calls for it by name."""
    return Https(peers.save_app(Setting.from_environment()))


class Server:
    """A running server."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def cpu_seconds(self) -> float:
        """What it has used of the processors so far."""
        return cpu.seconds(self.process.pid)


@contextlib.contextmanager
def serving(name: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run one of the apps above in processes of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", *OPTIONS, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--factory", f"benchmarks.servers:{name}"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait(name, port, process)
        yield Server(process, port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(name: str, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server {name} did not start")
