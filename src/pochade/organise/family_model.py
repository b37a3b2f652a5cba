"""A family: the duplicates and versions of one work."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pochade.index.picture_records import PictureFile

MemberKind = Literal["exact", "near", "version"]


@dataclass(frozen=True)
class FamilyMember:
    """A file of a family.

    Its kind is its relation to the cover: "exact" has the same pixels, "near" was saved again, resized, cropped or
    recoloured, and "version" is another stage of the work.
    """

    path: Path
    kind: MemberKind
    likelihood: float  # 0 to 1, that it shows the same work as the cover
    piece: PictureFile

    @property
    def picture(self) -> PictureFile:
        """The picture; `piece` is its older name."""
        return self.piece


@dataclass(frozen=True)
class Family:
    """The files of one work."""

    cover: Path  # the file to show, and to keep
    reason: str  # why it is the cover
    members: tuple[FamilyMember, ...]  # the cover first, then the others by kind and path

    @property
    def spare_bytes(self) -> int:
        """The total size of the copies in bytes; the cover, versions, symbolic and hard links don't count."""
        hard_links = self.hard_links()
        return sum(
            member.piece.bytes
            for member in self.members[1:]
            if member.kind != "version" and not member.path.is_symlink() and member.path not in hard_links
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
