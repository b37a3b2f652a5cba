"""What a library can't do is no error here: a file that one coder refuses goes to the next."""

from collections.abc import Callable
from typing import Any


def try_codec(make: Callable[[Any], Any], of: Any) -> Any:
    """What is made; None where a library can't: the file is kept as it is, then."""
    try:
        return make(of)
    except BaseException as error:  # a panic in a Rust library is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None
