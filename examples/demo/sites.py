"""The two applications, as a WSGI server calls for them."""

from __future__ import annotations

from flask import Flask

from binder import db
from binder.storage import FileStorage
from examples.demo.setting import Setting
from examples.ent import create_ent
from lti import LTI

__all__ = ["classeur", "ent"]


def ent() -> Flask:
    """The ENT; its services listen where Classeur can reach them on every machine."""
    setting = Setting.from_environment()
    return create_ent(
        database=setting.folder / "ent.db",
        public_url=setting.ent_url,
        service_url=f"http://127.0.0.1:{setting.ent_port}",
        tool=setting.tool,
    )


def classeur() -> Flask:
    """A host with nothing but Classeur in it."""
    setting = Setting.from_environment()
    app = Flask("classeur")
    app.config.update(
        SECRET_KEY="not used: launches have sessions of their own",  # noqa: S106 - it signs nothing
        LTI_PRIVATE_KEYS=setting.private_key(),
        LTI_BASE_URL=setting.tool_url,
        LTI_ALLOW_HTTP_LOOPBACK=True,
        LTI_DELIVER_IN_PROCESS=True,
        LTI_VISIT_FLUSH_SECONDS=2,
    )
    LTI(db.create_engine(setting.database_url), storage=FileStorage(setting.files)).init_app(app)
    return app
