"""File names and other texts of strangers as text that people can be shown."""

import os
import re
from pathlib import Path

REPLACEMENT = "\ufffd"
SURROGATES = re.compile("[\ud800-\udfff]")  # bytes that are no UTF-8, as Python reads file names; not to be encoded
TERMINAL_COMMANDS = re.compile(  # what a terminal obeys instead of showing it, or what changes the order of the text
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)


def printable(path: Path | str) -> str:
    """A file name for messages, with every byte that is not UTF-8 replaced by U+FFFD."""
    try:
        return os.fsencode(path).decode("utf-8", "replace")
    except UnicodeEncodeError:  # surrogates that no file system returned, such as those of a JSON text
        return SURROGATES.sub(REPLACEMENT, os.fspath(path))


def terminal_line(text: str) -> str:
    """One line for a terminal: everything that it would obey, and line breaks, are replaced by U+FFFD."""
    return TERMINAL_COMMANDS.sub(REPLACEMENT, text)
