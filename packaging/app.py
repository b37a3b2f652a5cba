"""The application in one folder: `pochade-app FOLDER` opens a folder in a window; with a verb, it is the command line.

PyInstaller makes a program of this file. Workers and jobs are started as `PROGRAM -P -m MODULE`, as Python would be.
"""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

MODULE_OPTIONS = ["-P", "-m"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge", "brave-browser")  # that have app windows
DIALOGS = (  # that return the path of a folder
    ("zenity", "--file-selection", "--directory", "--title=The folder of your art"),
    ("kdialog", "--title", "The folder of your art", "--getexistingdirectory", str(Path.home())),
)


def main() -> None:
    """Run a module for a worker, open the page, or run a verb."""
    words = sys.argv[1:]
    if words[:2] == MODULE_OPTIONS:
        sys.argv[:] = [sys.argv[0], *words[3:]]
        runpy.run_module(words[2], run_name="__main__", alter_sys=True)
        return
    from pochade.__main__ import main as run_command  # noqa: PLC0415  a worker does not need them
    from pochade.cli.verb_group import VERBS  # noqa: PLC0415

    if not words or (words[0] not in VERBS and Path(words[0]).exists()):
        choose_window()
        sys.argv[1:] = ["open", *(folder_of(words[0]) if words else ask_for_folder()), *words[1:]]

    run_command()


def folder_of(path: str) -> list[str]:
    """The folder that a file manager gave, or the folder of the file that it gave."""
    return [path if Path(path).is_dir() else str(Path(path).absolute().parent)]


def ask_for_folder() -> list[str]:
    """Ask for a folder in a window. Where no program can, return none: then `open` asks on the terminal.

    Raises:
        SystemExit: The person closed the window, or there is neither a window nor a terminal.
    """
    dialog = next((words for words in DIALOGS if shutil.which(words[0])), None)
    if dialog is None:
        return [] if sys.stdin and sys.stdin.isatty() else sys.exit("error: name a folder: pochade-app FOLDER")
    answer = subprocess.run(dialog, stdout=subprocess.PIPE, text=True, check=False).stdout.rstrip("\n")
    if not answer:
        sys.exit(0)
    return [answer]


def choose_window() -> None:
    """Let the page open in a window of its own, where a browser has such windows; elsewhere in a tab."""
    browser = next(filter(shutil.which, BROWSERS), None)
    if browser:
        os.environ.setdefault("BROWSER", f"{browser} --app=%s &")  # as Python's module `webbrowser` reads it


if __name__ == "__main__":
    main()
