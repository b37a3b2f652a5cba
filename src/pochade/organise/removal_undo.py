"""Undo a removal: put files and sidecars back from the trash, and take back the labels that it added."""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pochade.errors import OutputUnwritable, PochadeError
from pochade.index.label_store import add_label, labels_by_picture, remove_label
from pochade.index.library import Library
from pochade.index.picture_rows import FileRow
from pochade.organise.removal_journal import JournalEntry, LabelChange, MovedFile, journal_path, read_journal
from pochade.organise.removal_plan import RemovalProblem
from pochade.system.folder_walk import UNSETTLED, stamp_of
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report, ignore_progress
from pochade.system.trash import HAS_TRASH_INFO, SYSTEM_TRASH_HINT, find_in_trash, restore_from_trash

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Restoration:
    """The outcome of undoing a removal."""

    restored: tuple[Path, ...]  # files that are back, sidecars included
    problems: tuple[RemovalProblem, ...]  # files that could not be put back


def undo_removal(library: Library, removal_id: str, report: Report = ignore_progress) -> Restoration:
    """Put back the files of a removal with their sidecars, and take back the labels that it added.

    No file is replaced. A label that the person has changed since stays. If files are in the way of others, the removal
    can be undone again once they are moved.

    Args:
        library: The collection.
        removal_id: The `id` of the removal.
        report: Called with the progress.

    Raises:
        NotKnown: There is no such removal, or it was undone.
        IndexDamaged: Its journal is damaged.
        UsageError: Another process is learning the folder.
    """
    with library.lock():
        entries = read_journal(library, removal_id)
        run = _Undoing(library)
        for done, entry in enumerate(reversed(entries)):
            report(Progress("putting files back", done, len(entries)))
            run.undo(entry)
        report(Progress("putting files back", len(entries), len(entries)))
        if not run.can_be_repeated:
            journal_path(library, removal_id).unlink()
    return Restoration(tuple(run.restored), tuple(run.problems))


class _Undoing:
    """The undoing of one removal.

    Args:
        library: The collection, whose lock is held.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.labels: dict[int, dict[str, bool | None]] = {
            number: dict(labels) for number, labels in labels_by_picture(library.index).items()
        }
        self.numbers = {content: number for number, content in library.index.contents_by_number().items()}
        self.restored, self.problems = list[Path](), list[RemovalProblem]()
        self.can_be_repeated = False  # whether a file is still in the trash

    def undo(self, entry: JournalEntry) -> None:
        """Put back what an entry lists, as far as possible."""
        is_back = [self._put_back(file) for file in entry.files]
        if not is_back[0]:
            return
        for change in reversed(entry.labels):
            self._take_back(change)
        with suppress(OSError):  # a link that leads nowhere now: `learn` lists it
            self._remember(entry)

    def _put_back(self, file: MovedFile) -> bool:
        """Put back a file unless it is in its place; False if that is impossible."""
        if _is_in_place(file):
            return True
        trashed = find_in_trash(file.path, file.size, file.mtime_ns)
        try:
            if trashed is None:
                raise _missing_error(file.path)
            restore_from_trash(trashed)
        except PochadeError as error:
            logger.info("a file can't be put back: %s", error.sentence, exc_info=error)
            self.problems.append(RemovalProblem.from_error(file.path, error))
            self.can_be_repeated |= trashed is not None or not HAS_TRASH_INFO
            return False
        self.restored.append(file.path)
        return True

    def _remember(self, entry: JournalEntry) -> None:
        """Add a file to the index again, if that still has its picture; the next `learn` compares the content."""
        stamp = replace(stamp_of(entry.path.stat()), ctime=UNSETTLED)
        row = FileRow(bytes(entry.path.relative_to(self.library.folder)), stamp, None, None)
        if entry.content in self.numbers:
            self.library.index.add_pictures([], [row], [entry.content])

    def _take_back(self, change: LabelChange) -> None:
        """Take back a label, unless the person has changed it since."""
        number = self.numbers.get(change.content)
        if number is not None and self.labels.get(number, {}).get(change.label) is change.after:
            write_label(self.library, number, change.label, change.before)
            self.labels.setdefault(number, {})[change.label] = change.before


def _missing_error(path: Path) -> OutputUnwritable:
    """The error for a file that is neither in its place nor found in the trash."""
    if not HAS_TRASH_INFO:
        hint = f"{SYSTEM_TRASH_HINT}, then undo again"
        return OutputUnwritable.about(printable(path), "can't be put back by Pochade", hint)
    return OutputUnwritable.about(printable(path), "is no longer in the trash", "look for it in a backup")


def _is_in_place(file: MovedFile) -> bool:
    """Whether a file is where it was: it did not go, or was put back before."""
    try:
        status = file.path.lstat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (file.size, file.mtime_ns)


def write_label(library: Library, number: int, label: str, state: bool | None) -> None:
    """Give a label to a picture, refuse it, or delete what is recorded about it."""
    if state is None:
        remove_label(library.index, [number], label)
    else:
        add_label(library.index, [number], label, refused=not state)
