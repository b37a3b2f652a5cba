"""Frames are cut out of pictures where they should be, and bare paper is trimmed."""

import pytest
import torch

from pochade.training.augment.framing import extract_frames, trim_to_subject
from tests.support.letterboxed import letterboxed_drawings

NO_ROTATION, MIDDLE = torch.eye(2)[None], torch.zeros(1, 2)


def test_a_frame_rotated_by_a_quarter_shows_the_picture_rotated() -> None:
    batch = letterboxed_drawings(1)
    quarter = torch.tensor([[[0.0, -1.0], [1.0, 0.0]]])
    view = extract_frames(batch.pictures, batch.frames, quarter, MIDDLE, 96)[:, :3]
    torch.testing.assert_close(view, torch.rot90(batch.pictures, 1, (2, 3)), atol=1e-3, rtol=0)


def test_a_wide_frame_leaves_white_above_and_below() -> None:
    batch = letterboxed_drawings(1)
    view = extract_frames(batch.pictures, torch.tensor([[1.0, 0.5]]), NO_ROTATION, MIDDLE, 96)
    assert view[0, 3].sum() == 96 * 48
    assert (view[0, :3, :20] == 1).all()


@pytest.mark.parametrize("frame_side", [1.3, 1.8])
def test_bare_paper_around_the_subject_is_trimmed_wherever_it_is(frame_side: float) -> None:
    page = torch.ones(1, 3, 96, 96)
    page[:, :, 20:60, 30:80] = 0.3  # 50 wide, 40 high
    off_centre = torch.tensor([[0.1, -0.2]]) * (frame_side > 1.5)
    frames, centres = trim_to_subject(page, torch.full((1, 2), frame_side), NO_ROTATION, off_centre)
    torch.testing.assert_close(frames, torch.tensor([[50.0, 40.0]]) / 96, atol=0.17, rtol=0)
    torch.testing.assert_close(centres, torch.tensor([[55 / 48 - 1, 40 / 48 - 1]]), atol=0.07, rtol=0)


def test_a_page_without_a_subject_keeps_its_frame() -> None:
    page = torch.full((1, 3, 96, 96), 0.5)
    frames, centres = trim_to_subject(page, torch.full((1, 2), 0.9), NO_ROTATION, MIDDLE)
    assert frames[0].tolist() == pytest.approx([0.9, 0.9])
    assert centres[0].tolist() == [0, 0]
