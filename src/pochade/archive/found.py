"""What is to go into an archive: every file that is named or lies below a folder, hidden ones too; no links."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pochade.archive.names import Text, as_text
from pochade.errors import DataMissing, UsageError
from pochade.images.source import printable

INDEX = ".pochade"


@dataclass
class Found:
    """Files and folders by their path in the archive."""

    files: dict[Text, Path] = field(default_factory=dict)
    folders: list[Text] = field(default_factory=list)  # with nothing in them
    left_out: dict[str, str] = field(default_factory=dict)  # printable paths, and why


def found_in(given: Path | str | Iterable[Path | str], own: Iterable[Path]) -> Found:
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
    top = paths[0] if len(paths) == 1 and paths[0].is_dir() else Path(os.path.commonpath([one.parent for one in paths]))
    found, passed_over = Found(), {plainly(path) for path in own}
    for path in sorted(set(paths)):
        add(found, top, path, passed_over)
    return found


def plainly(path: Path) -> Path:
    """One spelling of a path, however it is written; a link to a file stays one."""
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def add(found: Found, top: Path, path: Path, passed_over: set[Path]) -> None:
    """A file, or a folder with all below it."""
    waiting = [path]
    while waiting:
        one = waiting.pop()
        if one in passed_over:
            continue
        text = as_text(os.fsencode(one.relative_to(top).as_posix()))
        if one.is_symlink() and one != top:
            found.left_out[printable(one)] = "is a link"
        elif one.is_dir():
            waiting += listed(found, one, text if one != top else "")
        elif one.is_file():
            found.files[text] = one
        else:
            found.left_out[printable(one)] = "is no ordinary file"


def listed(found: Found, folder: Path, text: Text) -> list[Path]:
    """What lies in a folder, but for an index of ours."""
    try:
        inside = sorted(folder.iterdir(), reverse=True)  # the last one is looked at first
    except OSError as error:
        found.left_out[printable(folder)] = f"can't be listed: {error.strerror}"
        return []
    if not inside and text:
        found.folders.append(text)
    return [path for path in inside if path.name != INDEX]
