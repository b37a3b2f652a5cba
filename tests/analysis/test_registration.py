"""Alignment finds how a copy was turned, mirrored, cropped or scaled, and tells copies from other drawings."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps
from torch import Tensor
from torch.nn import functional

from pochade.analysis.registration import align, coarse_views, compose, translate
from pochade.images.features.edge_map import edge_map
from tests.support.drawings import drawing, subject_square


def edge_maps_of(*pictures: Image.Image) -> Tensor:
    """The edge maps of the subjects of pictures."""
    return torch.from_numpy(np.stack([edge_map(subject_square(picture)) for picture in pictures])).float()


def correlation(first: Image.Image, second: Image.Image) -> float:
    """The edge correlation of two pictures at their best alignment."""
    edge_maps = edge_maps_of(first, second)
    return float(align(edge_maps, torch.tensor([[0, 1]])).correlation)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
        lambda picture: ImageOps.mirror(picture.rotate(180)),
        lambda picture: picture.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
        lambda picture: picture.crop((20, 20, 180, 180)),
        lambda picture: ImageOps.invert(picture.convert("L")),
    ],
    ids=["unchanged", "turned", "mirrored", "tilted", "cropped", "inverted"],
)
def test_a_changed_copy_correlates_more_than_any_other_drawing(seed: int, change: object) -> None:
    with_copy = correlation(drawing(seed), change(drawing(seed)))  # type: ignore[operator]
    assert with_copy > max(correlation(drawing(seed), drawing(other)) for other in range(10, 14)) + 0.1


def test_the_transform_leads_back_to_the_first_picture() -> None:
    first = drawing(3).filter(ImageFilter.GaussianBlur(2))
    turned = first.transpose(Image.Transpose.ROTATE_270)
    squares = [subject_square(first), subject_square(turned)]
    alignment = align(edge_maps_of(first, turned), torch.tensor([[0, 1]]))
    pair = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2) / 255
    grid = functional.affine_grid(alignment.transforms, [1, 3, 96, 96], align_corners=False)
    back = functional.grid_sample(pair[1:], grid, padding_mode="border", align_corners=False)
    difference = float((pair[1] - pair[0]).abs().mean())
    assert float((back - pair[:1]).abs().mean()) < difference / 5  # the rest comes from trimming to whole pixels


def test_no_pairs_give_no_alignments() -> None:
    maps = torch.zeros(3, 32, 32)
    assert align(maps, torch.empty(0, 2, dtype=torch.long)).correlation.shape == (0,)


@given(across=st.floats(-0.4, 0.4), down=st.floats(-0.4, 0.4), number=st.integers(0, 23))
@settings(deadline=None)
def test_a_translated_view_shows_what_was_beside_it(across: float, down: float, number: int) -> None:
    view = coarse_views()[number]
    shifted = translate(view, torch.tensor([across, down]))
    point = torch.tensor([0.3, -0.2])
    before = view[:, :2] @ (point - 2 * torch.tensor([across, down])) + view[:, 2]
    assert torch.allclose(shifted[:, :2] @ point + shifted[:, 2], before, atol=1e-5)


@given(first=st.integers(0, 23), second=st.integers(0, 23))
def test_composed_transforms_apply_the_inner_one_first(first: int, second: int) -> None:
    outer, inner = coarse_views()[first], coarse_views()[second]
    point = torch.tensor([0.7, 0.1])
    expected = outer[:, :2] @ (inner[:, :2] @ point + inner[:, 2]) + outer[:, 2]
    both = compose(outer, inner)
    assert torch.allclose(both[:, :2] @ point + both[:, 2], expected, atol=1e-5)
