"""Move pictures that a person selected to the system's trash, whole: every file that holds one, with its sidecars.

No other file stays for them, so nothing but the person's own selection leads here; what is proposed for removal goes
through `removal_plan.py`. The labels stay with the picture in the index, and are back when a file of it is. Undoing is
the same as for duplicates: see `removal_undo.py`.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import PochadeError, UsageError
from pochade.index.folder_roles import read_folder_roles, role_of
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.organise.removal_checks import RemovalChecks
from pochade.organise.removal_plan import RemovalProblem, check_status
from pochade.organise.sidecars import FolderNames, sidecars_of
from pochade.organise.trash_run import Removal, TrashRun
from pochade.system.file_systems import is_network_disk
from pochade.system.path_text import printable
from pochade.system.progress import Report, ignore_progress
from pochade.system.trash import move_to_trash


@dataclass(frozen=True)
class SelectedFile:
    """A file that is to go, with the sidecars that go along."""

    picture: PictureFile
    sidecars: tuple[Path, ...]
    freed_bytes: int  # once the trash is emptied; 0 for a link, and for a name of a file that has other names

    @property
    def path(self) -> Path:
        """The file that is to go."""
        return self.picture.path


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
        run, checks = TrashRun(library), RemovalChecks()

        def remove(file: SelectedFile) -> None:
            checks.check_content(file.picture)
            sidecars = [sidecar for sidecar in sidecars_of(file.path) if sidecar in file.sidecars]
            run.record(file.picture.hash, (file.path, *sidecars))
            move_to_trash(file.path)
            run.finish(file.path, sidecars)

        return run.carry_out(plan.files, plan.problems, remove, report)
