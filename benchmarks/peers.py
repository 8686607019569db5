"""What Classeur is measured against: the stock Flask classes of PyLTI1p3, and the least that shows the same page."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from typing import Any

from flask import Flask, Response, redirect, request
from pylti1p3.contrib.flask import FlaskCacheDataStorage, FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfDict

from benchmarks.setting import CLIENT, DEPLOYMENT, ISSUER, TOOL, Setting

__all__ = ["launch_app", "list_app", "page_app", "save_app"]


class MemoryCache:
    """The interface of Flask-Caching, as PyLTI1p3's example uses it, over a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, key: str) -> Any:
        """The value, if it is not too old."""
        until, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until else None

    def set(self, key: str, value: Any, seconds: float | None = None) -> None:
        """Keep a value for a while."""
        self._kept[key] = (time.monotonic() + (seconds or 3600), value)


def launch_app(setting: Setting) -> Flask:
    """PyLTI1p3 as its Flask example mounts it: state in memory, the platform's key set given."""
    app = Flask("pylti1p3")
    platform = {
        "client_id": CLIENT,
        "auth_login_url": f"{ISSUER}/auth",
        "auth_token_url": f"{ISSUER}/token",
        "key_set_url": None,
        "key_set": setting.key_set,
        "deployment_ids": [DEPLOYMENT],
    }
    configuration = ToolConfDict({ISSUER: [platform]})
    configuration.set_private_key(ISSUER, setting.pem("tool"), client_id=CLIENT)
    cache = MemoryCache()

    @app.route("/lti/login", methods=["GET", "POST"])
    def login() -> Any:
        storage = FlaskCacheDataStorage(cache)
        oidc = FlaskOIDCLogin(FlaskRequest(), configuration, launch_data_storage=storage)
        return oidc.redirect(f"{TOOL}/lti/launch")

    @app.post("/lti/launch")
    def launch() -> Any:
        storage = FlaskCacheDataStorage(cache)
        message = FlaskMessageLaunch(FlaskRequest(), configuration, launch_data_storage=storage)
        message.get_launch_data()
        return redirect(f"/lti/l/{message.get_launch_id()}/", 303)

    return app


def page_app(setting: Setting) -> Flask:
    """The same bytes as Classeur's page: a Jinja template, a primary key, one row of SQLite."""
    app = Flask("page")
    page = setting.read("page")
    template = app.jinja_env.from_string(page["template"])
    local = threading.local()

    def row(number: int) -> tuple[str, ...]:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(setting.folder / "page.db")
        found: tuple[str, ...] = local.connection.execute(
            "SELECT title FROM page WHERE id = ?", (number,)
        ).fetchone()
        return found

    @app.get("/page/<int:number>")
    def show(number: int) -> Response:
        (title,) = row(number)
        return Response(template.render(title=title))

    return app


LIST = """<!doctype html><html lang="fr"><title>Pages</title><h1>Pages</h1><ol>
{% for id, title in rows %}<li><a href="/pages/{{ id }}">{{ title }}</a> <a href="/pages/{{ id }}/edit">Modifier</a></li>
{% endfor %}</ol></html>"""


def list_app(setting: Setting) -> Flask:
    """The least that lists pages: one query, a link to read and one to edit a row."""
    app = Flask("list")
    template = app.jinja_env.from_string(LIST)
    local = threading.local()

    @app.get("/pages")
    def pages() -> Response:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(setting.folder / "list.db")
        rows = local.connection.execute("SELECT id, title FROM page ORDER BY id").fetchall()
        return Response(template.render(rows=rows))

    return app


def save_app(setting: Setting) -> Flask:
    """The least that keeps a form: one UPDATE of one row of SQLite, committed to the disk, and a JSON answer."""
    app = Flask("save")
    path = setting.folder / "save.db"
    local = threading.local()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS answers (pupil INTEGER PRIMARY KEY, seq INTEGER, sent TEXT)"
        )
        rows = [(number,) for number in range(setting.read("save")["pupils"])]
        connection.executemany("INSERT OR IGNORE INTO answers VALUES (?, 0, '')", rows)
    connection.close()

    @app.get("/save/<int:pupil>")
    def form(pupil: int) -> str:
        return '<input name="token" value="x">'

    @app.post("/save/<int:pupil>")
    def save(pupil: int) -> dict[str, int]:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, isolation_level=None, timeout=20)
            local.connection.execute("PRAGMA synchronous=FULL")
        sent = json.dumps(request.form.to_dict(flat=False))
        local.connection.execute("BEGIN IMMEDIATE")
        local.connection.execute("UPDATE answers SET seq = seq + 1, sent = ? WHERE pupil = ?", (sent, pupil))
        local.connection.execute("COMMIT")
        return {"seq": int(request.form["seq"]) + 1}

    return app
