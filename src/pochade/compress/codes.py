"""Latents <-> 256 bytes. `docs/format.md` is the specification.

    byte 0       1: the version of this format
    byte 1       the frame: w - 1 for pictures of w x 96 pixels with w <= 96, 95 + h for those of 96 x h with h < 96
    byte 2       the level: how finely the latents are kept, exp(level / 16 - 3) steps to the unit
    byte 3       the sum of bytes 4 to 255, modulo 256
    bytes 4-255  63 words, little-endian, of a range coder: the class of each place, then the numbers table by table

Only whole numbers reach the coder: its tables come with the net, as counts of 65,536ths. A code written on one machine
is read on every other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import constriction
import numpy as np
import torch
from numpy.typing import NDArray

from pochade.errors import PictureDamaged
from pochade.nets import CodeVAE

VERSION = 1
LENGTH = 256  # bytes
HEADER = 4  # bytes
WORDS = (LENGTH - HEADER) // 4
LEVELS_PER_UNIT = 16  # of the natural logarithm of the steps
LOWEST = -3.0  # natural logarithm of the coarsest steps to the unit
LEVELS = 128
ROOM = WORDS * 32 - 24  # bits that surely fit: the coder ends on whole words
TABLE_SHIFT = 2  # four levels, a quarter of a unit of the logarithm, between two tables
SMALLEST = -2.25  # natural logarithm of the narrowest table's scale, in steps: 0.105
SIDE = 96  # pixels

Integers = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


class Frame(NamedTuple):
    """The picture's size inside its square."""

    width: int
    height: int


@dataclass(frozen=True)
class Tables:
    """What encoder and decoder must share besides the net: whole numbers only."""

    class_counts: Integers  # (K,) 65,536ths
    scales: Integers  # (K, D): the table of each number at level 0, times 4
    counts: Integers  # (T, 2 R + 1) 65,536ths of -R .. R


class Kept(NamedTuple):
    """A picture's latents as whole numbers."""

    frame: Frame
    level: int
    classes: Integers  # (P,)
    numbers: Integers  # (P, D), steps from the mean of the class


class CodeBook:
    """Writes and reads codes with one net's tables.

    Args:
        tables: The net's.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.reach = tables.counts.shape[1] // 2
        self.class_model = model_of(tables.class_counts)
        self.models = [model_of(counts) for counts in tables.counts]
        self.bits = -np.log2(tables.counts[:, self.reach :] / 65_536)
        self.bits = np.ascontiguousarray(self.bits, np.float32)  # (T, R + 1): tables are the same on both sides of zero
        self.class_bits = -np.log2(tables.class_counts / 65_536)

    def tables_at(self, classes: Integers, level: int | Integers) -> Integers:
        """The table of each number, (…, P, D), at one level or at one for each picture."""
        shift = np.asarray(level, np.int32)[..., None, None] + 2  # half of a table's levels: the nearest table
        return np.clip((self.tables.scales[classes] + shift) >> TABLE_SHIFT, 0, len(self.models) - 1)

    def whole(self, offsets: Floats, level: int) -> Integers:
        """Offsets from the class means (P, D), in units, as whole steps within the tables' reach."""
        return np.clip(np.rint(offsets * steps_of(level)), -self.reach, self.reach).astype(np.int32)

    def costs(self, offsets: Floats, classes: Integers, levels: Integers) -> Floats:
        """About how many bits each picture takes at its level, (B,)."""
        numbers = np.abs(offsets * steps_at(levels)[:, None, None]) + np.float32(0.5)
        whole = np.minimum(numbers, self.reach).astype(np.int32)
        bits = self.bits.ravel().take(self.tables_at(classes, levels) * (self.reach + 1) + whole)
        return bits.sum((1, 2)) + self.class_bits[classes].sum(1)

    def finest(self, offsets: Floats, classes: Integers) -> Integers:
        """The highest level at which each picture's code surely fits, (B,), by halving the range.

        Args:
            offsets: Latents less the means of their classes (B, P, D), in units.
            classes: The class of each place (B, P).
        """
        largest = np.abs(offsets).max((1, 2))  # no number may pass the tables' reach
        low, high = np.zeros(len(offsets), np.int32), np.full(len(offsets), LEVELS - 1, np.int32)
        for _ in range(LEVELS.bit_length() - 1):
            middle = (low + high + 1) // 2
            fits = (self.costs(offsets, classes, middle) <= ROOM) & (largest * steps_at(middle) <= self.reach)
            low, high = np.where(fits, middle, low), np.where(fits, high, middle - 1)
        return np.maximum(low, 0)

    def write(self, frames: Sequence[Frame], offsets: Floats, classes: Integers) -> list[bytes]:
        """The codes of pictures.

        Args:
            frames: Their sizes in the square.
            offsets: Latents less the means of their classes (B, P, D), in units.
            classes: The class of each place (B, P).
        """
        levels = self.finest(offsets, classes)
        return [self._written(*each) for each in zip(frames, offsets, classes, levels.tolist(), strict=True)]

    def _written(self, frame: Frame, offsets: Floats, classes: Integers, finest: int) -> bytes:
        for level in range(finest, -1, -1):
            words = self._coded(Kept(frame, level, classes, self.whole(offsets, level)))
            if len(words) <= WORDS:
                break
        else:  # not even the coarsest steps fit: keep the classes alone
            level, words = 0, self._coded(Kept(frame, 0, classes, np.zeros(offsets.shape, np.int32)))
        payload = np.pad(words, (0, WORDS - len(words))).astype("<u4").tobytes()
        return bytes((VERSION, framed(frame), level, sum(payload) % 256)) + payload

    def _coded(self, kept: Kept) -> NDArray[np.uint32]:
        coder = constriction.stream.queue.RangeEncoder()
        coder.encode(kept.classes.astype(np.int32), self.class_model)
        tables = self.tables_at(kept.classes, kept.level).ravel()
        order = np.argsort(tables, kind="stable")
        symbols = (kept.numbers.ravel()[order] + self.reach).astype(np.int32)
        for model, start, end in self._runs(tables[order]):
            coder.encode(symbols[start:end], model)
        return coder.get_compressed()

    def read(self, code: bytes) -> Kept:
        """What a code says.

        Raises:
            PictureDamaged: It has another length or version, or its sum does not agree.
        """
        if len(code) != LENGTH or code[0] != VERSION or code[2] >= LEVELS or code[1] > 2 * SIDE - 2:
            raise PictureDamaged(f"a code has {LENGTH} bytes, the first of them {VERSION}; this is none")
        if sum(code[HEADER:]) % 256 != code[3]:
            raise PictureDamaged("a code is damaged: its sum does not agree")
        try:
            return self._decoded(code)
        except (AssertionError, ValueError) as error:  # the coder's own words for bytes that nothing leads to
            raise PictureDamaged(f"a code is damaged: {error}") from error

    def _decoded(self, code: bytes) -> Kept:
        coder = constriction.stream.queue.RangeDecoder(np.frombuffer(code[HEADER:], "<u4").astype(np.uint32))
        places, width = PLACES, self.tables.scales.shape[1]
        classes = coder.decode(self.class_model, places)
        tables = self.tables_at(classes, code[2]).ravel()
        order = np.argsort(tables, kind="stable")
        numbers = np.zeros(places * width, np.int32)
        for model, start, end in self._runs(tables[order]):
            numbers[order[start:end]] = coder.decode(model, end - start) - self.reach
        return Kept(frame_of(code[1]), code[2], classes, numbers.reshape(places, width))

    def _runs(self, ordered: Integers) -> list[tuple[Any, int, int]]:
        """Stretches of numbers with one table: (model, start, end)."""
        ends = np.searchsorted(ordered, np.arange(len(self.models)), side="right")
        starts = np.concatenate([[0], ends[:-1]])
        return [
            (model, int(start), int(end))
            for model, start, end in zip(self.models, starts, ends, strict=True)
            if end > start
        ]


