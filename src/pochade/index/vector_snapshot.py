"""Keep the vector files level with the vectors in the database: many machines write rows, and searches read files.

Every process that needs the vectors of all pictures extends the files first. Several processes may do so at once,
because the rows of the database say what belongs where: they write the same bytes to the same places.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pochade.index.database import Index
from pochade.index.vector_rows import (
    VectorBatch,
    VectorKind,
    count_vectors,
    delete_other_vectors,
    has_vector_rows,
    insert_vectors,
    read_vectors,
    rows_without_vectors,
)
from pochade.index.vectors import VectorFile
from pochade.system.progress import Progress, Report

ROWS_PER_READ = 4096  # 19 MB of descriptors


class VectorFiles(NamedTuple):
    """The three files with the vectors of all pictures."""

    embeddings: VectorFile
    sketches: VectorFile
    descriptors: VectorFile


def extend_file(index: Index, model: str, kind: VectorKind, file: VectorFile, count: int) -> None:
    """Write the rows that a vector file lacks, as far as the database has them.

    Args:
        index: The database.
        model: The name of the model that made the vectors.
        kind: Which vectors the file has.
        file: The file.
        count: The number of rows that it should have.

    Raises:
        OutputUnwritable: The disk is full.
    """
    done = file.count()
    if done >= count or not has_vector_rows(index):
        return
    for start in range(done, count, ROWS_PER_READ):
        rows = read_vectors(index, model, kind, start, min(start + ROWS_PER_READ, count))
        if rows is None:
            return
        file.write(start, rows)


def extend_files(index: Index, model: str, files: VectorFiles, count: int) -> None:
    """Extend all three files; see `extend_file`."""
    extend_file(index, model, "embedding", files.embeddings, count)
    extend_file(index, model, "sketch", files.sketches, count)
    extend_file(index, model, "descriptor", files.descriptors, count)


def trim_files(files: VectorFiles, count: int) -> None:
    """Cut off what an interrupted run wrote behind the rows that the database knows, before rows come from elsewhere.

    Args:
        files: The vector files.
        count: The number of rows that the database knows.

    Raises:
        OutputUnwritable: A file can't be changed.
    """
    for file in files:
        file.trim(count)


def publish_vectors(index: Index, model: str, files: VectorFiles, report: Report) -> None:
    """Store the vectors that only the files have, because one machine computed them; forget those of other models.

    Themes are left out: who computed them alone has them in its files.

    Args:
        index: The database.
        model: The name of the model in use.
        files: The vector files, with the rows of all pictures. Missing descriptors are left out.
        report: Called with the progress.
    """
    with index.reading() as connection:
        if count_vectors(connection, model) >= index.row_count():
            return
        missing = rows_without_vectors(connection, model)
    for start in range(0, len(missing), ROWS_PER_READ):
        _publish_rows(index, model, files, missing[start : start + ROWS_PER_READ])
        report(Progress("storing vectors", min(start + ROWS_PER_READ, len(missing)), len(missing)))
    with index.writing() as connection:
        delete_other_vectors(connection, model)


def _publish_rows(index: Index, model: str, files: VectorFiles, missing: Sequence[tuple[int, int]]) -> None:
    rows, numbers = [row for row, _ in missing], [number for _, number in missing]
    count = rows[-1] + 1
    descriptors = np.zeros((len(rows), files.descriptors.columns), np.uint8)
    described = [place for place, row in enumerate(rows) if row < files.descriptors.count()]
    if described:
        known = files.descriptors.rows(min(count, files.descriptors.count()))
        descriptors[described] = known[[rows[place] for place in described]]
    with index.writing() as connection:
        embeddings, sketches = files.embeddings.rows(count)[rows], files.sketches.rows(count)[rows]
        insert_vectors(connection, model, numbers, VectorBatch(embeddings, sketches, descriptors))
