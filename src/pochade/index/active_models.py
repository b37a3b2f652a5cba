"""The models of a collection, shipped or trained on its art, and the embeddings and sketches that they made."""

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
from pochade.images.geometry.letterbox import Squares, make_squares
from pochade.images.io.read import read_preview
from pochade.index.database import Index
from pochade.index.model_store import model_in_use, prepare_model, prepared_model, use_model
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path, write_thumbnail
from pochade.index.vectors import VectorFile
from pochade.models import weights
from pochade.system.progress import Progress, Report

if TYPE_CHECKING:  # torch is slow to import, and a run that finds nothing new does not need it
    from pochade.embedding.embedder import Embedder

EMBEDDING_SIZE = 64  # numbers in an embedding
SKETCH_BYTES = 256  # bytes in a sketch
PICTURES_PER_BATCH = 64
WHITE_PIXEL = np.full((1, 1, 3), 255, np.uint8)


class ActiveModels:
    """The models that a collection uses, and the files of the embeddings and sketches that they made.

    Args:
        folder: The art.
        home: The folder that holds the files of the index.
        index: The database, which names the models in use.
    """

    def __init__(self, folder: Path, home: Path, index: Index) -> None:
        self.folder, self.home, self.index = folder, home, index
        self.thumbnails = home / "thumbnails"
        self._embedder: Embedder | None = None
        self._embedding_file: VectorFile | None = None

    @property
    def embedder(self) -> "Embedder":
        """The models in use: those trained on this folder, or the shipped ones.

        Raises:
            IndexDamaged: The models' files are gone; `learn` embeds everything with the shipped ones.
        """
        used = model_in_use(self.index)
        name = used.name if used else weights.weights_name(weights.FOLDER)
        if self._embedder is None or self._embedder.name != name:
            self._embedder = self._load(name)
        return self._embedder

    def _load(self, name: str | None) -> "Embedder":
        from pochade.embedding.embedder import Embedder, shipped_embedder  # noqa: PLC0415  torch

        if name == weights.weights_name(weights.FOLDER):
            return shipped_embedder()
        if name is None or weights.weights_name(self._model_folder(name)) != name:
            raise IndexDamaged("the models that made the embeddings are no longer here", "run 'pochade learn' again")
        return Embedder(self._model_folder(name))

    def _model_folder(self, name: str) -> Path:
        return self.home / "nets" / name

    # Changing the models ---------------------------------------------------------------------------------------------

    def repair(self, report: Report) -> None:
        """Finish an interrupted change of models, and embed again whatever lacks its model or its vectors."""
        prepared, used = prepared_model(self.index), model_in_use(self.index)
        if prepared and self._is_available(prepared.name):
            self.switch_to(prepared.name, report)
        elif used is None or not self._is_available(used.name) or not self._is_complete(used.name):
            name = used.name if used and self._is_available(used.name) else str(weights.weights_name(weights.FOLDER))
            prepare_model(self.index, name, utc_now(), {})
            self.switch_to(name, report)

    def _is_available(self, name: str) -> bool:
        return name in {weights.weights_name(weights.FOLDER), weights.weights_name(self._model_folder(name))}

    def _is_complete(self, name: str) -> bool:
        try:
            return min(file.count() for file in self.vector_files(name, create=False)) >= self.index.row_count()
        except IndexDamaged:
            return False

    def switch_to(self, name: str, report: Report) -> None:
        """Embed all pictures with a prepared model, from their thumbnails; then use it and delete the other models.

        An interrupted switch continues after the last batch that was written.

        Args:
            name: The name of the prepared model.
            report: Called with the progress.
        """
        self._embedder = self._load(name)
        embedding_file, sketch_file = self.vector_files(name)
        contents = self.index.contents()
        done = min(embedding_file.count(), sketch_file.count()) // PICTURES_PER_BATCH * PICTURES_PER_BATCH
        for start in range(done, len(contents), PICTURES_PER_BATCH):
            prints = self._embedder.fingerprint(list(self.squares(contents[start : start + PICTURES_PER_BATCH])))
            embedding_file.write(start, prints.embeddings)
            sketch_file.write(start, prints.sketches)
            report(Progress("fingerprinting", min(start + PICTURES_PER_BATCH, len(contents)), len(contents)))
        use_model(self.index, name)
        self._embedding_file = None
        for path in (*self.home.glob("looks-*.f32"), *self.home.glob("codes-*.u8"), *self.home.glob("nets/*")):
            if name not in path.name:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    # Pictures --------------------------------------------------------------------------------------------------------

    def squares(self, contents: list[str]) -> Iterator[Squares]:
        """Load pictures as the models read them, from their thumbnails; a picture that can't be read is white."""
        for content in contents:
            pixels = self.thumbnail_pixels(content)
            yield make_squares(WHITE_PIXEL if pixels is None else pixels)

    def thumbnail_pixels(self, content: str) -> Array | None:
        """Load the thumbnail of a picture; a missing one is made again.

        Args:
            content: The picture's content hash.

        Returns:
            Pixels (h, w, 3) uint8, or None if no file of the picture can be read either.
        """
        try:
            return read_preview(thumbnail_path(self.thumbnails, content), THUMBNAIL_PIXELS).pixels
        except PictureUnreadable:
            return self._restore_thumbnail(content)

    def _restore_thumbnail(self, content: str) -> Array | None:
        path = self.index.path_of(content)
        try:
            if path is None:
                raise PictureUnreadable("no file holds it")
            pixels = read_preview(self.folder / os.fsdecode(path), THUMBNAIL_PIXELS).pixels
        except PictureUnreadable:
            return None
        with suppress(PictureUnreadable):  # if the disk is full, the next call reads the file again
            write_thumbnail(thumbnail_path(self.thumbnails, content), pixels)
        return pixels

    # Vectors ---------------------------------------------------------------------------------------------------------

    def vector_files(self, name: str, *, create: bool = True) -> tuple[VectorFile, VectorFile]:
        """Open the files of the embeddings and sketches that a model made.

        Args:
            name: The model's name.
            create: Create missing files.

        Raises:
            IndexDamaged: A file is missing or damaged.
        """
        embedding_file = VectorFile(self.home / f"looks-{name}.f32", name, np.float32, EMBEDDING_SIZE, create=create)
        return embedding_file, VectorFile(self.home / f"codes-{name}.u8", name, np.uint8, SKETCH_BYTES, create=create)

    def embeddings(self, count: int) -> NDArray[np.float32]:
        """The embeddings (count, 64) of the first pictures, by row, mapped from disk.

        Raises:
            IndexDamaged: They are missing.
        """
        used = model_in_use(self.index)
        if used is None:
            raise IndexDamaged("the index does not name its model", "run 'pochade learn' again")
        if self._embedding_file is None or self._embedding_file.header["net"] != used.name:
            self._embedding_file = self.vector_files(used.name, create=False)[0]
        return self._embedding_file.rows(count)

    def sketches(self, count: int) -> NDArray[np.uint8]:
        """The sketches (count, 256) of the first pictures, by row."""
        return self.vector_files(self.embedder.name, create=False)[1].rows(count)


def utc_now() -> str:
    """The time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
