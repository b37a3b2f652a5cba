"""Moving files to the system's trash one after another, with a journal written first: what every removal shares."""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pochade.errors import OutputUnwritable, PochadeError
from pochade.index.library import Library
from pochade.organise.removal_journal import JournalEntry, LabelChange, MovedFile, RemovalJournal
from pochade.organise.removal_plan import RemovalProblem
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report
from pochade.system.trash import move_to_trash

logger = logging.getLogger(__name__)
STAGE = "moving to the trash"


@dataclass(frozen=True)
class Removal:
    """The outcome of a removal."""

    id: str | None  # to undo it; None if nothing went
    gone: tuple[Path, ...]  # pictures' files that are in the trash now
    sidecars: tuple[Path, ...]  # that went along
    problems: tuple[RemovalProblem, ...]  # files that stay although they were to go
    freed_bytes: int  # once the trash is emptied


class RemovableFile(Protocol):
    """A file that is to go."""

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def freed_bytes(self) -> int: ...  # noqa: D102  once the trash is emptied


F = TypeVar("F", bound=RemovableFile)


class TrashRun:
    """One removal that is under way.

    Args:
        library: The collection, whose lock is held.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.journal = library, RemovalJournal(library)
        self.sidecars = list[Path]()  # that went
        self.problems = list[RemovalProblem]()  # sidecars that stay although their file went

    def carry_out(
        self, files: Sequence[F], known_problems: Sequence[RemovalProblem], remove: Callable[[F], None], report: Report
    ) -> Removal:
        """Remove files. One that can't go is listed with the reason, and the others go.

        Args:
            files: What is to go.
            known_problems: Files that stay, as was planned.
            remove: Records and moves one file, or raises a PochadeError.
            report: Called with the progress.

        Raises:
            OutputUnwritable: The journal can't be written.
        """
        problems, gone = list(known_problems), list[F]()
        for done, file in enumerate(files):
            report(Progress(STAGE, done, len(files)))
            try:
                remove(file)
                gone.append(file)
            except PochadeError as error:
                logger.info("a file stays: %s", error.sentence, exc_info=error)
                problems.append(RemovalProblem.from_error(file.path, error))
        report(Progress(STAGE, len(files), len(files)))
        if all(os.path.lexists(file.path) for file in files):
            self.journal.path.unlink(missing_ok=True)
        return Removal(
            self.journal.id if gone else None,
            tuple(file.path for file in gone),
            tuple(self.sidecars),
            (*problems, *self.problems),
            sum(file.freed_bytes for file in gone),
        )

    def record(self, content: str, paths: Sequence[Path], changes: tuple[LabelChange, ...] = ()) -> None:
        """Write into the journal what is going to happen, so that it can be undone.

        Args:
            content: The content hash of the picture.
            paths: Its file, and the sidecars that go along.
            changes: Of labels of the picture that stays.

        Raises:
            OutputUnwritable: A file is gone, or the journal can't be written.
        """
        self.journal.add(JournalEntry(content, tuple(_movable_file(path) for path in paths), changes))

    def finish(self, path: Path, sidecars: Sequence[Path]) -> None:
        """Move the sidecars of a file that went, and forget the file."""
        self._move_sidecars(sidecars)
        self._forget(path)

    def _move_sidecars(self, sidecars: Sequence[Path]) -> None:
        for path in sidecars:
            try:
                move_to_trash(path)
                self.sidecars.append(path)
            except PochadeError as error:
                logger.info("a sidecar stays: %s", error.sentence, exc_info=error)
                self.problems.append(RemovalProblem.from_error(path, error))

    def _forget(self, path: Path) -> None:
        """Forget a file that went; if the index can't be written now, `learn` does it later."""
        try:
            self.library.index.forget_files([bytes(path.relative_to(self.library.folder))])
        except PochadeError as error:
            logger.warning("the index still has a file that is in the trash: %s", error.sentence, exc_info=error)


def _movable_file(path: Path) -> MovedFile:
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
