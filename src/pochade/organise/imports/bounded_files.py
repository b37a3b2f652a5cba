"""Read small files of other programs: of bounded size, and no links, because a stranger may have made them."""

import json
from pathlib import Path
from typing import Any

from pochade.errors import DataDamaged, FileUnreachable
from pochade.images.base.whole_file import read_whole_file
from pochade.system.path_text import printable

_HINT = "look for an undamaged copy, or move it away"


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Read a file whole.

    Args:
        path: The file.
        max_bytes: What it may have at most.

    Raises:
        DataDamaged: It is empty or too large.
        FileUnreachable: It can't be opened, or is a link: what a link leads to may be no file of that program.
    """
    if path.is_symlink():
        raise FileUnreachable.about(printable(path), "is a link, which is not followed", "put the file itself there")
    return read_whole_file(path, max_bytes, _HINT)


def read_json(path: Path, max_bytes: int) -> Any:
    """Read a JSON file.

    Raises:
        DataDamaged: It is empty, too large, too deep, or no JSON.
        FileUnreachable: It can't be opened, or is a link.
    """
    content = read_bounded(path, max_bytes)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:  # ValueError: also of text that is no Unicode
        raise DataDamaged.about(printable(path), "is no JSON that can be read", _HINT) from error


def texts_in(value: object) -> list[str]:
    """Return the texts of a JSON list; none of anything else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
