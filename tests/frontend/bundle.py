"""The text editor alone on a page, under the real Content-Security-Policy, with the real words and formulas."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page

from _build import frontend
from binder.maths import MathsError, mathml
from lti import i18n

__all__ = ["Paper", "Site", "bundled", "papers", "site"]

ROOT = frontend.ROOT
STATIC = ROOT / "lti" / "static"
POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763b86c640300032c0157"
    "a32bd8a70000000049454e44ae426082"
)
PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Texte</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/lti.css"><link rel="stylesheet" href="/rich.css">
<script type="module" src="/text.js"></script></head>
<body{wait}><main><h1>Page</h1><p><a href="#before" id="before">Before</a></p>
<h2>Bloc</h2><div class="pair"><form class="field"><label for="text">Texte du bloc</label>
<textarea id="text" name="html" lang="fr" rows="6" data-rich="{kind}" required
 aria-describedby="text-hint text-error">{html}</textarea>
<span class="hint" id="text-hint">Without scripts</span><p class="error" id="text-error">Trop long</p></form></div>
<p><button id="after" type="button">After</button></p></main>{labels}</body></html>"""


def bundled(folder: Path) -> Path:
    """The test page's script with the editor in it, minified as for people."""
    frontend.build()  # installs the packages, if that was not done yet
    node = frontend.Node.on_path() or frontend.Node.of_wheel()
    assert node is not None
    script = folder / "text.js"
    options = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning")
    source = ROOT / "tests" / "frontend" / "text_page.js"
    node.run(node.program, "node_modules/esbuild/bin/esbuild", str(source), *options, f"--outfile={script}")
    return script


def _labels(lang: str) -> str:
    words = i18n.texts(lang)
    environment = Environment(loader=FileSystemLoader(ROOT / "lti" / "templates"), autoescape=True)
    template = environment.get_template("lti/rich_labels.html")
    return template.render(_=words.gettext)


@dataclass
class Site:
    """A running server of that page."""

    script: Path
    origin: str = ""

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """(status, type, body) of a path."""
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if parts.path == "/text.js":
            return 200, "text/javascript", self.script.read_bytes()
        if parts.path in ("/lti.css", "/rich.css"):
            return 200, "text/css", (STATIC / parts.path[1:]).read_bytes()
        if parts.path == "/picture.png":
            return 200, "image/png", PIXEL
        if parts.path == "/mathml":
            try:
                return 200, "text/html", str(mathml(asked["latex"])).encode()
            except MathsError as error:
                return 422, "text/plain", str(error).encode()
        if parts.path != "/":
            return 404, "text/plain", b""
        lang = asked.get("lang", "fr")
        page = PAGE.format(
            lang=lang,
            kind=asked.get("kind", "block"),
            html=escape(asked.get("html", "")),
            wait=" data-wait" if "wait" in asked else "",
            labels=_labels(lang),
        )
        return 200, "text/html; charset=utf-8", page.encode()


@contextmanager
def site(script: Path) -> Iterator[Site]:
    """The site on a port of this machine."""
    running = Site(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        site: ClassVar[Site] = running

        def do_GET(self) -> None:
            status, kind, body = self.site.answer(self.path)
            self.send_response(status)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", POLICY),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    running.origin = f"http://127.0.0.1:{server.server_port}"
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Paper:
    """A window with the editor in it; `troubles` is what went wrong."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        """What would be saved."""
        return str(self.page.evaluate("document.getElementById('text').value"))

    def fill(self, html: str) -> None:
        """Set the text from outside."""
        self.page.evaluate("html => fill(html)", html)

    def write(self, *keys: str) -> None:
        """Type: a name of a key in <…>, all else as it stands."""
        for key in keys:
            if key.startswith("<") and key.endswith(">"):
                self.page.keyboard.press(key[1:-1])
            else:
                self.page.keyboard.type(key)

    def press(self, command: str) -> None:
        """Click a command of the toolbar, or of the menu that is open."""
        self.page.locator(f"[data-command={command}]").click()

    def choose(self, menu: str, command: str) -> None:
        """Click a command in a menu."""
        self.press(menu)
        self.page.locator(f".rich-menu [data-command={command}]").click()

    def select(self, words: str) -> None:
        """Select words of the text, as a mouse would."""
        self.page.evaluate(
            """words => {
                const text = document.querySelector("[role=textbox]");
                text.focus();
                const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const at = walker.currentNode.data.indexOf(words);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(walker.currentNode, at);
                    range.setEnd(walker.currentNode, at + words.length);
                    getSelection().removeAllRanges();
                    getSelection().addRange(range);
                    return;
                }
                throw new Error(`not there: ${words}`);
            }""",
            words,
        )
        self.settle()

    def settle(self) -> None:
        """Let the editor hear of the selection now; the browser tells it a little later."""
        self.page.evaluate("document.dispatchEvent(new Event('selectionchange'))")

    def paste(self, **data: Any) -> None:
        """Paste `html`, `text`, `files` by a real paste event."""
        self.settle()
        names = {"html": "text/html", "text": "text/plain", "files": "files"}
        self.page.evaluate("data => paste(data)", {names[name]: value for name, value in data.items()})

    def announced(self) -> list[str]:
        """What was said to the page's status, with ordinary spaces."""
        said = self.page.evaluate("heard.announced")
        return [text.replace("\u00a0", " ").replace("\u202f", " ") for text in said]


def papers(browser: Browser, running: Site) -> Any:
    """A context manager that opens a window with the editor: `paper(html="", lang="fr", kind="block", **options)`."""

    @contextmanager
    def paper(html: str = "", *, query: str = "", lang: str = "fr", **options: Any) -> Iterator[Paper]:
        context = browser.new_context(locale=lang, **{"viewport": {"width": 1000, "height": 800}, **options})
        opened = Paper(context.new_page())
        opened.page.on("pageerror", lambda error: opened.troubles.append(f"script: {error}"))
        opened.page.on(
            "console",
            lambda message: (
                opened.troubles.append(f"console: {message.text}")
                if message.type in ("error", "warning") and "status of 422" not in message.text
                else None
            ),
        )
        opened.page.goto(f"{running.origin}/?lang={lang}{query}")
        if "wait" not in query:
            opened.page.locator("[role=textbox]").wait_for()
            if html:
                opened.fill(html)
        yield opened
        context.close()
        assert not opened.troubles, "\n".join(opened.troubles)

    return paper
