"""What is near a mark is found: ink, blobs like it, other marks."""

import numpy as np
import pytest

from pochade.analysis.mark_surroundings import SURROUNDING_FEATURES, MarkList, measure_surroundings

DOTS_PER_MM = 10.0
PAPER, INK = 0.9, 0.2
Box = tuple[int, int, int, int]  # top, left, height, width


def page_with(boxes: list[Box], tone: float = INK) -> np.ndarray:
    """Paper (3, 150, 150) with boxes of ink."""
    page = np.full((3, 150, 150), PAPER, np.float32)
    for top, left, height, width in boxes:
        page[:, top : top + height, left : left + width] = tone
    return page


def measure(drawn: list[Box], marks: list[Box], contrast: float = 0.7) -> dict[str, np.ndarray]:
    """Measure what is near marks on a page with drawn boxes, which the denoiser leaves."""
    tone = PAPER - contrast
    picture = np.where(page_with(marks, tone) < PAPER, tone, page_with(drawn)).astype(np.float32)
    boxes = np.array(marks)
    listed = MarkList(
        boxes,
        np.full(len(marks), contrast, np.float32),
        (boxes[:, 2:].max(1) / DOTS_PER_MM).astype(np.float32),
        np.linspace(-3, 3, len(marks), dtype=np.float32),
    )
    table = measure_surroundings(picture, page_with(drawn), listed, DOTS_PER_MM)
    return dict(zip(SURROUNDING_FEATURES, table.T, strict=True))


SPECK: Box = (60, 60, 4, 4)


@pytest.mark.parametrize(("top", "reach"), [(67, "0.6"), (75, "1.5"), (88, "3.0"), (108, "5.0")])
def test_ink_is_found_from_the_reach_on_in_which_it_lies(top: int, reach: str) -> None:
    features = measure([(top, 30, 4, 80)], [SPECK])
    reaches = [name.removeprefix("ink_") for name in SURROUNDING_FEATURES if name.startswith("ink_")]
    found = [float(features[f"ink_{name}"][0]) > 0.5 for name in reaches]
    assert found.index(True) == reaches.index(reach)


def test_ink_counts_relative_to_the_mark() -> None:
    dark, faint = (measure([(75, 30, 4, 80)], [SPECK], contrast)["ratio_1.5"][0] for contrast in (0.7, 0.2))
    assert dark == pytest.approx(0.93, abs=0.05)
    assert faint > 3


def test_a_mark_in_a_row_of_ink_has_it_in_its_row_only() -> None:
    features = measure([(60, 30, 4, 20), (60, 74, 4, 20)], [SPECK])
    assert features["row"][0] > 0.8
    assert features["column"][0] < 0.1


def test_dots_of_the_same_size_are_alike_and_larger_ones_are_not() -> None:
    same = [(60, 45, 4, 4), (60, 75, 4, 4), (45, 60, 4, 4)]
    larger = [(60, 40, 14, 14), (55, 72, 14, 14), (40, 60, 14, 14)]
    alike, others, alone = (measure(boxes, [SPECK]) for boxes in (same, larger, []))
    assert alike["alike_blobs_near"][0] > others["alike_blobs_near"][0] + 0.5
    assert alike["blobs_near"][0] == others["blobs_near"][0] > 0
    assert alone["blobs_wide"][0] == 0


def test_other_marks_near_a_mark_are_counted_with_what_the_denoiser_says_of_them() -> None:
    features = measure([], [SPECK, (60, 75, 4, 4), (140, 140, 4, 4)])
    np.testing.assert_allclose(features["marks_near"], np.log1p([1, 1, 0]), rtol=1e-5)
    assert features["defect_around"][1] < 0  # its neighbour's logit is -3
    assert features["defect_around"][2] == 0
