"""Watermarks cover part of a picture with letters."""

import torch

from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.watermarks import COLUMNS, ROWS, _letters, add_watermark, print_watermarks

FULL = torch.ones(300, 1, 96, 96)


def test_letters_are_letters() -> None:
    letters = _letters(torch.device("cpu"))
    assert letters.shape == (36, ROWS, COLUMNS)
    drawn = ["".join(" #"[int(dot)] for dot in row) for row in letters[ord("T") - ord("A")]]
    assert drawn == ["##### ", "# # # ", "  #   ", "  #   ", "  #   ", "  #   ", "  #   ", "      "]


def test_a_watermark_covers_a_part_and_never_all() -> None:
    grey = torch.full((300, 3, 96, 96), 0.5)
    changed = ((add_watermark(grey, FULL, RandomNumbers(0)) - grey).abs().amax(1) > 0.02).flatten(1).float().mean(1)
    assert changed.max() < 0.6
    assert (changed > 0.002).float().mean() > 0.8  # the others are grey or outside
    assert changed.std() > 0.02  # large and small ones


def test_a_fifth_of_the_pictures_has_a_watermark() -> None:
    grey = torch.full((300, 3, 96, 96), 0.5)
    marked = print_watermarks(grey.clone(), FULL, RandomNumbers(0))
    assert 0.1 < float((marked != grey).flatten(1).any(1).float().mean()) < 0.25


def test_badges_and_words_lie_within_the_frame_of_a_narrow_picture() -> None:
    mask = torch.zeros(300, 1, 96, 96)
    mask[..., 36:60] = 1
    changed = (add_watermark(torch.full((300, 3, 96, 96), 0.5), mask, RandomNumbers(0)) - 0.5).abs().amax(1) > 0.02
    inside = changed[:, :, 36:60].flatten(1).any(1)
    assert inside.float().mean() > 0.8
