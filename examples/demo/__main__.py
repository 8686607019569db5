"""Start both servers and say what to click; Ctrl-C stops them."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from examples.demo.seeding import prepare
from examples.demo.setting import Setting
from examples.ent.school import DEMO_PASSWORD

START_SECONDS = 60

WORDS = """
  Classeur is running in the demo ENT. Open this address:

      {url}

  Accounts (one click each on the sign-in page; the password is always “{password}”):
      morel     Mme Morel, teacher of 5e A and 5e B        lina, tom, ines    pupils of 5e A
      haddad    M. Haddad, teacher of 5e B                 adam, jade, hugo   pupils of 5e B (jade in English)
      samira    mother of Lina and Adam                    paul, mai          parents of Tom, of Jade
      fournier  head of the school

  What to click:
      1. Sign in as Mme Morel, open the class 5e A, then its link “Classeur”: her binders are there.
      2. Open a binder and a page, click on “Donner à la classe”, and confirm.
      3. Sign out, sign in as Lina, open 5e A and “Classeur”: answer and hand in.
      4. The mark stands in the ENT's gradebook (“Carnet de notes”), for Lina, her teacher and her mother.

  Ctrl-C stops both servers. The next start keeps everything; “make demo RESET=1” starts over.
"""


def _serve(name: str, port: int, setting: Setting) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    command += ["--factory", f"examples.demo.sites:{name}"]
    return subprocess.Popen(  # noqa: S603 - our own program
        command, env={**os.environ, **setting.environment}, start_new_session=True
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"The server behind {url} stopped by itself; see what it printed above.")
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own address
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} did not answer within {START_SECONDS} seconds.")


def _stop(servers: list[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
    for server in servers:
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the demo until it is stopped."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="start over: forget everything that was done")
    parser.add_argument("--folder", type=Path, default=Path(".demo"), help="where the demo keeps its data")
    parser.add_argument("--ent-port", type=int, default=8080)
    parser.add_argument("--tool-port", type=int, default=8081)
    arguments = parser.parse_args()
    setting = Setting(arguments.folder.resolve(), arguments.ent_port, arguments.tool_port)
    for port in (setting.ent_port, setting.tool_port):
        if not _is_free(port):
            sys.exit(f"Port {port} is in use; stop that program, or choose others: --ent-port, --tool-port.")
    if arguments.reset:
        shutil.rmtree(setting.folder, ignore_errors=True)
    prepare(setting)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        servers.append(_serve("ent", setting.ent_port, setting))
        servers.append(_serve("classeur", setting.tool_port, setting))
        _wait(setting.ent_url, servers[0])
        _wait(f"{setting.tool_url}/lti/jwks", servers[1])
        print(WORDS.format(url=setting.ent_url, password=DEMO_PASSWORD), flush=True)
        while all(server.poll() is None for server in servers):
            time.sleep(0.5)
        sys.exit("One of the servers stopped by itself; see what it printed above.")
    except KeyboardInterrupt:
        print("\nStopping …")
    finally:
        _stop(servers)


if __name__ == "__main__":
    main()
