"""The codec of sketches: latents are quantised and entropy-coded into 256 bytes, and decoded again.

    latents ──►──┤quantise├──► whole numbers ──┬─────────────────────────────────────────────►──┤range coder├──► sketch
                     ▲                         └──►──┤IntegerPrior├──► distributions ──┬──►──────┘
                     └── level ◄──┤LevelSearch├──◄── estimated bits ───────────────────┘

The prior predicts the distribution of each latent from the latents coded before it, part by part. It computes in whole
numbers (`integer_prior.py`, `entropy_tables.py`), so a sketch written on one machine can be decoded on every other.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import constriction
import numpy as np
from numpy.typing import NDArray

from pochade.embedding.entropy_tables import (
    MAX_OFFSET,
    SILENT,
    TABLE_KINDS,
    clip_offsets,
    offset_bits,
    table_kinds,
    tables_of_kind,
)
from pochade.embedding.integer_prior import IntegerPrior, Integers32, checkerboard_half
from pochade.embedding.level_search import LevelSearch, guess_levels
from pochade.embedding.sketch_format import (
    LEVEL_BITS,
    PAYLOAD_WORDS,
    UNIT_LEVEL,
    Floats,
    Frame,
    check_sketch,
    frame_from_byte,
    pack_sketch,
    sketch_words,
    steps_at,
)
from pochade.errors import PictureDamaged
from pochade.models.array_files import Arrays
from pochade.models.sketch_parts import SketchPart

MAX_SEARCH_ROUNDS = 6  # after the first guess
MAX_LATENT = 1e4  # in units, far above the latents of any picture
CLIPPING_PENALTY = 8.0  # bits per step by which an offset is clipped, so that the search avoids such levels


class DecodedSketch(NamedTuple):
    """The content of a sketch."""

    frame: Frame
    level: int  # of quantisation
    quantised: Integers32  # (h, w, D), latents in steps


class _Symbols(NamedTuple):
    """The quantised latents of some pictures in coding order, as the entropy coder needs them; each (B, N)."""

    scales: Integers32  # indices of the tables
    fractions: Integers32  # of the means, in quarters of a step
    offsets: Integers32  # steps from the centres


class SketchCodec:
    """Encodes and decodes sketches with the prior of one model.

    Args:
        groups: Channels of each group of latents.
        prior: The weights of the model's prior, by their names in `SketchPrior`.
        places: Places per side of the latent grid.

    Raises:
        CheckpointDamaged: The weights are missing, not finite, or far too large.
    """

    def __init__(self, groups: tuple[int, ...], prior: Arrays, places: int) -> None:
        self.prior = IntegerPrior(groups, prior, LEVEL_BITS)
        self.shape = (places, places, sum(groups))
        sizes = [places * places // 2 * (part.end - part.start) for part in self.prior.parts()]
        first_groups = np.arange(len(sizes), dtype=np.int32) * TABLE_KINDS  # each part has a group per kind of table
        self._first_group = np.repeat(first_groups, sizes)  # (N,), the first group of each latent's part

    def encode(self, frames: Sequence[Frame], latents: Floats) -> list[bytes]:
        """Encode pictures, each with the finest quantisation that fits into a sketch.

        Args:
            frames: The size of each picture in its square (B).
            latents: (B, h, w, D), in units. Infinite values are clipped, and NaN counts as 0.

        Returns:
            A sketch for each picture.
        """
        latents = np.nan_to_num(latents).clip(-MAX_LATENT, MAX_LATENT)
        levels, symbols = self._finest_levels(latents)
        return [
            self._encode_one(frame, latents[row], int(levels[row]), _Symbols(*(values[row] for values in symbols)))
            for row, frame in enumerate(frames)
        ]

    def _finest_levels(self, latents: Floats) -> tuple[Integers32, _Symbols]:
        """Find about the highest level (B,) at which each sketch fits, and the symbols at these levels."""
        levels = guess_levels(latents)
        symbols, bits = self._symbols(latents, levels)
        search = LevelSearch(levels, bits)
        for _ in range(MAX_SEARCH_ROUNDS):
            rows, levels = search.next()
            if not len(rows):
                break
            new_symbols, bits = self._symbols(latents[rows], levels)
            search.record(rows, levels, bits)
            is_best = search.levels[rows] == levels
            for values, new_values in zip(symbols, new_symbols, strict=True):
                values[rows[is_best]] = new_values[is_best]
        return search.levels, symbols

    def _symbols(self, latents: Floats, levels: Integers32) -> tuple[_Symbols, Floats]:
        """Quantise latents (B, h, w, D) at levels (B,); returns the symbols, and about how many bits they take (B,).

        Offsets outside their table are clipped, which adds a penalty to the bits.
        """
        steps = steps_at(levels)[:, None, None, None]
        quantised = np.clip(np.rint(latents * steps), -MAX_OFFSET, MAX_OFFSET).astype(np.int32)
        symbols, clipped = [], np.zeros(len(latents), np.float32)
        for part in self.prior.parts():
            predicted = self.prior.predict(part, quantised, levels - UNIT_LEVEL)
            places = self._places(part)
            exact = quantised[places] - predicted.centres
            offsets = clip_offsets(exact, predicted.scales)
            quantised[places] = predicted.centres + offsets
            clipped += np.where(predicted.scales > 0, np.abs(exact - offsets), 0).sum((1, 2))
            symbols.append([_flatten(values) for values in (predicted.scales, predicted.fractions, offsets)])
        all_symbols = _Symbols(*(np.concatenate(values, 1) for values in zip(*symbols, strict=True)))
        return all_symbols, offset_bits(*all_symbols).sum(1) + CLIPPING_PENALTY * clipped

    def _places(self, part: SketchPart) -> Any:
        """The index of a part in arrays (B, h, w, D)."""
        return (slice(None), *checkerboard_half(*self.shape[:2], part.half), slice(part.start, part.end))

    def _encode_one(self, frame: Frame, latents: Floats, level: int, symbols: _Symbols) -> bytes:
        words = self._entropy_code(symbols)
        while len(words) > PAYLOAD_WORDS and level:
            level -= 1
            words = self.words(latents, level)
        if len(words) > PAYLOAD_WORDS:  # not even the coarsest level fits: encode zeros instead
            words = self.words(np.zeros_like(latents), level)[:PAYLOAD_WORDS]
        return pack_sketch(frame, level, words)

    def words(self, latents: Floats, level: int) -> NDArray[np.uint32]:
        """Entropy-code the latents (h, w, D) of one picture at a level, even if the words don't fit into a sketch."""
        symbols, _ = self._symbols(latents[None], np.array([level], np.int32))
        return self._entropy_code(_Symbols(*(values[0] for values in symbols)))

    def _entropy_code(self, symbols: _Symbols) -> NDArray[np.uint32]:
        """Entropy-code the symbols of one picture part by part; in each part those of narrow tables come first."""
        coder, family = constriction.stream.queue.RangeEncoder(), _table_family()
        groups = table_kinds(symbols.scales) + self._first_group
        order = np.argsort(groups, kind="stable")
        counts = np.bincount(groups, minlength=TABLE_KINDS * len(self.prior.parts()))
        for group, end in enumerate(np.cumsum(counts)):
            kind, chosen = group % TABLE_KINDS, order[end - counts[group] : end]
            if kind != SILENT and len(chosen):
                table, max_offset = tables_of_kind(kind)
                probabilities = table[symbols.scales[chosen], symbols.fractions[chosen] + 2]  # (n, 2 max_offset + 1)
                coder.encode(symbols.offsets[chosen] + np.int32(max_offset), family, probabilities)
        words: NDArray[np.uint32] = coder.get_compressed()
        return words

    def decode(self, sketches: Sequence[bytes]) -> list[DecodedSketch]:
        """Decode sketches.

        Raises:
            PictureDamaged: Some bytes are not a sketch, a checksum is wrong, or the words can't be decoded.
        """
        for sketch in sketches:
            check_sketch(sketch)
        if not sketches:
            return []
        levels = np.array([sketch[2] for sketch in sketches], np.int32)
        coders = [constriction.stream.queue.RangeDecoder(sketch_words(sketch)) for sketch in sketches]
        quantised = np.zeros((len(sketches), *self.shape), np.int32)
        for part in self.prior.parts():
            predicted = self.prior.predict(part, quantised, levels - UNIT_LEVEL)
            tables = zip(coders, predicted.fractions, predicted.scales, strict=True)
            offsets = np.stack([_decode_offsets(coder, fractions, scales) for coder, fractions, scales in tables])
            quantised[self._places(part)] = predicted.centres + offsets
        return [
            DecodedSketch(frame_from_byte(sketch[1]), sketch[2], numbers)
            for sketch, numbers in zip(sketches, quantised, strict=True)
        ]


def _flatten(numbers: Integers32) -> Integers32:
    """(B, P, w) to (B, P * w)."""
    return numbers.reshape(len(numbers), numbers.shape[1] * numbers.shape[2])


def _decode_offsets(coder: Any, fractions: Integers32, scales: Integers32) -> Integers32:
    """Decode the offsets (P, w) of one part of one picture.

    Raises:
        PictureDamaged: The words can't be decoded.
    """
    offsets, kinds = np.zeros(scales.shape, np.int32), table_kinds(scales)
    for kind in range(SILENT + 1, TABLE_KINDS):
        table, max_offset = tables_of_kind(kind)
        if (chosen := kinds == kind).any():
            probabilities = table[scales[chosen], fractions[chosen] + 2]
            try:
                offsets[chosen] = coder.decode(_table_family(), probabilities) - max_offset
            except (AssertionError, ValueError) as error:  # constriction raises either
                raise PictureDamaged(f"a sketch is damaged: {error}") from error
    return offsets


def _table_family() -> Any:
    """The entropy coder's model with one table per symbol; it rounds the probabilities to whole numbers itself."""
    return constriction.stream.model.Categorical(perfect=False)
