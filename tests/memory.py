"""Temporary files in memory, where that is possible: a commit then waits for no disk, nor does PostgreSQL's start."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # our own folder in it has a name that nobody can foresee
ENOUGH = 4 << 30
"""Bytes that must be free there; a whole run takes a good part of them."""


def prefer() -> Path | None:
    """Let temporary files be made in a new folder in memory, which is to be removed; None if that cannot be.

    Where TMPDIR says where they belong, they go there.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return None
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC or shutil.disk_usage(MEMORY).free < ENOUGH:
        return None  # programs are copied to temporary folders and run there
    for left in MEMORY.glob("classeur-tests-*"):  # by a run that failed, and was looked at since
        with suppress(FileNotFoundError):  # another run may be removing it
            if left.stat().st_mtime < time.time() - 3600:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="classeur-tests-", dir=MEMORY))
    folder.chmod(0o711)  # PostgreSQL's own user goes through it
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    return folder
