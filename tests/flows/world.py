"""A whole world for flow tests: the demo ENT and Classeur as real HTTPS servers on two sites, in this process."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from http.cookiejar import Cookie
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import sqlalchemy as sa
import trustme
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import BaseWSGIServer, make_server

from binder import db
from binder.storage import FileStorage
from examples.demo.seeding import fill
from examples.demo.setting import CLIENT_ID
from examples.ent import Tool, create_ent
from examples.ent.platform import Ent
from lti import LTI
from tests.keys import PRIVATE_KEY


@dataclass
class World:
    """Both sides, running."""

    ent: Ent
    ent_app: Flask
    ent_url: str
    tool: LTI
    tool_app: Flask
    tool_url: str
    engine: sa.Engine
    ca_file: Path

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A look into Classeur's database."""
        with Session(db.writing(self.engine), expire_on_commit=False) as session:
            yield session

    def visitor(self) -> Visitor:
        """A browser without scripts."""
        return Visitor(self.ent_url, self.ent.password, self.ca_file)


@contextmanager
def serving(app: Flask, context: ssl.SSLContext | None = None, *, port: int = 0) -> Iterator[int]:
    """Serve an app in a thread, on any free port unless one is named; yields the port."""
    server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True, ssl_context=context)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Late:
    """A WSGI app that is put in place after its server has got a port."""

    app: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


@contextmanager
def running(
    engine: sa.Engine,
    folder: Path,
    *,
    ent_host: str = "localhost",
    tool_host: str = "127.0.0.1",
    settings: Mapping[str, Any] | None = None,
) -> Iterator[World]:
    """Start both servers over a database that has its tables; the ENT is registered, the sample binders are there.

    Services between the servers go over plain HTTP on loopback: Python need not know the browser's host names.
    """
    ca = trustme.CA()
    ca_file = folder / "ca.pem"
    ca.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(ent_host, tool_host).configure_cert(context)
    ent_late, tool_late = Late(), Late()
    with ExitStack() as stack:
        ent_port, ent_plain = (stack.enter_context(serving(ent_late, c)) for c in (context, None))  # type: ignore[arg-type]
        tool_port, tool_plain = (stack.enter_context(serving(tool_late, c)) for c in (context, None))  # type: ignore[arg-type]
        ent_url, tool_url = f"https://{ent_host}:{ent_port}", f"https://{tool_host}:{tool_port}"
        ent_app = create_ent(
            database=folder / "ent.db",
            public_url=ent_url,
            service_url=f"http://127.0.0.1:{ent_plain}",
            tool=Tool(
                name="Classeur",
                client_id=CLIENT_ID,
                login_url=f"{tool_url}/lti/login",
                launch_url=f"{tool_url}/lti/launch",
                jwks_url=f"http://127.0.0.1:{tool_plain}/lti/jwks",
            ),
        )
        ent: Ent = ent_app.extensions["ent"]
        storage = FileStorage(folder / "files")
        with sessionmaker(db.writing(engine)).begin() as session:
            fill(session, ent, storage)
        tool_app = Flask("classeur")
        tool_app.config.update(
            SECRET_KEY="tests",
            LTI_PRIVATE_KEYS=PRIVATE_KEY,
            LTI_BASE_URL=tool_url,
            LTI_ALLOW_HTTP_LOOPBACK=True,
            LTI_VISIT_FLUSH_SECONDS=0,
            LTI_JWKS_MIN_INTERVAL=0,
            **(settings or {}),
        )
        tool = LTI(engine, storage=storage)
        tool.init_app(tool_app)
        ent_late.app, tool_late.app = ent_app, tool_app
        yield World(ent, ent_app, ent_url, tool, tool_app, tool_url, engine, ca_file)
        tool.visits.flush()


class LoopbackJar(requests.cookies.RequestsCookieJar):
    """As browsers do, takes this machine's own addresses for secure ones."""

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> Any:
        """Keep a cookie, to be sent over http too."""
        cookie.secure = False
        return super().set_cookie(cookie, *args, **kwargs)


class Visitor:
    """A browser without scripts: keeps cookies, follows redirections, sends the forms that it sees."""

    def __init__(self, ent_url: str, password: str, ca_file: Path | None = None) -> None:
        self.ent_url, self.password = ent_url, password
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = str(ca_file) if ca_file else True
        self.http.headers["Accept-Language"] = "fr"
        if ca_file is None:
            self.http.cookies = LoopbackJar()
        self.page: requests.Response

    def get(self, url: str) -> requests.Response:
        """Open an address, absolute or relative to the page."""
        self.page = self.http.get(
            urljoin(getattr(self, "page", None) and self.page.url or "", url), timeout=20
        )
        return self.page

    def forms(self) -> list[tuple[str, str, dict[str, list[str]]]]:
        """(method, address, fields with their preset values) of each form on the page."""
        found = []
        for attributes, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", self.page.text, re.DOTALL):
            action = re.search(r'action="([^"]*)"', attributes)
            method = re.search(r'method="([^"]*)"', attributes)
            fields: dict[str, list[str]] = {}
            for control in re.findall(r"<input\b[^>]*>", inside):
                name, value = (re.search(rf'\b{key}="([^"]*)"', control) for key in ("name", "value"))
                kind = re.search(r'\btype="([^"]*)"', control)
                choice = kind is not None and kind[1] in ("radio", "checkbox")
                if (
                    name
                    and kind
                    and kind[1] not in ("submit", "file")
                    and (not choice or " checked" in control)
                ):
                    fields.setdefault(name[1], []).append(unescape(value[1]) if value else "")
            for name_, inner in re.findall(
                r'<textarea\b[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', inside, re.DOTALL
            ):
                fields.setdefault(name_, []).append(unescape(inner))
            address = urljoin(self.page.url, unescape(action[1])) if action else self.page.url
            found.append(((method[1] if method else "get").lower(), address, fields))
        return found

    def send(self, part: str, **values: Any) -> requests.Response:
        """Send the first form whose address has `part` in it, with some fields set."""
        found = next((form for form in self.forms() if part in form[1]), None)
        assert found, f"no form for {part} on {self.page.url} ({self.page.status_code}):\n{self.page.text}"
        method, address, fields = found
        data = {**fields, **{name.replace("__", "."): value for name, value in values.items()}}
        call = self.http.post if method == "post" else self.http.get
        key = "data" if method == "post" else "params"
        self.page = call(address, timeout=20, **{key: data})
        return self.page

    def sign_in(self, login: str) -> None:
        """As somebody, at the ENT."""
        self.get(f"{self.ent_url}/")
        self.send("/sign-in", login=login, password=self.password)
        assert self.page.ok, self.page.text

    def launch(self, link_id: str) -> requests.Response:
        """Open one of the ENT's links: the two forms that a browser would send by itself are sent."""
        self.get(f"{self.ent_url}/links/{link_id}/launch")
        self.send("/lti/login")
        if "/lti/launch" in "".join(form[1] for form in self.forms()):
            self.send("/lti/launch")
        return self.page

    @property
    def launch_path(self) -> str:
        """`/lti/l/<launch>` of the page."""
        return "/".join(urlsplit(self.page.url).path.split("/")[:4])

    def open(self, screen: str) -> requests.Response:
        """A screen of the launch that is open, such as `/binders`."""
        parts = urlsplit(self.page.url)
        return self.get(f"{parts.scheme}://{parts.netloc}{self.launch_path}{screen}")
