"""How a program chose its run lengths is learned from some rows, and predicts the others."""

from functools import partial

import numpy as np
import pytest

from pochade.images.base.picture import Array
from pochade.images.layered.run_length_learning import find_exceptions, learn_rules
from pochade.images.layered.run_length_rules import encode_rows
from tests.support.layered_files import RowPacker, pack_in_blocks, pack_like_gimp, pack_pairs_as_runs

PACKERS: dict[str, RowPacker] = {
    "GIMP": pack_like_gimp,
    "pairs as runs": pack_pairs_as_runs,
    "blocks": partial(pack_in_blocks, segment=10**6),
    "segments": partial(pack_in_blocks, segment=368),
}


def rows_of_many_lengths(count: int, width: int) -> Array:
    """Rows of runs, pairs and single bytes, and of noise."""
    rng = np.random.default_rng(5)
    lengths = rng.choice([1, 1, 1, 2, 2, 3, 5, 40, 300], count * width)
    values = np.repeat(rng.integers(0, 256, count * width), lengths)[: count * width].reshape(count, width)
    values[count // 2 :] = rng.integers(0, 40, (count - count // 2, width))
    return values.astype(np.uint8)


@pytest.mark.parametrize("name", PACKERS)
def test_rows_of_a_program_are_predicted_from_a_third_of_them(name: str) -> None:
    samples = rows_of_many_lengths(300, 900)
    rows = [PACKERS[name](row.tobytes()) for row in samples]
    rules = learn_rules(rows[::3], samples[::3])
    assert len(find_exceptions(rows, samples, rules)) <= 0.02 * len(rows)


@pytest.mark.parametrize("left", [1, 100, 321, 1000, -50])
def test_segments_are_found_in_a_layer_that_begins_anywhere(left: int) -> None:
    samples = rows_of_many_lengths(80, 900)
    rows = [pack_in_blocks(row.tobytes(), 368, left) for row in samples]
    rules = learn_rules(rows, samples, left)
    assert (rules.block, rules.segment) == (128, 368)
    assert find_exceptions(rows, samples, rules) == []


def test_rows_of_one_byte_are_learned_too() -> None:
    samples = np.arange(5, dtype=np.uint8)[:, None]
    rows = [pack_like_gimp(row.tobytes()) for row in samples]
    assert encode_rows(samples, learn_rules(rows, samples))[0] == b"".join(rows)
