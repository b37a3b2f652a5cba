"""Finished pictures become earlier stages of the work."""

import torch

from pochade.training.augment.work_stages import to_line_art
from tests.support.letterboxed import letterboxed_drawings


def test_line_art_is_dark_lines_on_white() -> None:
    torch.manual_seed(0)
    lines = to_line_art(letterboxed_drawings(6).pictures)
    assert lines.median() > 0.9
    assert lines.min() < 0.3
    torch.testing.assert_close(lines[:, 0], lines[:, 2])
