"""Files that are there whole or not at all: written under a temporary name, then renamed. Also locks between processes.

write_atomically        bytes in memory; flushed to the disk and read back
stream_atomically       chunks from a callback; flushed to the disk and read back
write_without_flush     caches that can be made again: fast, and lost at worst in a power cut
"""

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pochade.errors import OutputUnwritable, UsageError
from pochade.system.hashing import sha256_of_file

ERRNO_HINTS = {errno.ENAMETOOLONG: "give it a shorter name", errno.EEXIST: "choose another folder"}
WriteChunk = Callable[[bytes], object]


def write_atomically(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file: temporary name, flush to disk, read back, rename.

    Args:
        path: The file; missing parent folders are made.
        content: The whole content.
        new: Refuse to replace an existing file, even one that appeared a moment ago.

    Raises:
        OutputUnwritable: No permission, no space, the name is too long or taken, or the bytes read back differ.
    """
    with _finished_file(path, new=new) as temporary:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise OSError("what was read back differs from what was written")


def stream_atomically(
    path: Path, fill: Callable[[WriteChunk], object], *, new: bool = False, mtime_ns: int | None = None
) -> int:
    """Write a file that need not fit into memory: temporary name, flush to disk, read back, rename.

    Args:
        path: The file; missing parent folders are made.
        fill: Called once, with a function that takes the next chunk of the content.
        new: Refuse to replace an existing file, even one that appeared a moment ago.
        mtime_ns: Time of modification that the file gets, in nanoseconds; ignored if the system can't represent it.

    Returns:
        The size of the file in bytes.

    Raises:
        OutputUnwritable: No permission, no space, the name is too long or taken, or the bytes read back differ.
    """
    digest = hashlib.sha256()
    with _finished_file(path, new=new) as temporary:
        with temporary.open("xb") as file:

            def write_chunk(chunk: bytes) -> None:
                file.write(chunk)
                digest.update(chunk)

            fill(write_chunk)
            file.flush()
            os.fsync(file.fileno())
        with temporary.open("rb") as file_again:
            found, size = sha256_of_file(file_again)
        if found != digest.hexdigest():
            raise OSError("what was read back differs from what was written")
        if mtime_ns is not None:
            with contextlib.suppress(OSError, OverflowError, ValueError):
                os.utime(temporary, ns=(mtime_ns, mtime_ns))
    return size


def write_without_flush(path: Path, content: bytes) -> None:
    """Write a file that can be made again: temporary name, then rename. Several processes may write the same path.

    Raises:
        OSError: No permission, no space, or no such folder.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def _finished_file(path: Path, *, new: bool) -> Iterator[Path]:
    """Give the block a temporary path to write to, and rename that file if the block succeeds.

    Raises:
        OutputUnwritable: For any OSError, in the block or here.
    """
    temporary = path.with_name(f".{secrets.token_hex(4)}.part")  # short: the file's own name may have maximal length
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
        with contextlib.suppress(OSError):  # it was renamed, or never made
            temporary.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, unless they exist.

    Raises:
        OutputUnwritable: The folder can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"'{folder}' can't be the folder for the results: {error.strerror}"
        raise OutputUnwritable(why, "choose another folder") from error


def rename_to_new(temporary: Path, path: Path) -> None:
    """Rename a file, and raise FileExistsError if the new name is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:  # FAT and exFAT, on cameras and memory sticks, have no hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        temporary.rename(path)


def unwritable_error(path: Path, error: OSError) -> OutputUnwritable:
    """Return the error for a file that can't be written."""
    why = f"'{path}' could not be written: {error.strerror or error}"
    return OutputUnwritable(why, ERRNO_HINTS.get(error.errno or 0, "choose another folder, or make room"))


@contextlib.contextmanager
def file_lock(path: Path, doing: str, hint: str = "choose another folder") -> Iterator[None]:
    """Let only one process at a time into the block, for one lock file.

    Args:
        path: The lock file; missing parent folders are made.
        doing: What the other process does, as the error says it: "another process is ...".
        hint: Next step if the lock file can't be written.

    Raises:
        UsageError: Another process holds the lock.
        OutputUnwritable: The lock file can't be written.
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
