"""Read the new and changed files of a folder with a pool of workers, and store the results in batches."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import Squares
from pochade.index.database import Index
from pochade.index.descriptor_schema import stack_descriptors
from pochade.index.descriptor_store import open_descriptors
from pochade.index.library import Library
from pochade.index.text_store import text_columns
from pochade.index.vectors import VectorFile
from pochade.learn.answer_rows import Answer, AnswerRows, IngestCounts, IngestPlan, ingest_tasks, picture_columns
from pochade.learn.ingest_file import IngestTask
from pochade.system.progress import Progress, Report
from pochade.system.worker_pool import WorkerPool

PICTURES_PER_BATCH = 64  # new pictures between two commits; a crash loses at most one batch
FILES_PER_BATCH = 512  # files between two commits, if few of them are new pictures


class FingerprintArrays(Protocol):
    """The sketches (n, 256) and embeddings (n, 64) of n pictures."""

    @property
    def sketches(self) -> Any: ...  # noqa: D102
    @property
    def embeddings(self) -> Any: ...  # noqa: D102


def ingest_files(library: Library, plan: IngestPlan, report: Report) -> IngestCounts:
    """Read files, embed new pictures, and store everything.

    Args:
        library: The collection.
        plan: The files to read.
        report: Called with the progress.
    """
    models = library.models
    embedding_file, sketch_file = models.vector_files(models.embedder.name)
    root = os.fsencode(library.folder)
    rows = AnswerRows(plan, len(root.rstrip(b"/")) + 1)
    writer = BatchWriter(
        library.index, embedding_file, sketch_file, open_descriptors(models), models.embedder.fingerprint, rows
    )
    tasks = ingest_tasks(library, root, plan, library.index.contents_by_size())
    with WorkerPool(preload=(IngestTask.__module__,)) as workers:
        for done, answer in enumerate(workers.run(tasks), 1):
            writer.add(answer)
            report(Progress("reading", done, len(plan.paths)))
    writer.flush()
    return writer.counts


@dataclass
class BatchWriter:
    """Collects the answers of workers, embeds new pictures, and stores both in batches.

    Vectors are written first. One transaction then refers to them, so an interruption between the two loses nothing.

    Args:
        index: The database.
        embedding_file: The file of the embeddings.
        sketch_file: The file of the sketches.
        descriptor_file: The file of the descriptors.
        fingerprint: A function from squares to embeddings and sketches.
        rows: Turns answers into rows of the index.
    """

    index: Index
    embedding_file: VectorFile
    sketch_file: VectorFile
    descriptor_file: VectorFile
    fingerprint: Callable[[list[Squares]], FingerprintArrays]
    rows: AnswerRows
    counts: IngestCounts = field(default_factory=IngestCounts)
    batch: list[Answer] = field(default_factory=list)  # not stored yet
    unembedded: set[str] = field(default_factory=set)  # contents of pictures in the batch

    def add(self, answer: Answer) -> None:
        """Add an answer, and store the batch if it is full."""
        self.batch.append(answer)
        if answer.result.squares and answer.result.content:
            self.unembedded.add(answer.result.content)
        if len(self.unembedded) >= PICTURES_PER_BATCH or len(self.batch) >= FILES_PER_BATCH:
            self.flush()

    def flush(self) -> None:
        """Store the batch, and start an empty one."""
        contents = [answer.result.content for answer in self.batch]
        known_numbers = self.index.numbers_by_content(content for content in contents if content)
        new = {
            answer.result.content: answer
            for answer in self.batch
            if answer.result.squares and answer.result.content not in known_numbers
        }
        row = self.index.row_count()
        if new:
            self._write_vectors(row, list(new.values()))
        pictures = [picture_columns(answer, row + position) for position, answer in enumerate(new.values())]
        texts = {
            content: text_columns(answer.result.texts)
            for content, answer in new.items()
            if content and answer.result.texts
        }
        self.index.add_pictures(pictures, [self.rows.file_row(answer) for answer in self.batch], contents, texts)
        unchanged = [self.rows.is_unchanged(answer) for answer in self.batch]
        self.counts.new += len(new)
        self.counts.unchanged += sum(unchanged)
        changed = sum(
            answer.result.content is not None and not same for answer, same in zip(self.batch, unchanged, strict=True)
        )
        self.counts.again += changed - len(new)
        self.batch, self.unembedded = [], set()

    def _write_vectors(self, row: int, answers: list[Answer]) -> None:
        fingerprints = self.fingerprint([answer.result.squares for answer in answers if answer.result.squares])
        self.embedding_file.write(row, fingerprints.embeddings)
        self.sketch_file.write(row, fingerprints.sketches)
        descriptors: list[Array | None] = [answer.result.descriptor for answer in answers]
        if self.descriptor_file.count() >= row:  # otherwise earlier ones are missing too: computed on first use
            self.descriptor_file.write(row, stack_descriptors(descriptors))
