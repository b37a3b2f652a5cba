"""What is to be removed, and why it may be: the files that a person chose, or that are preselected.

A file goes only if another file of its family stays. Planning looks at the files' status; `removal_checks.py` reads
them again directly before they go.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pochade.errors import FileUnreachable, PochadeError, UsageError
from pochade.index.folder_roles import FolderRole, read_folder_roles, role_of
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile, file_time
from pochade.organise.family_model import Family, FamilyMember, are_one_file
from pochade.organise.sidecars import FolderNames, sidecars_of
from pochade.system.path_text import printable

LEARN_HINT = "run 'pochade learn', then look at the families again"


@dataclass(frozen=True)
class FamilyChoice:
    """What a person chose for a family: the file to keep, and the files to set aside."""

    family: Family
    keep: Path
    aside: frozenset[Path]


@dataclass(frozen=True)
class PlannedRemoval:
    """A file that is to go, and the file of its family that stays."""

    member: FamilyMember
    stays: PictureFile  # with the same bytes, if there is one; else the file to keep
    has_equal_pixels: bool  # whether the two must have the same pixels when the file goes
    sidecars: tuple[Path, ...]  # which go along: no other file uses them
    freed_bytes: int  # 0 for a link, and for a name of a file that has other names

    @property
    def path(self) -> Path:
        """The file that is to go."""
        return self.member.path

    @property
    def note(self) -> str:
        """Why removing the file frees no room; empty if it frees some."""
        if self.path.is_symlink():
            return "a link, frees no room"
        return "" if self.freed_bytes else "the same file has another name, frees no room"


@dataclass(frozen=True)
class RemovalProblem:
    """A file that stays although it was to go."""

    path: Path
    reason: str  # a sentence and the next step

    @classmethod
    def from_error(cls, path: Path, error: PochadeError) -> "RemovalProblem":
        """Return the problem that an error tells of."""
        return cls(path, "; ".join(filter(None, (error.sentence, error.hint))))


@dataclass(frozen=True)
class RemovalPlan:
    """What is to go to the trash."""

    files: tuple[PlannedRemoval, ...]  # links first: they lead nowhere once their file is gone
    problems: tuple[RemovalProblem, ...]  # files that were chosen but must stay

    @property
    def freed_bytes(self) -> int:
        """The room that is free once the trash is emptied, without sidecars."""
        return sum(file.freed_bytes for file in self.files)


def preselected_choice(family: Family) -> FamilyChoice:
    """The choice that is proposed for a family: the first file stays, and the preselected ones go.

    Other names of the first file, and links to it, stay: they take no room.
    """
    preselected = (member.path for member in family.members[1:] if member.preselected)
    aside = frozenset(path for path in preselected if not are_one_file(path, family.cover))
    return FamilyChoice(family, family.cover, aside)


def plan_removal(library: Library, families: Sequence[Family], choices: Sequence[FamilyChoice] | None) -> RemovalPlan:
    """Plan which files go to the trash, and which file stays for each.

    Args:
        library: The collection.
        families: The families, for which the preselected files go.
        choices: What the person chose file by file instead; None for the preselected files.

    Returns:
        The plan. A file stays, with the reason, if it is in a protected folder, if it or the file to keep changed or
        is gone since it was learnt, or if a link that stays leads to it.

    Raises:
        UsageError: No file of a family would stay, or a file is to stay and to go.
    """
    choices = [preselected_choice(family) for family in families] if choices is None else choices
    leaving = frozenset(path for choice in choices for path in choice.aside)
    for choice in choices:
        _check_choice(choice, leaving)
    planner = _Planner(library, leaving)
    planned = {file.path: file for choice in choices for file in planner.files(choice)}  # a file may be in two families
    files = sorted(planned.values(), key=lambda file: not file.path.is_symlink())
    return RemovalPlan(tuple(_without_shared_bytes(files, planner.identities)), tuple(planner.problems))


def _check_choice(choice: FamilyChoice, leaving: frozenset[Path]) -> None:
    """Refuse a choice that keeps no file of a work."""
    paths = {member.path for member in choice.family.members}
    if not choice.aside <= paths or choice.keep not in paths:
        raise UsageError("a file was chosen that is not in the family", "look at the families again")
    if paths <= leaving:
        name = printable(choice.family.cover)
        raise UsageError(f"no file of the work '{name}' would stay", "choose one of its files to keep")
    if choice.aside and choice.keep in leaving:
        raise UsageError(f"'{printable(choice.keep)}' is to stay and to go", "choose another file to keep")


class FileIdentity(NamedTuple):
    """What files with several names have in common."""

    disk: int
    inode: int
    names: int  # how many names the file has


class _Planner:
    """Decides which of the chosen files may go.

    Args:
        library: The collection.
        leaving: All files that are to go.
    """

    def __init__(self, library: Library, leaving: frozenset[Path]) -> None:
        self.folder, self.leaving = library.folder, leaving
        self.files_by_number = library.files_by_number()
        self.roles: Mapping[str, FolderRole] = read_folder_roles(library.index)
        self.names = defaultdict[Path, FolderNames](FolderNames)  # by folder
        self.problems = list[RemovalProblem]()
        self.identities = dict[Path, FileIdentity]()  # of the planned files

    def files(self, choice: FamilyChoice) -> Iterator[PlannedRemoval]:
        """Yield the files of a choice that may go; the others become problems."""
        for member in choice.family.members:
            if member.path in choice.aside:
                try:
                    yield self._plan_file(choice, member)
                except PochadeError as error:
                    self.problems.append(RemovalProblem.from_error(member.path, error))

    def _plan_file(self, choice: FamilyChoice, member: FamilyMember) -> PlannedRemoval:
        """Plan the removal of one file.

        Raises:
            UsageError: The file is protected, or a link that stays leads to it.
            FileUnreachable: It or the file to keep is gone or changed, or its folder can't be listed.
        """
        path = member.path
        if role_of(path.relative_to(self.folder), self.roles, self.folder) == "protected":
            raise UsageError(f"'{printable(path)}' is in a protected folder", "choose another file")
        self._check_links(member)
        check_status(member.picture)
        stays = self._find_file_that_stays(choice, member)
        kinds = {other.path: other.kind for other in choice.family.members}
        self.identities[path] = _identity(path)
        return PlannedRemoval(
            member,
            stays,
            has_equal_pixels=kinds[path] == kinds.get(stays.path) == "exact",
            sidecars=tuple(sidecars_of(path, self.names[path.parent])),
            freed_bytes=0 if path.is_symlink() else member.picture.bytes,
        )

    def _check_links(self, member: FamilyMember) -> None:
        """Refuse to remove the file that a link leads to, if the link stays."""
        staying = (file.path for file in self._files_with_same_bytes(member))
        target = os.path.realpath(member.path)
        if not member.path.is_symlink() and any(os.path.realpath(link) == target for link in staying):
            name = printable(member.path)
            raise UsageError(f"a link that stays leads to '{name}'", "remove the link, too, or keep the file")

    def _find_file_that_stays(self, choice: FamilyChoice, member: FamilyMember) -> PictureFile:
        """Find the file for which another may go: one with the same bytes, or else the file to keep.

        Raises:
            FileUnreachable: Each of them is gone or has changed.
        """
        keep = next(other.picture for other in choice.family.members if other.path == choice.keep)
        for file in self._files_with_same_bytes(member):
            with suppress(FileUnreachable):
                if not file.path.is_symlink():
                    check_status(file)
                    return file
        check_status(keep)
        return keep

    def _files_with_same_bytes(self, member: FamilyMember) -> list[PictureFile]:
        """The files with the bytes of a file that goes, without those that go, too."""
        files = self.files_by_number.get(member.picture.number, [])
        return [file for file in files if file.path not in self.leaving]


def check_status(file: PictureFile) -> None:
    """Check that a file has the size and the time that it had when it was learnt.

    Raises:
        FileUnreachable: It is gone, or it has changed.
    """
    try:
        status = file.path.stat()
    except OSError as error:
        raise FileUnreachable.about(printable(file.path), f"can't be read: {error.strerror}", LEARN_HINT) from error
    if status.st_size != file.bytes or file_time(status.st_mtime_ns) != file.modified:
        raise changed_error(file.path)


def changed_error(path: Path) -> FileUnreachable:
    """The error for a file whose content is not the one that was learnt."""
    return FileUnreachable.about(printable(path), "has changed since it was learnt", LEARN_HINT)


def _identity(path: Path) -> FileIdentity:
    try:
        status = path.lstat()
    except OSError as error:
        raise FileUnreachable.about(printable(path), f"can't be read: {error.strerror}", LEARN_HINT) from error
    return FileIdentity(status.st_dev, status.st_ino, status.st_nlink)


def _without_shared_bytes(
    files: Sequence[PlannedRemoval], identities: Mapping[Path, FileIdentity]
) -> Iterator[PlannedRemoval]:
    """Count the bytes of a file with several names once, and only if all its names go."""
    leaving, counted = Counter(identities[file.path] for file in files), set[FileIdentity]()
    for file in files:
        identity = identities[file.path]
        is_freed = identity not in counted and leaving[identity] >= identity.names
        counted.add(identity)
        yield file if is_freed else replace(file, freed_bytes=0)
