"""Families: the duplicates and versions of one work. Series: works that were made from each other."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pochade.images.geometry.letterbox import Box
from pochade.index.picture_records import PictureFile

MemberKind = Literal["exact", "resave", "edit", "version", "variant"]
DUPLICATE_KINDS: tuple[MemberKind, ...] = ("exact", "resave", "edit")


@dataclass(frozen=True)
class FamilyMember:
    """A file of a family, and its relation to the file that stands first.

    "exact" has the same pixels, "resave" is the same picture encoded, resized or
    converted again, "edit" was cropped, turned, mirrored or recoloured as a whole, "version" is another stage of the
    work, and "variant" is another work of the same series.
    """

    path: Path
    kind: MemberKind
    likelihood: float  # 0 to 1, that this is the relation
    piece: PictureFile
    preselected: bool = False  # proposed for removal: it is exact, or its pixels were proved to be a resave's
    difference: Box | None = None  # the largest region that differs, in pixels of this file's picture

    @property
    def picture(self) -> PictureFile:
        """The picture; `piece` is its older name."""
        return self.piece


@dataclass(frozen=True)
class Family:
    """The files of one work, or the works of one series."""

    cover: Path  # the file to show, and to keep
    reason: str  # why it is the cover
    members: tuple[FamilyMember, ...]  # the cover first, then the others by kind and path

    @property
    def is_series(self) -> bool:
        """Whether the members are different works: variants of the first one."""
        return any(member.kind == "variant" for member in self.members[1:])

    @property
    def spare_bytes(self) -> int:
        """The total size in bytes of the files that are preselected for removal."""
        hard_links = self.hard_links()
        return sum(
            member.piece.bytes
            for member in self.members[1:]
            if member.preselected and not member.path.is_symlink() and member.path not in hard_links
        )

    def hard_links(self) -> frozenset[Path]:
        """The members that are the same file as an earlier member, under another name: removing one frees no room."""
        seen, links = set[tuple[int, int]](), set[Path]()
        for member in self.members:
            with suppress(OSError):  # gone since the folder was learnt
                status = member.path.lstat()
                identity = (status.st_dev, status.st_ino)
                if status.st_nlink > 1 and identity in seen:
                    links.add(member.path)
                seen.add(identity)
        return frozenset(links)


def are_one_file(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file, through names (hard links) or links: removing one of them frees no room."""
    with suppress(OSError):  # gone since the folder was learnt
        return os.path.samefile(path, other)  # noqa: PTH121  many times faster
    return False
