"""Writes files so that each exists whole or not at all: under a temporary name, then renamed. Also has a file lock.

write_atomically        writes bytes from memory, flushes them to the disk and reads them back
stream_atomically       writes chunks from a callback, flushes them to the disk and reads them back
write_without_flush     is faster, for files that can be made again: a power cut may lose them
"""

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from pochade.errors import OutputUnwritable, UsageError
from pochade.system.hashing import sha256_of_file

HINT_BY_ERRNO = {errno.ENAMETOOLONG: "give it a shorter name", errno.EEXIST: "choose another folder"}
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
DIFFERENT_CONTENT = "what was read back differs from what was written"
WriteChunk = Callable[[bytes], object]


def write_atomically(path: Path, content: bytes, *, new: bool = False, temporary: Path | None = None) -> None:
    """Write a file: temporary name, flush to disk, read back, rename.

    Args:
        path: The file; missing parent folders are made.
        content: The whole content.
        new: Refuse to replace an existing file, even one that appeared a moment ago.
        temporary: The temporary path; see `stream_atomically`.

    Raises:
        OutputUnwritable: No permission, no space, the name is too long or taken, or the bytes read back differ.
    """
    with _publish_on_success(path, new=new, temporary=temporary) as unfinished:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if unfinished.read_bytes() != content:
            raise OSError(DIFFERENT_CONTENT)


def stream_atomically(
    path: Path,
    fill: Callable[[WriteChunk], object],
    *,
    new: bool = False,
    mtime_ns: int | None = None,
    temporary: Path | None = None,
) -> int:
    """Write a file that need not fit into memory: temporary name, flush to disk, read back, rename.

    Args:
        path: The file; missing parent folders are made.
        fill: Called once, with a function that takes the next chunk of the content.
        new: Refuse to replace an existing file, even one that appeared a moment ago.
        mtime_ns: Time of modification that the file gets, in nanoseconds; ignored if the system can't represent it.
        temporary: The temporary path, on the same disk, for a caller that removes what a killed process left there;
            None for a new one beside the file.

    Returns:
        The size of the file in bytes.

    Raises:
        OutputUnwritable: No permission, no space, the name is too long or taken, or the bytes read back differ.
    """
    digest = hashlib.sha256()
    with _publish_on_success(path, new=new, temporary=temporary) as unfinished:
        with unfinished.open("xb") as file:

            def write_chunk(chunk: bytes) -> None:
                file.write(chunk)
                digest.update(chunk)

            fill(write_chunk)
            file.flush()
            os.fsync(file.fileno())
        with unfinished.open("rb") as file_again:
            digest_on_disk, size = sha256_of_file(file_again)
        if digest_on_disk != digest.hexdigest():
            raise OSError(DIFFERENT_CONTENT)
        if mtime_ns is not None:
            with contextlib.suppress(OSError, OverflowError, ValueError):
                os.utime(unfinished, ns=(mtime_ns, mtime_ns))
    return size


def write_without_flush(path: Path, content: bytes) -> None:
    """Write a file that can be made again: temporary name, then rename. Several processes may write the same path.

    Raises:
        OSError: No permission, no space, or no such folder.
    """
    unique = f"{os.getpid()}{secrets.randbelow(10**9):09}"  # in two containers, two processes have the same id
    temporary = path.with_name(f".{path.name}.{unique}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def _publish_on_success(path: Path, *, new: bool, temporary: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path for the block to write to, and rename that file to `path` if the block succeeds.

    Raises:
        OutputUnwritable: The block, or renaming, raised an OSError.
    """
    short_name = f".{secrets.token_hex(4)}.part"  # short: the file's own name may have maximal length
    temporary = temporary or path.with_name(short_name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if new:
            rename_to_new(temporary, path)
        else:
            temporary.replace(path)
    except OSError as error:
        raise unwritable_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # the file was renamed, or never made
            temporary.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, unless they exist.

    Raises:
        OutputUnwritable: The folder can't be made.
    """
    try:
        missing = [parent for parent in (folder, *folder.parents) if not parent.is_dir()]
        for parent in reversed(missing):  # not `parents=True`, which fails for a thousand folders in one another
            parent.mkdir(exist_ok=True)
    except OSError as error:
        why = f"'{folder}' can't be the folder for the results: {error.strerror}"
        raise OutputUnwritable(why, "choose another folder") from error


def rename_to_new(temporary: Path, path: Path) -> None:
    """Rename a file without replacing another.

    Raises:
        FileExistsError: The new name is taken.
        OSError: The file can't be renamed.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:  # FAT and exFAT, on cameras and memory sticks, have no hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        temporary.rename(path)


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or the error that caused it, says that a disk has no room for this person's files."""
    return any(isinstance(cause, OSError) and cause.errno in _FULL_DISK for cause in (error, error.__cause__))


def unwritable_error(path: Path, error: OSError) -> OutputUnwritable:
    """Return the error for a file that can't be written."""
    why = f"'{path}' could not be written: {error.strerror or error}"
    return OutputUnwritable(why, HINT_BY_ERRNO.get(error.errno or 0, "choose another folder, or make room"))


@contextlib.contextmanager
def file_lock(path: Path, activity: str, hint: str = "choose another folder") -> Iterator[None]:
    """Let only one process at a time run the block; processes that name the same lock file exclude each other.

    Args:
        path: The lock file; missing parent folders are made.
        activity: What a process with the lock does; the error says "another process is {activity}".
        hint: The error's next step if the lock file can't be written.

    Raises:
        UsageError: Another process holds the lock.
        OutputUnwritable: The lock file can't be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  most commands need no lock, and start faster without

    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(f"another process is {activity}", "wait until it is done, then try again") from error
    except OSError as error:
        why = f"'{path.parent}' can't be written: {error.strerror}"
        raise OutputUnwritable(why, hint) from error
    try:
        yield
    finally:
        lock.release()
