"""The learned prior: where the codes of a collection lie, so that a new code falls where pictures are.

A net's codes do not fill the standard normal distribution that textbooks draw from. What they do fill is fitted here in
several ways, from a single normal distribution to a flow, and the one is kept under which codes that were held out are
likeliest (ex-post density estimation: Ghosh et al., "From Variational to Deterministic Autoencoders", ICLR 2020).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.gaussian_mixture import Mixture
from pochade.analysis.prior.densities import Bent, Clustered, Normal, Shape
from pochade.analysis.prior.selection import candidates, fitted, parts
from pochade.analysis.prior.string_method import placed
from pochade.analysis.shrinkage import Whitening
from pochade.errors import CheckpointDamaged, UsageError
from pochade.models.checkpoints import read_tensors, write_tensors
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow

FEWEST = 20  # codes that a prior can be learnt from
FORMAT = "pochade-prior-1"
DENSE = 0.5  # share of held-out codes that are less dense than a path should be
LIKE = 0.5  # strength of the step away from the codes that new ones should be like


@dataclass(frozen=True)
class LatentPrior:
    """Where codes lie. `Prior.fit` learns one.

    Codes are float32 (N, D) on the way in and out; densities are in nats.
    """

    whitening: Whitening
    shape: Shape  # of whitened codes
    held_out: Floats  # (M,) sorted: the log of the density at codes that it was not fitted to
    scores: dict[str, float]  # the mean log density of held-out codes under each candidate, by its name

    @classmethod
    def fit(cls, codes: Floats, seed: int = 0, *, among: Self | None = None) -> Self:
        """Learn where codes (N, D) lie, from 20 up.

        A fifth of them, or each fifth in turn where they are fewer than a thousand, chooses between the candidates.

        Args:
            codes: Of real pictures.
            seed: Decides which are held out, and where fitting begins.
            among: The prior of a larger set that these belong to: what these codes can't tell is taken from there.

        Raises:
            UsageError: They are fewer than 20, or some are no numbers.
        """
        codes = checked(codes)
        folds = [Fold.of(codes, learnt, others, among) for learnt, others in parts(len(codes), seed)]
        tried = candidates([fold.learnt for fold in folds], lambda shapes: scored(folds, shapes).mean(), seed)
        held = {name: scored(folds, shapes) for name, shapes in tried.items()}
        best = max(held, key=lambda name: held[name].mean())
        whitening, shape = folds[0].whitening, tried[best][0]
        if len(folds) > 1:  # each shape was fitted to a part
            whitening = among.whitening if among else Whitening.fit(codes)
            shape = fitted(best, whitening.apply(codes), seed)
        return cls(whitening, shape, np.sort(held[best]), {name: float(each.mean()) for name, each in held.items()})

    @property
    def name(self) -> str:
        """Of the candidate that was kept."""
        return max(self.scores, key=lambda name: self.scores[name])

    def log_density(self, codes: Floats) -> Floats:
        """The log of the density at codes (N, D), in nats; higher is denser."""
        return self.shape.log_density(self.whitening.apply(codes)) + self.whitening.log_stretch

    def percentile(self, codes: Floats) -> Floats:
        """For each of some codes (N, D), the share of held-out real codes where it is less dense: 0 to 1."""
        shares: Floats = np.searchsorted(self.held_out, self.log_density(codes)) / len(self.held_out)
        return shares

    def sample(self, n: int, seed: int = 0) -> Floats:
        """Draw n new codes (n, D)."""
        return self._codes(self.shape.drawn(n, np.random.default_rng(seed)))

    def vary(self, code: Floats, strength: float = 0.3, n: int = 1, seed: int = 0) -> Floats:
        """Codes (n, D) at random steps from one (D,), where codes are dense.

        Args:
            code: The one to vary.
            strength: 0 gives the code itself, 1 any code of the prior.
            n: How many.
            seed: Decides the steps.
        """
        return self.like(np.asarray(code)[None], n, seed, strength=strength)

    def like(self, codes: Floats, n: int, seed: int = 0, *, strength: float = LIKE) -> Floats:
        """Codes (n, D) near mixtures of some codes (M, D): the prior, narrowed to where these are.

        Raises:
            UsageError: The strength is not from 0 to 1.
        """
        if not 0 <= strength <= 1:
            raise UsageError(f"a strength of {strength} is not from 0 to 1", "0.3 varies a little")
        places = self.whitening.apply(np.atleast_2d(codes))
        return self._codes(self.shape.near(places, n, strength, np.random.default_rng(seed)))

    def path(self, points: Floats, frames: int) -> Floats:
        """Codes (frames, D) on a way through given codes (K, D), each of which it meets, with even steps between two.

        The way keeps to where codes are dense, where a straight line in many dimensions would lead through nothing.

        Raises:
            UsageError: There are fewer frames than points, or fewer points than two.
        """
        points = np.asarray(points, np.float64)
        if len(points) < 2 or frames < len(points):  # noqa: PLR2004
            why = f"a way through {len(points)} codes can't have {frames} frames"
            raise UsageError(why, "give two pictures or more, and as many frames at least")
        ways = [self._way(start, end) for start, end in pairwise(points)]
        steps = shared_out([length(way) for way in ways], frames - 1)
        found = [points[:1]]
        for way, count in zip(ways, steps, strict=True):
            found += [placed(way, np.linspace(0, 1, count + 1))[1:-1], way[-1:]]
        return np.concatenate(found).astype(np.float32)

    def _way(self, start: Floats, end: Floats) -> Floats:
        """Many codes on the way between two (D,), the ends just those."""
        dense = float(np.quantile(self.held_out, DENSE)) - self.whitening.log_stretch
        ends = self.whitening.apply(np.stack([start, end]))
        way = self.whitening.undo(self.shape.path(ends[0], ends[1], dense))
        return np.concatenate([start[None], way[1:-1], end[None]])

    def _codes(self, places: Floats) -> Floats:
        return self.whitening.undo(places).astype(np.float32)

    # On disk ---------------------------------------------------------------------------------------------------------

    def save(self, path: Path, of: str = "") -> None:
        """Write it to one safetensors file, with a word that says what it was fitted to.

        Raises:
            OutputUnwritable: The file could not be written.
        """
        arrays = {"mean": self.whitening.mean, "root": self.whitening.root, "held_out": self.held_out}
        flow: dict[str, Any] = {}
        tensors: dict[str, torch.Tensor] = {}
        if isinstance(self.shape, Bent):
            tensors = {f"flow.{name}": tensor for name, tensor in self.shape.flow.state_dict().items()}
            flow = vars(self.shape.flow.config)
        elif isinstance(self.shape, Normal | Clustered):
            mixture = self.shape.mixture
            arrays |= {"weights": mixture.weights, "means": mixture.means, "covariances": mixture.covariances}
        tensors |= {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
        said = {"scores": self.scores, "flow": flow}
        write_tensors(path, FORMAT, tensors, {"of": of, "prior": json.dumps(said)})

    @classmethod
    def load(cls, path: Path, of: str = "") -> Self:
        """Read one that was fitted to what the word says.

        Raises:
            CheckpointDamaged: The file is missing, damaged, or of something else.
        """
        tensors, metadata = read_tensors(path, FORMAT)
        try:
            if metadata["of"] != of:
                raise ValueError("it was fitted to other codes")
            said = json.loads(metadata["prior"])
            whitening = Whitening(tensors["mean"].numpy(), tensors["root"].numpy())
            held_out = tensors["held_out"].numpy()
            return cls(whitening, shape_in(tensors, said["flow"]), held_out, said["scores"])
        except (KeyError, TypeError, ValueError, RuntimeError, np.linalg.LinAlgError) as error:
            raise CheckpointDamaged(f"'{path}' holds no such prior: {error}", f"delete '{path}'") from error


class Fold(NamedTuple):
    """Codes to learn from and others to judge by, whitened as the first ones ask for."""

    whitening: Whitening
    learnt: Floats  # (N, D)
    others: Floats  # (M, D)

    @classmethod
    def of(cls, codes: Floats, learnt: Integers, others: Integers, among: "LatentPrior | None") -> "Fold":
        """These rows of all codes (N, D)."""
        whitening = among.whitening if among else Whitening.fit(codes[learnt])
        return cls(whitening, whitening.apply(codes[learnt]), whitening.apply(codes[others]))


def scored(folds: Sequence[Fold], shapes: Sequence[Shape]) -> Floats:
    """The log of the density at every code that was held out, each under the shape that it was held out from."""
    return np.concatenate([
        shape.log_density(fold.others) + fold.whitening.log_stretch for fold, shape in zip(folds, shapes, strict=True)
    ])  # fmt: skip


def shape_in(tensors: dict[str, torch.Tensor], flow: dict[str, Any]) -> Shape:
    """The shape that a file's tensors hold."""
    if flow:
        net = NormalizingFlow(FlowConfig(**flow))
        net.load_state_dict({name.removeprefix("flow."): each for name, each in tensors.items() if "flow." in name})
        return Bent(net)
    mixture = Mixture(*(tensors[name].numpy() for name in ("weights", "means", "covariances")))
    return Normal(mixture) if mixture.size == 1 else Clustered(mixture)


def checked(codes: Floats) -> Floats:
    """Codes (N, D) that a prior can be learnt from, in double precision.

    Raises:
        UsageError: They are too few, or no such numbers.
    """
    codes = np.asarray(codes, np.float64)
    if codes.ndim != 2 or not np.isfinite(codes).all():  # noqa: PLR2004
        raise UsageError(f"codes are (N, D) finite numbers, not {codes.shape}")
    if len(codes) < FEWEST:
        why = f"{len(codes)} codes are too few to tell where others would lie"
        raise UsageError(why, f"give {FEWEST} at least")
    return codes


def length(way: Floats) -> float:
    """Of a way over places (F, D)."""
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())


def shared_out(lengths: list[float], steps: int) -> list[int]:
    """Whole steps for ways of some lengths: one at least for each, and otherwise about as long everywhere."""
    shares = [1] * len(lengths)
    for _ in range(steps - len(lengths)):
        longest = max(range(len(lengths)), key=lambda way: lengths[way] / shares[way])
        shares[longest] += 1
    return shares
