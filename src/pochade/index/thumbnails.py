"""Thumbnails: a small JPEG of every picture, named after the content of the picture."""

import re
import time
from contextlib import suppress
from pathlib import Path

from pochade.errors import FileUnreachable
from pochade.images.base.picture import Array
from pochade.images.codecs.screen_encode import encode_compact_jpeg
from pochade.index.path_rules import check_content_hash
from pochade.system.atomic_files import write_without_flush

THUMBNAILS_FOLDER = "thumbnails"  # in the folder of the index's files
THUMBNAIL_PIXELS = 256  # of the longer side
THUMBNAIL_QUALITY = 90  # JPEG quality
UNFINISHED_NAME = re.compile(r"\.[0-9a-f]{64}\.jpg\.[0-9]+\.part")  # a thumbnail while it is written
UNFINISHED_SECONDS = 600  # an unfinished thumbnail that is older was abandoned


def thumbnail_path(thumbnails: Path, content: str) -> Path:
    """The path of a picture's thumbnail, which is named after the picture's content hash.

    Raises:
        IndexDamaged: The hash is none.
    """
    check_content_hash(content)
    return thumbnails / content[:2] / f"{content}.jpg"


def remove_unfinished(thumbnails: Path) -> None:
    """Remove the unfinished thumbnails of killed processes; a running process may still be writing a recent one."""
    oldest = time.time() - UNFINISHED_SECONDS
    for path in thumbnails.glob("??/.*.part"):
        with suppress(OSError):
            if UNFINISHED_NAME.fullmatch(path.name) and path.stat().st_mtime < oldest:
                path.unlink()


def write_thumbnail(path: Path, pixels: Array) -> None:
    """Write a thumbnail; another process may write the same one at the same time.

    Args:
        path: The file to write.
        pixels: The thumbnail (h, w, 3) uint8.

    Raises:
        FileUnreachable: The disk is full, or the folder is not writable.
    """
    encoded = encode_compact_jpeg(pixels, THUMBNAIL_QUALITY)
    try:
        try:
            write_without_flush(path, encoded)
        except FileNotFoundError:  # the first thumbnail of this folder
            path.parent.mkdir(parents=True, exist_ok=True)
            write_without_flush(path, encoded)
    except OSError as error:
        raise FileUnreachable(
            f"its thumbnail could not be written: {error.strerror}", "make room on the disk"
        ) from error
