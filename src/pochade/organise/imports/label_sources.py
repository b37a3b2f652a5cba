"""Find out what a folder or a file of another program is, and read it.

    a folder called NAME.library, with images/           Eagle
    a folder with .TagStudio/ts_library.sqlite           TagStudio
    any other folder, for the pictures in it             XMP sidecars, tags of Hydrus, keywords inside pictures

Libraries in a folder of pictures, and in the folders directly below it, are found, too.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from pochade.errors import DataMissing
from pochade.organise.imports.eagle_library import is_eagle_library, read_eagle_library
from pochade.organise.imports.foreign_items import ForeignItem, LeftOut
from pochade.organise.imports.hydrus_sidecars import read_tag_sidecars
from pochade.organise.imports.keyword_sources import read_keywords_inside, read_xmp_sidecars
from pochade.organise.imports.picture_folders import ListedPicture, list_pictures
from pochade.organise.imports.tagstudio_library import LIBRARY_FOLDER, read_tagstudio_library, tagstudio_file
from pochade.system.path_text import printable
from pochade.system.progress import Report

SourceKind = Literal["eagle", "tagstudio", "xmp", "hydrus", "inside"]
MAX_FOLDERS_TRIED = 1000  # to find libraries
SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
SOURCE_NAMES: dict[SourceKind, str] = {
    "eagle": "Eagle library",
    "tagstudio": "TagStudio library",
    "xmp": "XMP sidecars",
    "hydrus": "tags beside pictures (Hydrus)",
    "inside": "keywords inside pictures",
}


@dataclass(frozen=True)
class PictureFolder:
    """A folder of pictures, which is listed once for all sources in it."""

    folder: Path
    skip: Path  # a folder to leave out, such as the index

    @cached_property
    def pictures(self) -> list[ListedPicture]:
        """The files that may be pictures."""
        return list_pictures(self.folder, self.skip)


@dataclass(frozen=True)
class LabelSource:
    """A place with labels of another program."""

    kind: SourceKind
    listing: PictureFolder

    @property
    def name(self) -> str:
        """What it is, for people."""
        return SOURCE_NAMES[self.kind]

    @property
    def place(self) -> Path:
        """The folder of the library, or of the pictures."""
        return self.listing.folder

    def read(self, report: Report, *, with_parents: bool) -> Iterator[ForeignItem | LeftOut]:
        """Yield what the source says about each picture.

        Args:
            report: Called with the progress.
            with_parents: Whether the parents of labels become labels, too.

        Raises:
            DataDamaged: The library of a program can't be read.
            FileUnreachable: A folder of a library can't be listed.
        """
        if self.kind == "eagle":
            return read_eagle_library(self.place, report, with_parents=with_parents)
        if self.kind == "tagstudio":
            return read_tagstudio_library(self.place, with_parents=with_parents)
        if self.kind == "xmp":
            return read_xmp_sidecars(self.listing.pictures, report, with_parents=with_parents)
        if self.kind == "hydrus":
            return read_tag_sidecars(self.listing.pictures)
        return read_keywords_inside(self.listing.pictures, report, with_parents=with_parents)


def find_label_sources(place: Path, skip: Path) -> list[LabelSource]:
    """Return the sources that a folder or file may be. Only names are looked at.

    Args:
        place: A library, a file of a library, or a folder of pictures.
        skip: A folder to leave out, such as the index.

    Raises:
        DataMissing: There is no such folder, or the file belongs to no program that Pochade knows.
    """
    folder = library_folder(place)
    if not folder.is_dir():
        raise DataMissing(
            f"'{printable(place)}' has no labels that Pochade can import",
            "name an Eagle library, a TagStudio library, a folder of pictures, or a file of `pochade export`",
        )
    if is_eagle_library(folder):
        return [LabelSource("eagle", PictureFolder(folder, skip))]
    listing = PictureFolder(folder, skip)
    beside: tuple[SourceKind, ...] = ("xmp", "hydrus", "inside")
    return [*_libraries_in(folder, skip), *(LabelSource(kind, listing) for kind in beside)]


def _libraries_in(folder: Path, skip: Path) -> Iterator[LabelSource]:
    """Yield the libraries in a folder and in the folders directly below it; links are not followed."""
    for place in (folder, *_folders_in(folder)):
        if tagstudio_file(place):
            yield LabelSource("tagstudio", PictureFolder(place, skip))
        if place != folder and is_eagle_library(place):
            yield LabelSource("eagle", PictureFolder(place, skip))


def _folders_in(folder: Path) -> list[Path]:
    with suppress(OSError), os.scandir(folder) as entries:
        folders = (Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
        return sorted(folders)[:MAX_FOLDERS_TRIED]
    return []


def library_folder(place: Path) -> Path:
    """Return the folder of the library that a folder or file belongs to; the place itself if it belongs to none."""
    for folder in (place, *list(place.parents)[:2]):
        if folder.name == LIBRARY_FOLDER:
            return folder.parent
        if folder != place and is_eagle_library(folder):
            return folder
    return place
