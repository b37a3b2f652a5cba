"""The stamp by which a changed file is recognised. It is not in `folder_walk.py`, which takes longer to import."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileStamp:
    """What the system records of a file: an equal stamp means an unchanged file.

    The number of the inode does not count: exFAT and network disks give a file another one each time.
    """

    size: int  # bytes
    mtime: int  # nanoseconds; a program may set it to any value
    inode: int = field(compare=False)
    ctime: int | None = None  # nanoseconds, when the system last changed the file; None in an index of schema 2
