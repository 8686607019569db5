"""A real object store for the tests: OpenStack Swift with its S3 gateway, which checks every signature."""

from __future__ import annotations

import itertools
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from binder.storage import s3
from binder.storage.s3 import S3Storage

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-swift" / "bin" / "python"
MISSING = "The tests of the object store need OpenStack Swift in .venv-swift: run '.ci/swift python3', or 'make test', which does it."
KEY, SECRET = "school:classeur", "secret-of-the-tests"
BUCKET = "classeur-files"
PATIENCE = 60
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Store:
    """A running object store."""

    url: str

    def client(self, *, key: str = KEY, secret: str = SECRET, **changes: Any) -> Any:
        """A client of boto3's as `S3Storage` makes it."""
        return boto3.client(
            "s3",
            endpoint_url=changes.pop("url", self.url),
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=s3.CONFIG.merge(Config(**changes)),
        )

    def part(self, client: Any = None) -> S3Storage:
        """An empty part of a bucket."""
        storage = S3Storage(BUCKET, client=client or self.client(), prefix=f"part-{next(_numbers)}/")
        if storage.prefix == "part-1/":
            self.client().create_bucket(Bucket=BUCKET)
        return storage


def _ports(number: int) -> list[int]:
    """Ports that are free now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


@contextmanager
def running() -> Iterator[Store]:
    """A store that goes away with all that is in it."""
    if not PYTHON.exists():
        raise RuntimeError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="classeur-swift-"))
    kinds = dict(zip(("object", "container", "account", "proxy"), _ports(4), strict=True))
    words = [f"{kind}={port}" for kind, port in kinds.items()]
    program = [str(PYTHON), "-I", str(ROOT / "tests" / "swift_servers.py"), str(home), KEY, SECRET, *words]
    with (home / "log").open("wb") as log:
        servers = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{kinds['proxy']}"
        _wait(f"{url}/healthcheck", servers, home / "log")
        yield Store(url)
    finally:
        servers.communicate(timeout=PATIENCE)
        shutil.rmtree(home, ignore_errors=True)


def _wait(url: str, servers: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while servers.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - http of this machine
                return
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Swift did not start: {log.read_text(errors='replace')[-2000:]}")
