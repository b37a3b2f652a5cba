"""The person's folder for what can be made again; no stranger writes there, unlike in a folder of art."""

import os
import sys
from pathlib import Path

NAME = "pochade"


def cache_folder() -> Path:
    """The folder, which need not exist yet: `~/.cache/pochade`, or where the system keeps such files."""
    if sys.platform == "win32":
        return folder_of_variable("LOCALAPPDATA", "~/AppData/Local") / NAME / "Cache"
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Caches")) / NAME  # noqa: PTH111  never raises
    return folder_of_variable("XDG_CACHE_HOME", "~/.cache") / NAME


def folder_of_variable(variable: str, default: str) -> Path:
    """The folder that a variable of the environment names, if it is absolute, as the standard asks."""
    folder = os.environ.get(variable, "")
    return Path(folder if os.path.isabs(folder) else os.path.expanduser(default))  # noqa: PTH111, PTH117
