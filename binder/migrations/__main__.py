"""`python -m binder.migrations PACKAGE "what it does"`: write the next migration of a package from its models."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from binder import db


def main(package: str, message: str) -> None:
    """Compare the models with a database that has all migrations so far, and write down the difference."""
    if not package or not message.strip():
        sys.exit(
            'Say which package and what the step does: make migration PACKAGE=binder MESSAGE="what it does"'
        )
    with tempfile.TemporaryDirectory() as folder:
        engine = db.create_engine(f"sqlite:///{Path(folder) / 'before.db'}")
        db.upgrade(engine, ("binder",) if package == "binder" else ("binder", package))
        with db.writing(engine).begin() as connection:
            config = db.migration_config(package, connection)
            number = sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions()) + 1
            slug = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
            config.set_main_option("file_template", f"%%(rev)s_{slug}")
            command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    main(*(sys.argv[1:] + ["", ""])[:2])
