"""`extract`: writes an archive's files to a folder. No file is replaced, and none is written outside the folder."""

import math
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.codecs.codec_names import EXTRACTED_SUFFIXES, MODEL_SUFFIXES
from pochade.archive.codecs.original_file import sha256_of_path
from pochade.archive.codecs.picture_codecs import MAX_DECODED_GROWTH
from pochade.archive.container.manifest_records import BYTES, PICTURE, ArchivedFile, Entry, Manifest
from pochade.archive.container.reserved_names import names_temporary_file
from pochade.archive.container.stored_paths import (
    FolderSearch,
    StoredPath,
    path_with_note,
    path_with_suffix,
    printable_path,
    rename_lookalikes,
    to_system_path,
)
from pochade.archive.file_choice import FileChoice, choose_files
from pochade.errors import ArchiveDamaged, OutputUnwritable, PochadeError
from pochade.system.atomic_files import file_lock, make_folder, stream_atomically
from pochade.system.overwrite import check_overwrite
from pochade.system.path_text import printable

TEMPORARY_NAME, LOCK_NAME = ".extract.pochade.part", ".extract.pochade.lock"  # in the folder of the files
MAX_SUFFIXES_ADDED = 16  # to one name, before a number is added instead
TAKEN_HINT = "choose another folder; --keep-going skips what is there"
ReportFile = Callable[[int, int, str], None]  # done, total, name of the file


@dataclass
class ExtractReport:
    """What `extract` did."""

    files: int = 0  # that this run wrote
    bytes: int = 0  # of the written files
    already_there: int = 0  # files that were in the folder before, with the same content
    renamed: dict[StoredPath, StoredPath] = field(default_factory=dict)  # new paths where two names look alike
    problems: dict[StoredPath, PochadeError] = field(default_factory=dict)  # by path in the archive

    @property
    def there(self) -> int:
        """Alias of `already_there`, kept for scripts."""
        return self.already_there


def extract(
    archive: Archive,
    to: Path | str,
    *,
    only: Iterable[str] = (),
    keep_going: bool = False,
    report: ReportFile = lambda _done, _total, _name: None,
) -> ExtractReport:
    """Write the files of an archive into a folder, with their modification times.

    A lossy picture comes back as the picture file in the archive, under the name that `extracted_names` gives it.
    Files that exist already with the same content count as done, so the next run continues an interrupted one.

    Args:
        archive: An open archive.
        to: The folder, which is made if it doesn't exist. Existing files in it never change.
        only: Paths, folders or patterns of the files that are wanted, see `choose_files`; none means all.
        keep_going: Whether to go on after a file that can't be written or whose name is taken, and only report it.
        report: Called before each file with how many are done, how many there are, and its name.

    Raises:
        UsageError: One of `only` matches no file.
        OutputUnwritable: A name is taken by another file (checked before anything is written), or writing fails.
        ArchiveDamaged: An entry is damaged.
    """
    folder, choice = Path(to), choose_files(archive.manifest, only)
    make_folder(folder)
    return _Extraction(archive, folder, choice, keep_going, report).run()


def extracted_names(manifest: Manifest) -> dict[StoredPath, StoredPath]:
    """Return the path under which each file is extracted: its own, or for a lossy picture one with a suffix added."""
    names = {file.path: file.path for file in manifest.files}
    taken = {*names, *manifest.folders}
    search, numbers = FolderSearch(taken), count(2)
    for file in manifest.files:
        if file.entry.returns == PICTURE and (suffix := EXTRACTED_SUFFIXES.get(file.codec, "")):
            candidates = _names_with_suffix(file.path, suffix, numbers)
            names[file.path] = next(name for name in candidates if name not in taken and not search.is_folder(name))
            taken.add(names[file.path])
    return names


def _names_with_suffix(path: StoredPath, suffix: str, numbers: Iterator[int]) -> Iterator[StoredPath]:
    """Yield names for a lossy picture: its own with a suffix, with two, and so on, then with a number."""
    yield from (path_with_suffix(path, suffix * times) for times in range(1, MAX_SUFFIXES_ADDED + 1))
    yield from (path_with_note(path_with_suffix(path, suffix), str(number)) for number in numbers)


def check_absent(target: Path) -> None:
    """Check that a path is free.

    Raises:
        OutputUnwritable: A file, folder or link has that path.
    """
    check_overwrite(target, "already exists and is a different file", TAKEN_HINT)


def target_path(folder: Path, path: StoredPath) -> Path:
    """Return the path to which this system extracts a file of an archive."""
    return folder / os.fsdecode(to_system_path(path))


