"""The prior of codes once more, in whole numbers: what a code says must not depend on how a machine rounds.

The net's weights, what it sees and what it makes of it are whole multiples of powers of two, and small enough for all
sums to stay below 2^24. Floats of 32 bits hold such sums exactly, in whatever order a processor adds. The few numbers
that come from exponentials and logarithms are computed in decimals, which round alike everywhere.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.errors import CheckpointDamaged
from pochade.models.sketch_prior import GAIN, SketchPart, SketchPrior, parts

EXACT = 24  # bits of a sum that a float of 32 bits holds exactly
FINEST = 12  # bits after the point of a weight, at most
SEEN = 5  # bits after the point of what the net sees
LARGEST_SEEN = 1 << 8  # of that, in units of 2^-5: tamed numbers, levels and halves are smaller
LARGEST_WEIGHT = 2.0**20
KEPT = 5  # bits after the point of a feature
LARGEST_FEATURE = (1 << 10) - 1  # in units of 2^-5
REACH = 255  # the largest number of steps from the middle of its distribution that a number may be
TABLES = 26  # scales: the widest is 42 steps
PER_UNIT = 4  # tables in a unit of the scale's logarithm
NARROWEST = -10  # quarters: natural logarithm of the first table's scale, 0.082 steps
FRACTIONS = 4  # of a step, in which means are told
DECIMALS = Context(prec=30, rounding=ROUND_HALF_EVEN)

Whole = NDArray[np.int32]
Floats = NDArray[np.float32]  # that hold whole numbers


class Models(NamedTuple):
    """How likely the numbers of one part are; each (B, P, w), P being half of the places."""

    middles: Whole  # the whole step nearest to the mean
    fractions: Whole  # what the mean is more than that, in quarters of a step: -2 to 1
    tables: Whole  # of the scale: 0 to 25


class Layer(NamedTuple):
    """A convolution as a product of matrices of whole numbers."""

    weights: Floats  # (inputs, outputs), in units of 2^-shift
    bias: Floats  # (outputs,), in units of 2^-(shift + bits of the input)
    shift: int


class IntegerPrior:
    """A `nets.prior.Prior` in whole numbers.

    Args:
        prior: The net.
        log_step_bits: The levels' bits after the point: a level of 1 is a logarithm of 2^-bits.
    """

    def __init__(self, prior: SketchPrior, log_step_bits: int) -> None:
        self.groups, self.log_step_bits = prior.groups, log_step_bits
        self.layers: list[tuple[Layer, Layer]] = []
        for net in prior.nets:
            named = {name: weights.detach().double() for name, weights in net.named_parameters()}
            kernel = named["0.weight"].permute(2, 3, 1, 0).flatten(0, 2)  # (9 C, H)
            head = named["2.weight"].flatten(1).T * GAIN  # (H, 2 w)
            self.layers.append(
                (
                    layer(kernel, named["0.bias"], SEEN, LARGEST_SEEN),
                    layer(head, named["2.bias"] * GAIN, KEPT, LARGEST_FEATURE),
                )
            )
        self.usual = whole(prior.small_log_scales.detach().double() * GAIN, FINEST)  # (D,), in units of 2^-12

    def parts(self) -> list[SketchPart]:
        """The parts of a code in the order in which they are read."""
        return list(parts(self.groups))

    def models(self, part: SketchPart, numbers: Whole, levels: Whole) -> Models:
        """The distributions of a part's numbers.

        Args:
            part: Which.
            numbers: All numbers (B, h, w, D); those that were not read yet don't count.
            levels: Logarithms of the steps (B,), in units of 2^-`log_step_bits`.
        """
        hidden, head = self.layers[part.group]
        around = self._around(part, numbers, levels)  # (B, P, 9 C)
        features = np.floor((around @ hidden.weights + hidden.bias) * 2.0 ** (KEPT - SEEN - hidden.shift))
        said = np.clip(features, 0, LARGEST_FEATURE) @ head.weights + head.bias  # (B, P, 2 w)
        units = said.astype(np.int64) << FINEST - head.shift  # in units of 2^-(12 + KEPT)
        means, log_scales = np.split(units, 2, axis=2)
        usual = self.usual[part.start : part.end] << KEPT
        log_scales = log_scales + usual + (levels.astype(np.int64) << FINEST + KEPT - self.log_step_bits)[:, None, None]
        quarters = nearest(means * FRACTIONS)
        middles = (quarters + 2) >> 2
        tables = np.clip(nearest(log_scales * PER_UNIT) - NARROWEST, 0, TABLES - 1)
        return Models(*(each.astype(np.int32) for each in (middles, quarters - 4 * middles, tables)))

    def _around(self, part: SketchPart, numbers: Whole, levels: Whole) -> Floats:
        """What the net sees about each place of the part's half, (B, P, 9 C), in units of 2^-5."""
        count, height, width = numbers.shape[:3]
        seen = np.zeros((count, height + 2, width + 2, part.end + 2), np.float32)
        inner = seen[:, 1:-1, 1:-1]
        inner[..., : part.start] = tame(numbers[..., : part.start])
        if part.half:
            first = half_of(height, width, 0)
            inner[:, *first, part.start : part.end] = tame(numbers[:, *first, part.start : part.end])
        inner[..., -2] = (levels << SEEN - self.log_step_bits)[:, None, None]
        inner[..., -1] = part.half << SEEN
        rows, columns = half_of(height, width, part.half)
        near = [seen[:, rows + down, columns + across] for down in range(3) for across in range(3)]
        return np.concatenate(near, axis=2)


