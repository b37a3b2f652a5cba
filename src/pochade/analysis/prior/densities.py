"""The shapes that whitened codes may have: one normal distribution, a mixture of some, or what a flow makes of one.

Each can tell how dense it is, draw, take a random step that leaves the density as it is, and walk between two places.
"""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import torch

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import Mixture
from pochade.analysis.prior.gaussian_base import likeness_of, mixed, stepped, walked
from pochade.analysis.prior.string_method import string
from pochade.models.normalizing_flow import NormalizingFlow

BATCH = 2_048  # points that go through a flow at once
SHARES = np.linspace(0, 1, 65)  # of a way, where its places lie


class Shape(ABC):
    """A density over places (N, D)."""

    @abstractmethod
    def log_density(self, places: Floats) -> Floats:
        """The log of the density at places (N, D), in nats."""

    @abstractmethod
    def drawn(self, count: int, random: np.random.Generator) -> Floats:
        """Places (count, D) of this density."""

    @abstractmethod
    def near(self, places: Floats, count: int, strength: float, random: np.random.Generator) -> Floats:
        """Places (count, D) a random step away from mixtures of those given (M, D); of strength 1, anywhere."""

    @abstractmethod
    def path(self, start: Floats, end: Floats, dense: float) -> Floats:
        """Some places (F, D) on a way between two (D,).

        Args:
            start: Where it begins.
            end: Where it ends.
            dense: The log of a density that is enough on the way.
        """


class WithBase(Shape):
    """A shape that is a standard normal distribution, bent: every place has one there, and the other way round."""

    @abstractmethod
    def base(self, places: Floats) -> Floats:
        """Where places (N, D) come from."""

    @abstractmethod
    def back(self, base: Floats) -> Floats:
        """What `base` undoes."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Numbers in a place, D."""

    def drawn(self, count: int, random: np.random.Generator) -> Floats:
        """Normal numbers, bent."""
        return self.back(random.standard_normal((count, self.dimensions)))

    def near(self, places: Floats, count: int, strength: float, random: np.random.Generator) -> Floats:
        """A mixture on the sphere where normal numbers lie, then a step on it."""
        return self.back(stepped(mixed(self.base(places), count, random), strength, random))

    def path(self, start: Floats, end: Floats, dense: float) -> Floats:  # noqa: ARG002  all of the sphere is
        """An arc on that sphere."""
        ends = self.base(np.stack([start, end]))
        return self.back(walked(ends[0], ends[1], SHARES))


class Normal(WithBase):
    """One normal distribution.

    Args:
        mixture: Of size 1.
    """

    def __init__(self, mixture: Mixture) -> None:
        self.mixture = mixture

    @property
    def dimensions(self) -> int:
        """Numbers in a place."""
        return int(self.mixture.means.shape[1])

    def base(self, places: Floats) -> Floats:
        """Whitened."""
        base: Floats = np.linalg.solve(self.mixture.roots[0], (places - self.mixture.means[0]).T).T
        return base

    def back(self, base: Floats) -> Floats:
        """As they were."""
        places: Floats = base @ self.mixture.roots[0].T + self.mixture.means[0]
        return places

    def log_density(self, places: Floats) -> Floats:
        """In closed form."""
        return self.mixture.log_density(places)


class Bent(WithBase):
    """What a flow makes of the standard normal distribution.

    Args:
        flow: A trained one.
    """

    def __init__(self, flow: NormalizingFlow) -> None:
        self.flow = flow.eval()

    @property
    def dimensions(self) -> int:
        """Numbers in a place."""
        return self.flow.config.dimensions

    def base(self, places: Floats) -> Floats:
        """Through the flow."""
        return self._through(lambda some: self.flow(some).numbers, places)

    def back(self, base: Floats) -> Floats:
        """And back."""
        return self._through(self.flow.back, base)

    def log_density(self, places: Floats) -> Floats:
        """The base's, and how much space was stretched."""
        return self._through(self.flow.log_density, places)

    def _through(self, way: Any, numbers: Floats) -> Floats:
        """Numbers (N, D) a way that a flow knows, some at once, in one thread: more only wait for each other."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.inference_mode():
                parts = [way(some) for some in torch.from_numpy(np.asarray(numbers, np.float32)).split(BATCH)]
        finally:
            torch.set_num_threads(threads)
        return torch.cat(parts).double().numpy() if len(numbers) else np.empty(np.shape(numbers))


class Clustered(Shape):
    """A mixture of some normal distributions. It has no base in which one could walk from one of them to another.

    Args:
        mixture: Of any size.
    """

    def __init__(self, mixture: Mixture) -> None:
        self.mixture = mixture

    @cached_property
    def dimensions(self) -> int:
        """Numbers in a place."""
        return int(self.mixture.means.shape[1])

    def log_density(self, places: Floats) -> Floats:
        """In closed form."""
        return self.mixture.log_density(places)

    def drawn(self, count: int, random: np.random.Generator) -> Floats:
        """A distribution each, then a place of it."""
        return self.mixture.from_normal(random.standard_normal((count, self.dimensions)))

    def near(self, places: Floats, count: int, strength: float, random: np.random.Generator) -> Floats:
        """Seen with noise, and drawn from what it may really be: a step of a Markov chain that keeps the density."""
        blends = mixed(places, count, random) if len(places) > 1 else np.repeat(places, count, 0)
        likeness = likeness_of(strength)
        if likeness >= 1:
            return blends
        noise = min(np.sqrt(1 / max(likeness, 1e-6) - 1), 1e3)
        seen = blends + noise * random.standard_normal(blends.shape)
        return self.mixture.seen_through(noise).drawn(seen, random)

    def path(self, start: Floats, end: Floats, dense: float) -> Floats:
        """An arc about the middle of all, drawn to where it is dense."""
        return string(walked(start, end, SHARES[::2]), self.mixture, dense)
