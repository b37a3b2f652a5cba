"""Latents <-> 256 bytes. `docs/format.md` is the specification.

    byte 0       1: the version of this format
    byte 1       the frame: w - 1 for pictures of w x 96 pixels with w <= 96, 95 + h for those of 96 x h with h < 96
    byte 2       the level: how finely the latents are kept, exp(level / 32 - 4) steps to the unit
    byte 3       the sum of bytes 4 to 255, modulo 256
    bytes 4-255  63 words, little-endian, of a range coder: the numbers, part by part

Only whole numbers decide what the coder reads: `embedding/integer_prior.py`. A code written on one machine is read on every
other.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import constriction
import numpy as np
from numpy.typing import NDArray

from pochade.embedding.integer_prior import REACH, TABLES, IntegerPrior, Whole, half_of, laplace_tables
from pochade.errors import PictureDamaged
from pochade.models.sketch_prior import SketchPart, SketchPrior

VERSION = 1
LENGTH = 256  # bytes
HEADER = 4  # bytes
WORDS = (LENGTH - HEADER) // 4
LEVEL_BITS = 5  # 32 levels in a unit of the steps' natural logarithm
LEVELS = 256
MIDDLE = 128  # the level of one step to the unit
FINEST_LEVEL = 192  # that is written: the nets are hardly taught finer steps, and simple pictures would come to them
ROOM = WORDS * 32 - 24  # bits that surely fit: the coder ends on whole words
SHARPER = 0.85  # the bits grow with this power of the number of steps, about
TRIES = 6  # of finding the finest level that fits, after the first one
AIM, FULL = 0.99, 0.975  # of the room: what is aimed at, and what is good enough
SLOPES = (0.005, 0.2)  # of the logarithm of the bits, a level: what is believed
GUESS, BUSIER, CALMEST = 50.0, 39.0, 0.02  # of the first level tried, as measured with the shipped net
SIDE = 96  # pixels
NARROW = 11  # tables whose numbers reach 63; the first of them holds the middle alone, which takes no bits
NARROW_REACH = 63
LARGEST = 1e4  # of a latent, in units: no picture comes near it
CUT = 8.0  # bits that a step is taken to cost which a table can't say: such levels don't fit
KINDS = 3  # of tables: silent, narrow, wide
TOTAL = 1 << 22  # cases of a table

Floats = NDArray[np.float32]
Integers = NDArray[np.integer[Any]]


class Frame(NamedTuple):
    """The picture's size inside its square."""

    width: int
    height: int


class Kept(NamedTuple):
    """What a code says of a picture."""

    frame: Frame
    level: int
    numbers: Whole  # (h, w, D), whole steps


class Spelt(NamedTuple):
    """The numbers of some pictures in the order in which they are read, ready for the coder; each (B, N)."""

    tables: Whole
    fractions: Whole  # of the means, in quarters of a step
    offsets: Whole  # steps from the middles


class Tables(NamedTuple):
    """How likely an offset is: made from whole numbers and decimals alone, the same on every machine."""

    narrow: NDArray[np.float64]  # (11, 4, 127)
    wide: NDArray[np.float64]  # (26, 4, 511)
    bits: Floats  # (26, 4, 511), what each offset costs, for the writer's choices alone


@cache
def tables() -> Tables:
    """The coder's tables."""
    narrow = laplace_tables(range(NARROW), NARROW_REACH, TOTAL) / TOTAL
    wide = laplace_tables(range(TABLES), REACH, TOTAL) / TOTAL
    bits = -np.log2(wide)
    bits[:NARROW] = np.inf
    bits[:NARROW, :, REACH - NARROW_REACH : REACH + NARROW_REACH + 1] = -np.log2(narrow)
    bits[0] = np.where(np.arange(2 * REACH + 1) == REACH, 0, np.inf)
    return Tables(narrow, wide, bits.astype(np.float32))


