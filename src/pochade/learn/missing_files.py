"""Notice a disk that is not connected before its files are taken for deleted.

An empty mount point and a network folder that did not answer look like folders whose files were deleted.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pochade.errors import FilesMissing
from pochade.index.picture_rows import FileRow
from pochade.learn.folder_changes import FolderChanges
from pochade.system.folder_walk import FolderListing
from pochade.system.path_text import printable

ACCEPT_HINT = (
    "connect the disk or network folder that holds them; if they are really gone, run 'pochade learn --accept-missing'"
)


def check_missing_files(
    folder: Path, listing: FolderListing, changes: FolderChanges, rows: dict[bytes, FileRow]
) -> None:
    """Stop if a folder lost more than half of its files since the last run, or a folder below it lost all of them.

    Files that were moved or renamed, or that are passed over now, are not lost.

    Args:
        folder: The folder of the art.
        listing: Its files now.
        changes: Its differences from the index.
        rows: The files in the index, by path.

    Raises:
        FilesMissing: So many files are missing.
    """
    lost = _lost_paths(folder, listing, changes, rows)
    if 2 * len(lost) > len(rows):
        raise FilesMissing(f"{len(lost):,} of {len(rows):,} files of '{printable(folder)}' are missing", ACCEPT_HINT)
    for empty in listing.empty_folders:
        count = sum(path.startswith(empty + b"/") for path in lost) if empty else 0
        if count:
            name = printable(folder / os.fsdecode(empty))
            raise FilesMissing(f"'{name}' is empty, and {count:,} files were there", ACCEPT_HINT)


def _lost_paths(
    folder: Path, listing: FolderListing, changes: FolderChanges, rows: dict[bytes, FileRow]
) -> Sequence[bytes]:
    """The gone files that exist nowhere else in the folder: no new file has their size and date."""
    arrived = Counter((listing.files[path].size, listing.files[path].mtime) for path in changes.unread)
    lost = list[bytes]()
    for path in changes.gone:
        identity = (rows[path].stamp.size, rows[path].stamp.mtime)
        if arrived[identity]:
            arrived[identity] -= 1
        elif not os.path.lexists(os.fsencode(folder) + b"/" + path):
            lost.append(path)
    return lost
