"""Move pictures that a person selected to the system's trash, whole: every file that holds one, with its sidecars.

No other file stays for them, so nothing but the person's own selection leads here; what is proposed for removal goes
through `removal_plan.py`. The labels stay with the picture in the index, and are back when a file of it is. Undoing is
the same as for duplicates: see `removal_undo.py`.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import PochadeError, UsageError
from pochade.index.folder_roles import read_folder_roles, role_of
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.organise.duplicate_removal import Removal, movable_file
from pochade.organise.removal_checks import RemovalChecks
from pochade.organise.removal_journal import JournalEntry, RemovalJournal
from pochade.organise.removal_plan import RemovalProblem, check_status
from pochade.organise.sidecars import FolderNames, sidecars_of
from pochade.system.file_systems import is_network_disk
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report, ignore_progress
from pochade.system.trash import move_to_trash

logger = logging.getLogger(__name__)
STAGE = "moving to the trash"


@dataclass(frozen=True)
class SelectedFile:
    """A file that is to go, with the sidecars that go along."""

    picture: PictureFile
    sidecars: tuple[Path, ...]
    freed_bytes: int  # once the trash is emptied; 0 for a link, and for a name of a file that has other names


@dataclass(frozen=True)
class SelectionPlan:
    """What is to go, and what stays although it holds a selected picture."""

    files: tuple[SelectedFile, ...]  # links first: they lead nowhere once their file is gone
    problems: tuple[RemovalProblem, ...]

    @property
    def freed_bytes(self) -> int:
        """The room that is free once the trash is emptied, without sidecars."""
        return sum(file.freed_bytes for file in self.files)


def plan_selection(library: Library, numbers: Iterable[int]) -> SelectionPlan:
    """Plan which files of some pictures go to the trash.

    Args:
        library: The collection.
        numbers: The numbers of the pictures.

    Returns:
        The plan. A file stays, with the reason, if it is in a protected folder, on a network disk, gone or changed
        since it was learnt, or if a link that stays leads to it.
    """
    pictures = sorted(library.files_of_numbers(set(numbers)), key=lambda file: (not file.path.is_symlink(), file.path))
    checks, names = _SelectionChecks(library), defaultdict[Path, FolderNames](FolderNames)
    files, problems = list[SelectedFile](), list[RemovalProblem]()
    for picture in pictures:
        try:
            checks.check(picture)
            sidecars = sidecars_of(picture.path, names[picture.path.parent])
            files.append(SelectedFile(picture, tuple(sidecars), _freed_bytes(picture)))
        except PochadeError as error:
            problems.append(RemovalProblem.from_error(picture.path, error))
    return SelectionPlan(tuple(files), tuple(problems))


def _freed_bytes(file: PictureFile) -> int:
    return 0 if file.path.is_symlink() or file.path.stat().st_nlink > 1 else file.bytes


class _SelectionChecks:
    """Tells which of the selected files must stay. Links are checked before files.

    Args:
        library: The collection.
    """

    def __init__(self, library: Library) -> None:
        self.folder, self.roles = library.folder, read_folder_roles(library.index)
        self.targets = set[str]()  # of links that stay

    def check(self, file: PictureFile) -> None:
        """Refuse a file that must stay.

        Raises:
            UsageError: Its place does not let it go, or a link that stays leads to it.
            FileUnreachable: It is gone, or has changed.
        """
        try:
            self._check_place(file.path)
            check_status(file)
        except PochadeError:
            if file.path.is_symlink():
                self.targets.add(os.path.realpath(file.path))
            raise

    def _check_place(self, path: Path) -> None:
        name = printable(path)
        if role_of(path.relative_to(self.folder), self.roles, self.folder) == "protected":
            raise UsageError(f"'{name}' is in a protected folder", "change the folder's rule in Families")
        if not path.is_symlink() and os.path.realpath(path) in self.targets:
            raise UsageError(f"a link that stays leads to '{name}'", "remove the link first")
        if is_network_disk(path.parent):
            raise UsageError(f"'{name}' is on a network disk, which has no trash", "remove it with the file manager")


def remove_selection(plan: SelectionPlan, library: Library, report: Report = ignore_progress) -> Removal:
    """Move the planned files to the trash. A file that can't go is listed with the reason, and the others go.

    Each file is read again first, and written into the journal, so that a run that was killed can be undone.

    Args:
        plan: What is to go.
        library: The collection.
        report: Called with the progress.

    Raises:
        UsageError: Another process is learning the folder.
        OutputUnwritable: The journal can't be written.
    """
    with library.lock():
        run = _SelectionRun(library)
        problems, gone = list(plan.problems), list[SelectedFile]()
        for done, file in enumerate(plan.files):
            report(Progress(STAGE, done, len(plan.files)))
            try:
                run.remove(file)
                gone.append(file)
            except PochadeError as error:
                logger.info("a file stays: %s", error.sentence, exc_info=error)
                problems.append(RemovalProblem.from_error(file.picture.path, error))
        report(Progress(STAGE, len(plan.files), len(plan.files)))
        if not gone:
            run.journal.path.unlink(missing_ok=True)
    return Removal(
        run.journal.id if gone else None,
        tuple(file.picture.path for file in gone),
        tuple(run.sidecars),
        (*problems, *run.problems),
        sum(file.freed_bytes for file in gone),
    )


class _SelectionRun:
    """One removal that is under way.

    Args:
        library: The collection, whose lock is held.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.checks, self.journal = library, RemovalChecks(), RemovalJournal(library)
        self.sidecars = list[Path]()  # that went
        self.problems = list[RemovalProblem]()  # sidecars that stay although their file went

    def remove(self, file: SelectedFile) -> None:
        """Check a file again, and move it and its sidecars to the trash.

        Raises:
            PochadeError: It can't go; nothing has changed.
        """
        path = file.picture.path
        self.checks.check_content(file.picture)
        sidecars = [sidecar for sidecar in sidecars_of(path) if sidecar in file.sidecars]
        moved = tuple(movable_file(item) for item in (path, *sidecars))
        self.journal.add(JournalEntry(file.picture.hash, moved, ()))
        move_to_trash(path)
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