@dataclass
class _Extraction:
    """One run of `extract`."""

    archive: Archive
    folder: Path
    choice: FileChoice
    keep_going: bool
    report: ReportFile
    result: ExtractReport = field(default_factory=ExtractReport)
    missing: list[ArchivedFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = extracted_names(self.archive.manifest)
        self.lookalike_names = rename_lookalikes([self.names[file.path] for file in self.archive])

    def run(self) -> ExtractReport:
        """Check which files exist already, write the missing ones, and make the empty folders."""
        for file in self.choice.files:
            self._attempt(partial(self._check_target, file), file.path)
        _check_disk_space(self.archive, self.missing, self.folder)
        if self.missing or os.path.lexists(self.folder / TEMPORARY_NAME):
            with _only_extraction(self.folder):
                for file in self.missing:
                    self._attempt(partial(self._write, file), file.path)
        for path in self.choice.folders:
            self._attempt(partial(self._make_empty_folder, path), path)
        self.report(len(self.choice.files), len(self.choice.files), "")
        return self.result

    def _attempt(self, action: Callable[[], None], path: StoredPath) -> None:
        """Do one step for one file or folder; with `keep_going`, record its error instead of raising it."""
        done = self.result.already_there + self.result.files + len(self.result.problems)
        total = len(self.choice.files)
        self.report(min(done, total), total, printable_path(path))
        try:
            action()
        except (ArchiveDamaged, OutputUnwritable) as error:
            if not self.keep_going:
                raise
            self.result.problems[path] = error

    def _check_target(self, file: ArchivedFile) -> None:
        """Count a file that already exists; otherwise check that its name is free, and list it as missing."""
        name = self.names[file.path]
        _check_name(name)
        targets = [target_path(self.folder, path) for path in (name, self.lookalike_names.get(name)) if path]
        if any(_is_already_there(self.archive, file, target) for target in targets):
            self.result.already_there += 1
            return
        check_absent(targets[-1])
        self.missing.append(file)

    def _write(self, file: ArchivedFile) -> None:
        """Write a file, under another name if the system can't tell its own name from an earlier file's."""
        path = self.names[file.path]
        if path in self.lookalike_names and os.path.lexists(target_path(self.folder, path)):
            path = self.result.renamed[file.path] = self.lookalike_names[path]
        target = _check_inside(self.folder, target_path(self.folder, path))
        check_absent(target)
        make_folder(target.parent)
        write_content = partial(self.archive.write, file.entry)
        temporary = _temporary_path(self.folder, target)
        self.result.bytes += stream_atomically(
            target, write_content, new=True, mtime_ns=file.mtime, temporary=temporary
        )
        self.result.files += 1

    def _make_empty_folder(self, path: StoredPath) -> None:
        _check_name(path)
        target = target_path(self.folder, path)
        if not os.path.isdir(target):  # noqa: PTH112  never raises
            check_absent(target)
        make_folder(_check_inside(self.folder, target))


@contextmanager
def _only_extraction(folder: Path) -> Iterator[None]:
    """Let one process at a time extract to a folder; remove what a killed one left.

    Raises:
        UsageError: Another process extracts to this folder.
        OutputUnwritable: The folder can't be written.
    """
    lock = folder / LOCK_NAME
    with file_lock(lock, f"extracting to '{printable(folder)}'"):
        try:
            with suppress(OSError):
                (folder / TEMPORARY_NAME).unlink(missing_ok=True)
            yield
        finally:
            with suppress(OSError):
                lock.unlink()  # last, because from here on another run may begin


def _temporary_path(folder: Path, target: Path) -> Path | None:
    """Return where a file grows until it is complete: always the same path, so that the next run can remove it.

    It is None, which is a path beside the target, if another disk is mounted below the folder.
    """
    is_same_disk = target.parent.stat().st_dev == folder.stat().st_dev
    return folder / TEMPORARY_NAME if is_same_disk else None


def _check_name(path: StoredPath) -> None:
    """Refuse a name that Pochade would take for a journal or a temporary file of its own.

    Raises:
        OutputUnwritable: A part of the path is such a name.
    """
    if names_temporary_file(path):
        why = f"'{printable_path(path)}' is not extracted, because Pochade's own temporary files have such names"
        raise OutputUnwritable(why, "--keep-going extracts everything else")


def _check_disk_space(archive: Archive, missing: list[ArchivedFile], folder: Path) -> None:
    """Raise OutputUnwritable if the files need more space than the disk has."""
    needed_bytes = sum(_max_extracted_bytes(file.entry) for file in missing)
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        free = f"'{printable(folder)}' has {free_bytes:,} free"
        why = f"'{printable(archive.path)}' needs {needed_bytes:,} bytes, and {free}"
        raise OutputUnwritable(why, "choose another folder, or make room")


def _max_extracted_bytes(entry: Entry) -> int:
    """Return an upper bound on the size of the extracted file, from the manifest."""
    if entry.returns != PICTURE:
        return entry.original_bytes
    return math.prod(entry.shape[:3]) if entry.shape is not None else entry.bytes


def _is_already_there(archive: Archive, file: ArchivedFile, target: Path) -> bool:
    """Return whether the target is a file with the same content as the archived file.

    Raises:
        ArchiveDamaged: The entry is damaged, so it can't be compared.
    """
    try:
        state = target.lstat()
        if not stat.S_ISREG(state.st_mode):
            return False
        if file.entry.returns == BYTES:
            is_same_size = state.st_size == file.original_bytes
            return is_same_size and sha256_of_path(target)[0] == file.entry.original_sha256
        is_likely = file.codec in MODEL_SUFFIXES or state.st_size <= MAX_DECODED_GROWTH * file.original_bytes
        return is_likely and target.read_bytes() == archive.read(file)
    except OSError:
        return False


def _check_inside(folder: Path, target: Path) -> Path:
    """Return the target; raise OutputUnwritable if a link in the folder leads out of it."""
    parent, top = os.path.realpath(target.parent), os.path.realpath(folder)
    if os.path.commonpath([parent, top]) != top:
        why = f"'{printable(target)}' would be outside '{printable(folder)}', because a folder on the way is a link"
        raise OutputUnwritable(why, "choose an empty folder")
    return target
