"""A family: the duplicates and versions of one work."""

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
        """The total size of the copies in bytes; the cover, versions and symbolic links don't count."""
        return sum(
            member.piece.bytes
            for member in self.members[1:]
            if member.kind != "version" and not member.path.is_symlink()
        )
