"""Printing: messages and progress go to stderr, data to stdout, and an error becomes one sentence and a hint."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from pochade.errors import Interrupted, PochadeError

console = Console(stderr=True)
MAX_LISTED_LINES = 20
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@contextmanager
def explain_interrupt() -> Iterator[None]:
    """Turn Ctrl-C into an error that says how to continue.

    Raises:
        Interrupted: The person pressed Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted; finished work is kept", "give the same command again to continue") from error


def print_message(text: str, *, style: str | None = None) -> None:
    """Print a line of text on stderr, without markup, line breaks or colours of its own."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def print_error(error: PochadeError) -> None:
    """Print the sentence of an error, and the next step."""
    print_message(f"error: {error.sentence}", style="red")
    if error.hint:
        print_message(f"\nhint: {error.hint}")


def print_listing(heading: str, lines: Sequence[str], full_list: str = "`--json` lists") -> None:
    """Print a heading with the number of lines, and the first lines; print nothing if there are none.

    Args:
        heading: The heading.
        lines: The list.
        full_list: Where a person finds the whole list if it is cut.
    """
    if not lines:
        return
    print_message(f"\n{heading} ({len(lines):,}):")
    for line in lines[:MAX_LISTED_LINES]:
        print_message(f"  {printable_line(line)}")
    if len(lines) > MAX_LISTED_LINES:
        print_message(f"  and {len(lines) - MAX_LISTED_LINES:,} more: {full_list} them all")


def printable_line(line: str) -> str:
    """Replace what a terminal can't show or would obey: invalid UTF-8 and control characters in file names."""
    return CONTROL_CHARACTERS.sub("\ufffd", line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def print_json(data: Any) -> None:
    """Print data for other programs on stdout."""
    sys.stdout.write(json.dumps(data, indent=2) + "\n")
