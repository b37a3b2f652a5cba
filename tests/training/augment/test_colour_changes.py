"""Colours change without changing what a picture shows."""

import torch

from pochade.training.augment.colour_changes import change_colours, channel_orders, hue_rotations, luma, mix_channels
from pochade.training.augment.random_numbers import RandomNumbers
from tests.support.letterboxed import letterboxed_drawings


def test_grey_stays_grey_when_hues_are_rotated() -> None:
    grey = torch.linspace(0, 1, 16).view(1, 1, 4, 4).expand(50, 3, 4, 4)
    torch.testing.assert_close(mix_channels(grey, hue_rotations(50, 1, RandomNumbers(0))), grey)


def test_channels_change_places_in_five_ways() -> None:
    orders = channel_orders(400, 1, RandomNumbers(0))
    assert len({tuple(order.flatten().tolist()) for order in orders}) == 5
    assert (orders.sum(1) == 1).all()
    assert (orders.sum(2) == 1).all()
    assert not (orders == torch.eye(3)).all((1, 2)).any()


def test_a_share_of_the_pictures_keeps_its_colours() -> None:
    is_identity = (hue_rotations(1000, 0.3, RandomNumbers(0)) == torch.eye(3)).all((1, 2))
    assert 0.65 < float(is_identity.float().mean()) < 0.75
    x = letterboxed_drawings(1).pictures.expand(200, -1, -1, -1)
    unchanged = (change_colours(x, RandomNumbers(0)) - x).abs().flatten(1).amax(1) < 1e-6
    assert 0.1 < float(unchanged.float().mean()) < 0.3


def test_luma_is_the_weighted_mean_of_the_channels() -> None:
    colours = torch.eye(3).view(3, 3, 1, 1)
    torch.testing.assert_close(luma(colours).flatten(), torch.tensor([0.299, 0.587, 0.114]))
    assert (colours == torch.eye(3).view(3, 3, 1, 1)).all()
