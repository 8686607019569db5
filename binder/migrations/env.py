"""Alembic's environment for every package of the house: only tables named after the package, its own version table."""

from __future__ import annotations

from typing import Any

from alembic import context

from binder.db import Base

package: str = context.config.attributes["package"]


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    if kind == "index":  # full-text indexes are written by hand, in words of each database's own
        return not (name or "").startswith("classeur_")
    return kind != "table" or (name or "").startswith(f"{package}_")


def _is_ours_object(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    return _is_ours(name, kind, None)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=_is_ours,
    include_object=_is_ours_object,
    version_table=f"{package}_schema_version",
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
