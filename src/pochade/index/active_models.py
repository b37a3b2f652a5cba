"""The models of a collection, shipped or fine-tuned on its art, and the embeddings and sketches that they made."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pochade.errors import IndexDamaged, PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import Squares, make_squares
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.database import Index
from pochade.index.model_store import model_in_use, prepare_model, prepared_model, use_model
from pochade.index.path_rules import THUMBNAILS_FOLDER, check_plain_name
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path, write_thumbnail
from pochade.index.vector_rows import EMBEDDING_SIZE, SKETCH_BYTES, VectorKind, has_vector_rows
from pochade.index.vector_snapshot import extend_file
from pochade.index.vectors import VectorFile
from pochade.models import weights
from pochade.system.progress import Progress, Report

if TYPE_CHECKING:  # onnxruntime is slow to import, and a run without new pictures does not need it
    from pochade.embedding.embedder import Embedder

MODEL_KINDS: tuple[VectorKind, ...] = ("embedding", "sketch")  # vectors that a model makes
PICTURES_PER_BATCH = 64
WHITE_PIXEL = np.full((1, 1, 3), 255, np.uint8)


class ActiveModels:
    """The models that a collection uses, and the files of the embeddings and sketches that they made.

    Args:
        folder: The folder of the art.
        home: The folder that holds the files of the index.
        index: The database, which names the models in use.
    """

    def __init__(self, folder: Path, home: Path, index: Index) -> None:
        self.folder, self.home, self.index = folder, home, index
        self.thumbnails = home / THUMBNAILS_FOLDER
        self._embedder: Embedder | None = None
        self._embedding_file: VectorFile | None = None

    @property
    def embedder(self) -> "Embedder":
        """The models in use, loaded on first use: those fine-tuned on this folder, or the shipped ones.

        Raises:
            IndexDamaged: The files of the models are gone. The next `learn` embeds all pictures with the shipped ones.
        """
        record = model_in_use(self.index)
        name = record.name if record else _shipped_name()
        if self._embedder is None or self._embedder.name != name:
            self._embedder = self._load(name)
        return self._embedder

    def _load(self, name: str | None) -> "Embedder":
        from pochade.embedding.embedder import Embedder, shipped_embedder  # noqa: PLC0415  onnxruntime

        if name == _shipped_name():
            return shipped_embedder()
        if name is None or weights.weights_name(self._model_folder(name)) != name:
            raise IndexDamaged(
                "the models that made this index are missing",
                "run 'pochade learn': it embeds all pictures with the models of this version",
            )
        return Embedder(self._model_folder(name))

    def _model_folder(self, name: str) -> Path:
        return self.home / "nets" / check_plain_name(name)

    # Changing the models ---------------------------------------------------------------------------------------------

    def repair(self, report: Report) -> None:
        """Finish an interrupted change of models, or embed all pictures again if the models or vectors are missing.

        Args:
            report: Called with the progress.
        """
        next_model, current = prepared_model(self.index), model_in_use(self.index)
        if next_model and self._has_weights(next_model.name):
            self.switch_to(next_model.name, report)
        elif current is None or not self._has_weights(current.name) or not self._has_all_vectors(current.name):
            name = current.name if current and self._has_weights(current.name) else str(_shipped_name())
            prepare_model(self.index, name, utc_now(), {})
            self.switch_to(name, report)

    def _has_weights(self, name: str) -> bool:
        return name in {_shipped_name(), weights.weights_name(self._model_folder(name))}

    def _has_all_vectors(self, name: str) -> bool:
        try:
            count = self.index.row_count()
            return all(self._level_file(name, kind, count).count() >= count for kind in MODEL_KINDS)
        except IndexDamaged:
            return False

    def switch_to(self, name: str, report: Report) -> None:
        """Embed the thumbnails of all pictures with a prepared model, start to use it, and delete the other models.

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
            fingerprints = self._embedder.fingerprint(list(self.squares(contents[start : start + PICTURES_PER_BATCH])))
            embedding_file.write(start, fingerprints.embeddings)
            sketch_file.write(start, fingerprints.sketches)
            report(Progress("fingerprinting", min(start + PICTURES_PER_BATCH, len(contents)), len(contents)))
        use_model(self.index, name)
        self._embedding_file = None
        self._delete_other_models(name)

    def _delete_other_models(self, name: str) -> None:
        for path in (*self.home.glob("looks-*.f32"), *self.home.glob("codes-*.u8"), *self.home.glob("nets/*")):
            if name not in path.name:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    # Pictures --------------------------------------------------------------------------------------------------------

    def squares(self, contents: list[str]) -> Iterator[Squares]:
        """Load the thumbnails of pictures as the squares that the models read; an unreadable picture becomes white.

        Args:
            contents: The content hashes of the pictures.
        """
        for content in contents:
            pixels = self.thumbnail_pixels(content)
            yield make_squares(WHITE_PIXEL if pixels is None else pixels)

    def thumbnail_pixels(self, content: str) -> Array | None:
        """Load the thumbnail of a picture; if it is missing, make it again from a file of the picture.

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
        if path is None:
            return None
        try:
            read = partial(read_preview, side=THUMBNAIL_PIXELS)
            pixels = read_in_worker(read, self.folder / os.fsdecode(path)).pixels
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

        Returns:
            The file of the embeddings, and that of the sketches.

        Raises:
            IndexDamaged: A file is missing or damaged, or the model's name is invalid.
        """
        check_plain_name(name)
        embedding_file = VectorFile(self.home / f"looks-{name}.f32", name, np.float32, EMBEDDING_SIZE, create=create)
        return embedding_file, VectorFile(self.home / f"codes-{name}.u8", name, np.uint8, SKETCH_BYTES, create=create)

    def _level_file(self, name: str, kind: VectorKind, count: int) -> VectorFile:
        """Open the file of embeddings or sketches, with the rows that other machines have stored in the database."""
        place = MODEL_KINDS.index(kind)
        try:
            file = self.vector_files(name, create=False)[place]
        except IndexDamaged:
            if not has_vector_rows(self.index):
                raise
            file = self.vector_files(name)[place]
        extend_file(self.index, name, kind, file, count)
        return file

    def embeddings(self, count: int) -> NDArray[np.float32]:
        """Map the first rows of the embeddings from disk.

        Args:
            count: The number of rows.

        Returns:
            Embeddings (count, 64), of unit length.

        Raises:
            IndexDamaged: Embeddings are missing.
        """
        record = model_in_use(self.index)
        if record is None:
            raise IndexDamaged("the index does not name its models", "run 'pochade learn' again")
        file = self._embedding_file
        if file is None or file.header["net"] != record.name or file.count() < count:
            file = self._embedding_file = self._level_file(record.name, "embedding", count)
        return file.rows(count)

    def sketches(self, count: int) -> NDArray[np.uint8]:
        """Map the first rows of the sketches (count, 256) from disk.

        Raises:
            IndexDamaged: Sketches are missing.
        """
        return self._level_file(self.embedder.name, "sketch", count).rows(count)


def _shipped_name() -> str | None:
    return weights.weights_name(weights.FOLDER)


def utc_now() -> str:
    """The current time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
