"""A demo ENT, the platform side of LTI 1.3, strict enough to be the library's test platform."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from examples.ent import groups, school, visits
from examples.ent.addresses import Addresses
from examples.ent.administration import administration
from examples.ent.ags import ags
from examples.ent.columns import columns
from examples.ent.copy_pages import copy_pages
from examples.ent.deep_linking import deep_linking
from examples.ent.eula import eula
from examples.ent.group_service import group_service
from examples.ent.notice_service import notice_service
from examples.ent.nrps import nrps
from examples.ent.oidc import oidc
from examples.ent.opening import opening
from examples.ent.options import STORAGE_FRAME, Choice, Options
from examples.ent.pages import number, pages, problem
from examples.ent.people import Privacy
from examples.ent.platform import Ent, utc_now
from examples.ent.proctoring import proctoring
from examples.ent.registering import registering
from examples.ent.scores import scores
from examples.ent.sign_in import sign_in
from examples.ent.storage import storage
from examples.ent.tokens import tokens
from examples.ent.tool import Legacy, Tool

MESSAGES = (oidc, deep_linking, opening, proctoring, storage)
SERVICES = (tokens, registering, ags, scores, nrps, group_service, notice_service, eula)
ADMINISTRATION = (administration, columns, copy_pages)

__all__ = ["Choice", "Ent", "Legacy", "Options", "Privacy", "Tool", "create_ent"]


def create_ent(
    *,
    database: Path,
    public_url: str,
    tool: Tool,
    service_url: str | None = None,
    other_tools: Sequence[Tool] = (),
    seed: bool = True,
    privacy: Privacy = Privacy.PUBLIC,
    clock: Callable[[], datetime] = utc_now,
    storage_target: str | None = STORAGE_FRAME,
) -> Flask:
    """Make the ENT; `app.extensions["ent"]` is what tests reach into.

    `storage_target` is where tools in a frame may keep values: "_parent", the name of a frame, or None for nowhere.
    """
    addresses = Addresses(public_url.rstrip("/"), (service_url or public_url).rstrip("/"))
    ent = Ent(
        database=Path(database),
        addresses=addresses,
        tools=(tool, *other_tools),
        clock=clock,
        privacy=privacy,
    )
    ent.options.storage_target = storage_target
    app = Flask(__name__)
    app.extensions["ent"] = ent
    app.config.update(
        SECRET_KEY=_secret(ent),
        SESSION_COOKIE_NAME="ent_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=urlsplit(addresses.public).scheme == "https",
        MAX_CONTENT_LENGTH=1_000_000,
    )
    if seed:
        with ent.database.writing() as connection:
            school.seed(connection, tool)
            groups.seed(connection)
    for blueprint in (pages, sign_in, *MESSAGES, *SERVICES, *ADMINISTRATION):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, problem)
    app.context_processor(visits.template_values)
    app.add_template_filter(number)
    app.after_request(visits.headers)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _secret(ent: Ent) -> str:
    """What session cookies are signed with, kept so that a restart signs nobody out."""
    with ent.database.writing() as connection:
        row = ("session", secrets.token_urlsafe(32))
        connection.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", row)
        kept = connection.execute("SELECT value FROM settings WHERE name = 'session'").fetchone()
    return str(kept["value"])
