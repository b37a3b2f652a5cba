"""`prune` and `rename`: remove files from an archive, and give files in it other paths."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.archive_writer import scratch_folder
from pochade.archive.container.embedded_models import model_id, with_repair_record
from pochade.archive.container.in_place_addition import add_in_place, can_be_written, undo_interrupted_addition
from pochade.archive.container.manifest_records import MODEL, PARITY, ArchivedFile, Entry, Manifest
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.container.reserved_names import names_temporary_file
from pochade.archive.container.stored_paths import (
    FolderSearch,
    StoredPath,
    check_path,
    parent_paths,
    printable_path,
    to_stored_path,
)
from pochade.archive.copy_entries import copy_entry
from pochade.archive.file_choice import choose_files
from pochade.archive.known_files import KnownFiles
from pochade.archive.parity_addition import add_parity, percent_of
from pochade.errors import ArchiveDamaged, UsageError
from pochade.system.atomic_files import file_lock
from pochade.system.path_text import printable

ReportEntries = Callable[[int, int], None]  # entries that were copied, entries to copy


@dataclass(frozen=True)
class PrunePlan:
    """What `prune` removes, and what stays."""

    removed_files: list[ArchivedFile]
    removed_folders: list[StoredPath]  # empty ones
    manifest: Manifest  # of what stays
    freed_bytes: int  # of entries that no other file needs

    @property
    def removed_paths(self) -> list[StoredPath]:
        """The paths of the files and folders that go."""
        return [*(file.path for file in self.removed_files), *self.removed_folders]


def plan_pruning(manifest: Manifest, words: Iterable[str]) -> PrunePlan:
    """Choose what goes; a content stays as long as another file has it.

    Args:
        manifest: The archive's manifest.
        words: Paths of files or folders, or patterns, see `choose_files`; at least one.

    Raises:
        UsageError: One of them matches nothing, or everything would go.
    """
    choice = choose_files(manifest, words)
    removed, removed_folders = {file.path for file in choice.files}, set(choice.folders)
    files = [file for file in manifest.files if file.path not in removed]
    folders = [folder for folder in manifest.folders if folder not in removed_folders]
    if not files and not folders:
        raise UsageError("nothing would stay in the archive", "delete the archive itself, if that is what you want")
    needed = {file.entry.name for file in files}
    models = {file.entry.model for file in files if file.entry.model is not None}
    entries = [
        entry
        for entry in manifest.entries
        if entry.codec == PARITY or (model_id(entry) in models if entry.codec == MODEL else entry.name in needed)
    ]
    freed_bytes = sum(entry.bytes for entry in manifest.entries) - sum(entry.bytes for entry in entries)
    stays = replace(manifest, entries=entries, files=files, folders=folders)
    return PrunePlan(list(choice.files), sorted(removed_folders), stays, freed_bytes)


def prune(
    path: Path,
    words: Iterable[str],
    report: ReportEntries = lambda _done, _total: None,
    *,
    shown: PrunePlan | None = None,
) -> PrunePlan:
    """Remove files from an archive. What stays is copied to a new file, which then takes the archive's place.

    Args:
        path: The archive.
        words: Paths of files or folders, or patterns, see `choose_files`; at least one.
        report: Called with the entries that were copied, and the entries to copy.
        shown: What a person agreed to; the archive may have changed since.

    Raises:
        UsageError: A word matches nothing, everything would go, something else than was shown would go, or another
            process writes the archive.
        ArchiveDamaged: A file that would stay is damaged, or a newer Pochade wrote the archive.
        OutputUnwritable: No permission, or no space for what stays.
    """
    with _open_to_change(path) as archive:
        plan = plan_pruning(archive.manifest, words)
        if shown is not None and plan.removed_paths != shown.removed_paths:
            raise UsageError("the archive has changed since: other files would go", "give the same command again")
        if len(plan.manifest.entries) == len(archive.manifest.entries):
            _replace_manifest(archive, plan.manifest)
        else:
            _copy_what_stays(archive, plan.manifest, report)
        return plan


def rename(path: Path, old: str, new: str) -> int:
    """Give a file or a folder of an archive another path. Its content stays where it is.

    Args:
        path: The archive.
        old: The path of a file or folder, as `pochade list` shows it.
        new: The new path, below the archive's top.

    Returns:
        How many files have another path now.

    Raises:
        UsageError: There is no such path, the new one is taken or impossible, or another process writes the archive.
        ArchiveDamaged: A newer Pochade wrote the archive.
        OutputUnwritable: No permission, or no space.
    """
    with _open_to_change(path) as archive:
        manifest = archive.manifest
        new_paths = _new_paths(manifest, old.rstrip("/"), to_stored_path(os.fsencode(new.rstrip("/"))))
        files = [replace(file, path=new_paths.get(file.path, file.path)) for file in manifest.files]
        folders = sorted(new_paths.get(folder, folder) for folder in manifest.folders)
        _check_free([file.path for file in files], folders)
        files.sort(key=lambda file: file.path)
        _replace_manifest(archive, replace(manifest, files=files, folders=folders))
        return sum(file.path in new_paths for file in manifest.files)


def _new_paths(manifest: Manifest, old: str, new: StoredPath) -> dict[StoredPath, StoredPath]:
    """Return the new path of each file and empty folder that moves.

    Raises:
        UsageError: Nothing has the old path, or the new one is impossible.
    """
    _check_possible(new)
    paths = [*(file.path for file in manifest.files), *manifest.folders]
    moved = {path: _moved_path(path, old, new) for path in paths}
    new_paths = {path: target for path, target in moved.items() if target is not None}
    if not new_paths:
        raise UsageError(
            f"there is no file or folder '{printable(old)}' in the archive", "`pochade list` shows its files"
        )
    return new_paths


def _moved_path(path: StoredPath, old: str, new: StoredPath) -> StoredPath | None:
    """Return the new path of a file that is `old` or lies below it; None for any other file."""
    for end in [*(len(folder) for folder in parent_paths(path)), len(path)]:
        if printable_path(path[:end]) == old:
            return new + path[end:]
    return None


def _check_possible(path: StoredPath) -> None:
    try:
        check_path(path)
        is_possible = not names_temporary_file(path)
    except ArchiveDamaged:
        is_possible = False
    if not is_possible:
        why = f"'{printable_path(path)}' is no path that a file in an archive may have"
        raise UsageError(why, "name a path below the archive's top, such as sketches/owl.png")


def _check_free(files: list[StoredPath], folders: list[StoredPath]) -> None:
    """Raise UsageError if two files have one path, or a file has the path of a folder."""
    search, names = FolderSearch([*files, *folders]), set(files)
    taken = next((path for path in files if search.is_folder(path)), None)
    taken = taken or next((path for path in folders if path in names or names & set(parent_paths(path))), None)
    if taken is None and len(names) < len(files):
        taken = next(path for path in names if files.count(path) > 1)
    if taken is not None:
        raise UsageError(f"'{printable_path(taken)}' is taken in the archive", "choose another path")


@contextmanager
def _open_to_change(path: Path) -> Iterator[Archive]:
    """Open an archive that no other process writes, and that this version can write without losing anything."""
    path = Path(os.path.realpath(path))
    with Archive(path):  # before a lock is made beside something that is no archive
        pass
    lock, known = path.with_name(f".{path.name}.lock"), KnownFiles(path)
    with file_lock(lock, f"writing '{printable(path)}'"):
        try:
            if can_be_written(path):
                undo_interrupted_addition(path)
            is_sound = known.is_archive_unchanged()
            with Archive(path) as archive:
                archive.check_changeable()
                yield archive
            known.save_archive(is_sound=is_sound)
        finally:
            with suppress(OSError):
                lock.unlink()


def _replace_manifest(archive: Archive, manifest: Manifest) -> None:
    """Write another manifest with the same entries, in place if possible."""
    has_tail = archive.container.gap == 0
    if has_tail and can_be_written(archive.path):
        with PartialArchive(archive.path, manifest.entries) as part:
            part.resume(lambda _entry: False)
            add_in_place(archive.container, part, manifest)
        PartialArchive.remove_leftovers(archive.path)
    else:
        _copy_what_stays(archive, manifest, lambda _done, _total: None)


def _copy_what_stays(archive: Archive, manifest: Manifest, report: ReportEntries) -> None:
    """Write a new archive of the entries and files of a manifest."""
    entries = [entry for entry in manifest.entries if entry.codec != PARITY]
    stays = {entry.name: entry for entry in entries}
    with PartialArchive(archive.path) as part:
        part.resume(lambda entry: entry.name in stays and stays[entry.name].crc32 == entry.crc32)  # of a killed run
        written = {entry.name: entry for entry in part.entries}  # by the names that they had
        for number, entry in enumerate(entries):
            report(number, len(entries))
            if entry.name in written:
                continue
            if entry.codec == MODEL:  # writing a model again repairs it
                written[entry.name] = part.add(entry, [with_repair_record(archive.model(entry))])
            else:
                _check_intact(archive, entry)
                written[entry.name] = copy_entry(entry, archive, part)
        report(len(entries), len(entries))
        files = [replace(file, entry=written[file.entry.name]) for file in manifest.files]
        written_manifest = replace(manifest, entries=list(part.entries), files=files)
        if percent := percent_of(manifest.entries):
            with scratch_folder(archive.path.with_name(f".{archive.path.name}.coded")) as scratch:
                add_parity(part, None, written_manifest, percent, scratch, lambda _done, _total: None)
        part.finish(replace(written_manifest, entries=list(part.entries)))
    PartialArchive.remove_leftovers(archive.path)


def _check_intact(archive: Archive, entry: Entry) -> None:
    if reason := archive.fault(entry):
        why = f"'{entry.name}' is damaged, and would stay: {reason}"
        raise ArchiveDamaged(why, "repair the archive before, or name the damaged files, too")
