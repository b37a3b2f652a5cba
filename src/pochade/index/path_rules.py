"""Which paths and names of an index may be used. An index can come from a stranger, on a stick or out of an archive.

Files are looked for below the collection's folder only, and files of the index below the index's folder only. A row
that names another place is ignored, as if it were not in the index.
"""

import os
import re
import unicodedata
from pathlib import Path

from pochade.errors import IndexDamaged

INDEX_FOLDER = ".pochade"  # in the folder of the art
THUMBNAILS_FOLDER = "thumbnails"  # in the folder of the index's files
CONTENT_HASH = re.compile(r"[0-9a-f]{64}")
PLAIN_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
DAMAGED_HINT = (
    "save your labels and groups with 'pochade export answers.json' if that still works, move '.pochade' away, learn "
    "again, then run 'pochade import answers.json'"
)


def is_inside(path: bytes) -> bool:
    """Whether a path of the index stays inside the collection's folder, and outside the index's folder.

    Args:
        path: A path in the file system's encoding. It must be relative, without empty parts, `.` and `..`.
    """
    parts = path.split(b"/")
    return b"\0" not in path and not any(part in {b"", b".", b".."} or _names_index(part) for part in parts)


class LinkCheck:
    """Tells which paths of an index lead through a link to a folder; `learn` never follows such links.

    Args:
        folder: The collection's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._root = os.path.realpath(os.fsencode(folder))
        self._links = dict[bytes, bool]()  # by folder below the root: hundreds of thousands of files share few

    def leads_through_link(self, path: bytes) -> bool:
        """Whether a folder above a path is a link.

        Args:
            path: A path that is inside, as `is_inside` says. If its folder is gone, it leads nowhere, and may pass.
        """
        folder = path.rpartition(b"/")[0]
        if folder not in self._links:
            place = os.path.normpath(os.path.join(self._root, folder))  # noqa: PTH118  bytes
            self._links[folder] = os.path.exists(place) and os.path.realpath(place) != place  # noqa: PTH110  bytes
        return self._links[folder]


def check_content_hash(content: str) -> str:
    """Return a picture's content hash, which is part of the name of its thumbnail.

    Raises:
        IndexDamaged: It is no SHA-256.
    """
    if not CONTENT_HASH.fullmatch(content):
        raise IndexDamaged(f"the index is damaged: {content[:80]!a} is no content of a picture", DAMAGED_HINT)
    return content


def check_plain_name(name: str) -> str:
    """Return the name of a model or of an index, which is part of names of files.

    Raises:
        IndexDamaged: It has a character, such as a slash, that Pochade never writes there.
    """
    if not PLAIN_NAME.fullmatch(name):
        raise IndexDamaged(f"the index is damaged: it has the name {name[:80]!a}", DAMAGED_HINT)
    return name


def _names_index(part: bytes) -> bool:
    """Whether a part of a path names the index's folder on some file system, in any case or Unicode form."""
    if part.isascii():  # nearly all are, and a collection has hundreds of thousands
        return part.lower().rstrip(b". ") == os.fsencode(INDEX_FOLDER)
    text = unicodedata.normalize("NFKC", part.decode("utf-8", "replace")).casefold()
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")  # macOS ignores the others
    return visible.rstrip(". ") == INDEX_FOLDER  # Windows ignores dots and blanks at the end
