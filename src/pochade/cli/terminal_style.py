"""Colours and links, where a terminal shows them; plain text elsewhere.

Rich could do this, too, but takes longer to import than a search takes. Only `terminal_bars.py` uses it.
"""

import os
import sys
from typing import TextIO

STYLES = {"bold": "1", "red": "31"}  # by the codes of ECMA-48


def obeys_commands(stream: TextIO | None) -> bool:
    """Whether a stream goes to a terminal that can move its cursor, and show colours and links."""
    if stream is None or not stream.isatty() or os.environ.get("TERM") in {"dumb", "unknown"}:
        return False
    return sys.platform != "win32" or "WT_SESSION" in os.environ  # the old console of Windows shows commands as text


def add_style(text: str, style: str, stream: TextIO | None) -> str:
    """Return a text in a style of `STYLES`, or as it is if the stream shows none, or the person wants none."""
    if not (text and style) or os.environ.get("NO_COLOR") or not obeys_commands(stream):
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def add_link(text: str, address: str, stream: TextIO | None) -> str:
    """Return a text that leads to an address where the stream shows links.

    Args:
        text: What is shown.
        address: A URI, in which control characters are escaped.
        stream: Where the text goes.
    """
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if obeys_commands(stream) else text
