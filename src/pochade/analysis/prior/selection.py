"""What a prior is chosen from, and by which codes: a normal distribution, mixtures of several sizes, and a flow."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.prior.densities import Bent, Clustered, Normal, Shape
from pochade.analysis.shrinkage import shrunk_mixture, shrunk_normal
from pochade.errors import TrainingDiverged
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow, surprise
from pochade.models.recipe import Recipe
from pochade.training.loop import Progress, train

SIZES = (5, 20, 60)  # of the mixtures
POINTS_EACH = 5  # codes that each distribution of a mixture must have on average
FEW = 1_000  # codes: with fewer, each part of them is held out in turn
PARTS = 5
MOST_HELD_OUT = 5_000
FLOW_FROM = 2_000  # codes: with fewer, mixtures are better, see docs/log.md
MOST_LEARNT = 200_000  # codes that a flow is shown, all rounds together: half a minute on a core
BATCH = 256
MOST_ROUNDS = 40
LOOKS = 12  # times that the flow is tried on codes held out from it
RATE = 3e-3


def parts(count: int, seed: int) -> Iterator[tuple[Integers, Integers]]:
    """Which codes to learn from and which to hold out: once where there are many, else each code once."""
    order = np.random.default_rng(seed).permutation(count)
    if count >= FEW:
        held = min(count // PARTS, MOST_HELD_OUT)
        yield order[held:], order[:held]
        return
    for part in range(PARTS):
        yield np.delete(order, np.s_[part::PARTS]), order[part::PARTS]


def candidates(learnt: Sequence[Floats], score: Callable[[list[Shape]], float], seed: int) -> dict[str, list[Shape]]:
    """Every shape that is worth a trial, by name, fitted to each of some sets of whitened codes.

    Mixtures are made larger for as long as that helps.

    Args:
        learnt: Sets of codes (N, D) to fit to.
        score: How well shapes, one a set, do on codes held out; the higher the better.
        seed: Decides where fitting begins.
    """
    tried = {"normal": [fitted("normal", codes, seed) for codes in learnt]}
    before = score(tried["normal"])
    for size in SIZES:
        if size * POINTS_EACH > min(map(len, learnt)):
            break
        name = f"mixture of {size}"
        tried[name] = [fitted(name, codes, seed) for codes in learnt]
        if (now := score(tried[name])) < before:
            break
        before = now
    if min(map(len, learnt)) >= FLOW_FROM and learnt[0].shape[1] > 1:
        with suppress(TrainingDiverged):
            tried["flow"] = [fitted("flow", codes, seed) for codes in learnt]
    return tried


def fitted(name: str, white: Floats, seed: int) -> Shape:
    """The shape of that name, fitted to whitened codes (N, D)."""
    if name == "normal":
        return Normal(shrunk_normal(white))
    if name == "flow":
        return Bent(flow_of(white, seed))
    return Clustered(shrunk_mixture(white, int(name.rsplit(maxsplit=1)[-1]), seed))


def flow_of(white: Floats, seed: int) -> NormalizingFlow:
    """A flow trained on whitened codes (N, D), as it was when a tenth of them, held out from it, was likeliest."""
    order = np.random.default_rng(seed).permutation(len(white))
    points = torch.from_numpy(white[order].astype(np.float32))
    held = min(len(points) // 10, 1_000)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # its matrices are small: more threads only wait for each other
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            flow = NormalizingFlow(FlowConfig(white.shape[1]))
        keeper = Keeper(flow, points[:held])
        rounds = min(MOST_ROUNDS, max(2, MOST_LEARNT // len(points)))
        recipe = Recipe("fast", rounds, BATCH, "adam", RATE, one_cycle=True)
        train(flow.train(), learning, (points[held:],), recipe, seed=seed, report=keeper.look)
    finally:
        torch.set_num_threads(threads)
    flow.load_state_dict(keeper.best)
    return flow.eval()


def learning(flow: NormalizingFlow, points: Tensor) -> Tensor:
    """How surprised the flow is; the loop gives numbers divided by 255, as it does with pictures."""
    return surprise(flow, points * 255)


class Keeper:
    """Keeps the flow as it was when it knew held-out codes best.

    Args:
        flow: Under training.
        held: Whitened codes (M, D) that it is not shown.
    """

    def __init__(self, flow: NormalizingFlow, held: Tensor) -> None:
        self.flow, self.held = flow, held
        self.least, self.next = float("inf"), 0.0
        self.best = copy.deepcopy(flow.state_dict())

    def look(self, progress: Progress) -> None:
        """Try it, a dozen times in a training."""
        if progress.step < min(self.next, progress.steps):
            return
        self.next = progress.step + progress.steps / LOOKS
        self.flow.eval()
        with torch.inference_mode():
            surprised = float(surprise(self.flow, self.held.to(next(self.flow.parameters()).device)))
        self.flow.train()
        if surprised < self.least:
            self.least, self.best = surprised, copy.deepcopy(self.flow.state_dict())
