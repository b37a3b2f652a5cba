"""Excerpts are cut out of pictures where they should be, and bare paper is trimmed."""

import pytest
import torch
from torch import Tensor

from pochade.training.augment.excerpts import Excerpts, extract, trim_to_subject
from tests.support.letterboxed import letterboxed_drawings

UPRIGHT, MIDDLE = torch.eye(3)[None], torch.zeros(1, 2)


def excerpts_on(
    ground: float, sizes: Tensor, homographies: Tensor = UPRIGHT, centres: Tensor = MIDDLE, channels: int = 3
) -> Excerpts:
    return Excerpts(sizes, centres, homographies, torch.full((1, channels, 1, 1), ground))


def test_an_excerpt_rotated_by_a_quarter_shows_the_picture_rotated() -> None:
    batch = letterboxed_drawings(1)
    quarter = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    colour, _ = extract(batch.pictures - 1, excerpts_on(1, batch.frames, quarter), 96)
    torch.testing.assert_close(colour, torch.rot90(batch.pictures, 1, (2, 3)), atol=1e-3, rtol=0)


def test_a_wide_frame_leaves_white_above_and_below() -> None:
    batch = letterboxed_drawings(1)
    colour, mask = extract(batch.pictures - 1, excerpts_on(1, torch.tensor([[1.0, 0.5]])), 96)
    assert mask.sum() == 96 * 48
    assert (colour[0, :, :20] == 1).all()


def test_the_ground_continues_outside_the_picture() -> None:
    picture = torch.full((1, 3, 96, 96), 0.9)
    colour, _ = extract(picture - 0.2, excerpts_on(0.2, torch.full((1, 2), 2.0)), 96)
    torch.testing.assert_close(colour[:, :, :20], torch.full((1, 3, 20, 96), 0.2))
    torch.testing.assert_close(colour[:, :, 30:60, 30:60], torch.full((1, 3, 30, 30), 0.9))


def test_what_is_far_on_a_slanted_plane_looks_small() -> None:
    stripes = torch.zeros(1, 1, 96, 96)
    stripes[..., 24:36], stripes[..., 60:72] = 1, 1  # equally far from the middle
    slanted = UPRIGHT.clone()
    slanted[0, 2, 0] = 0.2
    colour, _ = extract(stripes, excerpts_on(0, torch.full((1, 2), 1.4), slanted, channels=1), 96)
    left, right = colour[0, 0, 48, :48].sum(), colour[0, 0, 48, 48:].sum()
    assert right > 1.3 * left


@pytest.mark.parametrize("frame_side", [1.3, 1.8])
def test_bare_paper_around_the_subject_is_trimmed_wherever_it_is(frame_side: float) -> None:
    page = torch.ones(1, 3, 96, 96)
    page[:, :, 20:60, 30:80] = 0.3  # 50 wide, 40 high
    off_centre = torch.tensor([[0.1, -0.2]]) * (frame_side > 1.5)
    trimmed = trim_to_subject(page - 1, excerpts_on(1, torch.full((1, 2), frame_side), centres=off_centre))
    torch.testing.assert_close(trimmed.sizes, torch.tensor([[50.0, 40.0]]) / 96, atol=0.17, rtol=0)
    torch.testing.assert_close(trimmed.centres, torch.tensor([[55 / 48 - 1, 40 / 48 - 1]]), atol=0.07, rtol=0)


def test_a_page_without_a_subject_keeps_its_frame() -> None:
    page = torch.full((1, 3, 96, 96), 0.5)
    trimmed = trim_to_subject(page - 1, excerpts_on(1, torch.full((1, 2), 0.9)))
    assert trimmed.sizes[0].tolist() == pytest.approx([0.9, 0.9])
    assert trimmed.centres[0].tolist() == [0, 0]
