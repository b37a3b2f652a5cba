"""`extract`: an archive's files into a folder, none over another, none outside of it."""

import hashlib
import math
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.codecs.encode_job import sha256_of
from pochade.archive.codecs.file_codecs import BY_A_NET, SUFFIXES, TOLERATED
from pochade.archive.codecs.restored_avif import FRAME
from pochade.archive.container.entry_names import Text, above, as_path, shown, twins, with_ending
from pochade.archive.container.manifest import BYTES, PICTURE, ArchivedFile, Entry, Manifest
from pochade.errors import ArchiveDamaged, OutputUnwritable, PochadeError
from pochade.images.base.source import printable
from pochade.system.atomic_files import make_folder, rename_to_new, unwritable_error

SUFFIXES_OUTSIDE = SUFFIXES | dict.fromkeys(BY_A_NET, ".restored.png") | {FRAME: ".avif"}


@dataclass
class Extracted:
    """What came out."""

    files: int = 0
    bytes: int = 0
    there: int = 0  # files that were there already, the same
    renamed: dict[Text, Text] = field(default_factory=dict)  # where the system takes two names for one
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
    `names_outside` says. Files that are there already and are the same count as done: an interrupted run is taken up
    by the next.

    Args:
        archive: An open one.
        to: The folder; made if need be. What is in it stays as it is.
        keep_going: Whether a file that can't be written, or is there as another one, is noted and passed over.
        report: Told before each file how many are done, of how many, and its name.

    Raises:
        OutputUnwritable: Another file is there (said before any is written), or one can't be written.
        ArchiveDamaged: A piece is damaged.
    """
    folder = Path(to)
    make_folder(folder)
    return Extraction(archive, folder, keep_going, report).done()


@dataclass
class Extraction:
    """One run of it."""

    archive: Archive
    folder: Path
    keep_going: bool
    report: Callable[[int, int, str], None]
    found: Extracted = field(default_factory=Extracted)
    missing: list[ArchivedFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = names_outside(self.archive.manifest)
        self.second = twins([self.names[piece.path] for piece in self.archive])

    def done(self) -> Extracted:
        """First a look at all that is there, then the files that are missing, then empty folders."""
        for piece in self.archive:
            self.tried(partial(self.look, piece), piece.path)
        check_room(self.archive, self.missing, self.folder)
        for piece in self.missing:
            self.tried(partial(self.write, piece), piece.path)
        for text in self.archive.manifest.folders:
            self.tried(partial(self.make, text), text)
        self.report(len(self.archive), len(self.archive), "")
        return self.found

    def tried(self, doing: Callable[[], None], path: Text) -> None:
        """One step with one piece or folder; what goes wrong is noted, if that was asked for."""
        done = self.found.there + self.found.files + len(self.found.problems)
        self.report(min(done, len(self.archive)), len(self.archive), shown(path))
        try:
            doing()
        except (ArchiveDamaged, OutputUnwritable) as error:
            if not self.keep_going:
                raise
            self.found.problems[path] = error

    def make(self, text: Text) -> None:
        """Make an empty folder."""
        target = target_of(self.folder, text)
        if not os.path.isdir(target):  # noqa: PTH112  raises nothing, whatever the system says of it
            check_free(target)
        make_folder(inside(self.folder, target))

    def look(self, piece: ArchivedFile) -> None:
        """Whether it is there already, or may be written."""
        name = self.names[piece.path]
        targets = [target_of(self.folder, path) for path in (name, self.second.get(name)) if path]
        if any(is_there(self.archive, piece, target) for target in targets):
            self.found.there += 1
            return
        check_free(targets[-1])
        self.missing.append(piece)

    def write(self, piece: ArchivedFile) -> None:
        """Write it, under its second name where the system takes the first for another piece's."""
        path = self.names[piece.path]
        if path in self.second and os.path.lexists(target_of(self.folder, path)):
            path = self.found.renamed[piece.path] = self.second[path]
        self.found.bytes += written(self.archive, piece, self.folder, path)
        self.found.files += 1


def names_outside(manifest: Manifest) -> dict[Text, Text]:
    """Under which path each piece is extracted: its own, but for those that come back as pictures of another kind."""
    own = {piece.path: piece.path for piece in manifest.pieces}
    taken = {*own, *manifest.folders} | {one for path in [*own, *manifest.folders] for one in above(path)}
    for piece in manifest.pieces:
        if piece.entry.returns == PICTURE:
            suffix = SUFFIXES_OUTSIDE.get(piece.coder, "")
            paths = (with_ending(piece.path, suffix * times) for times in count(1))
            text = next(path for path in paths if not suffix or path not in taken)
            own[piece.path] = text
            taken.add(text)
    return own


def check_room(archive: Archive, missing: list[ArchivedFile], folder: Path) -> None:
    """Nothing, or OutputUnwritable: an archive may promise more than a disk holds."""
    wanted, free = sum(most_bytes(piece.entry) for piece in missing), shutil.disk_usage(folder).free
    if wanted > free:
        why = f"'{printable(archive.path)}' gives {wanted:,} bytes, and '{printable(folder)}' has room for {free:,}"
        raise OutputUnwritable(why, "choose another folder, or make room")


def most_bytes(entry: Entry) -> int:
    """That a file may have which comes back of an entry, as far as its manifest tells."""
    if entry.returns != PICTURE:
        return entry.original_bytes
    return math.prod(entry.shape[:3]) if entry.shape is not None else entry.bytes


def target_of(folder: Path, text: Text) -> Path:
    """Where a piece goes."""
    return folder / os.fsdecode(as_path(text))


def is_there(archive: Archive, piece: ArchivedFile, target: Path) -> bool:
    """Whether a piece's file is there already.

    Raises:
        ArchiveDamaged: What it is to be compared with is damaged.
    """
    try:
        state = target.lstat()
        if not stat.S_ISREG(state.st_mode):
            return False
        if piece.entry.returns == BYTES:
            same = state.st_size == piece.original_bytes
            return same and sha256_of(target)[0] == piece.entry.original_sha256
        likely = piece.coder in BY_A_NET or state.st_size <= TOLERATED * piece.original_bytes
        return likely and target.read_bytes() == archive.read(piece)
    except OSError:
        return False


def check_free(target: Path) -> None:
    """Nothing, or OutputUnwritable."""
    if os.path.lexists(target):
        why = f"'{printable(target)}' is there already, and is another file"
        raise OutputUnwritable(why, "choose another folder; --keep-going passes over what is there")


def written(archive: Archive, piece: ArchivedFile, folder: Path, path: Text) -> int:
    """Write one file under a name of its own and rename it when it is whole; its bytes."""
    target = inside(folder, target_of(folder, path))
    check_free(target)
    temporary = target.with_name(f".{secrets.token_hex(4)}.part")
    make_folder(target.parent)
    digest = hashlib.sha256()

    def passed(content: bytes) -> None:
        file.write(content)
        digest.update(content)

    try:
        file = temporary.open("xb")
        try:
            with file:
                archive.write(piece.entry, passed)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
            if sha256_of(temporary)[0] != digest.hexdigest():
                raise OSError("what was read back differs from what was written")
            restore_time(temporary, piece.mtime)
            rename_to_new(temporary, target)
        finally:
            with suppress(OSError):  # it may have its name
                temporary.unlink()
    except OSError as error:
        raise unwritable_error(target, error) from error
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
