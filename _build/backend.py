"""The PEP 517 back end that `pyproject.toml` names: setuptools', which finds the front end built.

https://peps.python.org/pep-0517/ and https://peps.python.org/pep-0660/
"""

from __future__ import annotations

import shutil
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import prepare_metadata_for_build_editable, prepare_metadata_for_build_wheel

from _build import frontend

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = dict[str, Any] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """What a wheel needs: node too, where the bundle must be built and there is none."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *frontend.requires()]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """As for a wheel: a source distribution carries the bundle."""
    return [*build_meta.get_requires_for_build_sdist(config_settings), *frontend.requires()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """As for a wheel."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *frontend.requires()]


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """A wheel with the bundle, and with nothing that an earlier build left behind."""
    frontend.build()
    shutil.rmtree(frontend.ROOT / "build" / "lib", ignore_errors=True)
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """The sources, and the bundle made of them: who installs this needs no node."""
    frontend.build()
    return str(build_meta.build_sdist(sdist_directory, config_settings))


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """The bundle beside the sources, and a link to them."""
    frontend.build()
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))
