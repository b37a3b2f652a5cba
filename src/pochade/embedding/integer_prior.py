"""The prior of sketches in whole numbers, so that a sketch decodes alike on machines that round differently.

    latents decoded so far ──►──┤3x3 convolution, ReLU, 1x1 convolution├──► centre, fraction and scale of each latent

All weights, inputs and features are whole multiples of powers of two, and so small that all sums stay below 2^24 units.
32-bit floats hold such sums exactly, whatever the order of addition. The few values that need exponentials or
logarithms are computed in decimals, which round alike everywhere.
"""

from decimal import Decimal, localcontext
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.embedding.entropy_tables import (
    EXACT_DECIMALS,
    MAX_OFFSET,
    MEANS_PER_STEP,
    MIN_LOG_SCALE,
    SCALE_COUNT,
    SCALES_PER_UNIT,
)
from pochade.errors import CheckpointDamaged
from pochade.models.array_files import Arrays
from pochade.models.sketch_parts import CONTEXT_GAIN, SketchPart, sketch_parts

EXACT_SUM_BITS = 24  # of a sum that a 32-bit float holds exactly
WEIGHT_BITS = 12  # of a weight after the binary point, at most
MAX_WEIGHT = 2.0**20  # larger weights are refused, because their sums would not be exact
INPUT_BITS = 5  # of an input after the binary point
MAX_INPUT = 1 << 8  # in units of 2^-5; compressed latents, levels and halves are smaller
FEATURE_BITS = 5  # of a feature after the binary point
MAX_FEATURE = (1 << 10) - 1  # in units of 2^-5
OUTPUT_BITS = WEIGHT_BITS + FEATURE_BITS  # of an output after the binary point

REINSTALL_HINT = "install Pochade again, or run 'pochade learn' again"

Integers32 = NDArray[np.int32]
Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]  # whole numbers, stored as floats


class IntegerLaplace(NamedTuple):
    """The distributions of the latents of one part; each (B, P, w), where P is half of the places."""

    centres: Integers32  # the whole step nearest to the mean
    fractions: Integers32  # the mean minus the centre, in quarters of a step: -2 to 1
    scales: Integers32  # indices of the tables: 0 to 25


class _IntegerLayer(NamedTuple):
    """A convolution as a matrix product of whole numbers."""

    weights: Floats  # (inputs, outputs), in units of 2^-shift
    bias: Floats  # (outputs,), in units of 2^-(shift + bits of the input)
    shift: int


class IntegerPrior:
    """A `SketchPrior` that is evaluated in whole numbers.

    Args:
        groups: Channels of each group of latents.
        weights: The weights of the trained prior, by their names in `SketchPrior`.
        log_step_bits: A level of quantisation multiplies the steps per unit by exp(2^-log_step_bits).

    Raises:
        CheckpointDamaged: The weights are missing, not finite, or far too large.
    """

    def __init__(self, groups: tuple[int, ...], weights: Arrays, log_step_bits: int) -> None:
        self._groups, self._log_step_bits = groups, log_step_bits
        doubles = {name: values.astype(np.float64) for name, values in weights.items()}
        try:
            self._layers = [_network_layers(doubles, group) for group in range(len(groups))]
            log_scales = doubles["small_log_scales"] * CONTEXT_GAIN
        except (KeyError, ValueError) as error:
            raise CheckpointDamaged("the prior of a sketch model lacks weights", REINSTALL_HINT) from error
        self._base_log_scales = _to_units(log_scales, WEIGHT_BITS)  # (D,), in units of 2^-12

    def parts(self) -> list[SketchPart]:
        """The parts of a sketch in decoding order."""
        return list(sketch_parts(self._groups))

    def predict(self, part: SketchPart, quantised: Integers32, levels: Integers32) -> IntegerLaplace:
        """Predict the distributions of the latents of one part.

        Args:
            part: The part to predict.
            quantised: Quantised latents (B, h, w, D); only those of earlier parts are used.
            levels: Logarithms of the steps per unit (B,), in units of 2^-`log_step_bits`.
        """
        hidden, head = self._layers[part.group]
        context = self._context(part, quantised, levels)  # (B, P, 9 C)
        sums = context @ hidden.weights + hidden.bias
        features = np.floor(sums * 2.0 ** (FEATURE_BITS - INPUT_BITS - hidden.shift))
        outputs = np.clip(features, 0, MAX_FEATURE) @ head.weights + head.bias  # (B, P, 2 w)
        units = outputs.astype(np.int64) << WEIGHT_BITS - head.shift  # in units of 2^-OUTPUT_BITS
        means, log_scales = np.split(units, 2, axis=2)
        base = self._base_log_scales[part.start : part.end] << FEATURE_BITS
        log_steps = levels.astype(np.int64) << OUTPUT_BITS - self._log_step_bits
        log_scales = log_scales + base + log_steps[:, None, None]
        quarters = _round_output(means * MEANS_PER_STEP)
        centres = (quarters + 2) >> 2
        scales = np.clip(_round_output(log_scales * SCALES_PER_UNIT) - MIN_LOG_SCALE, 0, SCALE_COUNT - 1)
        return IntegerLaplace(*(values.astype(np.int32) for values in (centres, quarters - 4 * centres, scales)))

    def _context(self, part: SketchPart, quantised: Integers32, levels: Integers32) -> Floats:
        """The inputs of the 3x3 convolution at each place of the part's half, (B, P, 9 C), in units of 2^-5."""
        count, height, width = quantised.shape[:3]
        padded = np.zeros((count, height + 2, width + 2, part.end + 2), np.float32)
        inner = padded[:, 1:-1, 1:-1]
        inner[..., : part.start] = compress_magnitudes(quantised[..., : part.start])
        if part.half:
            first_half = checkerboard_half(height, width, 0)
            same_group = quantised[:, *first_half, part.start : part.end]
            inner[:, *first_half, part.start : part.end] = compress_magnitudes(same_group)
        inner[..., -2] = (levels << INPUT_BITS - self._log_step_bits)[:, None, None]
        inner[..., -1] = part.half << INPUT_BITS
        rows, columns = checkerboard_half(height, width, part.half)
        shifted = [padded[:, rows + down, columns + across] for down in range(3) for across in range(3)]
        return np.concatenate(shifted, axis=2)


