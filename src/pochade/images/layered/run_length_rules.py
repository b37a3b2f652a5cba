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

from dataclasses import dataclass

import numpy as np

from pochade.images.base.picture import Array

MAX_TOKEN_BYTES = 128  # of samples
SAMPLES_AT_ONCE = 2**20  # that are encoded; each needs some sixty bytes of memory meanwhile
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

    def boundaries(self, width: int) -> Array:
        """Whether a token must begin at each sample of a row; (width,) bool."""
        column = np.arange(width)
        if self.segment:
            in_segment = (column + self.left) % self.segment
            column = np.where(column < self.segment - self.left % self.segment, column, in_segment)
        is_boundary = column % self.block == 0 if self.block else column == 0
        is_boundary[:1] = True
        return is_boundary


@dataclass(frozen=True)
class Runs:
    """Runs of equal samples in rows that follow each other; no run crosses a place where a token must begin."""

    starts: Array  # (R,) offsets in the flat samples
    lengths: Array  # (R,) at most 128
    is_first: Array  # (R,) bool: a token begins here in any case
    contexts: Array  # (R,)


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
        starts, lengths, is_run = _find_tokens(runs, _decide(runs, rules))
        if rules.splits_end:
            starts, lengths, is_run = _split_ends(starts, lengths, is_run, samples.shape[1])
        starts, lengths, is_run, literal = _cut_literals(starts, lengths, is_run)
        if not len(new := _pairs_at_cuts(starts, literal, runs, rules)):
            break
        must_begin[new] = True
    return _write_tokens(flat, starts, lengths, is_run, samples.shape[1])


def find_runs(flat: Array, must_begin: Array) -> Runs:
    """Find the runs of equal samples; a run ends where a token must begin."""
    begins = must_begin.copy()
    begins[1:] |= flat[1:] != flat[:-1]
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=len(flat))
    pieces = -(-lengths // MAX_TOKEN_BYTES)
    if (pieces > 1).any():
        number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        starts = np.repeat(starts, pieces) + MAX_TOKEN_BYTES * number
        lengths = np.diff(starts, append=len(flat))
    is_first = must_begin[starts]
    return Runs(starts, lengths, is_first, _contexts(lengths, is_first))


def _contexts(lengths: Array, is_first: Array) -> Array:
    """The number of each run's context: a digit from 0 to 3 for each following run, 0 behind the end of the block."""
    digits = np.append(np.minimum(lengths, 3), 0).astype(np.uint8)
    ends = np.append(is_first, True)
    context, is_open = np.zeros(len(lengths), np.uint8), np.ones(len(lengths), bool)
    for ahead in range(1, CONTEXT_RUNS + 1):
        at = np.minimum(np.arange(ahead, len(lengths) + ahead), len(lengths))
        is_open &= ~ends[at]
        context = context * np.uint8(4) + np.where(is_open, digits[at], 0).astype(np.uint8)
    return context


def _decide(runs: Runs, rules: RunLengthRules) -> Array:
    """Whether each run becomes a run token; (R,) bool.

    A pair's fate depends on that of the run before it, so each run is a function of one bit: constant, the same, or
    the opposite. The last constant before a run and the number of opposites since then give all results at once.
    """
    is_pair = runs.lengths == 2
    outside = np.where(runs.is_first, rules.pairs[AT_START][runs.contexts], rules.pairs[AFTER_RUN][runs.contexts])
    inside = np.where(runs.is_first, outside, rules.pairs[IN_LITERAL][runs.contexts])
    after_run, after_literal = np.where(is_pair, outside, runs.lengths > 2), np.where(is_pair, inside, runs.lengths > 2)
    is_constant = after_run == after_literal
    is_constant[:1] = True
    last_constant = np.maximum.accumulate(np.where(is_constant, np.arange(len(is_pair)), 0))
    flips = np.cumsum(~is_constant & ~after_run)
    return after_run[last_constant] ^ ((flips - flips[last_constant]) % 2 == 1)


def _find_tokens(runs: Runs, is_run: Array) -> tuple[Array, Array, Array]:
    """Join what is not a run to literals; return start, length and kind of each token."""
    begins = is_run | runs.is_first
    begins[1:] |= is_run[:-1]
    first = np.flatnonzero(begins)
    starts = runs.starts[first]
    end = runs.starts[-1] + runs.lengths[-1]
    return starts, np.diff(starts, append=end), is_run[first]


def _split_ends(starts: Array, lengths: Array, is_run: Array, width: int) -> tuple[Array, Array, Array]:
    """Split the last sample off the literals that end a row."""
    ends = starts + lengths
    split = np.flatnonzero(~is_run & (ends % width == 0) & (lengths > 1))
    starts = np.insert(starts, split + 1, ends[split] - 1)
    return starts, np.diff(starts, append=ends[-1]), np.insert(is_run, split + 1, False)


def _cut_literals(starts: Array, lengths: Array, is_run: Array) -> tuple[Array, Array, Array, Array]:
    """Cut literals into tokens of at most 128 samples; also return the number of each token's literal."""
    pieces = -(-lengths // MAX_TOKEN_BYTES)
    literal = np.repeat(np.arange(len(starts)), pieces)
    number = np.arange(len(literal)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    cut_starts = np.repeat(starts, pieces) + MAX_TOKEN_BYTES * number
    cut_lengths = np.diff(cut_starts, append=starts[-1] + lengths[-1])
    return cut_starts, cut_lengths, np.repeat(is_run, pieces), literal


def _pairs_at_cuts(starts: Array, literal: Array, runs: Runs, rules: RunLengthRules) -> Array:
    """Where a literal was cut in front of a pair that becomes a run, because a token begins there: once per literal."""
    cuts = np.flatnonzero(np.diff(literal, prepend=-1) == 0)
    at = np.searchsorted(runs.starts, starts[cuts], side="right") - 1
    begins = (runs.starts[at] == starts[cuts]) & (runs.lengths[at] == 2) & rules.pairs[AT_START][runs.contexts[at]]
    _, first = np.unique(literal[cuts[begins]], return_index=True)
    return starts[cuts[begins][first]]


def _write_tokens(flat: Array, starts: Array, lengths: Array, is_run: Array, width: int) -> tuple[bytes, Array]:
    sizes = np.where(is_run, 2, lengths + 1)
    places = np.cumsum(sizes) - sizes
    encoded = np.empty(int(sizes.sum()), np.uint8)
    encoded[places] = np.where(is_run, 257 - lengths, lengths - 1).astype(np.uint8)
    encoded[places[is_run] + 1] = flat[starts[is_run]]
    literal = lengths[~is_run]
    offsets = np.arange(literal.sum()) - np.repeat(np.cumsum(literal) - literal, literal)
    encoded[np.repeat(places[~is_run] + 1, literal) + offsets] = flat[np.repeat(starts[~is_run], literal) + offsets]
    rows = np.bincount(starts // width, weights=sizes, minlength=len(flat) // width).astype(np.int64)
    return encoded.tobytes(), rows
