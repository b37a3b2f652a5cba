"""Plans an archive: which content belongs at which path. Whatever the archive holds already stays in it.

FileList ─►┤hash├─► PlannedContent ─►┤encode├─► EncodedContent ─►┤write├─► Entry ─► Manifest
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.codecs.original_file import sha256_of_path
from pochade.archive.container.manifest_records import ArchivedFile, Entry, Manifest
from pochade.archive.container.stored_paths import FolderSearch, StoredPath, dated_path, parent_paths
from pochade.archive.file_list import FileList
from pochade.archive.known_files import KnownFiles
from pochade.system.path_text import printable

ReportStage = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True)
class PlannedFile:
    """A file that goes into the archive."""

    path: Path  # on this computer
    stored_path: StoredPath
    mtime: int  # nanoseconds since 1970


@dataclass
class PlannedContent:
    """One distinct content, and all files that have it; the first one is encoded."""

    sha256: str
    size: int  # bytes
    files: list[PlannedFile]


@dataclass
class ArchivePlan:
    """The contents that an archive is to hold."""

    top: Path  # the folder to which the stored paths are relative
    contents: dict[str, PlannedContent]  # by SHA-256
    folders: list[StoredPath]  # empty ones
    left_out: dict[str, str]  # printable paths, and the reason for each

    def leave_out_first_file(self, sha256: str, reason: str) -> None:
        """Leave out the first file of a content, and the content itself if no other file has it."""
        content = self.contents[sha256]
        self.left_out[printable(content.files.pop(0).path)] = reason
        if not content.files:
            del self.contents[sha256]


def plan_archive(files: FileList, known: KnownFiles, report: ReportStage) -> ArchivePlan:
    """Hash every file that changed since the last run; leave out those that can't be read."""
    plan = ArchivePlan(files.top, {}, files.folders, files.left_out)
    for number, (stored_path, path) in enumerate(files.files.items()):
        try:
            status = path.stat()
            sha256, size = known.sha256(path, status), status.st_size
            if sha256 is None:
                sha256, size = sha256_of_path(path)  # the size of what was read, as the file may have grown since
                known.remember(path, status, sha256)
        except OSError as error:
            plan.left_out[printable(path)] = f"can't be read: {error.strerror}"
            continue
        content = plan.contents.setdefault(sha256, PlannedContent(sha256, size, []))
        content.files.append(PlannedFile(path, stored_path, status.st_mtime_ns))
        report("looking", number + 1, len(files.files))
    return plan


def is_fulfilled(plan: ArchivePlan, archive: Archive, rank: int) -> bool:
    """Return whether an archive already has every planned path with its content, at a fidelity of at least `rank`."""
    archived = {file.path: file.entry.original_sha256 for file in archive if file.entry.rank >= rank}
    has_files = all(
        archived.get(file.stored_path) == sha256 for sha256, content in plan.contents.items() for file in content.files
    )
    return has_files and set(plan.folders) <= set(archive.manifest.folders)


def content_hashes(entries: list[Entry]) -> set[str]:
    """Return the SHA-256 of every content that has an entry. Models don't count, even if a file has the same bytes."""
    return {entry.original_sha256 for entry in entries if entry.is_file}


def make_manifest(
    entries: list[Entry], old: Archive | None, plan: ArchivePlan
) -> tuple[Manifest, dict[StoredPath, StoredPath]]:
    """Return the manifest, and the new path of each old file whose path a new file takes.

    Args:
        entries: All entries of the new archive.
        old: The existing archive, whose files all stay; None if there is none.
        plan: The files to add.
    """
    entry_by_content = {entry.original_sha256: entry for entry in entries if entry.is_file}
    files = {
        file.stored_path: ArchivedFile(file.stored_path, file.mtime, entry_by_content[sha256])
        for sha256, content in plan.contents.items()
        for file in content.files
    }
    moved: dict[StoredPath, StoredPath] = {}
    new_folders = {folder for path in [*files, *plan.folders] for folder in parent_paths(path + "/")} - set(files)
    for file in old or ():
        new_file = files.get(file.path)
        if new_file is not None and new_file.entry.original_sha256 == file.entry.original_sha256:
            continue
        path = _free_path(file, files, new_folders)
        if path != file.path:
            moved[file.path] = path
        files[path] = ArchivedFile(path, file.mtime, entry_by_content[file.entry.original_sha256])
    folders = _empty_folders({*plan.folders, *(old.manifest.folders if old else ())}, set(files))
    return Manifest(entries, [files[path] for path in sorted(files)], folders), moved


def _free_path(file: ArchivedFile, files: Container[StoredPath], new_folders: Container[StoredPath]) -> StoredPath:
    """Return an old file's path, with its date added if a new file or folder takes the path."""
    path, attempts = file.path, count(1)
    while path in files or path in new_folders or any(folder in files for folder in parent_paths(path)):
        path = _add_date(path, file.mtime, next(attempts), files)
    return path


def _add_date(path: StoredPath, mtime: int, attempt: int, files: Container[StoredPath]) -> StoredPath:
    """Return a path with a date in the part that is taken: the whole path, or a folder above it that is now a file."""
    taken_path = next((folder for folder in parent_paths(path) if folder in files), path)
    return dated_path(taken_path, mtime, attempt) + path[len(taken_path) :]


def _empty_folders(folders: set[StoredPath], files: set[StoredPath]) -> list[StoredPath]:
    """Return the folders that hold nothing, are not files themselves, and lie below no file."""
    search = FolderSearch([*files, *folders])
    candidates = [folder for folder in folders - files if not search.is_folder(folder)]
    return sorted(folder for folder in candidates if files.isdisjoint(parent_paths(folder)))