def _round_output(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round values in units of 2^-OUTPUT_BITS to whole numbers, halves upwards."""
    return (numbers + (1 << OUTPUT_BITS - 1)) >> OUTPUT_BITS


@cache
def checkerboard_half(height: int, width: int, half: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows and columns of the places of one half of the checkerboard, row by row."""
    rows, columns = np.nonzero(np.indices((height, width)).sum(0) % 2 == half)
    return rows, columns


def _network_layers(weights: dict[str, Doubles], group: int) -> tuple[_IntegerLayer, _IntegerLayer]:
    """The two layers of the network that predicts one group."""
    kernel, kernel_bias = weights[f"nets.{group}.0.weight"], weights[f"nets.{group}.0.bias"]
    head, head_bias = weights[f"nets.{group}.2.weight"], weights[f"nets.{group}.2.bias"]
    kernel = kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel))  # (9 C, H)
    head = head.reshape(len(head), -1).T * CONTEXT_GAIN  # (H, 2 w)
    hidden_layer = _integer_layer(kernel, kernel_bias, INPUT_BITS, MAX_INPUT)
    return hidden_layer, _integer_layer(head, head_bias * CONTEXT_GAIN, FEATURE_BITS, MAX_FEATURE)


def _integer_layer(weights: Doubles, bias: Doubles, input_bits: int, max_input: int) -> _IntegerLayer:
    """Round a layer to whole numbers, as finely as exact sums allow.

    Weights are rounded to 12 bits after the binary point. Then, if the largest possible sum has too many bits, that
    many low bits of the weights are dropped.

    Args:
        weights: (inputs, outputs).
        bias: (outputs,).
        input_bits: Bits of the inputs after the binary point.
        max_input: The largest input, in units of 2^-input_bits.

    Raises:
        CheckpointDamaged: The weights are not finite, or far too large.
    """
    fine_weights, fine_bias = _to_units(weights, WEIGHT_BITS), _to_units(bias, WEIGHT_BITS + input_bits)
    max_sum = int((np.abs(fine_weights).sum(0) * max_input + np.abs(fine_bias)).max())
    shift = WEIGHT_BITS - max(0, max_sum.bit_length() + 1 - EXACT_SUM_BITS)  # one spare bit for rounding
    dropped = WEIGHT_BITS - shift
    return _IntegerLayer(_drop_bits(fine_weights, dropped), _drop_bits(fine_bias, dropped), shift)


def _to_units(weights: Doubles, bits: int) -> NDArray[np.int64]:
    """Round weights to whole numbers in units of 2^-bits, halves to even.

    Raises:
        CheckpointDamaged: A weight is not finite, or too large.
    """
    if not (np.abs(weights) < MAX_WEIGHT).all():
        why = "the prior of a sketch model has weights that are not finite or far too large"
        raise CheckpointDamaged(why, REINSTALL_HINT)
    numbers: NDArray[np.int64] = np.rint(weights * 2**bits).astype(np.int64)
    return numbers


def _drop_bits(numbers: NDArray[np.int64], bits: int) -> Floats:
    return ((numbers + ((1 << bits) >> 1)) >> bits).astype(np.float32)  # rounded


def compress_magnitudes(numbers: Integers32) -> Floats:
    """Compress whole numbers n to sign(n) ln(1 + |n|), rounded to units of 2^-5; n is clipped to ±255."""
    return np.take(_compressed_magnitudes(), np.clip(numbers, -MAX_OFFSET, MAX_OFFSET) + MAX_OFFSET)


@cache
def _compressed_magnitudes() -> Floats:
    with localcontext(EXACT_DECIMALS):
        logs = [int((Decimal(size + 1).ln() * (1 << INPUT_BITS)).to_integral_value()) for size in range(MAX_OFFSET + 1)]
    return np.array([-log for log in logs[:0:-1]] + logs, np.float32)


def to_channels_last(latents: Floats) -> Floats:
    """Rearrange latents (B, D, h, w) to (B, h, w, D), as the codec takes them."""
    return np.ascontiguousarray(latents.transpose(0, 2, 3, 1))


def to_channels_first(latents: Floats) -> Floats:
    """Rearrange latents (B, h, w, D) of the codec to (B, D, h, w)."""
    return np.ascontiguousarray(latents.transpose(0, 3, 1, 2))
