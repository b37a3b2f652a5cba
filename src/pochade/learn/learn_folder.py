"""The story of `Collection.learn`: compare the folder with the index, ingest what is new, fine-tune the models."""

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pochade.errors import UsageError
from pochade.images.io.reader_version import READER_VERSION
from pochade.index.eye_store import trim_eyes
from pochade.index.library import Library
from pochade.index.picture_records import LearnResult, ReadProblem
from pochade.index.picture_removal import finish_removal
from pochade.index.picture_rows import FileRow
from pochade.index.settings_store import READER_SETTING, read_setting, write_setting
from pochade.index.theme_store import trim_themes
from pochade.index.thumbnails import remove_unfinished
from pochade.learn.answer_rows import IngestCounts, IngestPlan
from pochade.learn.eye_catch_up import embed_new_pictures
from pochade.learn.finetune import finetune_models, planned_minutes
from pochade.learn.folder_changes import FolderChanges, compare_folder
from pochade.learn.ingest import ingest_files
from pochade.learn.missing_files import check_missing_files
from pochade.learn.technique_names import name_techniques
from pochade.learn.text_catch_up import read_missing_texts
from pochade.learn.training_extra import untrained_reason
from pochade.system.folder_walk import FolderListing, settle_stamp, walk_folder
from pochade.system.progress import Report
from pochade.system.train_extra import can_train

Ingest = Callable[[Library, IngestPlan, Report], IngestCounts]  # reads files and stores the results


@dataclass(frozen=True)
class LearnOptions:
    """How a folder is compared with its index."""

    again: bool = False  # compare the content of every file, even if its size and dates are unchanged
    exclude: Sequence[str] = ()  # patterns of files to pass over, in the form of `.gitignore`
    accept_missing: bool = False  # go on even if most files are gone
    extend_eye: bool = True  # embed new pictures with the eye of the collection, too


def learn_folder(
    library: Library,
    minutes: float | None,
    report: Report,
    options: LearnOptions = LearnOptions(),
    ingest: Ingest = ingest_files,
) -> LearnResult:
    """Bring an index up to date with its folder, and fine-tune the models where that helps.

    An interrupted run continues with the next call.

    Args:
        library: The collection.
        minutes: The time for training; 0 trains nothing, None decides by the number of new pictures.
        report: Called with the progress.
        options: How the folder is compared with the index.
        ingest: Reads the new and changed files; by default with worker processes of this machine.

    Raises:
        FilesMissing: More than half of the files are gone, or a folder that had files is empty.
        UsageError: Another process is learning this folder, the minutes are no finite number, or a pattern is invalid.
        OutputUnwritable: The index can't be written.
    """
    if minutes is not None and not math.isfinite(minutes):
        raise UsageError(f"training can't take {minutes} minutes", "give a number of minutes, or 0 to train nothing")
    with library.lock():
        index = library.create_index()
        finish_removal(library)
        listed_ns = time.time_ns()
        listing = walk_folder(library.folder, library.home, options.exclude)
        rows = index.files()
        retry_problems = read_setting(index, READER_SETTING) != str(READER_VERSION)
        changes = compare_folder(listing, rows, again=options.again, retry_problems=retry_problems)
        if not options.accept_missing:
            check_missing_files(library.folder, listing, changes, rows)
        index.forget_files(changes.gone)
        index.update_stamps({path: settle_stamp(stamp, listed_ns) for path, stamp in changes.stamps.items()})
        library.models.repair(report)
        trim_themes(library.models)
        trim_eyes(library.models)
        plan = _ingest_plan(library, listing, listed_ns, changes, rows)
        counts = ingest(library, plan, report) if plan.paths else IngestCounts()
        read_missing_texts(library, report)
        name_techniques(library, report)
        eye_problem = embed_new_pictures(library, report) if options.extend_eye else None
        if retry_problems:
            index.drop_pixel_hashes()
            write_setting(index, READER_SETTING, str(READER_VERSION))
        training, untrained = None, None
        if can_train():
            training = finetune_models(library, minutes, report)
        elif planned_minutes(library, minutes):
            untrained = untrained_reason(index, asked=minutes is not None)
    return LearnResult(
        new=counts.new,
        again=counts.again,
        gone=len(changes.gone),
        unchanged=changes.unchanged + counts.unchanged,
        problems=tuple(library.problems()),
        unlisted=_unlisted_folders(library, listing),
        training=training,
        passed_over=listing.passed_over,
        passed_over_paths=tuple(library.folder / os.fsdecode(path) for path in sorted(listing.passed_over_paths)),
        untrained=untrained,
        eye_problem=eye_problem,
    )


def _ingest_plan(
    library: Library, listing: FolderListing, listed_ns: int, changes: FolderChanges, rows: dict[bytes, FileRow]
) -> IngestPlan:
    """Plan to read the new, changed and doubtful files."""
    paths = sorted([*changes.unread, *changes.doubtful])
    if paths:
        remove_unfinished(library.thumbnails)  # only here, because an interrupted run also leaves files unread
    contents = library.index.contents_by_number() if changes.doubtful else {}
    expected = {path: contents[number] for path in changes.doubtful if (number := rows[path].picture) is not None}
    return IngestPlan(listing, listed_ns, paths, frozenset(changes.doubtful), expected, rows)


def _unlisted_folders(library: Library, listing: FolderListing) -> tuple[ReadProblem, ...]:
    return tuple(ReadProblem(library.folder / os.fsdecode(path), reason) for path, reason in listing.unreadable.items())
