"""Which collection a command works on: the one that `-C` names, or the nearest one upwards from the current folder."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.errors import CollectionMissing

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.collection import Collection
    from pochade.index.collection_place import CollectionPlace
    from pochade.index.picture_records import CollectionInfo

INDEX_FOLDER = ".pochade"


@dataclass(frozen=True)
class CollectionChoice:
    """The options before the verb, `-C` and `--index`."""

    folder: Path | None
    index: str | None

    def open_collection(self, folder: Path | None = None) -> "Collection":
        """Open the collection of a folder, by default the folder of `-C` or the nearest collection upwards.

        Raises:
            CollectionMissing: There is no such collection.
        """
        from pochade.collection import Collection

        return Collection.open(folder or self._chosen_folder(), index=self.index)

    def locate(self) -> "CollectionPlace":
        """Find the places of the chosen collection; nothing is read.

        Raises:
            CollectionMissing: There is no such collection.
        """
        from pochade.index.collection_place import locate_collection

        return locate_collection(self._chosen_folder(), self.index)

    def summarise(self) -> "CollectionInfo":
        """Summarise the chosen collection; at once, if its index was checked before.

        Raises:
            CollectionMissing: There is no such collection.
        """
        from pochade.index.collection_summary import quick_summary

        if summary := quick_summary(self.locate()):
            return summary
        with self.open_collection() as collection:
            return collection.info()

    def _chosen_folder(self) -> Path:
        if chosen := self.folder or nearest_collection_folder():
            return chosen
        raise CollectionMissing(
            f"neither '{current_folder()}' nor a folder above it has been learnt",
            "name the folder: pochade -C FOLDER, or pochade learn FOLDER",
        )


def nearest_collection_folder() -> Path | None:
    """The current folder or the nearest one above it that has an index; None if there is none."""
    here = current_folder()
    folders = (here, *here.parents)
    return next((folder for folder in folders if os.path.isdir(folder / INDEX_FOLDER)), None)  # noqa: PTH112  never raises


def current_folder() -> Path:
    """The current folder.

    Raises:
        CollectionMissing: The folder no longer exists.
    """
    try:
        return Path.cwd()
    except OSError as error:
        raise CollectionMissing("the current folder no longer exists", "change to another one") from error
