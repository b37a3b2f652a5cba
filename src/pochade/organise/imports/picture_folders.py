"""List the files of a folder that may be pictures, with the names of what is beside each: its sidecars are there."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pochade.organise.imports.foreign_items import MAX_ITEMS
from pochade.system.folder_walk import walk_folder
from pochade.system.path_text import printable


@dataclass(frozen=True)
class ListedPicture:
    """A file that may be a picture."""

    path: Path
    shown: str  # its path below the folder that was listed
    names: frozenset[str]  # of everything in its folder
    is_only_with_stem: bool  # whether no other picture in its folder has the same name apart from the ending

    def shown_beside(self, name: str) -> str:
        """What messages call a file beside the picture."""
        folder = self.shown.rpartition("/")[0]
        return f"{folder}/{printable(name)}" if folder else printable(name)


def list_pictures(folder: Path, skip: Path) -> list[ListedPicture]:
    """List the files below a folder that may be pictures, sorted by path. Nothing is opened.

    Args:
        folder: The folder.
        skip: A folder to leave out, such as the index.
    """
    paths = sorted(walk_folder(folder, skip).files)[:MAX_ITEMS]
    return list(_pictures_of(folder, [folder / os.fsdecode(path) for path in paths]))


def _pictures_of(folder: Path, paths: list[Path]) -> Iterator[ListedPicture]:
    stems = Counter((path.parent, path.stem) for path in paths)
    names: dict[Path, frozenset[str]] = {}
    for path in paths:
        if path.parent not in names:
            names[path.parent] = _names_in(path.parent)
        is_only = stems[path.parent, path.stem] == 1
        yield ListedPicture(path, printable(path.relative_to(folder)), names[path.parent], is_only)


def _names_in(folder: Path) -> frozenset[str]:
    with suppress(OSError):  # a folder that is gone since has no sidecars
        return frozenset(os.listdir(folder))  # noqa: PTH208  names, not paths
    return frozenset()
