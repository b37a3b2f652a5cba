"""How the program that saved a file chose its run lengths: learned from a sample of rows, and applied to all rows.

PackBits, the run-length coding of PSD and TIFF, leaves choices to the encoder: two equal bytes may be a run, or part of
a literal. Programs decide differently, so rows that are encoded again would differ from the file. But each program
decides by what follows, so a small table of its decisions, learned from the file itself, predicts them. A row that the
table does not predict is stored as it is.

    samples of a row ──►──┤split into runs of equal bytes├──►──┤decide pairs by the table├──►──┤tokens├──►── bytes

A run of three or more bytes is always a run, and a single byte is always part of a literal. The context of a pair is
whether a token begins there, and the lengths of the next four runs, counted up to three.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pochade.images.base.picture import Array

MAX_TOKEN_BYTES = 128  # of samples
SAMPLES_AT_ONCE = 2**17  # that are encoded, so that what is known of them stays in the processor's cache
MAX_ROW_BYTES = 2**20  # of a row that is taken apart
MAX_PASSES = 64  # over the same rows; a row with more pairs behind full literals comes out otherwise
CONTEXT_RUNS = 4  # following runs that decide what happens to a pair
CONTEXTS = 4**CONTEXT_RUNS
IN_LITERAL, AFTER_RUN, AT_START = 0, 1, 2  # where a pair stands


@dataclass(frozen=True)
class RunLengthRules:
    """The decisions of one encoder.

    Args:
        pairs: (3, 256) bool: whether a pair becomes a run, by where it stands and by its context.
        block: A token never crosses a multiple of this many samples; 0 if there is no such limit.
        segment: Blocks are counted from each multiple of this many samples; 0 if only the row's start counts.
        left: The column of a row's first sample in the whole picture, from whose left edge segments are counted.
        splits_end: Where a row ends with a literal, its last sample is a literal of its own.
    """

    pairs: Array
    block: int = 0
    segment: int = 0
    left: int = 0
    splits_end: bool = False

    def at(self, left: int) -> "RunLengthRules":
        """The rules for rows that begin at another column."""
        return replace(self, left=left if self.segment else 0)

    def boundaries(self, width: int) -> Array:
        """Whether a token must begin at each sample of a row; (width,) bool."""
        column = np.arange(width)
        if self.segment:
            in_segment = (column + self.left) % self.segment
            column = np.where(column < self.segment - self.left % self.segment, column, in_segment)
        is_boundary = column % self.block == 0 if self.block else column == 0
        is_boundary[:1] = True
        return is_boundary


class Tokens(NamedTuple):
    """Tokens of rows that follow each other."""

    starts: Array  # (T,) offsets in the flat samples
    lengths: Array  # (T,)
    is_run: Array  # (T,) bool


@dataclass(frozen=True)
class Runs:
    """Runs of equal samples in rows that follow each other; no run crosses a place where a token must begin."""

    starts: Array  # (R,) offsets in the flat samples
    lengths: Array  # (R,) at most 128
    is_first: Array  # (R,) bool: a token begins here in any case
    pairs: Array  # (P,) the numbers of the runs of two
    contexts: Array  # (P,) of these pairs

    @property
    def first_pairs(self) -> Array:
        """Whether a token begins at each pair in any case; (P,) bool."""
        is_first: Array = self.is_first[self.pairs]
        return is_first


def encode_rows(samples: Array, rules: RunLengthRules) -> tuple[bytes, Array]:
    """Encode rows as the rules say.

    Args:
        samples: (N, W) uint8, with N and W at least 1.
        rules: The encoder's decisions.

    Returns:
        The encoded rows, one behind the other, and the bytes of each; (N,) integers.
    """
    height = max(1, SAMPLES_AT_ONCE // samples.shape[1])
    parts = [_encode_some(samples[start : start + height], rules) for start in range(0, len(samples), height)]
    return b"".join(encoded for encoded, _ in parts), np.concatenate([sizes for _, sizes in parts])


def split_content(content: bytes, sizes: Array) -> list[bytes]:
    """Split what is one behind the other into its members, by their sizes."""
    ends = np.cumsum(sizes).tolist()
    return [content[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _encode_some(samples: Array, rules: RunLengthRules) -> tuple[bytes, Array]:
    """Encode some rows."""
    flat = np.ascontiguousarray(samples).reshape(-1)
    must_begin = np.tile(rules.boundaries(samples.shape[1]), len(samples))
    for _ in range(MAX_PASSES):
        runs = find_runs(flat, must_begin)
        tokens = _find_tokens(runs, _decide(runs, rules))
        if rules.splits_end:
            tokens = _split_ends(tokens, samples.shape[1])
        tokens, literal = _cut_literals(tokens)
        if not len(new := _pairs_at_cuts(tokens.starts, literal, runs, rules)):
            break
        must_begin[new] = True
    return _write_tokens(flat, tokens, samples.shape[1])


def find_runs(flat: Array, must_begin: Array) -> Runs:
    """Find the runs of equal samples; a run ends where a token must begin."""
    begins = must_begin.copy()
    begins[1:] |= flat[1:] != flat[:-1]
    starts = np.flatnonzero(begins)
    lengths = _lengths(starts, len(flat))
    if lengths.max() > MAX_TOKEN_BYTES:
        starts, _ = _cut(starts, lengths)
        lengths = _lengths(starts, len(flat))
    is_first = must_begin[starts]
    pairs = np.flatnonzero(lengths == 2)
    return Runs(starts, lengths, is_first, pairs, _contexts(lengths, is_first, pairs))


def _lengths(starts: Array, end: int) -> Array:
    """The lengths of what begins at `starts` and follows each other up to `end`."""
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1] = end - starts[-1]
    return lengths


def _cut(starts: Array, lengths: Array) -> tuple[Array, Array]:
    """Cut what is longer than a token can be; return the start of each part, and the number of the whole."""
    pieces = -(-lengths // MAX_TOKEN_BYTES)
    whole = np.repeat(np.arange(len(starts)), pieces)
    number = np.arange(len(whole)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return starts[whole] + MAX_TOKEN_BYTES * number, whole


def _contexts(lengths: Array, is_first: Array, pairs: Array) -> Array:
    """The context of each pair: a digit from 0 to 3 for each following run, 0 behind the end of the block."""
    context, is_open = np.zeros(len(pairs), np.uint8), np.ones(len(pairs), bool)
    for ahead in range(1, CONTEXT_RUNS + 1):
        at = np.minimum(pairs + ahead, len(lengths) - 1)
        is_open &= (pairs + ahead < len(lengths)) & ~is_first[at]
        context = context * np.uint8(4) + np.where(is_open, np.minimum(lengths[at], 3), 0).astype(np.uint8)
    return context


def _decide(runs: Runs, rules: RunLengthRules) -> Array:
    """Whether each run becomes a run token; (R,) bool.

    A pair's fate depends on that of the run before it, so each pair is a function of one bit: constant, the same, or
    the opposite. The last constant before a pair and the number of opposites since then give all results at once.
    """
    is_run = runs.lengths > 2
    if not len(runs.pairs):
        return is_run
    first, before = runs.first_pairs, np.maximum(runs.pairs - 1, 0)
    after_run = np.where(first, rules.pairs[AT_START][runs.contexts], rules.pairs[AFTER_RUN][runs.contexts])
    after_literal = np.where(first, after_run, rules.pairs[IN_LITERAL][runs.contexts])
    is_known = runs.lengths[before] != 2
    after_run[is_known] = after_literal[is_known] = np.where(is_run[before], after_run, after_literal)[is_known]
    is_constant = after_run == after_literal
    is_constant[0] = True
    last_constant = np.maximum.accumulate(np.where(is_constant, np.arange(len(first)), 0))
    flips = np.cumsum(~is_constant & ~after_run)
    is_run[runs.pairs] = after_run[last_constant] ^ ((flips - flips[last_constant]) % 2 == 1)
    return is_run


def _find_tokens(runs: Runs, is_run: Array) -> Tokens:
    """Join what is not a run to literals."""
    begins = is_run | runs.is_first
    begins[1:] |= is_run[:-1]
    first = np.flatnonzero(begins)
    starts = runs.starts[first]
    return Tokens(starts, _lengths(starts, runs.starts[-1] + runs.lengths[-1]), is_run[first])


def _split_ends(tokens: Tokens, width: int) -> Tokens:
    """Split the last sample off the literals that end a row."""
    starts, lengths, is_run = tokens
    ends = starts + lengths
    split = np.flatnonzero(~is_run & (ends % width == 0) & (lengths > 1))
    starts = np.insert(starts, split + 1, ends[split] - 1)
    return Tokens(starts, _lengths(starts, ends[-1]), np.insert(is_run, split + 1, False))


def _cut_literals(tokens: Tokens) -> tuple[Tokens, Array]:
    """Cut literals into tokens of at most 128 samples; also return the number of each token's literal."""
    starts, literal = _cut(tokens.starts, tokens.lengths)
    end = tokens.starts[-1] + tokens.lengths[-1]
    return Tokens(starts, _lengths(starts, end), tokens.is_run[literal]), literal


