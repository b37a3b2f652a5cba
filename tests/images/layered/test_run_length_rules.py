"""Rows are encoded as the rules say, and any rules give rows that decode to the same samples."""

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.images.base.picture import Array
from pochade.images.layered import run_length_rules
from pochade.images.layered.run_length_rules import CONTEXTS, RunLengthRules, encode_rows, split_content


def rules(
    seed: int = 0, block: int = 0, segment: int = 0, left: int = 0, *, splits_end: bool = False
) -> RunLengthRules:
    pairs: Array = np.random.default_rng(seed).random((3, CONTEXTS)) < 0.5
    return RunLengthRules(pairs, block, segment, left, splits_end)


@given(
    seed=st.integers(0, 2**16),
    shape=st.tuples(st.integers(1, 6), st.integers(1, 700)),
    colours=st.sampled_from([1, 2, 3, 200]),
    blocks=st.sampled_from([(0, 0), (128, 0), (128, 368), (128, 130), (64, 300)]),
    left=st.integers(-500, 500),
    splits_end=st.booleans(),
)
def test_rows_decode_to_the_samples_whatever_the_rules(
    seed: int, shape: tuple[int, int], colours: int, blocks: tuple[int, int], left: int, splits_end: bool
) -> None:
    samples = np.random.default_rng(seed).integers(0, colours, shape, np.uint8)
    encoded, sizes = encode_rows(samples, rules(seed, *blocks, left, splits_end=splits_end))
    decoded = [imagecodecs.packbits_decode(row) for row in split_content(encoded, sizes)]
    assert [list(row) for row in decoded] == samples.tolist()


@pytest.mark.parametrize(
    ("left", "boundaries"),
    [
        (0, [0, 128, 256, 368, 496, 624, 736]),
        (100, [0, 128, 256, 268, 396, 524, 636, 764]),
        (-40, [0, 40, 168, 296, 408]),
    ],
)
def test_a_token_begins_at_blocks_counted_from_each_segment(left: int, boundaries: list[int]) -> None:
    width = boundaries[-1] + 1
    assert np.flatnonzero(rules(0, 128, 368, left).boundaries(width)).tolist() == boundaries


def test_pairs_are_decided_by_where_they_stand() -> None:
    pairs = np.zeros((3, CONTEXTS), bool)
    pairs[1] = True  # behind a run only
    encoded, _ = encode_rows(np.array([[1, 1, 2, 2, 2, 3, 3, 4, 5, 5]], np.uint8), RunLengthRules(pairs))
    assert encoded == bytes([1, 1, 1, 254, 2, 255, 3, 2, 4, 5, 5])


def test_the_last_byte_of_a_row_can_be_a_literal_of_its_own() -> None:
    no_pairs = np.zeros((3, CONTEXTS), bool)
    encoded, _ = encode_rows(np.array([[1, 2, 3]], np.uint8), RunLengthRules(no_pairs, splits_end=True))
    assert encoded == bytes([1, 1, 2, 0, 3])


def test_a_pair_behind_a_full_literal_is_decided_anew() -> None:
    pairs = np.zeros((3, CONTEXTS), bool)
    pairs[2] = True  # only where a token must begin
    row = [*range(128), 7, 7, 1, 2]
    encoded, _ = encode_rows(np.array([row], np.uint8), RunLengthRules(pairs))
    assert encoded[129:] == bytes([255, 7, 1, 1, 2])


def test_rows_are_the_same_however_many_are_encoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.random.default_rng(0).integers(0, 3, (20, 90), np.uint8)
    encoded, sizes = encode_rows(samples, rules())
    monkeypatch.setattr(run_length_rules, "SAMPLES_AT_ONCE", 200)
    in_pieces, sizes_in_pieces = encode_rows(samples, rules())
    assert in_pieces == encoded
    assert sizes_in_pieces.tolist() == sizes.tolist()