def nearest(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers in units of 2^-(12 + KEPT) to the nearest whole ones, halves upwards."""
    return (numbers + (1 << FINEST + KEPT - 1)) >> FINEST + KEPT


@cache
def half_of(height: int, width: int, half: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the places of one half, in order."""
    rows, columns = np.nonzero(np.indices((height, width)).sum(0) % 2 == half)
    return rows, columns


def layer(weights: Tensor, bias: Tensor, bits: int, largest: int) -> Layer:
    """Weights (inputs, outputs) and biases as whole numbers, as fine as exact sums allow.

    Rounded to 12 bits after the point, then coarser by as many bits as the largest sum that can come up has too many.

    Args:
        weights: Of the layer.
        bias: Its biases (outputs,).
        bits: After the point of what comes in.
        largest: That may come in, in units of 2^-bits.

    Raises:
        CheckpointDamaged: The weights are not those of a trained net.
    """
    finest, offset = whole(weights, FINEST), whole(bias, FINEST + bits)
    most = int((np.abs(finest).sum(0) * largest + np.abs(offset)).max())  # the largest sum, exactly
    shift = FINEST - max(0, most.bit_length() + 1 - EXACT)  # one bit to spare, for rounding
    less = FINEST - shift
    return Layer(coarser(finest, less), coarser(offset, less), shift)


def whole(weights: Tensor, bits: int) -> NDArray[np.int64]:
    """Weights in units of 2^-bits, halves to even.

    Raises:
        CheckpointDamaged: They are no numbers, or so large that sums of them would not be exact.
    """
    doubles = weights.double().numpy()
    if not (np.abs(doubles) < LARGEST_WEIGHT).all():
        raise CheckpointDamaged("a net's prior holds what no training leads to", "install Pochade again, or learn anew")
    numbers: NDArray[np.int64] = np.rint(doubles * 2**bits).astype(np.int64)
    return numbers


def coarser(numbers: NDArray[np.int64], bits: int) -> Floats:
    """With fewer bits after the point, rounded."""
    return ((numbers + ((1 << bits) >> 1)) >> bits).astype(np.float32)


def tame(numbers: Whole) -> Floats:
    """Large numbers less large: 32 times the logarithm of one more than the size, rounded, with the sign."""
    return np.take(tamed(), np.clip(numbers, -REACH, REACH) + REACH)


@cache
def tamed() -> Floats:
    """`tame` of -255 to 255."""
    with localcontext(DECIMALS):
        sizes = [int((Decimal(size + 1).ln() * (1 << SEEN)).to_integral_value()) for size in range(REACH + 1)]
    return np.array([-size for size in sizes[:0:-1]] + sizes, np.float32)


def laplace_tables(tables: range, reach: int, total: int) -> Whole:
    """How many of `total` cases each number of steps is, (tables, 4, 2 reach + 1): a discretised Laplace distribution.

    The scale is exp((table - 10) / 4), the mean -2 to 1 quarters of a step. Every number has at least one case; what is
    left over or wanting goes to the middle.

    Args:
        tables: Which.
        reach: The largest number.
        total: Cases.
    """
    return np.stack(
        [np.stack([laplace_counts(table, fraction, reach, total) for fraction in range(-2, 2)]) for table in tables]
    )


def laplace_counts(table: int, fraction: int, reach: int, total: int) -> Whole:
    """One of the `laplace_tables`, (2 reach + 1,)."""
    with localcontext(DECIMALS):
        step = (-Decimal(table + NARROWEST) / PER_UNIT).exp()  # in units of the scale
        ratio, mean, half = (-step).exp(), Decimal(fraction) / FRACTIONS, Decimal("0.5")
        right, left = (total * half * (1 - ratio) * (-step * (half + side * mean)).exp() for side in (-1, 1))
        counts = np.ones(2 * reach + 1, np.int32)
        for number in range(1, reach + 1):
            counts[reach + number], counts[reach - number] = max(1, int(right)), max(1, int(left))
            right, left = right * ratio, left * ratio
    counts[reach] += total - counts.sum()
    return counts


def as_whole(latents: Tensor) -> Floats:
    """Latents (B, D, h, w) as the coder orders them, (B, h, w, D)."""
    return np.ascontiguousarray(latents.detach().permute(0, 2, 3, 1).numpy().astype(np.float32))


def as_latents(numbers: Floats) -> Tensor:
    """The reverse of `as_whole`."""
    return torch.from_numpy(numbers).permute(0, 3, 1, 2)
