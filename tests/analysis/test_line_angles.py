"""Pages are straightened by text and frames, within a tenth of a degree, and drawings never by their own slant."""

import numpy as np
import pytest

from pochade.analysis.line_angles import find_skew
from tests.support.text_pages import drawing_page, framed_page, text_page, turn


@pytest.mark.parametrize("degrees", [-7.3, -2.0, -0.4, 0.3, 1.1, 5.6])
def test_text_and_frames_are_measured_within_a_tenth_of_a_degree(degrees: float) -> None:
    for number, (draw, evidence) in enumerate(((text_page, "text"), (framed_page, "lines"))):
        skew = find_skew(turn(draw(number), degrees))
        assert skew is not None
        assert skew.is_sure
        assert skew.evidence == evidence
        assert skew.degrees == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_the_slant_of_a_drawing_is_no_evidence(seed: int) -> None:
    skew = find_skew(turn(drawing_page(seed), 0))
    assert skew is None or not skew.is_sure


def test_a_blank_page_has_no_skew() -> None:
    assert find_skew(np.full((300, 250, 3), 240, np.uint8)) is None
