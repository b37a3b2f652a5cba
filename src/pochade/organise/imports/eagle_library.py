"""Read the labels of an Eagle library, which holds copies of its pictures.

    Art.library/metadata.json                 folders: id, name, and children, which are such folders
    Art.library/images/ID.info/metadata.json  name, ext, tags, folders (ids), star (1 to 5), annotation, isDeleted
    Art.library/images/ID.info/NAME.EXT       the picture, byte for byte as it was imported
    Art.library/images/ID.info/NAME_thumbnail.png

Sources: the readers of Eagle libraries in meetqy/rao-pics (`packages/eagle`, with a library as its test data) and
GaaabLiz/eagleliz (`eagleliz/local/reader.py`); the rating of 0 to 5 in Eagle's plugin API (`eagle.item`).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pochade.errors import DataDamaged, FileUnreachable, PochadeError
from pochade.organise.imports.bounded_files import read_json, texts_in
from pochade.organise.imports.foreign_items import ForeignItem, LeftOut, names_of_paths, names_of_rating
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report

METADATA_FILE, ITEMS_FOLDER, ITEM_SUFFIX, LIBRARY_SUFFIX = "metadata.json", "images", ".info", ".library"
THUMBNAIL_SUFFIX = "_thumbnail.png"
MAX_LIBRARY_BYTES, MAX_ITEM_BYTES = 2**26, 2**22
MAX_FOLDERS, MAX_FOLDER_DEPTH, MAX_FILES_OF_ITEM = 100_000, 100, 1000
FolderPaths = dict[str, tuple[str, ...]]  # the names of a folder's parents and its own, by its id


def is_eagle_library(place: Path) -> bool:
    """Tell whether a folder is an Eagle library."""
    if not (os.path.isdir(place / ITEMS_FOLDER) and os.path.isfile(place / METADATA_FILE)):  # noqa: PTH112, PTH113  never raise
        return False
    return place.name.endswith(LIBRARY_SUFFIX) or next(_item_folders(place), None) is not None


def read_eagle_library(place: Path, report: Report, *, with_parents: bool) -> Iterator[ForeignItem | LeftOut]:
    """Yield what a library says about each of its items; what is in Eagle's trash is left out.

    Args:
        place: The folder `Art.library`.
        report: Called with the progress.
        with_parents: Whether the folders above an item's folder become labels, too.

    Raises:
        FileUnreachable: The folder of the items can't be listed.
    """
    try:
        folders = _folder_paths(read_json(place / METADATA_FILE, MAX_LIBRARY_BYTES))
    except PochadeError as error:
        yield LeftOut(METADATA_FILE, f"{error.reason}; the names of Eagle's folders are unknown")
        folders = {}
    items = list(_item_folders(place))
    for done, folder in enumerate(items, 1):
        report(Progress("reading the Eagle library", done, len(items)))
        shown = printable(folder.relative_to(place))
        try:
            metadata = read_json(folder / METADATA_FILE, MAX_ITEM_BYTES)
            yield _item(folder, metadata, folders, with_parents=with_parents) or LeftOut(shown, "is in Eagle's trash")
        except (DataDamaged, FileUnreachable) as error:
            yield LeftOut(f"{shown}/{METADATA_FILE}", error.reason)


def _item_folders(place: Path) -> Iterator[Path]:
    try:
        with os.scandir(place / ITEMS_FOLDER) as entries:
            for entry in entries:
                if entry.name.endswith(ITEM_SUFFIX) and entry.is_dir(follow_symlinks=False):
                    yield Path(entry.path)
    except OSError as error:
        shown = printable(place / ITEMS_FOLDER)
        raise FileUnreachable.about(shown, f"can't be listed: {error.strerror}", "check its permissions") from error


def _folder_paths(library: Any) -> FolderPaths:
    """The names of all folders. Damaged ones are left out, and so are those that are nested too deep."""
    paths: FolderPaths = {}
    pending: list[tuple[Any, tuple[str, ...]]] = [(library, ())]
    while pending:
        node, parents = pending.pop()
        children = node.get("folders" if node is library else "children") if isinstance(node, dict) else None
        for child in children if isinstance(children, list) else []:
            if len(paths) >= MAX_FOLDERS:
                return paths
            if isinstance(child, dict) and isinstance(child.get("id"), str) and isinstance(child.get("name"), str):
                paths[child["id"]] = path = (*parents, child["name"])
                if len(path) < MAX_FOLDER_DEPTH:
                    pending.append((child, path))
    return paths


def _item(folder: Path, metadata: Any, folders: FolderPaths, *, with_parents: bool) -> ForeignItem | None:
    """What the library says about one item; None if it is in Eagle's trash."""
    if not isinstance(metadata, dict):
        raise DataDamaged.about(printable(folder), "is no item of Eagle")
    if metadata.get("isDeleted") is True:
        return None
    paths: list[tuple[str, ...]] = [(tag,) for tag in texts_in(metadata.get("tags"))]
    paths += [folders[number] for number in texts_in(metadata.get("folders")) if number in folders]
    labels = names_of_paths(paths, with_parents=with_parents) + names_of_rating(metadata.get("star"))
    file = _picture_in(folder, f"{metadata.get('name')}.{metadata.get('ext')}")
    shown = f"{printable(folder.name)}/{printable(file.name)}"
    return ForeignItem(file, labels, shown, has_note=bool(metadata.get("annotation")))


def _picture_in(folder: Path, name: str) -> Path:
    """The picture in an item's folder: the file with the name in the metadata, or else the only one that it can be."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(MAX_FILES_OF_ITEM), strict=False)]
    except OSError as error:
        raise FileUnreachable.about(printable(folder), f"can't be listed: {error.strerror}") from error
    candidates = sorted(set(names) - {METADATA_FILE})
    pictures = [candidate for candidate in candidates if not candidate.endswith(THUMBNAIL_SUFFIX)]
    if not pictures:
        raise FileUnreachable.about(printable(folder), "has no picture")
    return folder / (name if name in pictures else pictures[0])
