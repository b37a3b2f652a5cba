"""What a person is told of a picture that was drawn for them, and by what it is judged: is it new, is it anywhere?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest
from pochade.analysis.out_of_distribution import NEIGHBOURS, Figures, OutOfDistribution, cycle_errors, verdicts
from pochade.analysis.prior.latent_prior import LatentPrior
from pochade.analysis.prior.selection import parts
from pochade.analysis.shrinkage import Whitening
from pochade.errors import CheckpointDamaged
from pochade.images.base.picture import Array
from pochade.models.checkpoints import read_tensors, write_tensors
from pochade.models.generator_protocol import Generator

FORMAT = "pochade-grounds-1"
MOST_REDRAWN = 64  # pieces that are redrawn to see how far a code may come back from where it was
MOST_ASKED = 2_000  # pieces whose distance to the others is measured
ALMOST = 1.0  # percentile of these distances below which a picture is almost a copy
COPIES = 0.02  # distance of looks below which two pieces are copies of each other, and tell nothing of different ones


@dataclass(frozen=True)
class Created:
    """A picture that was drawn, and where it comes from."""

    picture: Array  # (S, S, 3) uint8
    code: Floats  # (D,), from which it was drawn
    seed: int  # with which it was drawn
    net: str  # the name of the net that drew it
    percentile: float  # share of real pieces whose codes lie where it is less dense, 0 to 1
    emptiness: OutOfDistribution  # the four tests
    nearest: Path  # the real piece that looks most like it
    distance: float  # to that one: 1 - cosine of the looks
    likelihood: float  # that the two are one work, 0 to 1
    almost_a_copy: bool  # they are one work, or nearer than two different pieces ever are

    @property
    def empty(self) -> bool:
        """Whether its code lies where the collection has nothing."""
        return self.emptiness.empty


@dataclass(frozen=True)
class NoveltyReference:
    """What is known of the real pieces, beside which new pictures are judged."""

    codes: Floats  # (N, D)
    real: Figures  # of real pieces, each measured without itself
    almost: float  # distance of looks below which two are almost copies

    @classmethod
    def of(cls, codes: Floats, looks: Floats, prior: LatentPrior, painter: Generator) -> "NoveltyReference":
        """Measure real pieces.

        Args:
            codes: Of all pieces (N, D).
            looks: Of the same (N, 64).
            prior: Fitted to the codes.
            painter: The net that draws.
        """
        count = min(NEIGHBOURS, len(codes) - 1)
        some = np.random.default_rng(0).permutation(len(codes))
        measured, redrawn = codes[some[:MOST_ASKED]], codes[some[:MOST_REDRAWN]]
        away = np.concatenate([
            Whitening.fit(codes[learnt]).apply(codes[others]) for learnt, others in parts(len(codes), 0)
        ])  # fmt: skip
        near = nearest(measured, codes, count + 1).distances[:, 1:].mean(1)  # the first is the piece itself
        back = painter.encode(painter.draw(redrawn, [0] * len(redrawn)))
        real = Figures(near, np.linalg.norm(away, axis=1), prior.held_out, cycle_errors(redrawn, back, codes.mean(0)))
        return cls(codes, real, almost_copies(looks, some))

    def judged(self, codes: Floats, pictures: Array, prior: LatentPrior, painter: Generator) -> list[OutOfDistribution]:
        """Whether codes (n, D), from which pictures (n, S, S, 3) were drawn, lie where the collection has nothing."""
        count = min(NEIGHBOURS, len(self.codes) - 1)
        near = nearest(codes, self.codes, count).distances.mean(1)
        away = np.linalg.norm(prior.whitening.apply(codes), axis=1)
        errors = cycle_errors(codes, painter.encode(pictures), self.codes.mean(0))
        return verdicts(Figures(near, away, prior.log_density(codes), errors), self.real)

    def save(self, path: Path, of: str) -> None:
        """Keep what was measured; the codes lie elsewhere."""
        arrays = {**vars(self.real), "almost": np.array([self.almost])}
        tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
        write_tensors(path, FORMAT, tensors, {"of": of})

    @classmethod
    def load(cls, path: Path, of: str, codes: Floats) -> "NoveltyReference":
        """What was measured.

        Raises:
            CheckpointDamaged: The file is missing, damaged, or of other pieces.
        """
        tensors, metadata = read_tensors(path, FORMAT)
        arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
        try:
            if metadata["of"] != of:
                raise ValueError("it is of other pieces")
            almost = float(arrays.pop("almost")[0])
            return cls(codes, Figures(**arrays), almost)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointDamaged(f"'{path}' holds no such figures: {error}", f"delete '{path}'") from error


def almost_copies(looks: Floats, some: Integers) -> float:
    """The distance of looks that only one in a hundred different pieces comes nearer to its nearest neighbour than.

    Args:
        looks: Of all pieces (N, 64), unit length.
        some: Their rows in random order (N,).
    """
    asked = looks[some[:MOST_ASKED]]
    distances = nearest(asked, looks, min(len(looks), NEIGHBOURS + 1)).distances ** 2 / 2  # 1 - cosine
    different = np.where(distances > COPIES, distances, np.inf).min(1)
    different = different[np.isfinite(different)]
    return max(COPIES, float(np.percentile(different, ALMOST))) if len(different) else COPIES
