"""Learns from encoded rows how the program that saved a file chose its run lengths (see `run_length_rules.py`)."""

# ruff: noqa: PLR2004  # the numbers are the format's own

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.run_length_rules import (
    AFTER_RUN,
    AT_START,
    CONTEXTS,
    IN_LITERAL,
    MAX_TOKEN_BYTES,
    RunLengthRules,
    Tokens,
    encode_rows,
    find_runs,
    split_content,
)

MAX_ODD_COLUMNS = 4  # that are tried as the end of a segment
MAX_SEGMENTS = 8  # from the picture's left edge to such a column
DEFAULT_PAIRS = np.repeat(np.array([[False], [True], [True]]), CONTEXTS, axis=1)  # what most programs do


def learn_rules(rows: Sequence[bytes], samples: Array, left: int = 0) -> RunLengthRules:
    """Learn the decisions of an encoder.

    Args:
        rows: Encoded rows.
        samples: What they decode to; (N, W) uint8.
        left: The column of a row's first sample in the whole picture.

    Returns:
        The rules that most of the rows follow.
    """
    flat, width = samples.reshape(-1), samples.shape[1]
    tokens = _parse_rows(rows)
    blocks = _possible_blocks(tokens, flat, width, left)
    candidates = [_learn_pairs(tokens, flat, width, rules) for rules in blocks]
    return min(candidates, key=lambda rules: len(find_exceptions(rows, samples, rules)))


def find_exceptions(rows: Sequence[bytes], samples: Array, rules: RunLengthRules) -> list[int]:
    """Return the numbers of the rows that rules encode otherwise."""
    encoded = split_content(*encode_rows(samples, rules))
    return [number for number, (row, other) in enumerate(zip(rows, encoded, strict=True)) if row != other]


def _parse_rows(rows: Sequence[bytes]) -> Tokens:
    """Read the headers of all tokens."""
    lengths, is_run = list[int](), list[bool]()
    for row in rows:
        at = 0
        while at < len(row):
            header = row[at]
            if header != 128:
                lengths.append(header + 1 if header < 128 else 257 - header)
                is_run.append(header > 128)
            at += header + 2 if header < 128 else 1 + (header > 128)
    sizes = np.array(lengths, np.int64)
    return Tokens(np.cumsum(sizes) - sizes, sizes, np.array(is_run, bool))


def _possible_blocks(tokens: Tokens, flat: Array, width: int, left: int) -> list[RunLengthRules]:
    """Rules with each `block` and `segment` that is possible, from the columns where tokens end that could go on."""
    ends = tokens.starts + tokens.lengths
    inner = ends % width != 0
    goes_on = np.zeros(len(ends), bool)
    goes_on[inner] = flat[ends[inner]] == flat[ends[inner] - 1]
    both_literal = ~tokens.is_run & ~np.append(tokens.is_run[1:], True)
    is_cut = inner & (tokens.lengths < MAX_TOKEN_BYTES) & ((tokens.is_run & goes_on) | both_literal)
    columns, counts = np.unique(ends[is_cut] % width, return_counts=True)
    is_odd = columns % MAX_TOKEN_BYTES != 0
    frequent = columns[is_odd][np.argsort(counts[is_odd])[::-1][:MAX_ODD_COLUMNS]]
    segments = {
        (left + start) // times
        for column in frequent.tolist()
        for start in range(column, 0, -MAX_TOKEN_BYTES)
        for times in range(1, MAX_SEGMENTS + 1)
        if (left + start) % times == 0 and (left + start) // times > MAX_TOKEN_BYTES
    }
    blocks = [(0, 0), (MAX_TOKEN_BYTES, 0), *((MAX_TOKEN_BYTES, segment) for segment in sorted(segments))]
    return [RunLengthRules(DEFAULT_PAIRS, block, segment, left) for block, segment in blocks]


def _learn_pairs(tokens: Tokens, flat: Array, width: int, rules: RunLengthRules) -> RunLengthRules:
    """Return the rules with the decisions that most pairs of the rows show."""
    must_begin = np.tile(rules.boundaries(width), len(flat) // width)
    must_begin[_starts_behind_full_literals(tokens)] = True
    pairs = _count_decisions(tokens, flat, must_begin)
    return replace(rules, pairs=pairs, splits_end=_splits_ends(tokens, width))


def _splits_ends(tokens: Tokens, width: int) -> bool:
    """Whether most rows that end with a literal have their last sample in a literal of its own."""
    last = np.flatnonzero(((tokens.starts + tokens.lengths) % width == 0) & ~tokens.is_run)
    is_single = tokens.lengths[last] == 1
    behind_literal = ~tokens.is_run[last - 1] & (tokens.starts[last] % width != 0)
    return bool((is_single & behind_literal).sum() > (~is_single).sum())


def _starts_behind_full_literals(tokens: Tokens) -> Array:
    is_full = ~tokens.is_run & (tokens.lengths == MAX_TOKEN_BYTES)
    return tokens.starts[1:][is_full[:-1]]


def _count_decisions(tokens: Tokens, flat: Array, must_begin: Array) -> Array:
    """What most pairs became, by where they stood and by their context; (3, 256) bool."""
    runs = find_runs(flat, must_begin)
    becomes_run = np.zeros(len(flat), bool)
    becomes_run[tokens.starts[tokens.is_run]] = True
    in_run = np.repeat(tokens.is_run, tokens.lengths)
    starts = runs.starts[runs.pairs]
    where = np.where(in_run[starts - 1], AFTER_RUN, IN_LITERAL)
    cell = np.where(runs.first_pairs, AT_START, where) * CONTEXTS + runs.contexts
    votes = np.bincount(cell, np.where(becomes_run[starts], 1.0, -1.0), 3 * CONTEXTS).reshape(3, CONTEXTS)
    totals = votes.sum(1, keepdims=True)  # for contexts that do not occur in the rows
    usual = np.where(totals == 0, DEFAULT_PAIRS, totals > 0)
    return np.where(votes == 0, usual, votes > 0)
