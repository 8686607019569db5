"""The extension: how a host mounts the tool."""

from __future__ import annotations

from flask import Flask

from lti import views
from lti.cli import commands
from lti.courier import Courier
from lti.settings import Settings
from lti.tool import Tool

__all__ = ["LTI"]


class LTI(Tool):
    """Classeur in a Flask app: `LTI(engine, storage=…).init_app(app)`.

    :param engine: of a database that `flask lti upgrade` has brought up to date.
    :param storage: where the bytes of files live.
    :param viewer: who is looking, for hosts with a login of their own; None where nobody is signed in. Its pages are
        under `<prefix>/my/`, beside those of LTI launches.
    :param administrator: whether whoever is looking runs the tool: then `<prefix>/admin/` is open to them. Without it
        only a one-time link of `flask lti admin` opens it.
    """

    def init_app(self, app: Flask, *, url_prefix: str = "/lti") -> None:
        """Mount the blueprint and the `flask lti` commands; read the settings `LTI_…` of the app.

        :raises SettingsInvalid: listing all that is to mend.
        """
        self.configure(Settings.from_config(app.config))
        app.extensions["lti"] = self
        app.register_blueprint(views.blueprint, url_prefix=url_prefix)
        app.cli.add_command(commands)
        if self.settings.deliver_in_process:
            app.before_request(Courier(self.deliver).start)
