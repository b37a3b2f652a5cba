"""What a person is told of a family: the copies and versions of one work, and which of them to show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pochade.errors import UsageError
from pochade.index.pictures import PictureFile

Kind = Literal["exact", "near", "version"]
LAYERED = ("PSD", "PSB", "KRA", "KRZ", "ORA", "CLIP", "PROCREATE")  # formats that keep what a work is made of
LOSSLESS = ("PNG", "APNG", "TIFF", "BMP")
GREYS = ("black", "grey", "white")  # words for the colour that stands out, where it is none
LARGER = 1.05  # times as many pixels that make a file the larger one


@dataclass(frozen=True)
class FamilyMember:
    """A file of a family."""

    path: Path
    kind: Kind  # to the cover: the same pixels; resaved, cropped, recoloured …; or another stage of the work
    likelihood: float  # that it is of the cover's work, 0 to 1
    piece: PictureFile


@dataclass(frozen=True)
class Family:
    """The files of one work."""

    cover: Path  # the one to show, and to keep
    reason: str  # why that one
    members: tuple[FamilyMember, ...]  # the cover first, then the others by kind and path

    @property
    def spare_bytes(self) -> int:
        """What its copies take: all but the cover and the versions; links take nothing."""
        return sum(
            member.piece.bytes
            for member in self.members[1:]
            if member.kind != "version" and not member.path.is_symlink()
        )


def rule_of(rule: str | None) -> str | None:
    """A rule to keep by, looked at before any work.

    Raises:
        UsageError: There is no such rule.
    """
    if rule is not None and rule not in BY_RULE:
        raise UsageError(f"'{rule}' is no rule to keep by", f"choose from {', '.join(BY_RULE)}")
    return rule


def cover(pieces: Sequence[PictureFile], rule: str | None = None) -> tuple[PictureFile, str]:
    """The piece to show of a family, and why.

    Without a rule the largest wins, then one that keeps its layers, then one in colour, then the latest. A rule comes
    before these.
    """
    left, reasons = [piece for piece in pieces if not piece.path.is_symlink()] or list(pieces), list[str]()
    for name in sorted(BY_RULE, key=lambda name: name != rule):
        chosen = BY_RULE[name](left)
        if len(chosen) < len(left):
            reasons.append(WORDS[name])
        left = chosen
    best = min(left, key=lambda piece: (piece.format not in LOSSLESS, len(str(piece.path)), piece.path))
    return best, ", ".join(reasons) or "all are alike"


def largest(pieces: Sequence[PictureFile]) -> list[PictureFile]:
    """Those with about as many pixels as the largest."""
    most = max(piece.width * piece.height for piece in pieces)
    return [piece for piece in pieces if piece.width * piece.height * LARGER >= most]


def layered(pieces: Sequence[PictureFile]) -> list[PictureFile]:
    """Those that keep their layers, or all when none does."""
    return [piece for piece in pieces if piece.format in LAYERED] or list(pieces)


def coloured(pieces: Sequence[PictureFile]) -> list[PictureFile]:
    """Those in colour, which is what line art mostly ends as, or all when none is."""
    return [piece for piece in pieces if piece.colour not in GREYS] or list(pieces)


def latest(pieces: Sequence[PictureFile]) -> list[PictureFile]:
    """Those that were changed last."""
    last = max(piece.modified for piece in pieces)
    return [piece for piece in pieces if piece.modified == last]


BY_RULE: dict[str, Callable[[Sequence[PictureFile]], list[PictureFile]]] = {
    "largest": largest, "layered": layered, "coloured": coloured, "latest": latest,
}  # fmt: skip
WORDS = {"largest": "the largest", "layered": "keeps its layers", "coloured": "in colour", "latest": "the latest"}
