"""Pictures are cropped and photographed as strongly as real copies are."""

import pytest
import torch

from pochade.training.augment.framing import _crop_of, photograph, reframe
from pochade.training.augment.random_numbers import RandomNumbers

FULL = torch.ones(300, 2)


def test_a_fifth_of_the_crops_takes_more_than_a_fifth_of_a_side() -> None:
    crops = _crop_of(torch.linspace(0, 1, 1001))
    assert (crops.diff() > 0).all()
    assert (crops[0].item(), crops[-1].item()) == pytest.approx((0, 0.3))
    assert 0.19 < float((crops > 0.2).float().mean()) < 0.21


def test_a_reframed_picture_lies_on_white() -> None:
    dark = torch.zeros(300, 3, 32, 32)
    colour, mask = reframe(dark, FULL, 32, RandomNumbers(0))
    values = colour.masked_select((mask > 0).expand_as(colour))
    assert values.max() > 0.99
    assert (colour.amax(1) - colour.amin(1)).max() < 1e-5  # nothing but shades of grey between black and white


def test_some_photographed_pictures_lie_on_ground_of_another_colour() -> None:
    colour, _ = photograph(torch.zeros(300, 3, 32, 32), FULL, 32, RandomNumbers(0))
    is_coloured = (colour.amax(1) - colour.amin(1)).flatten(1).amax(1) > 0.05
    assert 0.05 < float(is_coloured.float().mean()) < 0.4


def test_the_letterbox_of_a_photographed_picture_is_not_part_of_it() -> None:
    narrow = torch.tensor([[0.5, 1.0]]).expand(300, 2)
    picture = torch.ones(300, 3, 32, 32)  # white letterbox
    picture[:, :, :, 8:24] = 0
    colour, mask = photograph(picture, narrow, 32, RandomNumbers(0))
    dark_share = (colour.amax(1, keepdim=True) < 0.1).flatten(1).sum(1) / mask.flatten(1).sum(1)
    assert dark_share.median() > 0.8
