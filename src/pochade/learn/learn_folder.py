"""The story of `Collection.learn`: walk the folder, forget deleted files, ingest new ones, fine-tune the models."""

import math
import os
from contextlib import AbstractContextManager

from pochade.errors import UsageError
from pochade.index.library import Library
from pochade.index.picture_records import LearnResult, ReadProblem
from pochade.index.thumbnails import remove_unfinished
from pochade.learn.finetune import finetune_models
from pochade.learn.folder_changes import compare_folder
from pochade.learn.ingest import IngestCounts, ingest_files
from pochade.system.atomic_files import file_lock
from pochade.system.folder_walk import FolderListing, walk_folder
from pochade.system.path_text import printable
from pochade.system.progress import Report


def learn_folder(library: Library, minutes: float | None, report: Report) -> LearnResult:
    """Bring an index up to date with its folder, and fine-tune the models where that helps.

    An interrupted run continues with the next call.

    Args:
        library: The collection.
        minutes: The time for training; 0 trains nothing, None decides by the number of new pictures.
        report: Called with the progress.

    Raises:
        UsageError: Another process is learning this folder, or the minutes are no finite number.
        OutputUnwritable: The index can't be written.
    """
    if minutes is not None and not math.isfinite(minutes):
        raise UsageError(f"training can't take {minutes} minutes", "give a number of minutes, or 0 to train nothing")
    with _lock(library):
        index = library.create_index()
        listing = walk_folder(library.folder, library.home)
        changes = compare_folder(listing, index.files())
        index.forget_files(changes.gone)
        library.models.repair(report)
        counts = IngestCounts()
        if changes.unread:
            remove_unfinished(library.thumbnails)  # only here, because an interrupted run also leaves files unread
            counts = ingest_files(library, listing, changes.unread, report)
        training = finetune_models(library, minutes, report)
    return LearnResult(
        new=counts.new,
        again=counts.again,
        gone=len(changes.gone),
        unchanged=changes.unchanged,
        problems=tuple(library.problems()),
        unlisted=_unlisted_folders(library, listing),
        training=training,
    )


def _lock(library: Library) -> AbstractContextManager[None]:
    """Let only one process at a time learn a folder; others may read its index."""
    folder = printable(str(library.folder))
    return file_lock(
        library.home / "learning.lock", f"learning '{folder}'", "keep the index elsewhere with --index DIR"
    )


def _unlisted_folders(library: Library, listing: FolderListing) -> tuple[ReadProblem, ...]:
    return tuple(ReadProblem(library.folder / os.fsdecode(path), reason) for path, reason in listing.unreadable.items())
