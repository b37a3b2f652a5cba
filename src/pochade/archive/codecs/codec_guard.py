"""Calls codec libraries, which may fail in any way."""

from collections.abc import Callable
from typing import Any


def try_codec(convert: Callable[[Any], Any], source: Any) -> Any:
    """Return `convert(source)`, or None if the library fails, so that the caller can use another codec."""
    try:
        return convert(source)
    except BaseException as error:  # a panic in a Rust library is not an Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None
