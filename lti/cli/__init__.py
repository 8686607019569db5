"""The `flask lti …` commands: tables, platforms, keys, what waits, and what is wrong. All of them have `--json`."""

from lti.cli import classes, keys, legacy, platforms, registering, waiting, work
from lti.cli.group import commands
from lti.cli.platforms import register_platform

__all__ = [
    "classes",
    "commands",
    "keys",
    "legacy",
    "platforms",
    "register_platform",
    "registering",
    "waiting",
    "work",
]
