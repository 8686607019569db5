"""Classeur over LTI 1.3: mount it in a Flask app with `LTI(engine, storage=…).init_app(app)`."""

from lti.errors import LTIError, SettingsInvalid
from lti.ext import LTI
from lti.settings import Settings

__all__ = ["LTI", "LTIError", "Settings", "SettingsInvalid"]
