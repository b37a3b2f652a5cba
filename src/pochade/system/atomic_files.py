"""Files that are there whole or not at all: one way to write them, for every room."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pochade.errors import OutputUnwritable, UsageError

HINTS = {errno.ENAMETOOLONG: "give it a shorter name", errno.EEXIST: "choose another folder"}


def write_atomically(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file so that it is there whole or not at all: temporary name, flush, read back, rename.

    Args:
        path: The file; folders above it are made.
        content: All of it.
        new: Whether there must be no such file yet: one that came to be meanwhile stays as it is.

    Raises:
        OutputUnwritable: No permission, no space, the name is too long or taken, or the bytes read back differ.
    """
    temporary = path.with_name(f".{secrets.token_hex(4)}.part")  # short: the file's own name may be as long as can be
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise OSError("what was read back differs from what was written")
        if new:
            rename_to_new(temporary, path)
        else:
            temporary.replace(path)
    except OSError as error:
        raise unwritable_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # it may never have come to be
            temporary.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it; nothing where it is there.

    Raises:
        OutputUnwritable: That can't be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"'{folder}' can't be the folder for the results: {error.strerror}"
        raise OutputUnwritable(why, "choose another folder") from error


def rename_to_new(temporary: Path, path: Path) -> None:
    """Give a file a name, or raise FileExistsError where the name is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:  # the disks of cameras and sticks know no second names
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        temporary.rename(path)


def unwritable_error(path: Path, error: OSError) -> OutputUnwritable:
    """The error for a file that can't be written."""
    why = f"'{path}' could not be written: {error.strerror or error}"
    return OutputUnwritable(why, HINTS.get(error.errno or 0, "choose another folder, or make room"))


@contextlib.contextmanager
def file_lock(path: Path, doing: str, hint: str = "choose another folder") -> Iterator[None]:
    """Only one process at a time is in here for a lock's path.

    Args:
        path: Of the lock; folders above it are made.
        doing: What another process would be doing, for a sentence.
        hint: What to do where the lock can't be written.

    Raises:
        UsageError: Another one is in here.
        OutputUnwritable: The lock can't be written.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(f"another process is {doing}", "wait until it is done, then ask again") from error
    except OSError as error:
        why = f"'{path.parent}' can't be written: {error.strerror}"
        raise OutputUnwritable(why, hint) from error
    try:
        yield
    finally:
        lock.release()
