"""Moves files to the system's trash, and puts them back.

Linux and its relatives have the trash of freedesktop.org, where a `.trashinfo` file says for each file where it was. A
file is put back only if that file names its path, so that nobody's list can make another file of it. On other systems,
only the system itself can put a file back.
"""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from send2trash import send2trash

from pochade.errors import OutputUnwritable
from pochade.system.atomic_files import stream_atomically
from pochade.system.file_systems import is_network_disk
from pochade.system.hashing import CHUNK_BYTES
from pochade.system.path_text import printable

HAS_TRASH_INFO = sys.platform not in {"darwin", "win32", "cygwin"}
INFO_FOLDER, FILES_FOLDER, INFO_SUFFIX = "info", "files", ".trashinfo"
MAX_INFO_BYTES = 2**16  # a path has at most 4,096 bytes, and each may be written as three
SCRIPT_HINT = "write a script with 'pochade families --script', which moves such files to a folder, and run it"
SYSTEM_TRASH_HINT = "put it back from the system's trash"


@dataclass(frozen=True)
class TrashedFile:
    """A file in the trash."""

    path: Path  # where it was
    place: Path | None  # where it is in the trash; None if only the system knows

    @property
    def can_restore(self) -> bool:
        """Whether `restore_from_trash` can put the file back."""
        return self.place is not None


def move_to_trash(path: Path) -> TrashedFile:
    """Move a file to the trash of its disk. Of a link, the link itself is moved.

    Args:
        path: A file or a link, as an absolute path.

    Raises:
        OutputUnwritable: There is no such file, it may not be moved, or its disk has no trash.
    """
    status = _check_movable(path)
    try:
        send2trash(os.fspath(path))
    except (OSError, ValueError) as error:  # some systems refuse names that are no Unicode with a ValueError
        _remove_information_without_file(path)
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise _immovable_error(path, reason) from error
    return find_in_trash(path, status.st_size, status.st_mtime_ns) or TrashedFile(path, None)


def find_in_trash(path: Path, size: int, mtime_ns: int) -> TrashedFile | None:
    """Find a file in the trash; of several, the one that was moved there last.

    Args:
        path: Where the file was, as an absolute path.
        size: Its size in bytes; of a link, the size of the link itself.
        mtime_ns: Its time of modification in nanoseconds.

    Returns:
        The file; None if it is not in the trash, or if only the system could tell.
    """
    dated_places = [
        (date, place)
        for date, place in _places_in_trash(path)
        if (status := _status_of_place(place)) and (status.st_size, status.st_mtime_ns) == (size, mtime_ns)
    ]
    return TrashedFile(path, max(dated_places)[1]) if dated_places else None


def restore_from_trash(trashed: TrashedFile) -> None:
    """Put a file back where it was. No other file is replaced; missing folders are made.

    Raises:
        OutputUnwritable: Another file is in its place, it is no longer in the trash, only the system can put it back,
            or its folder can't be written.
    """
    name = printable(trashed.path)
    if trashed.place is None:
        raise OutputUnwritable.about(name, "can't be put back by Pochade", SYSTEM_TRASH_HINT)
    try:
        trashed.place.lstat()
        trashed.path.parent.mkdir(parents=True, exist_ok=True)
        _move_to_new(trashed.place, trashed.path)
    except FileExistsError as error:
        hint = "move that file away, then undo again"
        raise OutputUnwritable.about(name, "can't be put back: another file is in its place", hint) from error
    except FileNotFoundError as error:
        hint = "look for it in a backup, or keep the file that stayed"
        raise OutputUnwritable.about(name, "can't be put back: it is no longer in the trash", hint) from error
    except OSError as error:
        raise OutputUnwritable.about(name, f"can't be put back: {error.strerror}", SYSTEM_TRASH_HINT) from error
    with suppress(OSError):  # the system ignores information without a file
        _information_path(trashed.place).unlink()


def _check_movable(path: Path) -> os.stat_result:
    """Return the status of a file or link that may go to a trash.

    Raises:
        OutputUnwritable: It is gone, or no file; it may not be moved; or a disk on a network has no trash.
    """
    try:
        status = path.lstat()
    except OSError as error:
        raise _immovable_error(path, error.strerror or str(error), "run 'pochade learn', then look again") from error
    if stat.S_ISLNK(status.st_mode):
        if not os.path.exists(path):  # noqa: PTH110  never raises, unlike `Path.exists`
            raise _immovable_error(path, "it is a link that leads nowhere", "remove the link yourself")
    elif not stat.S_ISREG(status.st_mode):
        raise _immovable_error(path, "it is no file", "move it yourself")
    if is_network_disk(path.parent):
        raise _immovable_error(path, "a network disk has no trash")
    if not os.access(path.parent, os.W_OK):  # asked first, as the trash would be left with information and no file
        raise _immovable_error(path, "its folder is read-only", "allow writing to the folder, or leave the file there")
    return status


