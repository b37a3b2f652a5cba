"""Compare a folder with its index, to find what has changed; no file is opened."""

from dataclasses import dataclass, field

from pochade.index.database import FileRow
from pochade.system.folder_walk import FolderListing


@dataclass
class FolderChanges:
    """The differences between a folder and its index."""

    unread: list[bytes] = field(default_factory=list)  # paths of new and changed files
    gone: list[bytes] = field(default_factory=list)  # paths of files that no longer exist
    unchanged: int = 0


def compare_folder(listing: FolderListing, rows: dict[bytes, FileRow]) -> FolderChanges:
    """Compare the files in a folder with the files in its index.

    Args:
        listing: The files of the folder. Files below folders that could not be listed do not count as gone.
        rows: The files in the index, by path.
    """
    changes = FolderChanges()
    for path in sorted(listing.files):
        row = rows.get(path)
        if row and row.stamp == listing.files[path]:
            changes.unchanged += 1
        else:
            changes.unread.append(path)
    unlisted_prefixes = tuple(folder + b"/" for folder in listing.unreadable if folder)
    if b"" not in listing.unreadable:  # the folder itself could be listed
        changes.gone = [path for path in rows if path not in listing.files and not path.startswith(unlisted_prefixes)]
    return changes
