"""Bytes are counted honestly: rounding latents costs what it must, and no more."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pochade.study.stages.compression_stage import _make_sheets, quantise

finite_rows = arrays(np.float32, (5, 3), elements=st.floats(-100, 100, width=32))


@given(finite_rows, st.integers(1, 8))
def test_a_rounded_number_is_off_by_half_a_step_at_most(latents: np.ndarray, bits: int) -> None:
    low, high = latents.min(0), latents.max(0)
    codes, values = quantise(latents, low, high, bits)
    step = np.maximum(high - low, 1e-12) / (2**bits - 1)
    assert codes.max() < 2**bits
    assert (np.abs(values - latents) <= step / 2 + 1e-4).all()


def test_numbers_beyond_the_range_are_clipped() -> None:
    _, values = quantise(np.array([[-9.0], [9.0]]), np.array([0.0]), np.array([1.0]), bits=6)
    assert values.ravel().tolist() == [0, 1]


def test_a_sheet_holds_every_picture_once() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (150, 4, 5, 1), dtype=np.uint8)
    first, second = _make_sheets(pictures)
    assert first.shape == (48, 60, 1)
    assert np.array_equal(first[4:8, 5:10], pictures[13])
    assert second.shape == (8, 15, 1)
    assert np.array_equal(second[4:8, 10:15], pictures[149])
