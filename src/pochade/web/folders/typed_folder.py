"""The folder that a person means by a text: typed, or pasted from a file manager or a terminal."""

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pochade.errors import UsageError
from pochade.system.path_text import printable

QUOTES = "'\""


def typed_folder(text: str) -> Path:
    """Return the folder of a text: a path, in quotes or not, with `~` or not, or the address that begins with `file:`.

    The path of a file means its folder.

    Raises:
        UsageError: It is no whole path.
    """
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in QUOTES:
        plain = plain[1:-1]
    if plain.lower().startswith("file://"):
        plain = url2pathname(urlsplit(plain).path)
    path = os.path.expanduser(plain)  # noqa: PTH111  never raises
    if "\0" in path or not os.path.isabs(path):  # noqa: PTH117
        raise UsageError(
            f"'{printable(plain)}' is not a whole path", "paste the path from the start, such as ~/Pictures"
        )
    folder = Path(os.path.abspath(path))  # noqa: PTH100  without '..', but with links
    return folder.parent if os.path.isfile(folder) else folder  # noqa: PTH113  never raises
