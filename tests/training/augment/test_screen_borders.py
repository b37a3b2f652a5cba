"""A screenshot shows the whole picture among other things."""

import torch

from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.screen_borders import add_screen_border, show_on_screens
from tests.support.letterboxed import letterboxed_drawings


def test_a_screenshot_shows_the_picture_smaller_and_something_around_it() -> None:
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(200, 3, 96, 96)
    shown, mask = add_screen_border(red, torch.ones(200, 1, 96, 96), RandomNumbers(0))
    is_red = (shown - red).abs().amax(1) < 1e-3
    shares = is_red.flatten(1).float().mean(1)
    assert shares.min() > 0.3
    assert shares.median() < 0.9
    assert (mask.flatten(1).amax(1) == 1).all()
    assert (shown.masked_select((mask == 0).expand_as(shown)) == 1).all()


def test_few_pictures_are_screenshots_and_the_others_stay() -> None:
    x = letterboxed_drawings(1).pictures.expand(200, -1, -1, -1).clone()
    mask = torch.ones(200, 1, 96, 96)
    shown, _ = show_on_screens(x.clone(), mask.clone(), RandomNumbers(0))
    assert 0.03 < float((shown != x).flatten(1).any(1).float().mean()) < 0.2
