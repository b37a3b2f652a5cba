"""Questions to the person: before something that can't be undone, and for a folder where none was given."""

import sys
from pathlib import Path

import typer

from pochade.system.path_text import printable, terminal_line


def confirm(question: str) -> bool:
    """Ask a question on stderr; the default answer is no. Without a terminal nobody can answer, which means no.

    Args:
        question: The question, without its question mark.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return bool(typer.confirm(f"{terminal_line(question)}?", default=False, err=True))


def ask_for_folder(suggestion: Path) -> Path:
    """Ask for the folder of the art on stderr. Without a terminal nobody can answer: then it is the suggested one.

    Args:
        suggestion: The folder that Enter alone stands for.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        return suggestion
    shown = terminal_line(printable(suggestion))
    answer = str(typer.prompt("The folder of your art", default=shown, err=True))
    return suggestion if answer == shown else Path(answer.strip()).expanduser()
