"""Lists what goes into an archive: the given files and all files below the given folders, hidden ones too, no links."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pochade.archive.container.reserved_names import names_index, names_temporary_file
from pochade.archive.container.stored_paths import MAX_PATH_PARTS, StoredPath, to_stored_path
from pochade.errors import DataMissing, UsageError
from pochade.system.path_text import printable

INDEX_FOLDER = ".pochade"
TEMPORARY_FILE_REASON = "has the name of a temporary file of Pochade's own"


@dataclass
class FileList:
    """Files and empty folders, by their path in the archive."""

    top: Path  # the folder to which the paths are relative
    files: dict[StoredPath, Path] = field(default_factory=dict)
    folders: list[StoredPath] = field(default_factory=list)  # empty ones
    left_out: dict[str, str] = field(default_factory=dict)  # printable paths, and the reason for each


def list_files(folder_or_paths: Path | str | Iterable[Path | str], excluded: Iterable[Path]) -> FileList:
    """List files without opening them.

    The paths in the archive are relative to the folder, or to the common folder of several paths.

    Args:
        folder_or_paths: A folder, or files and folders.
        excluded: The archive itself, and the temporary files beside it.

    Raises:
        DataMissing: A path doesn't exist.
        UsageError: No path is given.
    """
    is_single = isinstance(folder_or_paths, str | Path)
    paths = [Path(folder_or_paths)] if is_single else [Path(path) for path in folder_or_paths]  # type: ignore[arg-type,union-attr]
    paths = [_canonical_path(path) for path in paths]
    if not paths:
        raise UsageError("there is nothing to compress", "name a folder, or files")
    for path in paths:
        if not os.path.lexists(path):
            raise DataMissing(f"'{printable(path)}' does not exist", "check its name")
    is_folder = len(paths) == 1 and os.path.isdir(paths[0])  # noqa: PTH112  never raises
    top = paths[0] if is_folder else Path(os.path.commonpath([path.parent for path in paths]))
    file_list, excluded_paths = FileList(top), {_canonical_path(path) for path in excluded}
    for path in sorted(set(paths)):
        _add(file_list, path, excluded_paths)
    return file_list


def _canonical_path(path: Path) -> Path:
    """Return the same spelling for every way to write a path; a link to a file is not followed."""
    is_folder = os.path.isdir(path)  # noqa: PTH112  never raises
    return Path(os.path.realpath(path)) if is_folder else Path(os.path.realpath(path.parent)) / path.name


def _add(file_list: FileList, path: Path, excluded: set[Path]) -> None:
    """Add a file, or a folder with everything below it."""
    pending = [path]
    while pending:
        path = pending.pop()
        if path in excluded:
            continue
        relative_path = os.fsencode(path.relative_to(file_list.top).as_posix())
        stored_path = to_stored_path(relative_path)
        if reason := _reserved_reason(relative_path):
            file_list.left_out[printable(path)] = reason
            continue
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            file_list.left_out[printable(path)] = f"can't be read: {error.strerror}"
            continue
        if stat.S_ISLNK(mode):
            file_list.left_out[printable(path)] = "is a link"
        elif stat.S_ISDIR(mode):
            pending += _list_folder(file_list, path, stored_path if path != file_list.top else "")
        elif stat.S_ISREG(mode):
            file_list.files[stored_path] = path
        else:
            file_list.left_out[printable(path)] = "is not a regular file"


def _list_folder(file_list: FileList, folder: Path, stored_path: StoredPath) -> list[Path]:
    """Return what is in a folder, except a collection's index; record the folder if it is empty."""
    try:
        children = sorted(folder.iterdir(), reverse=True)  # the caller takes them from the end
    except OSError as error:
        file_list.left_out[printable(folder)] = f"can't be listed: {error.strerror}"
        return []
    children = [child for child in children if child.name != INDEX_FOLDER]
    if not children and stored_path:
        file_list.folders.append(stored_path)
    return children


def _reserved_reason(relative_path: bytes) -> str:
    """Return why an archive may not have a path; an empty string if it may."""
    text = relative_path.decode("utf-8", "surrogateescape")
    if text.count("/") >= MAX_PATH_PARTS:
        return f"lies below more than {MAX_PATH_PARTS - 1} folders"
    if text != "." and names_index(text):
        return "has the name of a collection's index"
    return TEMPORARY_FILE_REASON if names_temporary_file(text) else ""