def _immovable_error(path: Path, reason: str, hint: str = SCRIPT_HINT) -> OutputUnwritable:
    return OutputUnwritable.about(printable(path), f"can't be moved to the trash: {reason}", hint)


# The trash of freedesktop.org ----------------------------------------------------------------------------------------


def _trash_folders(path: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the existing trashes that may hold a file, each with the folder where its relative paths start."""
    data = Path(os.path.expanduser(os.environ.get("XDG_DATA_HOME", "~/.local/share")))  # noqa: PTH111  as send2trash
    yield data / "Trash", data
    user = os.getuid()
    for top in Path(os.path.realpath(path.parent / "_")).parents:  # one of them is the root of the disk
        for trash in (top / ".Trash" / str(user), top / f".Trash-{user}"):
            if os.path.realpath(trash / FILES_FOLDER) == str(trash / FILES_FOLDER):  # no link to another place
                yield trash, top


def _places_in_trash(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the date and the place of everything in a trash that was at a path, whether or not it is still there."""
    if not HAS_TRASH_INFO:
        return
    start = path.name.partition(".")[0]  # of the name in the trash, which may get a number
    for trash, top in _trash_folders(path):
        for name in _names_in(trash / INFO_FOLDER):
            if name.startswith(start) and name.endswith(INFO_SUFFIX):
                place = trash / FILES_FOLDER / name.removesuffix(INFO_SUFFIX)
                original, date = _read_information(_information_path(place))
                if original and _with_real_folder(top / original) == _with_real_folder(path):
                    yield date, place


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  many times faster than paths in a trash of thousands
    except OSError:
        return []


def _information_path(place: Path) -> Path:
    return place.parent.with_name(INFO_FOLDER) / f"{place.name}{INFO_SUFFIX}"


def _read_information(path: Path) -> tuple[str, str]:
    """The original path and the date of deletion that a `.trashinfo` file states; empty if it states none."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return "", ""
        with path.open("rb") as file:
            lines = file.read(MAX_INFO_BYTES).splitlines()
    except OSError:
        return "", ""
    values = {key.strip(): value.strip() for key, separator, value in (line.partition(b"=") for line in lines)}
    return os.fsdecode(unquote_to_bytes(values.get(b"Path", b""))), values.get(b"DeletionDate", b"").decode("latin-1")


def _with_real_folder(path: Path) -> str:
    """A path whose folders are no links; a link at its end stays, as the link itself is meant."""
    path = Path(os.path.normpath(path))
    return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118


def _status_of_place(place: Path) -> os.stat_result | None:
    try:
        return place.lstat()
    except OSError:
        return None


def _remove_information_without_file(path: Path) -> None:
    """Remove what a failed move left in the trash: a `.trashinfo` file without its file."""
    if os.path.lexists(path):
        for _, place in _places_in_trash(path):
            if not os.path.lexists(place):
                with suppress(OSError):
                    _information_path(place).unlink()


# Moving back ---------------------------------------------------------------------------------------------------------


def _move_to_new(source: Path, target: Path) -> None:
    """Move a file or a link to a path where nothing is; it keeps its times and permissions.

    Raises:
        FileExistsError: Something is at the path.
        OSError: The file can't be moved.
        OutputUnwritable: The file had to be copied to another disk, and can't be.
    """
    try:
        os.link(source, target, follow_symlinks=False)  # unlike renaming, it never replaces a file
    except OSError as error:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        if error.errno != errno.EXDEV:  # FAT and exFAT, on cameras and memory sticks, have no hard links
            source.rename(target)
            return
        _copy_to_new(source, target)
    source.unlink()


def _copy_to_new(source: Path, target: Path) -> None:
    """Copy a file or a link from another disk to a path where nothing is."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    with source.open("rb") as file:

        def fill(write_chunk: object) -> None:
            assert callable(write_chunk)
            while chunk := file.read(CHUNK_BYTES):
                write_chunk(chunk)

        stream_atomically(target, fill, new=True)
    shutil.copystat(source, target)