PLACES = 36  # 6 x 6


def steps_of(level: int) -> float:
    """Steps to the unit at a level."""
    return math.exp(level / LEVELS_PER_UNIT + LOWEST)


def steps_at(levels: Integers) -> Floats:
    """Steps to the unit at many levels."""
    steps: Floats = np.exp(levels / LEVELS_PER_UNIT + LOWEST).astype(np.float32)
    return steps


def model_of(counts: Integers) -> Any:
    """A table for the coder; the counts are exact in floats, and it turns them into whole numbers itself."""
    return constriction.stream.model.Categorical(counts.astype(np.float64) / 65_536, perfect=False)


def framed(frame: Frame) -> int:
    """A frame as byte 1."""
    return frame.width - 1 if frame.height == SIDE else SIDE - 1 + frame.height


def frame_of(byte: int) -> Frame:
    """Byte 1 as a frame."""
    return Frame(byte + 1, SIDE) if byte < SIDE else Frame(SIDE, byte - SIDE + 1)


def tables_of(net: CodeVAE) -> Tables:
    """The tables that a finished net carries."""
    return Tables(net.class_counts.numpy(), net.scales.numpy(), net.counts.numpy())


def finish(net: CodeVAE, usual_log_step: float) -> None:
    """Write a trained net's prior into its tables, as whole numbers; from then on they count, and not the prior.

    Args:
        net: The net; its tables change.
        usual_log_step: Natural logarithm of the steps to the unit at which most pictures fill their codes.
    """
    net = net.cpu()
    shares = net.class_logits.detach().softmax(0).numpy()
    counts = np.maximum(np.rint(shares * 65_536), 16).astype(np.int32)
    counts[counts.argmax()] += 65_536 - counts.sum()
    at_level_0 = (net.log_scales.detach().numpy() + LOWEST - SMALLEST) * LEVELS_PER_UNIT
    tables = laplace_tables(net.config.reach, net.config.tables)
    with torch.no_grad():
        net.class_counts.copy_(torch.from_numpy(counts))
        net.scales.copy_(torch.from_numpy(np.rint(at_level_0).astype(np.int32)))
        net.counts.copy_(torch.from_numpy(tables))
        net.usual_log_step.fill_(usual_log_step)


def laplace_tables(reach: int, count: int) -> Integers:
    """Tables of counts (count, 2 reach + 1), the scale of each exp(1/4) times the one before it.

    Made once, when a net is finished, and kept with it: another machine's exp() may differ in the last digit.
    """
    scales = np.exp(np.arange(count) / 4.0 + SMALLEST)[:, None]
    distance = np.abs(np.arange(-reach, reach + 1))[None]
    near = 1 - np.exp(-0.5 / scales)
    far = 0.5 * np.exp(-(distance - 0.5) / scales) * (1 - np.exp(-1 / scales))
    shares = np.where(distance == 0, near, far)
    counts = np.maximum(np.rint(shares / shares.sum(1, keepdims=True) * 65_536), 1).astype(np.int32)
    counts[:, reach] += 65_536 - counts.sum(1)
    return counts
