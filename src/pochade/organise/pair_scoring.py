"""The verdicts on pairs of pieces: apart, near, or versions of one work. Each pair is looked at once, and remembered.

Looks propose the pairs, each piece with its nearest neighbours: never all with all. Then the edges of one are laid over
those of the other: they are kept, so that no picture need be read for that. Where they agree at all, a small net judges
what the pictures have in common.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.near_pairs import nearest_pairs
from pochade.analysis.pair_features import compared, subjects
from pochade.analysis.registration import Overlay, overlaid
from pochade.errors import CheckpointDamaged
from pochade.images.features.edge_map import halved
from pochade.images.geometry.letterbox import SIDE, Squares
from pochade.index.active_models import ActiveModels
from pochade.index.database import Index
from pochade.index.descriptor_jobs import halved_from, measured_all
from pochade.index.descriptor_store import measured
from pochade.index.ingest_file import thumbnail_path
from pochade.index.organisation_store import add_verdicts, verdicts_in
from pochade.models import PairModel, weights
from pochade.models.checkpoints import load_model
from pochade.system.progress import Progress, Report

NEIGHBOURS = 10  # of each piece that are proposed
LEAST = 0.72  # cosine of the looks below which two pieces are not compared
MOST = (2, 20_000, 60_000)  # pairs in one run: for each piece, but at least, and at most; the likeliest first
AGREEING = 0.58  # of the edges: pictures that agree by less are two works, whatever else they share
RULES = 3  # of judging: verdicts by other rules count no more than those of another net
JUDGED = 2_048  # pairs between two commits
SMALL = SIDE // 2  # pixels a side on which colours are compared


class PairScore(NamedTuple):
    """How likely two pieces are one work."""

    near: float  # resaved, resized, cropped, recoloured …
    version: float  # another stage of it

    @property
    def same(self) -> float:
        """One work in either way."""
        return self.near + self.version


def proposed(looks: Floats, alive: Integers) -> tuple[Integers, Floats]:
    """Pairs of rows (P, 2) that may be one work, and their cosines (P,), the likeliest first.

    Args:
        looks: Of all pieces (N, 64), unit length.
        alive: The rows of those that count.
    """
    pairs, cosines = nearest_pairs(looks[alive], LEAST, NEIGHBOURS)
    return alive[pairs], cosines


def most_pairs(pieces: int) -> int:
    """How many pairs one run looks at."""
    for_each, least, most = MOST
    return min(most, max(least, for_each * pieces))


@cache
def pair_net() -> PairModel:
    """The shipped net that judges, loaded once.

    Raises:
        CheckpointDamaged: It is missing, or damaged.
    """
    net = load_model(weights.FOLDER / weights.PAIRS)
    if not isinstance(net, PairModel):
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
    known = subjects([each.subject.pixels for each in [asked, *pieces]])
    pairs = torch.tensor([(0, number + 1) for number in range(len(pieces))]).view(-1, 2)
    overlay = overlaid(known.maps, pairs)
    same = likelihoods(overlay, compared(known.small, torch.from_numpy(looks), pairs, overlay)).sum(1)
    return same.tolist()


def likelihoods(overlay: Overlay, numbers: Tensor) -> Tensor:
    """The likelihoods (P, 2) of "near" and "version" of pairs, none where edges don't agree.

    Args:
        overlay: How the two pictures lie upon each other.
        numbers: What is said of the pairs (P, 28).
    """
    found: Tensor = pair_net().likelihoods(numbers)[:, 1:]
    return found * (overlay.agreement >= AGREEING).unsqueeze(1)


def joined(overlays: list[Overlay]) -> Overlay:
    """Overlays of some pairs and of others, as one."""
    return Overlay(*(torch.cat(each) for each in zip(*overlays, strict=True)))


class PairScorer:
    """Looks at pairs of a collection's pieces.

    Args:
        index: Remembers the verdicts.
        in_use: Where edges and thumbnails are.
    """

    def __init__(self, index: Index, in_use: ActiveModels) -> None:
        self.index, self.in_use = index, in_use
        self.name = f"{weights.name_of_pairs()}-{RULES}"
        self.contents = index.contents()
        self.numbers = np.array(index.numbers(), np.int64)  # of each row's piece

    def known(self) -> dict[tuple[int, int], PairScore]:
        """Every verdict of this net so far, by the numbers of the two pieces, the lower first."""
        return {(row.first, row.second): PairScore(row.near, row.version) for row in verdicts_in(self.index, self.name)}

    def judge(self, pairs: Integers, looks: Floats, report: Report) -> None:
        """Look at pairs of rows (P, 2), and remember what comes of it: the same, whichever was read first.

        Raises:
            CheckpointDamaged: The shipped net that judges is missing.
        """
        pairs = np.array([sorted(pair, key=self.contents.__getitem__) for pair in pairs.tolist()], np.int64)
        left, overlays = list[Integers](), list[Overlay]()
        for some, overlay in self._laid(pairs, report):
            agreeing = overlay.agreement >= AGREEING
            left.append(some[agreeing.numpy()])
            overlays.append(Overlay(*(each[agreeing] for each in overlay)))
            self._remember(some[~agreeing.numpy()], torch.zeros(len(some) - len(left[-1]), 2))
        if len(alike := np.concatenate(left)):
            back = [overlay for _, overlay in self._laid(alike[:, ::-1], report)]
            self._compare(alike, joined(overlays), joined(back), looks, report)

    def _laid(self, pairs: Integers, report: Report) -> Iterator[tuple[Integers, Overlay]]:
        """How the edges of the second piece of each pair lie best on those of the first, some pairs at a time."""
        edges = measured(self.in_use, self.contents, report)["edges"]
        for start in range(0, len(pairs), JUDGED):
            rows, places = np.unique(some := pairs[start : start + JUDGED], return_inverse=True)
            maps = torch.from_numpy(edges[rows].astype(np.float32))
            with torch.inference_mode():
                yield some, overlaid(maps, torch.from_numpy(places.reshape(some.shape)))
            report(Progress("comparing edges", start + len(some), len(pairs)))

    def _compare(self, pairs: Integers, overlay: Overlay, back: Overlay, looks: Floats, report: Report) -> None:
        """Judge pairs whose edges agree, from both sides: a chance likeness seldom holds both ways."""
        rows, inverse = np.unique(pairs, return_inverse=True)
        known, own = self._small(rows, report), torch.from_numpy(np.ascontiguousarray(looks[rows]))
        places = torch.from_numpy(inverse.reshape(pairs.shape))
        for start in range(0, len(pairs), JUDGED):
            now = slice(start, start + JUDGED)
            ways = [(places[now], overlay), (places[now].flip(1), back)]
            laid = [(some, Overlay(*(each[now] for each in all_of_them))) for some, all_of_them in ways]
            with torch.inference_mode():
                said = [likelihoods(each, compared(known, own, some, each)) for some, each in laid]
            self._remember(pairs[now], torch.stack(said).mean(0))
            report(Progress("comparing", min(start + JUDGED, len(pairs)), len(pairs)))

    def _remember(self, pairs: Integers, said: Tensor) -> None:
        pieces = np.sort(self.numbers[pairs], 1).tolist()
        add_verdicts(self.index, self.name, [
            {"first": first, "second": second, "near": near, "version": version}
            for (first, second), (near, version) in zip(pieces, said.tolist(), strict=True)
        ])  # fmt: skip

    def _small(self, rows: Integers, report: Report) -> Tensor:
        """The pieces in these rows in small (n, 3, 48, 48) uint8, from their thumbnails."""
        contents = [self.contents[row] for row in rows.tolist()]
        small = np.empty((len(contents), SMALL, SMALL, 3), np.uint8)
        thumbnails, done = [thumbnail_path(self.in_use.thumbnails, content) for content in contents], 0
        for found in measured_all(thumbnails, halved_from):
            for each in found:
                small[done] = self._read(contents[done]) if each is None else each
                done += 1
            report(Progress("reading thumbnails", done, len(contents)))
        return torch.from_numpy(small).permute(0, 3, 1, 2)

    def _read(self, content: str) -> Integers:
        """A piece in small whose thumbnail can't be read."""
        (squares,) = self.in_use.squares([content])
        return halved(squares.subject.pixels)
