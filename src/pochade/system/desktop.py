"""Opens files with the programs of the person's desktop, and shows them in its file manager.

Only where there is a desktop: a server without a screen has none. No shell is involved, and nothing is waited for.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from pochade.errors import NotAllowed
from pochade.system.path_text import printable

LINUX_OPENER = "xdg-open"
SCREEN_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY")


def has_desktop() -> bool:
    """Whether this process runs on a desktop that can open files."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return shutil.which(LINUX_OPENER) is not None and any(os.environ.get(name) for name in SCREEN_VARIABLES)


def open_with_program(path: Path) -> None:
    """Open a file with the program that the system chose for its type.

    Args:
        path: An absolute path, which no program can take for an option.

    Raises:
        NotAllowed: There is no desktop, or the program can't be started.
    """
    openers = {"darwin": ["open"], "win32": ["explorer"]}
    start_program([*openers.get(sys.platform, [LINUX_OPENER]), os.fspath(path)])


def show_in_file_manager(path: Path) -> None:
    """Show a file in the system's file manager; where no way to select it is known, its folder.

    Args:
        path: An absolute path.

    Raises:
        NotAllowed: There is no desktop, or the program can't be started.
    """
    commands = {"darwin": ["open", "-R", os.fspath(path)], "win32": ["explorer", "/select,", os.fspath(path)]}
    start_program(commands.get(sys.platform, [LINUX_OPENER, os.fspath(path.parent)]))


def start_program(command: Sequence[str]) -> None:
    """Start a program that goes on by itself.

    Raises:
        NotAllowed: There is no desktop, or the program can't be started.
    """
    if not has_desktop():
        raise NotAllowed("Pochade does not run on a desktop here", "copy the path, and open it where you are")
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        why = f"'{printable(command[0])}' can't be started: {error.strerror}"
        raise NotAllowed(why, "copy the path, and open it yourself") from error
    threading.Thread(target=process.wait, daemon=True).start()  # so that its end is noticed, whenever that is
