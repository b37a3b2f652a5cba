"""`Library`: one opened collection with its database, its models and the queries that several rooms use."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.nearest_neighbours import nearest_rows
from pochade.errors import CollectionMissing, UsageError
from pochade.images.geometry.letterbox import SQUARE_SIDE, fitted_frame
from pochade.index.active_models import ActiveModels
from pochade.index.collection_summary import ModelFacts, PictureFacts, summarise
from pochade.index.database import Index
from pochade.index.eye_store import chosen_eye
from pochade.index.index_home import adopt_earlier_files, check_plain_files
from pochade.index.label_store import pictures_with_label
from pochade.index.model_store import model_in_use
from pochade.index.name_rules import normalise_name
from pochade.index.path_rules import THUMBNAILS_FOLDER
from pochade.index.picture_records import (
    CollectionInfo,
    Filter,
    Match,
    PictureFile,
    ReadProblem,
    file_time,
    meets_filter,
)
from pochade.index.server_lock import server_lock
from pochade.system.atomic_files import file_lock
from pochade.system.path_text import printable

MANY_NUMBERS = 20_000  # of pictures, in one question


class Library:
    """One opened collection: a folder of art, and its index.

    Args:
        folder: The folder of the art, which is only read.
        home: The folder that holds the files of the index.
        place: The database of the index: an SQLite file, or the URL of a database.
    """

    def __init__(self, folder: Path, home: Path, place: Path | str) -> None:
        self.folder, self.home, self.place = folder, home, place
        self._index: Index | None = None
        self._models: ActiveModels | None = None

    @property
    def index(self) -> Index:
        """The database, opened on first use.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        if self._index is None:
            if isinstance(self.place, Path):
                _check_exists(self.place, self.folder)
            self._index = self._open_index()
        return self._index

    def create_index(self) -> Index:
        """Open the database, and create it where none exists yet.

        Raises:
            OutputUnwritable: The database can't be created.
        """
        if self._index is None:
            self._index = self._open_index()
        return self._index

    def _open_index(self) -> Index:
        check_plain_files(self.folder, self.home)
        return Index(self.place, self.folder)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Let only one process at a time learn the folder or remove pictures; others may read its index.

        Raises:
            UsageError: Another process, on any machine if the index is on a server, holds the lock.
            OutputUnwritable: The lock can't be written.
        """
        check_plain_files(self.folder, self.home)
        if not isinstance(self.place, Path):
            adopt_earlier_files(self.home)
        activity = f"learning '{printable(str(self.folder))}'"
        with file_lock(self.home / "learning.lock", activity, "keep the index elsewhere with --index DIR"):
            if isinstance(self.place, Path):
                yield
            else:
                with server_lock(self.create_index(), activity):
                    yield

    @property
    def models(self) -> ActiveModels:
        """The models that this collection uses, and the embeddings and sketches that they made."""
        if self._models is None or self._models.index is not self.index:
            self._models = ActiveModels(self.folder, self.home, self.index)
        return self._models

    @property
    def thumbnails(self) -> Path:
        """The folder of the thumbnails."""
        return self.home / THUMBNAILS_FOLDER

    def close(self) -> None:
        """Close the database; the next query opens it again."""
        if self._index:
            self._index.close()
            self._index = None

    def pictures(self) -> list[PictureFile]:
        """Every file that holds a picture, sorted by path."""
        return [self._picture_file(row) for row in self.index.picture_files()]

    def problems(self) -> list[ReadProblem]:
        """Every file that gave no picture, with the reason, sorted by path."""
        return [ReadProblem(self.folder / os.fsdecode(row.path), row.problem or "") for row in self.index.problems()]

    def info(self) -> CollectionInfo:
        """Counts, formats and sizes of the whole collection, and the model in use."""
        rows, model = self.index.picture_files(), model_in_use(self.index)
        files = [PictureFacts(row.id, row.format, row.width, row.height, row.bytes) for row in rows]
        facts = ModelFacts(model.name, model.learnt, model.figures) if model else None
        return summarise(self.folder, files, self.problems(), facts, chosen_eye(self.index))

    def files_by_number(self) -> dict[int, list[PictureFile]]:
        """The files of each picture that has any, by the picture's number."""
        files: dict[int, list[PictureFile]] = {}
        for file in self.pictures():
            files.setdefault(file.number, []).append(file)
        return files

    def files_of_numbers(self, numbers: Set[int]) -> list[PictureFile]:
        """Every file that holds one of some pictures, in no particular order.

        Args:
            numbers: The numbers of the pictures.
        """
        if len(numbers) > MANY_NUMBERS:  # then one query of everything is faster than many
            return [file for file in self.pictures() if file.number in numbers]
        return [self._picture_file(row) for row in self.index.files_of_numbers(numbers)]

    def look_up(self, images: Iterable[Path | str]) -> list[PictureFile]:
        """Look up files of the collection by their paths.

        Raises:
            UsageError: A file is not in the collection.
        """
        files = {file.path: file for file in self.pictures()}
        paths = [Path(os.path.abspath(image)) for image in images]  # noqa: PTH100  keep symbolic links
        for path in paths:
            if path not in files:
                raise UsageError(
                    f"'{printable(path)}' is not in the collection",
                    "if it lies in the collection's folder, run 'pochade learn'",
                )
        return [files[path] for path in paths]

    def nearest(self, embedding: NDArray[np.float32], k: int, *, among: Filter | None = None) -> list[Match]:
        """Find the files whose embeddings are nearest to an embedding.

        Args:
            embedding: The query (64,), of unit length.
            k: The maximum number of files.
            among: The pictures to search; all of them if None.

        Returns:
            At most k matches, nearest first.
        """
        count = self.index.row_count()
        allowed = self._allowed_rows(among, count) if among else None
        row_limit = k
        while True:
            nearest = nearest_rows(embedding, self.models.embeddings(count), row_limit, allowed)
            distance = dict(zip(nearest.rows.tolist(), nearest.distances.tolist(), strict=True))  # by row
            files = [self._picture_file(row) for row in self.index.files_of_rows(distance)]
            files = [file for file in files if meets_filter(file, among, self.folder)]
            matches = [Match(file.path, distance[file.row], file) for file in files]
            if len(matches) >= k or len(nearest.rows) < row_limit or row_limit >= count:
                return sorted(matches, key=lambda match: (match.distance, match.path))[:k]
            row_limit = min(count, row_limit * 4 + 16)  # some of the nearest pictures have no file any more

    def neighbours(self, picture: PictureFile, k: int) -> list[Match]:
        """Find the files whose embeddings are nearest to that of a picture, without the picture's own files.

        Returns:
            At most k matches, nearest first.
        """
        embedding = self.models.embeddings(self.index.row_count())[picture.row]
        copies = sum(1 for _ in self.index.files_of_rows([picture.row]))
        matches = self.nearest(embedding, k + copies)
        return [match for match in matches if match.picture.number != picture.number][:k]

    def redraw_of(self, picture: PictureFile) -> NDArray[np.uint8]:
        """Decode the sketch of a picture.

        Returns:
            The picture (H, W, 3), 96 pixels on the longer side.
        """
        sketch = self.models.sketches(self.index.row_count())[picture.row : picture.row + 1]
        square = self.models.embedder.reconstruct(sketch)[0]  # (96, 96, 3)
        x, y, width, height = fitted_frame(picture.width, picture.height, SQUARE_SIDE)
        return np.ascontiguousarray(square[y : y + height, x : x + width])

    def _allowed_rows(self, among: Filter, count: int) -> NDArray[np.bool_]:
        allowed = np.zeros(count, np.bool_)
        labelled = pictures_with_label(self.index, normalise_name(among.label)) if among.label else None
        for file in self.pictures():
            has_label = labelled is None or file.number in labelled
            if meets_filter(file, among, self.folder) and has_label and file.row < count:
                allowed[file.row] = True
        return allowed

    def _picture_file(self, row: Any) -> PictureFile:
        return PictureFile(
            self.folder / os.fsdecode(row.path), row.hash, sys.intern(row.format), row.width, row.height, row.depth,
            row.has_alpha, row.frames, row.bytes, sys.intern(row.colour), file_time(row.mtime),
            tuple(json.loads(row.notes)), row.id, row.row,
        )  # fmt: skip


def _check_exists(database: Path, folder: Path) -> None:
    try:
        database.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        problem = f"nothing has been learnt from '{printable(str(folder))}' yet"
        raise CollectionMissing(problem, "run 'pochade learn' with that folder") from error
    except OSError as error:
        problem = f"the index of '{printable(str(folder))}' can't be read: {error.strerror}"
        raise CollectionMissing(problem, "keep the index elsewhere with --index DIR") from error
