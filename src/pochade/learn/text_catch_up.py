"""Read the texts in the files of pictures that were learnt without them; nothing is embedded again."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.errors import PochadeError
from pochade.images.metadata.picture_texts import PictureTexts, read_texts
from pochade.index.library import Library
from pochade.index.text_store import pictures_without_texts, store_texts, text_columns
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report
from pochade.system.worker_pool import WorkerPool

PICTURES_PER_COMMIT = 256


@dataclass(frozen=True)
class TextTask:
    """The task of reading the texts of one picture's file."""

    number: int  # of the picture
    path: Path

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return printable(self.path.name)

    def run(self) -> PictureTexts | None:
        """Read the texts; None if the file can't be opened now."""
        try:
            return read_texts(self.path)
        except (OSError, PochadeError):
            return None

    def failure(self, problem: str, *, retry: bool) -> PictureTexts:  # noqa: ARG002  the picture stays as it is
        """Report no texts for a file whose worker failed."""
        return PictureTexts()


def read_missing_texts(library: Library, report: Report) -> None:
    """Read and store the texts of all pictures that lack them and have a file. A file that is gone is tried next time.

    Args:
        library: The collection.
        report: Called with the progress.
    """
    tasks = [
        TextTask(missing.number, library.folder / os.fsdecode(missing.path))
        for missing in pictures_without_texts(library.index)
    ]
    if not tasks:
        return
    batch: dict[int, dict[str, Any]] = {}
    with WorkerPool(preload=(__name__,)) as workers:
        for done, (task, texts) in enumerate(workers.run(tasks), 1):
            if texts is not None:
                batch[task.number] = text_columns(texts)
            if len(batch) >= PICTURES_PER_COMMIT:
                store_texts(library.index, batch)
                batch = {}
            report(Progress("reading texts", done, len(tasks)))
    store_texts(library.index, batch)
