"""Printing: the only door to the terminal. Every text passes `terminal_line`, so no file name can steer a terminal.

Results go to stdout. Messages and progress go to stderr, and an error becomes one sentence and a hint.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pochade.cli.terminal_style import add_link, add_style, obeys_commands
from pochade.errors import Interrupted, PochadeError
from pochade.system.path_text import printable, terminal_line

MAX_LISTED_LINES = 20
CLEAR_LINE = "\r\x1b[2K"  # by the codes of ECMA-48


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


@contextmanager
def show_activity(text: str) -> Iterator[None]:
    """Show on the terminal what a command does before it can print anything; show nothing elsewhere."""
    stream = sys.stderr
    if not obeys_commands(stream):
        yield
        return
    stream.write(f"{text} …")
    stream.flush()
    try:
        yield
    finally:
        stream.write(CLEAR_LINE)
        stream.flush()


def print_message(text: str = "", *, style: str = "") -> None:
    """Print a line of text on stderr, without line breaks or colours of its own."""
    print(add_style(terminal_line(text), style, sys.stderr), file=sys.stderr)


def print_result(text: str = "", *, as_json: bool = False) -> None:
    """Print a line of a command's result: on stdout, or on stderr if JSON goes to stdout."""
    if as_json:
        print_message(text)
    else:
        print(terminal_line(text))


def print_linked_result(before: str, path: Path, after: str, *, as_json: bool) -> None:
    """Print a line of a result with a path, which is a link where the terminal supports links."""
    stream = sys.stderr if as_json else sys.stdout
    link = add_link(terminal_line(printable(path)), path.as_uri(), stream)
    print(f"{terminal_line(before)}{link}{add_style(terminal_line(after), 'bold', stream)}", file=stream)


def print_error(error: PochadeError) -> None:
    """Print the sentence of an error, and the next step."""
    print_message(f"error: {error.sentence}", style="red")
    if error.hint:
        print_message()
        print_message(f"hint: {error.hint}")


def print_listing(
    heading: str,
    lines: Sequence[str],
    full_list: str = "`--json` lists",
    *,
    print_line: Callable[[str], None] = print_message,
) -> None:
    """Print a heading with the number of lines, and the first lines; print nothing if there are none.

    Args:
        heading: The heading.
        lines: The list.
        full_list: Where a person finds the whole list if it is cut.
        print_line: Prints a line; on stderr by default.
    """
    if not lines:
        return
    print_line("")
    print_line(f"{heading} ({len(lines):,}):")
    for line in lines[:MAX_LISTED_LINES]:
        print_line(f"  {line}")
    if len(lines) > MAX_LISTED_LINES:
        print_line(f"  and {len(lines) - MAX_LISTED_LINES:,} more: {full_list} them all")


def count_of(number: int, noun: str, plural: str = "") -> str:
    """A number and its noun: '1 file', '2,000 files'.

    Args:
        number: How many.
        noun: The noun in the singular.
        plural: The noun in the plural, if it isn't made with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def replace_unencodable_output() -> None:
    """Print replacement characters, instead of failing, where the terminal's encoding lacks a letter of a name."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_json(data: Any) -> None:
    """Print data for other programs on stdout. JSON escapes control characters, so no name steers a terminal."""
    sys.stdout.write(json.dumps(data, indent=2) + "\n")