def _pairs_at_cuts(starts: Array, literal: Array, runs: Runs, rules: RunLengthRules) -> Array:
    """Where a literal was cut in front of a pair that becomes a run, because a token begins there: once per literal."""
    cuts = np.flatnonzero(np.diff(literal, prepend=-1) == 0)
    if not len(runs.pairs) or not len(cuts):
        return cuts[:0]
    pair_starts = runs.starts[runs.pairs]
    at = np.minimum(np.searchsorted(pair_starts, starts[cuts]), len(pair_starts) - 1)
    begins = (pair_starts[at] == starts[cuts]) & rules.pairs[AT_START][runs.contexts[at]]
    _, first = np.unique(literal[cuts[begins]], return_index=True)
    return starts[cuts[begins][first]]


def _write_tokens(flat: Array, tokens: Tokens, width: int) -> tuple[bytes, Array]:
    """Write a header for each token, and all samples but those that repeat the first one of a run."""
    starts, lengths, is_run = tokens
    sizes = np.where(is_run, 2, lengths + 1)
    places = np.cumsum(sizes) - sizes
    is_written = np.repeat(~is_run, lengths)
    is_written[starts] = True
    is_sample = np.ones(int(sizes.sum()), bool)
    is_sample[places] = False
    encoded = np.empty(len(is_sample), np.uint8)
    encoded[places] = np.where(is_run, 257 - lengths, lengths - 1)
    encoded[is_sample] = flat[is_written]
    first_of_rows = np.searchsorted(starts, np.arange(0, len(flat), width))
    return encoded.tobytes(), np.add.reduceat(sizes, first_of_rows)
