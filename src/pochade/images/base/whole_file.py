"""Reads a small file that isn't a picture, but lies beside pictures, with the care that pictures are read with."""

from pathlib import Path

from pochade.errors import DataDamaged, PictureDamaged, PictureTooLarge
from pochade.images.base.source import open_source


def read_whole_file(path: Path, max_bytes: int, hint: str) -> bytes:
    """Read a regular file whole.

    Args:
        path: The file.
        max_bytes: What it may have at most.
        hint: The next step for a person, if the file is empty or too large.

    Raises:
        DataDamaged: It is empty or too large.
        FileUnreachable: It can't be opened or read, or changed while it was read.
    """
    try:
        with open_source(path, max_bytes) as source:
            if source.size > max_bytes:
                raise source.size_error(f"{source.size:,} bytes")
            return source.read_at(0, source.size)
    except (PictureDamaged, PictureTooLarge) as error:  # those errors are for pictures
        raise DataDamaged.about(error.subject, error.reason, hint) from error
