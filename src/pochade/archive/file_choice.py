"""Chooses files of an archive by their paths, folders or patterns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pochade.archive.container.manifest_records import ArchivedFile, Manifest
from pochade.archive.container.stored_paths import StoredPath, printable_path
from pochade.errors import UsageError
from pochade.system.path_text import printable


@dataclass(frozen=True)
class FileChoice:
    """What is wanted of an archive."""

    files: Sequence[ArchivedFile]
    folders: Sequence[StoredPath]  # empty ones


def choose_files(manifest: Manifest, words: Iterable[str] = ()) -> FileChoice:
    """Choose files and empty folders.

    Args:
        manifest: The archive's manifest.
        words: Paths of files or folders as `pochade list` shows them, or patterns in which `*` stands for any text,
            `?` for a character and `[ab]` for one of some. With none, everything is chosen.

    Raises:
        UsageError: One of them matches nothing.
    """
    words = [word.rstrip("/") or word for word in words]
    if not words:
        return FileChoice(manifest.files, manifest.folders)
    matched = dict[StoredPath, bool]()
    unused = set(words)
    for path in (*(file.path for file in manifest.files), *manifest.folders):
        hits = [word for word in words if _matches(printable_path(path), word)]
        matched[path] = bool(hits)
        unused.difference_update(hits)
    if unused:
        why = f"no file in the archive matches '{printable(min(unused))}'"
        raise UsageError(why, "`pochade list` shows the files of an archive")
    files = [file for file in manifest.files if matched[file.path]]
    return FileChoice(files, [path for path in manifest.folders if matched[path]])


def _matches(path: str, word: str) -> bool:
    """Whether a word is the path, a folder above it, or a pattern that it fits."""
    return path == word or path.startswith(f"{word}/") or fnmatchcase(path, word)
