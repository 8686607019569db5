"""A host application: its own pages and its own login, with Classeur mounted beside them.

Run it: `flask --app examples.host run`, then open /.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, redirect, render_template, request, session, url_for
from sqlalchemy.orm import sessionmaker
from werkzeug.wrappers import Response

from binder import db
from binder.access import Viewer
from binder.storage import FileStorage
from examples.host.school import School, found_school
from lti import LTI

__all__ = ["create_app"]


def create_app(folder: Path | str = ".demo/host") -> Flask:
    """The application; everything that it keeps is in `folder`."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    engine = db.create_engine(f"sqlite:///{folder / 'host.db'}")
    db.upgrade(engine, ("binder", "lti"))
    with sessionmaker(db.writing(engine)).begin() as transaction:
        school = found_school(transaction)

    app = Flask(__name__)
    app.config.update(SECRET_KEY="change me in a real application", LTI_TOOL_NAME="Le classeur de l’école")  # noqa: S106 - an example says so

    def load_viewer() -> Viewer | None:
        """Our own login tells Classeur who is looking; nothing of LTI is needed for that."""
        return school.viewer(session.get("login", ""))

    LTI(engine, storage=FileStorage(folder / "files"), viewer=load_viewer).init_app(
        app, url_prefix="/classeur"
    )
    _own_pages(app, school)
    return app


def _own_pages(app: Flask, school: School) -> None:
    @app.get("/")
    def front() -> str:
        """The host's own page."""
        return render_template("host/front.html", school=school, login=session.get("login"))

    @app.post("/login")
    def login() -> Response:
        """Sign in as one of the school's people; a real host asks for a password."""
        session["login"] = request.form.get("login", "")
        return redirect(url_for("lti.home", launch=None))

    @app.post("/logout")
    def logout() -> Response:
        """Sign out."""
        session.clear()
        return redirect(url_for("front"))
