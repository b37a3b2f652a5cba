"""Augmented pictures are valid pictures in their frames, and depend on the seed alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.augment.augmentations import augment, recompose
from pochade.training.augment.capture_effects import recompress, simulate_capture, soften
from pochade.training.augment.colour_changes import change_colours
from pochade.training.augment.framing import photograph, reframe
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.screen_borders import add_screen_border, show_on_screens
from pochade.training.augment.watermarks import add_watermark, print_watermarks
from pochade.training.augment.work_stages import simulate_work_stage, to_flat_colours, to_line_art, to_wash
from tests.support.letterboxed import letterboxed_drawings

Change = Callable[[LetterboxedBatch, int, RandomNumbers], Tensor]


def on_pictures(change: Callable[[Tensor, RandomNumbers], Tensor]) -> Change:
    return lambda batch, _, random: change(batch.pictures.clone(), random)


def within_frames(change: Callable[[Tensor, Tensor, RandomNumbers], tuple[Tensor, Tensor] | Tensor]) -> Change:
    def run(batch: LetterboxedBatch, _: int, random: RandomNumbers) -> Tensor:
        changed = change(batch.pictures.clone(), torch.ones_like(batch.pictures[:, :1]), random)
        return changed if isinstance(changed, Tensor) else torch.cat(changed, 1)

    return run


CHANGES: dict[str, Change] = {
    "augment": augment,
    "recompose": recompose,
    "reframe": lambda batch, side, random: torch.cat(reframe(batch.pictures, batch.frames, side, random), 1),
    "photograph": lambda batch, side, random: torch.cat(photograph(batch.pictures, batch.frames, side, random), 1),
    "simulate_work_stage": lambda batch, _, random: simulate_work_stage(batch, random),
    "to_line_art": lambda batch, _, random: to_line_art(batch, random),
    "to_wash": on_pictures(to_wash),
    "to_flat_colours": on_pictures(to_flat_colours),
    "change_colours": on_pictures(change_colours),
    "soften": on_pictures(soften),
    "simulate_capture": on_pictures(simulate_capture),
    "recompress": on_pictures(recompress),
    "print_watermarks": within_frames(print_watermarks),
    "add_watermark": within_frames(add_watermark),
    "show_on_screens": within_frames(show_on_screens),
    "add_screen_border": within_frames(add_screen_border),
}


@pytest.mark.slow
def test_the_model_input_without_augmentation_is_the_picture() -> None:
    batch = letterboxed_drawings(3)
    x = model_input(batch, 96)
    torch.testing.assert_close(x[:, :3], batch.pictures, atol=1e-4, rtol=0)
    assert (x[:, 3] == 1).all()


@pytest.mark.parametrize("change", [augment, recompose])
def test_augmented_pictures_are_white_outside_their_frames(change: Change) -> None:
    augmented = change(letterboxed_drawings(40), 64, RandomNumbers(0))
    colour, mask = augmented[:, :3], augmented[:, 3:]
    assert augmented.shape == (40, 4, 64, 64)
    assert augmented.isfinite().all()
    assert augmented.min() >= 0
    assert augmented.max() <= 1
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    assert (colour.masked_select((mask == 0).expand_as(colour)) == 1).all()


@pytest.mark.parametrize("name", CHANGES)
def test_the_seed_alone_decides_and_all_is_made_on_the_device_of_the_pictures(name: str) -> None:
    """On `meta` a tensor has no numbers, so a tensor made on the default device would fail beside the pictures."""
    batch = letterboxed_drawings(24)
    pictures = batch.pictures.clone()
    with torch.device("meta"):
        first = CHANGES[name](batch, 64, RandomNumbers(1))
    assert torch.equal(first, CHANGES[name](batch, 64, RandomNumbers(1)))
    assert not torch.equal(first, CHANGES[name](batch, 64, RandomNumbers(2)))
    assert torch.equal(batch.pictures, pictures)


@pytest.mark.parametrize("change", [augment, recompose])
def test_half_precision_elsewhere_does_not_reach_the_pictures(change: Change) -> None:
    batch = letterboxed_drawings(12)
    expected = change(batch, 64, RandomNumbers(3))
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(change(batch, 64, RandomNumbers(3)), expected)


@pytest.mark.parametrize("count", [1, 2])
def test_a_batch_may_be_so_small_that_most_changes_select_nothing(count: int) -> None:
    for seed in range(20):
        assert augment(letterboxed_drawings(count), 64, RandomNumbers(seed)).shape == (count, 4, 64, 64)
