"""Finished pictures become earlier stages of the work."""

import torch

from pochade.models.model_input import LetterboxedBatch
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.work_stages import simulate_work_stage, to_flat_colours, to_line_art, to_wash
from tests.support.letterboxed import letterboxed_drawings

REPEATS = 40


def repeated_drawings() -> LetterboxedBatch:
    batch = letterboxed_drawings(5)
    return LetterboxedBatch(batch.pictures.repeat(REPEATS, 1, 1, 1), batch.frames.repeat(REPEATS, 1))


def test_line_art_is_dark_lines_on_light_paper() -> None:
    lines = to_line_art(repeated_drawings(), RandomNumbers(0))
    assert lines.min() >= 0
    assert lines.max() <= 1
    assert lines.flatten(1).median(1).values.min() > 0.7
    assert (lines.flatten(1).amin(1) < 0.5).float().mean() > 0.8


def test_line_art_has_many_styles() -> None:
    lines = to_line_art(repeated_drawings(), RandomNumbers(0))
    is_coloured = (lines.amax(1) - lines.amin(1)).flatten(1).amax(1) > 0.02
    assert 0.2 < float(is_coloured.float().mean()) < 0.7
    ink = (lines.amax(1) < 0.6).flatten(1).float().mean(1).view(REPEATS, 5)
    assert (ink.quantile(0.9, 0) > 1.5 * ink.quantile(0.1, 0)).all()  # thick and thin


def test_the_frame_of_a_picture_is_no_line() -> None:
    picture = torch.ones(100, 3, 96, 96)
    picture[:, :, 24:72] = 0.2  # a plain dark picture in a white letterbox
    lines = to_line_art(LetterboxedBatch(picture, torch.tensor([[1.0, 0.5]]).expand(100, 2)), RandomNumbers(0))
    inside = lines[:, :, 30:66]
    assert (inside - inside[:, :, :1, :1]).abs().max() < 0.02
    assert (lines[:, :, :28] - lines[:, :, 30:31, :1]).abs().max() < 0.02


def test_a_wash_has_one_colour_and_flats_have_few() -> None:
    batch = repeated_drawings()
    wash = to_wash(batch.pictures, RandomNumbers(0))
    flats = to_flat_colours(batch.pictures, RandomNumbers(0))
    tone = wash.flatten(2)
    assert torch.corrcoef(tone[0])[0, 1] > 0.999
    assert all(len(picture[0].unique()) <= 6 for picture in flats)
    assert wash.min() >= 0
    assert wash.max() <= 1


def test_a_fifth_of_the_pictures_becomes_another_stage_and_the_originals_stay() -> None:
    batch = repeated_drawings()
    before = batch.pictures.clone()
    changed = (simulate_work_stage(batch, RandomNumbers(0)) != before).flatten(1).any(1)
    assert 0.12 < float(changed.float().mean()) < 0.32
    assert torch.equal(batch.pictures, before)
