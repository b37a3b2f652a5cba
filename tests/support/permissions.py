"""Folders that nobody may write to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534  # a user without rights


@contextmanager
def nobody_may_write(folder: Path) -> Iterator[None]:
    """For as long as this lasts a folder is read-only, and root, whom that would not stop, is nobody."""
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    yield
    if root:
        os.seteuid(0)
    folder.chmod(0o700)
