"""The verdicts on pairs of pieces: apart, near, or versions of one work. Each pair is looked at once, and remembered.

Looks propose the pairs, each piece with its nearest neighbours: never all with all. Then one picture is laid over the
other, and a small net judges what they have in common.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pochade import weights
from pochade.collection.index import Index
from pochade.collection.kept import add_verdicts, verdicts_in
from pochade.collection.learning import Progress, Report
from pochade.collection.nets_in_use import NetsInUse
from pochade.errors import CheckpointDamaged
from pochade.images.letterbox import Squares
from pochade.learn.checkpoints import load_net
from pochade.nets import PairNet
from pochade.organise.alike import nearest_pairs
from pochade.organise.arrays import Floats, Integers
from pochade.organise.comparison import Subjects, compared, subjects

NEIGHBOURS = 10  # of each piece that are proposed
LEAST = 0.72  # cosine of the looks below which two pieces are not compared
MOST = (2, 20_000, 60_000)  # pairs in one run: for each piece, but at least, and at most; the likeliest first
SQUARES = 256  # pieces that are read at once
JUDGED = 2_048  # pairs between two commits


class Verdict(NamedTuple):
    """How likely two pieces are one work."""

    near: float  # resaved, resized, cropped, recoloured …
    version: float  # another stage of it

    @property
    def same(self) -> float:
        """One work in either way."""
        return self.near + self.version


def proposed(looks: Floats, alive: Integers) -> Integers:
    """Pairs of rows (P, 2) that may be one work, the likeliest first.

    Args:
        looks: Of all pieces (N, 64), unit length.
        alive: The rows of those that count.
    """
    pairs: Integers = alive[nearest_pairs(looks[alive], LEAST, NEIGHBOURS)[0]]
    return pairs


def most_pairs(pieces: int) -> int:
    """How many pairs one run looks at."""
    for_each, least, most = MOST
    return min(most, max(least, for_each * pieces))


@cache
def pair_net() -> PairNet:
    """The shipped net that judges, loaded once.

    Raises:
        CheckpointDamaged: It is missing, or damaged.
    """
    net = load_net(weights.FOLDER / weights.PAIRS)
    if not isinstance(net, PairNet):
        raise CheckpointDamaged(f"'{weights.FOLDER}' holds another net than that of pairs", "install Pochade again")
    return net


@torch.inference_mode()
def same_work(asked: Squares, pieces: Sequence[Squares], looks: Floats) -> list[float]:
    """How likely a picture is of one work with each of some pieces, 0 to 1.

    Args:
        asked: The picture.
        pieces: The pieces (n).
        looks: The picture's look, then those of the pieces (1 + n, 64).
    """
    known = subjects(pictures([asked, *pieces]))
    pairs = torch.tensor([(0, number + 1) for number in range(len(pieces))]).view(-1, 2)
    likelihoods = pair_net().likelihoods(compared(known, torch.from_numpy(looks), pairs))
    same: list[float] = likelihoods[:, 1:].sum(1).tolist()
    return same


class Judge:
    """Looks at pairs of a collection's pieces.

    Args:
        index: Remembers the verdicts.
        in_use: The nets, whose looks propose, and the thumbnails.

    Raises:
        CheckpointDamaged: The shipped net that judges is missing.
    """

    def __init__(self, index: Index, in_use: NetsInUse) -> None:
        self.net, self.index, self.in_use = pair_net(), index, in_use
        self.name = weights.name_of_pairs()
        self.contents = index.contents()
        self.numbers = index.numbers()  # of each row's piece

    def known(self) -> dict[tuple[int, int], Verdict]:
        """Every verdict of this net so far, by the numbers of the two pieces, the lower first."""
        return {(row.first, row.second): Verdict(row.near, row.version) for row in verdicts_in(self.index, self.name)}

    def judge(self, pairs: Integers, looks: Floats, report: Report) -> None:
        """Look at pairs of rows (P, 2), and remember what comes of it."""
        rows, places = np.unique(pairs, return_inverse=True)
        places = places.reshape(pairs.shape)
        kept = self.subjects(rows, report)
        own = torch.from_numpy(np.ascontiguousarray(looks[rows]))
        for start in range(0, len(pairs), JUDGED):
            some = torch.from_numpy(places[start : start + JUDGED])
            with torch.inference_mode():
                likelihoods = self.net.likelihoods(compared(kept, own, some))  # (p, 3)
            self._remember(pairs[start : start + JUDGED], likelihoods)
            report(Progress("comparing", min(start + JUDGED, len(pairs)), len(pairs)))

    def _remember(self, pairs: Integers, likelihoods: Tensor) -> None:
        pieces = [sorted((self.numbers[one], self.numbers[other])) for one, other in pairs.tolist()]
        said = likelihoods.tolist()
        add_verdicts(self.index, self.name, [
            {"first": first, "second": second, "near": near, "version": version}
            for (first, second), (_, near, version) in zip(pieces, said, strict=True)
        ])  # fmt: skip

    def subjects(self, rows: Sequence[int] | Integers, report: Report) -> Subjects:
        """What is compared of the pieces in these rows, from their thumbnails."""
        contents = [self.contents[row] for row in rows]
        batches = [contents[start : start + SQUARES] for start in range(0, len(contents), SQUARES)]
        parts = [Subjects(torch.empty(0, 32, 32), torch.empty(0, 3, 48, 48, dtype=torch.uint8))]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for number, squares in enumerate(pool.map(lambda some: list(self.in_use.squares(some)), batches)):
                parts.append(subjects(pictures(squares)))
                report(Progress("reading thumbnails", min(len(contents), (number + 1) * SQUARES), len(contents)))
        return Subjects(*(torch.cat(each) for each in zip(*parts, strict=True)))


def pictures(squares: Iterable[Squares]) -> Tensor:
    """The subjects of squares, (B, 3, 96, 96) uint8."""
    return torch.from_numpy(np.stack([each.subject.pixels for each in squares])).permute(0, 3, 1, 2)
