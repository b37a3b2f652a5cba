"""`extract`: an archive's files into a folder, none over another, none outside of it."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pochade.archive.coders import SUFFIXES
from pochade.archive.manifest import PICTURE, Manifest, Piece
from pochade.archive.names import Text, above, as_path, shown
from pochade.archive.opened import Archive
from pochade.errors import ArchiveDamaged, OutputUnwritable, PochadeError
from pochade.files import make_folder
from pochade.images.source import printable


@dataclass
class Extracted:
    """What came out."""

    files: int = 0
    bytes: int = 0
    problems: dict[Text, PochadeError] = field(default_factory=dict)  # by the pieces' paths


def extract(
    archive: Archive,
    to: Path | str,
    *,
    keep_going: bool = False,
    report: Callable[[int, int, str], None] = lambda _done, _total, _name: None,
) -> Extracted:
    """Write every file of an archive into a folder, with its time of modification.

    A piece that only looks like its original comes back as the picture file that it is, under the name that
    `names_outside` says.

    Args:
        archive: An open one.
        to: The folder; made if need be. What is in it stays as it is.
        keep_going: Whether a file that can't be written, or is there already, is noted and passed over.
        report: Told before each file how many are done, of how many, and its name.

    Raises:
        OutputUnwritable: A file is there already (said before any is written), or can't be written.
        ArchiveDamaged: A piece is damaged.
    """
    folder, found = Path(to), Extracted()
    make_folder(folder)
    check_room(archive, folder)
    names = names_outside(archive.manifest)
    if not keep_going:
        for piece in archive:
            check_free(target_of(folder, names[piece.path]))
    for number, piece in enumerate(archive):
        report(number, len(archive), shown(piece.path))
        try:
            found.bytes += written(archive, piece, inside(folder, target_of(folder, names[piece.path])))
            found.files += 1
        except (ArchiveDamaged, OutputUnwritable) as error:
            if not keep_going:
                raise
            found.problems[piece.path] = error
    for text in archive.manifest.folders:
        make_folder(inside(folder, target_of(folder, text)))
    report(len(archive), len(archive), "")
    return found


def names_outside(manifest: Manifest) -> dict[Text, Text]:
    """Under which path each piece is extracted: its own, but for those that come back as pictures of another kind."""
    own = {piece.path: piece.path for piece in manifest.pieces}
    taken = {*own, *manifest.folders} | {one for path in [*own, *manifest.folders] for one in above(path)}
    for piece in manifest.pieces:
        if piece.entry.returns == PICTURE:
            suffix = SUFFIXES.get(piece.coder, "")
            text = piece.path + suffix
            while suffix and text in taken:
                text += suffix
            own[piece.path] = text
            taken.add(text)
    return own


def check_room(archive: Archive, folder: Path) -> None:
    """Nothing, or OutputUnwritable: an archive may promise more than a disk holds."""
    wanted, free = sum(piece.original_bytes for piece in archive), shutil.disk_usage(folder).free
    if wanted > free:
        why = f"'{printable(archive.path)}' holds {wanted:,} bytes, and '{printable(folder)}' has room for {free:,}"
        raise OutputUnwritable(why, "choose another folder, or make room")


def target_of(folder: Path, text: Text) -> Path:
    """Where a piece goes."""
    return folder / os.fsdecode(as_path(text))


def check_free(target: Path) -> None:
    """Nothing, or OutputUnwritable."""
    if os.path.lexists(target):
        why = f"'{printable(target)}' is there already"
        raise OutputUnwritable(why, "choose another folder; --keep-going passes over what is there")


def written(archive: Archive, piece: Piece, target: Path) -> int:
    """Write one file under a name of its own and rename it when it is whole; its bytes."""
    check_free(target)
    temporary = target.with_name(f".pochade.{os.getpid()}.part")
    make_folder(target.parent)
    try:
        with temporary.open("xb") as file:
            archive.write(piece.entry, file.write)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        restore_time(temporary, piece.mtime)
        check_free(target)
        temporary.rename(target)
    except OSError as error:
        why = f"'{printable(target)}' could not be written: {error.strerror or error}"
        raise OutputUnwritable(why, "choose another folder, or make room") from error
    finally:
        with suppress(OSError):  # it has its name, or never came to be
            temporary.unlink()
    return size


def restore_time(path: Path, mtime: int) -> None:
    """Set a file's time of modification; one that the system can't have is passed over."""
    with suppress(OSError, OverflowError, ValueError):
        os.utime(path, ns=(mtime, mtime))


def inside(folder: Path, target: Path) -> Path:
    """The target; OutputUnwritable when a link in the folder leads out of it."""
    place, top = os.path.realpath(target.parent), os.path.realpath(folder)
    if os.path.commonpath([place, top]) != top:
        why = f"'{printable(target)}' would lie outside of '{printable(folder)}', through a link"
        raise OutputUnwritable(why, "choose an empty folder")
    return target
