"""Which real picture lent which part of a created one."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pochade.analysis.arrays import Integers

MAP_SIDE = 64  # places along each side of a map


@dataclass(frozen=True)
class Lender:
    """A real picture that lent patches."""

    hash: str  # SHA-256 of its content; empty if it is not in the collection
    path: Path | None  # one of its files; None if it was not given as a file
    share: float = 0.0  # of what is drawn, 0 to 1
    largest_share: float = 0.0  # its largest connected region, as a share of what is drawn


@dataclass(frozen=True)
class RegionMap:
    """A map of a created picture: which real picture each place is from."""

    sources: Integers  # (64, 64), the index of a lender, or -1 for bare paper
    lenders: tuple[Lender, ...]  # the pictures that lent something, the largest share first

    @property
    def largest_share(self) -> float:
        """The largest connected region of one picture, as a share of what is drawn, 0 to 1."""
        return max((lender.largest_share for lender in self.lenders), default=0.0)

    @property
    def runs(self) -> list[tuple[int, int]]:
        """The map line by line in runs: a lender's index or -1, and the number of places that it takes."""
        return [(int(source), len(list(places))) for source, places in groupby(self.sources.ravel().tolist())]

    def as_data(self) -> dict[str, Any]:
        """The map for JSON: the lenders with their shares, and the runs."""
        lenders = [
            {
                "picture": lender.hash,
                "share": round(lender.share, 4),
                "largest_connected_share": round(lender.largest_share, 4),
            }
            for lender in self.lenders
        ]
        return {"side": MAP_SIDE, "lenders": lenders, "runs": [list(run) for run in self.runs]}
