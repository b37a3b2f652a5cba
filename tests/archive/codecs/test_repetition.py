"""Contents that repeat each other are recognised wherever the repeated parts stand."""

import numpy as np
import pytest

from pochade.archive.codecs.repetition import SMALL_BYTES, repeat_each_other

NOISE = np.random.default_rng(3).integers(0, 256, SMALL_BYTES, np.uint8).tobytes()
OTHER_NOISE = np.random.default_rng(4).integers(0, 256, SMALL_BYTES, np.uint8).tobytes()


@pytest.mark.parametrize("offset", [0, 1, 7, 8, 1001])
def test_a_moved_copy_is_found(offset: int) -> None:
    assert repeat_each_other([NOISE, NOISE[offset:] + NOISE[:offset]])


def test_different_contents_do_not_repeat_each_other() -> None:
    assert not repeat_each_other([NOISE, OTHER_NOISE])


def test_small_contents_are_always_worth_trying() -> None:
    assert repeat_each_other([NOISE[: SMALL_BYTES // 4], OTHER_NOISE[:5], b""])


def test_empty_layers_are_no_repetition() -> None:
    assert not repeat_each_other([bytes(2 * SMALL_BYTES), NOISE, OTHER_NOISE])
