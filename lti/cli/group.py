"""The group that all `flask lti …` commands belong to."""

from __future__ import annotations

from flask.cli import AppGroup

__all__ = ["commands"]

commands = AppGroup("lti", help="Classeur over LTI 1.3.")
