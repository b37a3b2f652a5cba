"""The nets that make a collection's fingerprints, the shipped ones or others trained on the art, and what they made."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pochade.errors import IndexDamaged, PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import Squares, squared
from pochade.images.io.read import read_preview
from pochade.index.database import Index
from pochade.index.ingest_file import THUMBNAIL, thumbnail_path, write_thumbnail
from pochade.index.vectors import VectorFile
from pochade.models import weights
from pochade.system.progress import Progress, Report

if TYPE_CHECKING:  # torch is heavy: a run that finds nothing new never loads it
    from pochade.embedding.embedder import Embedder

LOOK, CODE = 64, 256  # columns of the fingerprint files
BATCH = 64  # pieces fingerprinted at once
NOTHING = np.full((1, 1, 3), 255, np.uint8)


class ActiveModels:
    """A collection's nets, and the files of fingerprints that they made.

    Args:
        folder: The art.
        home: Where the index's files are.
        index: The database, which names the nets in use.
    """

    def __init__(self, folder: Path, home: Path, index: Index) -> None:
        self.folder, self.home, self.index = folder, home, index
        self.thumbnails = home / "thumbnails"
        self._nets: Embedder | None = None
        self._looks: VectorFile | None = None

    @property
    def nets(self) -> "Embedder":
        """The nets whose fingerprints are in use: those trained on this folder, or the shipped ones.

        Raises:
            IndexDamaged: They are no longer there; `learn` makes fingerprints by the shipped ones.
        """
        used = self.index.net_in_use()
        name = used.name if used else weights.name_of(weights.FOLDER)
        if self._nets is None or self._nets.name != name:
            self._nets = self._loaded(name)
        return self._nets

    def _loaded(self, name: str | None) -> "Embedder":
        from pochade.embedding.embedder import Embedder, shipped  # noqa: PLC0415  torch

        if name == weights.name_of(weights.FOLDER):
            return shipped()
        if name is None or weights.name_of(self._nets_folder(name)) != name:
            raise IndexDamaged("the nets that made the fingerprints are no longer here", "run 'pochade learn' again")
        return Embedder(self._nets_folder(name))

    def _nets_folder(self, name: str) -> Path:
        return self.home / "nets" / name

    def renew(self, report: Report) -> None:
        """Go on with a change of nets that was cut off; begin one where nets or fingerprints are missing."""
        prepared, used = self.index.net_prepared(), self.index.net_in_use()
        if prepared and self._there(prepared.name):
            self.change(prepared.name, report)
        elif used is None or not self._there(used.name) or not self._complete(used.name):
            name = used.name if used and self._there(used.name) else str(weights.name_of(weights.FOLDER))
            self.index.prepare_net(name, now(), {})
            self.change(name, report)

    def _there(self, name: str) -> bool:
        """Whether the nets of that name are shipped, or kept with the index."""
        return name in {weights.name_of(weights.FOLDER), weights.name_of(self._nets_folder(name))}

    def _complete(self, name: str) -> bool:
        """Whether every piece has its fingerprints by these nets."""
        try:
            return min(vectors.count() for vectors in self.vectors(name, create=False)) >= self.index.rows_used()
        except IndexDamaged:
            return False

    def change(self, name: str, report: Report) -> None:
        """Fingerprints of all known pieces by other nets, from the thumbnails; then use them, forget the others."""
        self._nets = self._loaded(name)
        looks, codes = self.vectors(name)
        contents = self.index.contents()
        for start in range(min(looks.count(), codes.count()) // BATCH * BATCH, len(contents), BATCH):
            prints = self._nets.fingerprint(list(self.squares(contents[start : start + BATCH])))
            looks.write(start, prints.looks)
            codes.write(start, prints.codes)
            report(Progress("fingerprinting", min(start + BATCH, len(contents)), len(contents)))
        self.index.use_net(name)
        self._looks = None
        for old in (*self.home.glob("looks-*.f32"), *self.home.glob("codes-*.u8"), *self.home.glob("nets/*")):
            if name not in old.name:
                shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)

    def squares(self, contents: list[str]) -> Iterator[Squares]:
        """Pieces as the nets see them, from their thumbnails; one of which nothing is left is white."""
        for content in contents:
            pixels = self.pixels(content)
            yield squared(NOTHING if pixels is None else pixels)

    def pixels(self, content: str) -> Array | None:
        """A piece from its thumbnail, which is made anew where it is gone; None when no file can be read either."""
        try:
            return read_preview(thumbnail_path(self.thumbnails, content), THUMBNAIL).pixels
        except PictureUnreadable:
            return self._read_again(content)

    def _read_again(self, content: str) -> Array | None:
        path = self.index.path_of(content)
        try:
            if path is None:
                raise PictureUnreadable("no file holds it")
            pixels = read_preview(self.folder / os.fsdecode(path), THUMBNAIL).pixels
        except PictureUnreadable:
            return None
        with suppress(PictureUnreadable):  # no room for it: the next one reads the file again
            write_thumbnail(thumbnail_path(self.thumbnails, content), pixels)
        return pixels

    def vectors(self, net: str, *, create: bool = True) -> tuple[VectorFile, VectorFile]:
        """The files of looks and codes by that net."""
        looks = VectorFile(self.home / f"looks-{net}.f32", net, np.float32, LOOK, create=create)
        return looks, VectorFile(self.home / f"codes-{net}.u8", net, np.uint8, CODE, create=create)

    def looks(self, count: int) -> NDArray[np.float32]:
        """The looks (count, 64) of all pieces, by row, as they lie on disk.

        Raises:
            IndexDamaged: They are not there.
        """
        used = self.index.net_in_use()
        if used is None:
            raise IndexDamaged("the index names no net", "run 'pochade learn' again")
        if self._looks is None or self._looks.header["net"] != used.name:
            self._looks = self.vectors(used.name, create=False)[0]
        return self._looks.rows(count)

    def codes(self, count: int) -> NDArray[np.uint8]:
        """The codes (count, 256) of all pieces, by row."""
        return self.vectors(self.nets.name, create=False)[1].rows(count)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
