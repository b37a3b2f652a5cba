"""Move duplicates to the system's trash, with their sidecars; `removal_undo.py` puts them back.

For each file: check it again, write into the journal what is going to happen, give its labels to the picture that
stays, move the file, then its sidecars. A run that was killed at any moment can be undone.
"""

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import OutputUnwritable, PochadeError
from pochade.index.label_store import add_label, labels_by_picture, withdrawn_labels
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.organise.removal_checks import RemovalChecks
from pochade.organise.removal_journal import JournalEntry, LabelChange, MovedFile, RemovalJournal
from pochade.organise.removal_plan import PlannedRemoval, RemovalPlan, RemovalProblem
from pochade.organise.removal_undo import write_label
from pochade.organise.sidecars import read_sidecar_labels, sidecars_of
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report, ignore_progress
from pochade.system.trash import move_to_trash, restore_from_trash

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removal:
    """The outcome of a removal."""

    id: str | None  # to undo it; None if nothing went
    gone: tuple[Path, ...]  # pictures' files that are in the trash now
    sidecars: tuple[Path, ...]  # that went along
    problems: tuple[RemovalProblem, ...]  # files that stay although they were to go
    freed_bytes: int  # once the trash is emptied


def carry_out(plan: RemovalPlan, library: Library, report: Report = ignore_progress) -> Removal:
    """Move the planned files to the trash. A file that can't go is listed with the reason, and the others go.

    Args:
        plan: What is to go.
        library: The collection.
        report: Called with the progress.

    Raises:
        UsageError: Another process is learning the folder.
        OutputUnwritable: The journal can't be written.
    """
    with library.lock():
        run = _RemovalRun(library)
        problems, gone = list(plan.problems), list[PlannedRemoval]()
        for done, planned in enumerate(plan.files):
            report(Progress("moving to the trash", done, len(plan.files)))
            try:
                run.remove(planned)
                gone.append(planned)
            except PochadeError as error:
                logger.info("a file stays: %s", error.sentence, exc_info=error)
                problems.append(RemovalProblem.from_error(planned.path, error))
        report(Progress("moving to the trash", len(plan.files), len(plan.files)))
        if all(os.path.lexists(planned.path) for planned in plan.files):
            run.journal.path.unlink(missing_ok=True)
    return Removal(
        run.journal.id if gone else None,
        tuple(planned.path for planned in gone),
        tuple(run.sidecars),
        (*problems, *run.problems),
        sum(planned.freed_bytes for planned in gone),
    )


class _RemovalRun:
    """One removal that is under way.

    Args:
        library: The collection, whose lock is held.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.checks = library, RemovalChecks()
        self.journal = RemovalJournal(library)
        self.labels, self.withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)
        self.sidecars = list[Path]()  # that went
        self.problems = list[RemovalProblem]()  # sidecars that stay although their file went

    def remove(self, planned: PlannedRemoval) -> None:
        """Check a file again, unite its labels, and move it and its sidecars to the trash.

        Raises:
            PochadeError: It can't go; nothing has changed.
        """
        self.checks.check(planned)
        sidecars = [path for path in sidecars_of(planned.path) if path in planned.sidecars]
        changes = self._label_changes(planned)
        files = tuple(movable_file(path) for path in (planned.path, *sidecars))
        self.journal.add(JournalEntry(planned.member.picture.hash, files, changes))
        try:
            self._apply(planned, changes)
            _move_and_check(planned)
        except PochadeError:
            self._take_back(planned, changes)
            raise
        self._move_sidecars(sidecars)
        self._forget(planned.path)

    def _label_changes(self, planned: PlannedRemoval) -> tuple[LabelChange, ...]:
        """What the labels of a file that goes change for the picture that stays.

        A label that was given goes before one that was refused. Variants are other works, and keep their labels.

        Raises:
            PictureUnreadable: A sidecar of the file can't be opened.
            DataDamaged: A sidecar of the file can't be read.
        """
        if planned.member.kind == "variant":
            return ()
        stays = self.labels.get(planned.stays.number, {})
        return tuple(
            LabelChange(planned.stays.hash, label, stays.get(label), is_given)
            for label, is_given in self._labels_of(planned).items()
            if stays.get(label) is None or (is_given and not stays[label])
        )

    def _labels_of(self, planned: PlannedRemoval) -> dict[str, bool]:
        """The labels of a file: those in the index, and those in its sidecars that nobody refused or took back."""
        number = planned.member.picture.number
        labels = dict(self.labels.get(number, {}))
        for text in read_sidecar_labels(planned.path):
            with suppress(PochadeError):  # an invalid label stays in the sidecar
                label = normalise_name(text)
                if label not in self.withdrawn.get(number, set()):
                    labels.setdefault(label, True)
        return labels

    def _apply(self, planned: PlannedRemoval, changes: Sequence[LabelChange]) -> None:
        """Give the labels to the picture that stays."""
        for change in changes:
            add_label(self.library.index, [planned.stays.number], change.label, refused=not change.after)
            self.labels.setdefault(planned.stays.number, {})[change.label] = change.after

    def _take_back(self, planned: PlannedRemoval, changes: Sequence[LabelChange]) -> None:
        """Take back the labels of a file that could not go."""
        for change in changes:
            write_label(self.library, planned.stays.number, change.label, change.before)
        self.labels = labels_by_picture(self.library.index)

    def _forget(self, path: Path) -> None:
        """Forget a file that went; if the index can't be written now, `learn` does it later."""
        try:
            self.library.index.forget_files([bytes(path.relative_to(self.library.folder))])
        except PochadeError as error:
            logger.warning("the index still has a file that is in the trash: %s", error.sentence, exc_info=error)

    def _move_sidecars(self, sidecars: Sequence[Path]) -> None:
        for path in sidecars:
            try:
                move_to_trash(path)
                self.sidecars.append(path)
            except PochadeError as error:
                logger.info("a sidecar stays: %s", error.sentence, exc_info=error)
                self.problems.append(RemovalProblem.from_error(path, error))


def movable_file(path: Path) -> MovedFile:
    """Return what the journal says of a file that is to go.

    Raises:
        OutputUnwritable: It is gone.
    """
    try:
        status = path.lstat()
    except OSError as error:
        name = printable(path)
        raise OutputUnwritable.about(name, f"can't be moved to the trash: {error.strerror}") from error
    return MovedFile(path, status.st_size, status.st_mtime_ns)


def _move_and_check(planned: PlannedRemoval) -> None:
    """Move a file to the trash, and put it back at once if the file that stays went with it.

    Raises:
        OutputUnwritable: The file can't be moved, or the two names turned out to be one file.
    """
    trashed = move_to_trash(planned.path)
    if not planned.stays.path.exists():
        restore_from_trash(trashed)
        names = f"'{printable(planned.path)}' and '{printable(planned.stays.path)}'"
        raise OutputUnwritable(f"{names} are one file, which was put back", "leave it as it is")
