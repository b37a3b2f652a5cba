"""Compare a folder with its index, to find what has changed; no file is opened."""

from dataclasses import dataclass, field

from pochade.index.picture_rows import FileRow
from pochade.system.file_stamp import FileStamp
from pochade.system.folder_walk import FolderListing


@dataclass
class FolderChanges:
    """The differences between a folder and its index."""

    unread: list[bytes] = field(default_factory=list)  # paths of new and changed files
    doubtful: list[bytes] = field(default_factory=list)  # paths of files that may have changed: size and date are equal
    gone: list[bytes] = field(default_factory=list)  # paths of files that no longer exist, or are passed over now
    stamps: dict[bytes, FileStamp] = field(default_factory=dict)  # unchanged files whose ctime is not stored yet
    unchanged: int = 0


def compare_folder(
    listing: FolderListing, rows: dict[bytes, FileRow], *, again: bool = False, retry_problems: bool = False
) -> FolderChanges:
    """Compare the files in a folder with the files in its index.

    A program can keep a file's size and set its date back, but not its ctime. A file whose ctime alone differs may
    have other content, so it is doubtful; so is a file whose stamp was stored as unsettled.

    Args:
        listing: The files of the folder. Files below folders that could not be listed do not count as gone.
        rows: The files in the index, by path.
        again: Doubt every file.
        retry_problems: Read the files again that gave no picture.
    """
    changes = FolderChanges()
    for path in sorted(listing.files):
        row, stamp = rows.get(path), listing.files[path]
        if row is None or _is_unread(row, stamp, retry_problems=retry_problems):
            changes.unread.append(path)
        elif again or row.stamp.ctime not in {stamp.ctime, None}:
            changes.doubtful.append(path)
        else:
            changes.unchanged += 1
            if row.stamp.ctime is None:
                changes.stamps[path] = stamp
    changes.gone = _gone_paths(listing, rows)
    return changes


def _is_unread(row: FileRow, stamp: FileStamp, *, retry_problems: bool) -> bool:
    """Whether a known file has another size or date, or gave no picture and is tried again."""
    has_changed = (row.stamp.size, row.stamp.mtime) != (stamp.size, stamp.mtime)
    return has_changed or (row.picture is None and retry_problems)


def _gone_paths(listing: FolderListing, rows: dict[bytes, FileRow]) -> list[bytes]:
    if b"" in listing.unreadable:  # the folder itself could not be listed
        return []
    unlisted_prefixes = tuple(folder + b"/" for folder in listing.unreadable)
    return [path for path in rows if path not in listing.files and not path.startswith(unlisted_prefixes)]
