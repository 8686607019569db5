"""OpenStack Swift with an S3 gateway, all on this machine: started by `tests.swift` with the Python of `.venv-swift`.

One process a server, forked after the heavy imports; they end when standard input does.
"""

from __future__ import annotations

import os
import pwd
import signal
import sys
from pathlib import Path

# imported before the fork
import swift.account.server
import swift.common.middleware.s3api.s3api
import swift.container.server
import swift.obj.server
import swift.proxy.server  # noqa: F401
from swift.common.ring import RingBuilder
from swift.common.wsgi import run_wsgi

CLUSTER = """\
[swift-hash]
swift_hash_path_suffix = tests
swift_hash_path_prefix = tests
[storage-policy:0]
name = one
default = yes
"""
ANY = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {home}
devices = {home}/devices
mount_check = false
disable_fallocate = true
log_level = ERROR
"""
STORE = """\
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """\
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck s3api tempauth bulk slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
"""
FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "s3api", "bulk", "slo", "dlo")


def configure(home: Path, kind: str, port: int, key: str, secret: str) -> None:
    """Write a server's configuration."""
    text = ANY.format(port=port, home=home, user=pwd.getpwuid(os.getuid()).pw_name)
    if kind == "proxy":
        account, user = key.split(":")
        text += PROXY.format(account=account, user=user, secret=secret)
        text += "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in FILTERS)
    else:
        text += STORE.format(kind=kind)
        ring = RingBuilder(2, 1, 0)
        place = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "one", "weight": 1}
        ring.add_dev({"id": 0, **place})
        ring.rebalance()
        ring.get_ring().save(str(home / f"{kind}.ring.gz"))
    (home / f"{kind}.conf").write_text(text)


def main(home: Path, key: str, secret: str, ports: dict[str, int]) -> None:
    """Run all until standard input ends."""
    (home / "devices" / "one").mkdir(parents=True)
    (home / "swift.conf").write_text(CLUSTER)
    for kind, port in ports.items():
        configure(home, kind, port, key, secret)
    children = []
    for kind in ports:
        child = os.fork()
        if not child:
            os.close(0)
            os._exit(run_wsgi(str(home / f"{kind}.conf"), f"{kind}-server", verbose=False) or 0)
        children.append(child)
    sys.stdin.read()
    for child in children:
        os.kill(child, signal.SIGTERM)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    folder, access, password, *told = sys.argv[1:]
    main(Path(folder), access, password, {kind: int(port) for kind, port in (it.split("=") for it in told)})
