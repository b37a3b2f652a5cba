"""Replaces the content of a file that other programs share, and keeps everything else about it.

A link stays a link, and the file keeps its permissions, owner, group and extended attributes. A file that is read-only
stays as it is. A killed run leaves at most one temporary file beside the file, whose name tells that it is ours: the
next run replaces or removes it.
"""

import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from pochade.errors import OutputUnwritable
from pochade.system.atomic_files import DIFFERENT_CONTENT, unwritable_error
from pochade.system.path_text import printable

TEMPORARY_NAME = re.compile(r"\.[0-9a-f]{24}\.pochade-part")
NO_UNNAMED_FILES = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}  # of file systems without O_TMPFILE
ANY_WRITER = 0o222
NEW_FILE_MODE = 0o666  # less what the person's umask takes away


def replace_content(path: Path, content: bytes) -> None:
    """Write the whole content of a new or existing file: flushed, read back, then published at once.

    Args:
        path: The file, or a link to it; its folder must exist.
        content: The whole content.

    Raises:
        OutputUnwritable: The file is read-only or somebody else's, its link leads nowhere, or the disk refuses.
    """
    try:
        target = Path(os.path.realpath(path, strict=os.path.lexists(path)))
        before = target.stat() if os.path.lexists(target) else None
        if before is not None:
            _check_writable(path, target, before)
        temporary = temporary_path(target)
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()  # of a run that was killed
        with _remove_on_failure(temporary):
            _write_temporary(temporary, content)
            if before is not None:
                _copy_access(path, target, before, temporary)
            if temporary.read_bytes() != content:
                raise OSError(DIFFERENT_CONTENT)
            temporary.replace(target)
    except OSError as error:
        raise unwritable_error(path, error) from error


def temporary_path(target: Path) -> Path:
    """The name that a file's new content has until it is published; the same in every run."""
    digest = hashlib.sha256(os.fsencode(target.name)).hexdigest()
    return target.with_name(f".{digest[:24]}.pochade-part")


def remove_leftovers(folder: Path) -> None:
    """Remove what killed runs left in a folder; only while no other run writes there."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # a folder without permission holds none of ours
        for entry in entries:
            if TEMPORARY_NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)  # noqa: PTH108  many times faster than paths in a folder of thousands


def _check_writable(path: Path, target: Path, status: os.stat_result) -> None:
    """Refuse a file that nobody may write, even if we are root, whom the system would let."""
    if not status.st_mode & ANY_WRITER or not os.access(target, os.W_OK):
        why = f"'{printable(path)}' could not be written: it is read-only"
        raise OutputUnwritable(why, "allow writing to it, or leave it as it is")


def _write_temporary(temporary: Path, content: bytes) -> None:
    """Write and flush a file under its temporary name, which it gets only when it is complete, if the system can."""
    try:
        descriptor = os.open(temporary.parent, os.O_TMPFILE | os.O_WRONLY, NEW_FILE_MODE)
    except (AttributeError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in NO_UNNAMED_FILES:
            raise
        _write_named(temporary, content)
        return
    with os.fdopen(descriptor, "wb") as file:
        _write_and_flush(file.fileno(), content)
        try:
            os.link(f"/proc/self/fd/{file.fileno()}", temporary, src_dir_fd=file.fileno())  # only so it follows links
        except OSError:  # no /proc, or a file system without hard links
            _write_named(temporary, content)


def _write_named(temporary: Path, content: bytes) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, NEW_FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        _write_and_flush(file.fileno(), content)


def _write_and_flush(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _copy_access(path: Path, target: Path, before: os.stat_result, temporary: Path) -> None:
    """Give the new file the permissions, owner, group and extended attributes of the old one."""
    made = temporary.stat()
    if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.chown(temporary, before.st_uid, before.st_gid)
        except OSError as error:
            why = f"'{printable(path)}' could not be written: it belongs to somebody else, and would become yours"
            raise OutputUnwritable(why, "ask its owner to do it, or make the file your own") from error
    shutil.copystat(target, temporary)
    os.utime(temporary)  # its content is new


@contextlib.contextmanager
def _remove_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
