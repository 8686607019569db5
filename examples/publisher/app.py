"""The host of `examples.host`, with the publisher's type of activity added to it.

Run it: `flask --app examples.publisher run`, then open /.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask

from binder.activities import activities
from examples import host
from examples.publisher.timeline import Timeline

__all__ = ["create_app", "pages"]


def pages() -> Blueprint:
    """What brings the templates of the type to any host's app."""
    return Blueprint("publisher", __name__, template_folder="templates")


def create_app(folder: Path | str = ".demo/publisher") -> Flask:
    """The application; everything that it keeps is in `folder`."""
    if Timeline.name not in activities:
        activities.register(Timeline)
    app = host.create_app(folder)
    app.register_blueprint(pages())
    return app
