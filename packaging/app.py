"""The application in one folder: `pochade-app PATH` opens a folder or a picture in a window, and lists an archive.

With a verb, it is the command line.

PyInstaller makes a program of this file. Workers and jobs are started as `PROGRAM -P -m MODULE`, as Python would be.
"""

import contextlib
import os
import runpy
import shutil
import socket
import sys
from pathlib import Path

USUAL_PORT = ("127.0.0.1", 8765)  # that of `pochade open`
MODULE_OPTIONS = ["-P", "-m"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge", "brave-browser")  # that have app windows


def main() -> None:
    """Run a module for a worker, open the page, or run a verb."""
    words = sys.argv[1:]
    if words[:2] == MODULE_OPTIONS:
        sys.argv[:] = [sys.argv[0], *words[3:]]
        runpy.run_module(words[2], run_name="__main__", alter_sys=True)
        return
    restore_library_path()
    from pochade.__main__ import main as run_command  # noqa: PLC0415  a worker does not need them
    from pochade.cli.verb_group import VERBS  # noqa: PLC0415

    is_path = bool(words) and words[0] not in VERBS and Path(words[0]).exists()
    if is_path or not words:
        choose_window()
        sys.argv[1:] = ["open", *words[:1], *choose_port(words[1:]), *words[1:]]  # the page asks for a folder
    try:
        run_command()
    finally:
        if is_path and words[0].lower().endswith(".pochade") and Path(words[0]).is_file():
            keep_terminal_open()


def restore_library_path() -> None:
    """Let browsers load the system's libraries: PyInstaller's loader points to those in the folder."""
    if getattr(sys, "frozen", False):
        before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        os.environ.pop("LD_LIBRARY_PATH", None)
        os.environ.update({"LD_LIBRARY_PATH": before} if before else {})


def choose_port(words: list[str]) -> list[str]:
    """The option for a free port, if another window has the usual one and the person gave none."""
    if "--port" in words:
        return []
    with socket.socket() as other:
        return ["--port", "0"] if other.connect_ex(USUAL_PORT) == 0 else []


def keep_terminal_open() -> None:
    """Keep a list on the screen that a file manager showed in a terminal of its own."""
    if sys.stdin and sys.stdin.isatty():
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            input("\nEnter closes this window. ")


def choose_window() -> None:
    """Let the page open in a window of its own, where a browser has such windows; elsewhere in a tab."""
    browser = next(filter(shutil.which, BROWSERS), None)
    if browser:
        os.environ.setdefault("BROWSER", f"{browser} --app=%s &")  # as Python's module `webbrowser` reads it


if __name__ == "__main__":
    main()
