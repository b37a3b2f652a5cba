"""Questions to the person, before something that can't be undone."""

import sys

import typer

from pochade.system.path_text import terminal_line


def confirm(question: str) -> bool:
    """Ask a question on stderr; the default answer is no. Without a terminal nobody can answer, which means no.

    Args:
        question: The question, without its question mark.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return bool(typer.confirm(f"{terminal_line(question)}?", default=False, err=True))
