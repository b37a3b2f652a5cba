"""What has changed in a folder since it was indexed. No file is opened."""

from dataclasses import dataclass, field

from pochade.index.database import FileRow
from pochade.system.folder_walk import FolderListing


@dataclass
class FolderChanges:
    """The differences between a folder and its index."""

    unread: list[bytes] = field(default_factory=list)  # paths of new and changed files
    gone: list[bytes] = field(default_factory=list)  # paths of files that no longer exist
    unchanged: int = 0


def compare_folder(listing: FolderListing, known: dict[bytes, FileRow]) -> FolderChanges:
    """Compare the files in a folder with the files in its index.

    Args:
        listing: The files of the folder. Files below folders that could not be listed do not count as gone.
        known: The files in the index, by path.
    """
    changes = FolderChanges()
    for path in sorted(listing.files):
        row = known.get(path)
        if row and row.stamp == listing.files[path]:
            changes.unchanged += 1
        else:
            changes.unread.append(path)
    unlisted = tuple(folder + b"/" for folder in listing.unreadable if folder) or (b"\0",)
    if b"" not in listing.unreadable:  # the folder itself could be listed
        changes.gone = [path for path in known if path not in listing.files and not path.startswith(unlisted)]
    return changes
