"""The person's folder for what Pochade remembers between two starts, and can't make again."""

import os
import sys
from pathlib import Path

from pochade.system.cache_folder import NAME, folder_of_variable


def data_folder() -> Path:
    """The folder, which need not exist yet: `~/.local/share/pochade`, or where the system keeps such files."""
    if sys.platform == "win32":
        return folder_of_variable("APPDATA", "~/AppData/Roaming") / NAME
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Application Support")) / NAME  # noqa: PTH111  never raises
    return folder_of_variable("XDG_DATA_HOME", "~/.local/share") / NAME
