"""The header of a sketch holds every frame and level."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pochade.embedding.sketch_format import FRAME_SIDE, LEVELS, Frame, frame_byte, frame_from_byte, steps_at


@given(st.integers(1, 96), st.booleans())
def test_every_frame_has_its_byte(short: int, upright: bool) -> None:
    frame = Frame(short, FRAME_SIDE) if upright else Frame(FRAME_SIDE, short)
    assert frame_from_byte(frame_byte(frame)) == frame


def test_steps_grow_with_the_level() -> None:
    assert (np.diff(steps_at(np.arange(LEVELS))) > 0).all()
    assert steps_at(np.array([128])) == 1
