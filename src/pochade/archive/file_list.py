"""What is to go into an archive: every file that is named or lies below a folder, hidden ones too; no links."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pochade.archive.container.entry_names import Text, as_text
from pochade.errors import DataMissing, UsageError
from pochade.images.base.source import printable

INDEX = ".pochade"


@dataclass
class FileList:
    """Files and folders by their path in the archive."""

    top: Path  # the folder that paths are below
    files: dict[Text, Path] = field(default_factory=dict)
    folders: list[Text] = field(default_factory=list)  # with nothing in them
    left_out: dict[str, str] = field(default_factory=dict)  # printable paths, and why


def found_in(given: Path | str | Iterable[Path | str], own: Iterable[Path]) -> FileList:
    """Look at everything without opening it.

    One folder gives paths below it; several things give paths below the folder that they have in common.

    Args:
        given: Files and folders.
        own: The archive itself, and what lies beside it while it is written.

    Raises:
        DataMissing: Something given isn't there.
        UsageError: Nothing is given.
    """
    paths = [Path(given)] if isinstance(given, str | Path) else [Path(one) for one in given]
    paths = [plainly(path) for path in paths]
    if not paths:
        raise UsageError("there is nothing to compress", "name a folder, or files")
    for path in paths:
        if not os.path.lexists(path):
            raise DataMissing(f"'{printable(path)}' isn't there", "look at its name")
    alone = len(paths) == 1 and os.path.isdir(paths[0])  # noqa: PTH112  as below
    top = paths[0] if alone else Path(os.path.commonpath([one.parent for one in paths]))
    found, passed_over = FileList(top), {plainly(path) for path in own}
    for path in sorted(set(paths)):
        add(found, top, path, passed_over)
    return found


def plainly(path: Path) -> Path:
    """One spelling of a path, however it is written; a link to a file stays one."""
    whole = os.path.isdir(path)  # noqa: PTH112  raises nothing, whatever the system says of it
    return Path(os.path.realpath(path)) if whole else Path(os.path.realpath(path.parent)) / path.name


def add(found: FileList, top: Path, path: Path, passed_over: set[Path]) -> None:
    """A file, or a folder with all below it."""
    waiting = [path]
    while waiting:
        one = waiting.pop()
        if one in passed_over:
            continue
        text = as_text(os.fsencode(one.relative_to(top).as_posix()))
        try:
            kind = one.lstat().st_mode
        except OSError as error:
            found.left_out[printable(one)] = f"can't be read: {error.strerror}"
            continue
        if stat.S_ISLNK(kind):
            found.left_out[printable(one)] = "is a link"
        elif stat.S_ISDIR(kind):
            waiting += listed(found, one, text if one != top else "")
        elif stat.S_ISREG(kind):
            found.files[text] = one
        else:
            found.left_out[printable(one)] = "is no ordinary file"


def listed(found: FileList, folder: Path, text: Text) -> list[Path]:
    """What lies in a folder, but for an index of ours."""
    try:
        inside = sorted(folder.iterdir(), reverse=True)  # the last one is looked at first
    except OSError as error:
        found.left_out[printable(folder)] = f"can't be listed: {error.strerror}"
        return []
    if not inside and text:
        found.folders.append(text)
    return [path for path in inside if path.name != INDEX]
