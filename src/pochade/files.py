"""Files that are there whole or not at all: one way to write them, for every room."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pochade.errors import OutputUnwritable, UsageError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary name, flush, read back, rename.

    Raises:
        OutputUnwritable: No permission, no space, or the bytes read back differ.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise OSError("what was read back differs from what was written")
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputUnwritable(
            f"'{path}' could not be written: {reason}", "choose another folder, or make room"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # it may never have come to be
            temporary.unlink()


@contextlib.contextmanager
def held(path: Path, doing: str, hint: str = "choose another folder") -> Iterator[None]:
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