class SketchCodec:
    """Writes and reads codes with one net's prior.

    Args:
        prior: The net's.
        places: On a side of the latents.
    """

    def __init__(self, prior: SketchPrior, places: int) -> None:
        self.prior = IntegerPrior(prior, LEVEL_BITS)
        self.shape = (places, places, sum(prior.groups))
        sizes = [places * places // 2 * (part.end - part.start) for part in self.prior.parts()]
        self.numbers_of_part = np.repeat(np.arange(len(sizes), dtype=np.int32) * KINDS, sizes)  # times three, (N,)

    def write(self, frames: Sequence[Frame], latents: Floats) -> list[bytes]:
        """The codes of pictures, each as fine as fits.

        Args:
            frames: Their sizes in the square.
            latents: (B, h, w, D), in units; what is no number counts as 0.
        """
        latents = np.nan_to_num(latents).clip(-LARGEST, LARGEST)
        levels, spelt = self.finest(latents)
        return [
            self._written(frame, latents[number], int(levels[number]), Spelt(*(each[number] for each in spelt)))
            for number, frame in enumerate(frames)
        ]

    def finest(self, latents: Floats) -> tuple[Whole, Spelt]:
        """About the highest level at which each picture's code fits, (B,), and its numbers there."""
        levels = guessed(latents)
        spelt, bits = self.spelt(latents, levels)
        search = Search(levels, bits)
        for _ in range(TRIES):
            open_, tried = search.next()
            if not len(open_):
                break
            again, bits = self.spelt(latents[open_], tried)
            search.note(open_, tried, bits)
            kept = search.levels[open_] == tried
            for every, some in zip(spelt, again, strict=True):
                every[open_[kept]] = some[kept]
        return search.levels, spelt

    def spelt(self, latents: Floats, levels: Whole) -> tuple[Spelt, Floats]:
        """The numbers of pictures at these levels, and about how many bits they take, (B,).

        What a table can't say is brought to the nearest offset that it can, and counts as many bits too much.
        """
        steps = steps_at(levels)[:, None, None, None]
        numbers = np.clip(np.rint(latents * steps), -REACH, REACH).astype(np.int32)
        spelt, cut = [], np.zeros(len(latents), np.float32)
        for part in self.prior.parts():
            models = self.prior.models(part, numbers, levels - MIDDLE)
            places = self._places(part)
            wanted = numbers[places] - models.middles
            offsets = limited(wanted, models.tables)
            numbers[places] = models.middles + offsets
            cut += np.where(models.tables > 0, np.abs(wanted - offsets), 0).sum((1, 2))
            spelt.append([flat(each) for each in (models.tables, models.fractions, offsets)])
        all_parts = Spelt(*(np.concatenate(each, 1) for each in zip(*spelt, strict=True)))
        return all_parts, costs(all_parts).sum(1) + CUT * cut

    def _places(self, part: SketchPart) -> Any:
        """The index of a part's numbers."""
        return (slice(None), *half_of(*self.shape[:2], part.half), slice(part.start, part.end))

    def _written(self, frame: Frame, latents: Floats, finest: int, spelt: Spelt) -> bytes:
        words, level = self._coded(spelt), finest
        while len(words) > WORDS and level:
            level -= 1
            words = self.words(latents, level)
        if len(words) > WORDS:  # not even the coarsest steps fit
            words = self.words(np.zeros_like(latents), level)[:WORDS]
        payload = np.pad(words, (0, WORDS - len(words))).astype("<u4").tobytes()
        return bytes((VERSION, byte_of(frame), level, sum(payload) % 256)) + payload

    def words(self, latents: Floats, level: int) -> NDArray[np.uint32]:
        """One picture's latents (h, w, D) at a level as the coder's words; they may be more than fit."""
        spelt, _ = self.spelt(latents[None], np.array([level], np.int32))
        return self._coded(Spelt(*(each[0] for each in spelt)))

    def _coded(self, spelt: Spelt) -> NDArray[np.uint32]:
        """The words of one picture's numbers."""
        coder, family = constriction.stream.queue.RangeEncoder(), shares()
        kinds = kinds_of(spelt.tables)
        order = np.argsort(kinds + self.numbers_of_part, kind="stable")  # part by part: silent ones, narrow, wide
        counts = np.bincount(kinds + self.numbers_of_part, minlength=KINDS * len(self.prior.parts()))
        for number, end in enumerate(np.cumsum(counts)):
            chosen = order[end - counts[number] : end]
            if number % KINDS and len(chosen):
                table, reach = tables_of(number % KINDS)
                likely = table[spelt.tables[chosen], spelt.fractions[chosen] + 2]  # (n, 2 reach + 1)
                coder.encode(spelt.offsets[chosen] + np.int32(reach), family, likely)
        words: NDArray[np.uint32] = coder.get_compressed()
        return words

    def read(self, codes: Sequence[bytes]) -> list[Kept]:
        """What codes say.

        Raises:
            PictureDamaged: One of them has another length or version, or its sum does not agree.
        """
        for code in codes:
            check(code)
        if not codes:
            return []
        levels = np.array([code[2] for code in codes], np.int32)
        coders = [
            constriction.stream.queue.RangeDecoder(np.frombuffer(code[HEADER:], "<u4").astype(np.uint32))
            for code in codes
        ]
        numbers = np.zeros((len(codes), *self.shape), np.int32)
        for part in self.prior.parts():
            models = self.prior.models(part, numbers, levels - MIDDLE)
            offsets = np.stack([decoded(coder, *one) for coder, *one in zip(coders, *models[1:], strict=True)])
            numbers[self._places(part)] = models.middles + offsets
        return [Kept(frame_of(code[1]), code[2], each) for code, each in zip(codes, numbers, strict=True)]


def guessed(latents: Floats) -> Whole:
    """About the level that fits, (B,): busy pictures need coarser steps."""
    busyness = np.log(np.log1p(np.abs(latents)).mean((1, 2, 3)) + CALMEST)
    return np.clip(GUESS - BUSIER * busyness, 0, FINEST_LEVEL).astype(np.int32)


class Search:
    """Looks for the level at which the bits just fit, for many pictures at once: false position on their logarithm.

    Args:
        levels: The first ones tried (B,).
        bits: What they took (B,).
    """

    def __init__(self, levels: Whole, bits: Floats) -> None:
        self.levels = levels  # the best known
        self.low, self.high = np.full(len(levels), -1), np.full(len(levels), FINEST_LEVEL + 1)  # fits, does not
        self.last = levels.copy()
        self.slopes = np.full(len(levels), SHARPER / (1 << LEVEL_BITS))  # of the logarithm of the bits, a level
        self.logs = np.log(np.maximum(bits, 1))
        self._bound(np.arange(len(levels)), levels, bits)

    def next(self) -> tuple[Integers, Whole]:
        """Which pictures to try again, and at which levels."""
        wanted = self.last + (math.log(ROOM * AIM) - self.logs) / self.slopes
        tried = np.clip(np.rint(wanted), self.low + 1, np.maximum(self.high - 1, 0))
        full = (self.low >= 0) & (self.logs >= math.log(ROOM * FULL)) & (self.last == self.low)
        open_ = np.flatnonzero((self.high - self.low > 1) & ~full)
        return open_, tried[open_].astype(np.int32)

    def note(self, which: Integers, levels: Whole, bits: Floats) -> None:
        """What these levels took of these pictures."""
        logs = np.log(np.maximum(bits, 1))
        moved = levels - self.last[which]
        slopes = (logs - self.logs[which]) / np.where(moved == 0, 1, moved)
        self.slopes[which] = np.where(moved == 0, self.slopes[which], np.clip(slopes, *SLOPES))
        self.last[which], self.logs[which] = levels, logs
        self._bound(which, levels, bits)

    def _bound(self, which: Integers, levels: Whole, bits: Floats) -> None:
        fits = bits <= ROOM
        self.low[which[fits]] = np.maximum(self.low[which[fits]], levels[fits])
        self.high[which[~fits]] = np.minimum(self.high[which[~fits]], levels[~fits])
        self.levels[which] = np.where(self.low[which] >= 0, self.low[which], levels)


def flat(numbers: Whole) -> Whole:
    """(B, P, w) as (B, P * w)."""
    return numbers.reshape(len(numbers), numbers.shape[1] * numbers.shape[2])


def costs(spelt: Spelt) -> Floats:
    """About how many bits each number takes, (B, N)."""
    bits = tables().bits
    place = (spelt.tables * bits.shape[1] + spelt.fractions + 2) * bits.shape[2] + spelt.offsets + REACH
    return bits.ravel().take(place)


def limited(offsets: Whole, which: Whole) -> Whole:
    """Offsets within what their tables can say."""
    reach = np.array([0, NARROW_REACH, REACH], np.int32)[kinds_of(which)]
    return np.clip(offsets, -reach, reach)


def kinds_of(which: Whole) -> Whole:
    """The kind of each table: 0 is silent, 1 narrow, 2 wide."""
    return (which > 0).astype(np.int32) + (which >= NARROW)


def tables_of(kind: int) -> tuple[NDArray[np.float64], int]:
    """The tables of a kind, and how far they reach."""
    return (tables().narrow, NARROW_REACH) if kind == 1 else (tables().wide, REACH)


def decoded(coder: Any, fractions: Whole, which: Whole) -> Whole:
    """One part of one picture (P, w), as offsets.

    Raises:
        PictureDamaged: No numbers lead to these bytes.
    """
    offsets, kinds = np.zeros(which.shape, np.int32), kinds_of(which)
    for kind in range(1, KINDS):
        table, reach = tables_of(kind)
        if (chosen := kinds == kind).any():
            try:
                offsets[chosen] = coder.decode(shares(), table[which[chosen], fractions[chosen] + 2]) - reach
            except (AssertionError, ValueError) as error:  # the coder's own words
                raise PictureDamaged(f"a code is damaged: {error}") from error
    return offsets


def shares() -> Any:
    """The coder's models: a table for each number. It makes whole numbers of the shares itself."""
    return constriction.stream.model.Categorical(perfect=False)


def check(code: bytes) -> None:
    """Look at a code's first bytes.

    Raises:
        PictureDamaged: It has another length or version, or its sum does not agree.
    """
    if len(code) != LENGTH or code[0] != VERSION or code[1] > 2 * SIDE - 2:
        raise PictureDamaged(f"a code has {LENGTH} bytes, the first of them {VERSION}; this is none")
    if sum(code[HEADER:]) % 256 != code[3]:
        raise PictureDamaged("a code is damaged: its sum does not agree")


def log_steps_at(levels: Integers) -> Floats:
    """Natural logarithm of how many steps make one unit, at each level."""
    return ((levels - MIDDLE) / (1 << LEVEL_BITS)).astype(np.float32)


def steps_at(levels: Integers) -> Floats:
    """Steps to the unit at each level."""
    return np.array([math.exp(step) for step in log_steps_at(levels)], np.float32)


def byte_of(frame: Frame) -> int:
    """A frame as byte 1."""
    return frame.width - 1 if frame.height == SIDE else SIDE - 1 + frame.height


def frame_of(byte: int) -> Frame:
    """Byte 1 as a frame."""
    return Frame(byte + 1, SIDE) if byte < SIDE else Frame(SIDE, byte - SIDE + 1)
