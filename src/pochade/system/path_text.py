"""File names as text for messages."""

import os
from pathlib import Path


def printable(path: Path | str) -> str:
    """A file name for messages, with every byte that is not UTF-8 replaced by U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")
