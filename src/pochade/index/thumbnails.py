"""Thumbnails: a small JPEG of every picture, named after the content of the picture.

Beside it may be what the page shows of a transparent picture: a cache, which the server fills.
"""

import re
import time
from contextlib import suppress
from pathlib import Path

from pochade.errors import FileUnreachable
from pochade.images.base.picture import Array
from pochade.images.codecs.screen_encode import encode_compact_jpeg
from pochade.index.path_rules import check_content_hash
from pochade.system.atomic_files import write_without_flush

THUMBNAIL_PIXELS = 256  # of the longer side
THUMBNAIL_QUALITY = 90  # JPEG quality
CUTOUT_GROUNDS = ("light", "dark")  # on which the page shows a transparent picture; other drawing needs other names
UNFINISHED_NAME = re.compile(r"\.[0-9a-f]{64}\.(?:jpg|light|dark)\.[0-9]+\.part")  # a thumbnail while it is written
UNFINISHED_SECONDS = 600  # an unfinished thumbnail that is older was abandoned


def thumbnail_path(thumbnails: Path, content: str) -> Path:
    """The path of a picture's thumbnail, which is named after the picture's content hash.

    Raises:
        IndexDamaged: The hash is none.
    """
    check_content_hash(content)
    return thumbnails / content[:2] / f"{content}.jpg"


def cutout_path(thumbnails: Path, content: str, ground: str) -> Path:
    """The path of a picture's thumbnail with its transparency, a WebP or JPEG, for one of `CUTOUT_GROUNDS`.

    Raises:
        IndexDamaged: The hash is none.
    """
    return thumbnail_path(thumbnails, content).with_suffix(f".{ground}")


def keep_cutout(path: Path, encoded: bytes) -> None:
    """Write the file of `cutout_path`; where that can't be done, the server makes it again another time."""
    with suppress(OSError):
        write_without_flush(path, encoded)


def remove_thumbnail(thumbnails: Path, content: str) -> None:
    """Remove everything that is stored here of a picture.

    Raises:
        IndexDamaged: The hash is none.
        OSError: A file can't be removed.
    """
    for path in (
        thumbnail_path(thumbnails, content),
        *(cutout_path(thumbnails, content, ground) for ground in CUTOUT_GROUNDS),
    ):
        path.unlink(missing_ok=True)


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
