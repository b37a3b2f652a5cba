"""Store what a worker of a cluster read: pictures, files, vectors and finished claims in one short transaction.

Everything slow, such as embedding, happens before the transaction. Within it, only one worker adds pictures at a time,
so their rows have no gaps, and a picture that two workers read is stored once. What a worker has read for claims that
it has lost in the meantime is dropped: somebody else reads these files again.
"""

import os
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.cluster.patient_database import ask_patiently
from pochade.cluster.run_file import check_run_file
from pochade.index.claim_store import ClusterRun, finish_claims, lock_claims, run_in
from pochade.index.descriptor_schema import stack_descriptors
from pochade.index.library import Library
from pochade.index.picture_rows import count_rows, insert_pictures, numbers_of_contents
from pochade.index.server_lock import lock_rows
from pochade.index.text_store import text_columns
from pochade.index.theme_store import classify_pictures, theme_models_name
from pochade.index.vector_rows import VectorBatch, insert_vectors
from pochade.learn.answer_rows import Answer, AnswerRows, picture_columns
from pochade.learn.ingest import FILES_PER_BATCH, PICTURES_PER_BATCH

NEW, AGAIN, UNCHANGED, PROBLEM = "new", "again", "unchanged", "problem"


class _Vectors(NamedTuple):
    """What was computed of one picture."""

    embedding: NDArray[np.float32]  # (64,)
    sketch: NDArray[np.uint8]  # (256,)
    theme: NDArray[np.float32]  # (64,)
    technique: NDArray[np.float32]  # (5,)


class ClaimWriter:
    """Collects the answers for the claims of one worker, and stores them in batches.

    Args:
        library: The collection.
        run: The run.
        worker: The name of the worker.
    """

    def __init__(self, library: Library, run: ClusterRun, worker: str) -> None:
        self.library, self.run, self.worker = library, run, worker
        self.root_length = len(os.fsencode(library.folder).rstrip(b"/")) + 1
        self.rows: dict[bytes, AnswerRows] = {}  # of every file that is claimed and not stored, by path
        self.unanswered: set[bytes] = set()
        self.batch: list[Answer] = []
        self.unembedded: set[str] = set()  # contents of pictures in the batch
        self.stored = 0  # files

    def expect(self, rows: AnswerRows) -> None:
        """Prepare for the answers of a lot of files."""
        self.unanswered.update(rows.plan.paths)
        self.rows |= dict.fromkeys(rows.plan.paths, rows)

    def add(self, answer: Answer) -> bool:
        """Add an answer; store the batch if it is full, or if no other answer is expected.

        Returns:
            False if the run is over, and nothing more can be stored.
        """
        self.batch.append(answer)
        self.unanswered.discard(self._path_of(answer))
        if answer.result.squares and answer.result.content:
            self.unembedded.add(answer.result.content)
        is_full = len(self.unembedded) >= PICTURES_PER_BATCH or len(self.batch) >= FILES_PER_BATCH
        return self.flush() if is_full or not self.unanswered else True

    def flush(self) -> bool:
        """Store the batch, and start an empty one; return False if the run is over.

        Raises:
            FilesMissing: This machine no longer sees the folder.
            DatabaseAway: The database does not answer.
        """
        batch, self.batch, self.unembedded = self.batch, [], set()
        if not batch:
            return True
        if any(answer.result.retry and not answer.result.worker_failed for answer in batch):
            check_run_file(self.library, self.run.name)
        is_current = ask_patiently(partial(self._store, batch, self._compute_vectors(batch)))
        for answer in batch:
            self.rows.pop(self._path_of(answer), None)
        return is_current

    def _path_of(self, answer: Answer) -> bytes:
        return answer.task.path[self.root_length :]

    def _compute_vectors(self, batch: Sequence[Answer]) -> dict[str, _Vectors]:
        """Compute the vectors of the pictures of a batch that the index does not know yet, by content."""
        contents = {str(answer.result.content): answer.result.squares for answer in batch if answer.result.squares}
        known = ask_patiently(lambda: self.library.index.numbers_by_content(contents))
        unknown = {content: squares for content, squares in contents.items() if content not in known}
        if not unknown:
            return {}
        models = self.library.models
        fingerprints = models.embedder.fingerprint(list(unknown.values()))
        themes, techniques = classify_pictures(models, list(unknown))
        rows = zip(fingerprints.embeddings, fingerprints.sketches, themes, techniques, strict=True)
        return {content: _Vectors(*row) for content, row in zip(unknown, rows, strict=True)}

    def _store(self, batch: Sequence[Answer], vectors: dict[str, _Vectors]) -> bool:
        """Store the answers whose claims this worker still holds; return False if the run is over."""
        with self.library.index.writing() as connection:
            lock_rows(connection)
            if run_in(connection) != self.run:
                return False
            by_path = {self._path_of(answer): answer for answer in batch}
            held = lock_claims(connection, self.worker, list(by_path))
            answers = [answer for path, answer in by_path.items() if path in held]
            known = numbers_of_contents(connection, (answer.result.content or "" for answer in answers))
            new = {
                str(answer.result.content): answer
                for answer in reversed(answers)  # of several files with one content, the first one counts
                if answer.result.squares and answer.result.content not in known
            }
            self._insert(connection, answers, new, vectors)
            finish_claims(connection, self._reasons(answers, new))
        self.stored += len(answers)
        return True

    def _insert(
        self,
        connection: Any,
        answers: Sequence[Answer],
        new: dict[str, Answer],
        vectors: dict[str, _Vectors],
    ) -> None:
        """Insert new pictures with their vectors, and the files of all answers."""
        first = count_rows(connection)
        pictures = [picture_columns(answer, first + place) for place, answer in enumerate(new.values())]
        files = [self.rows[self._path_of(answer)].file_row(answer) for answer in answers]
        texts = {content: text_columns(answer.result.texts) for content, answer in new.items() if answer.result.texts}
        contents = [answer.result.content for answer in answers]
        numbers = insert_pictures(connection, pictures, files, contents, texts)
        if new:
            embeddings, sketches, themes, techniques = map(np.stack, zip(*(vectors[key] for key in new), strict=True))
            descriptors = stack_descriptors([answer.result.descriptor for answer in new.values()])
            computed = VectorBatch(embeddings, sketches, descriptors, themes, techniques, theme_models_name())
            insert_vectors(connection, self.run.model, [numbers[content] for content in new], computed)

    def _reasons(self, answers: Sequence[Answer], new: dict[str, Answer]) -> dict[bytes, str]:
        """What came of every file, by path."""
        reasons = dict[bytes, str]()
        for answer in answers:
            path, content = self._path_of(answer), answer.result.content
            if self.rows[path].is_unchanged(answer):
                reasons[path] = UNCHANGED
            elif content is None:
                reasons[path] = PROBLEM
            else:
                reasons[path] = NEW if new.get(content) is answer else AGAIN
        return reasons
