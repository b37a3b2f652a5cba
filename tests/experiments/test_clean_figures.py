"""What a cleaner of scans is measured with: each measure sees the harm it is for, and no other."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

pytest.importorskip("cv2", reason="the extra `bench` is not installed")
pytest.importorskip("skimage", reason="the extra `bench` is not installed")

from experiments.bench.cleaning_rivals import (
    Picture,
    divide_by_fitted_paper,
    dust_and_scratches,
    median_filter,
    tune_rival,
    untouched,
)
from experiments.bench.cleaning_scans import add_white_noise, busiest_crop, measure_grain, print_on_paper, spread_paper
from experiments.bench.cleaning_spots import add_dust, draw_sky, draw_stipple, lost_spots, removed_specks
from experiments.bench.cleaning_strokes import colour_error, find_strokes, measure_hatching, psnr, stroke_f1


def sketch(shift: int = 0, *, half: bool = False) -> Picture:
    """Some thin lines on white; with `half`, every second is missing."""
    picture = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(picture)
    for line in range(0, 10, 2 if half else 1):
        pen.line([(20 + shift, 20 + 25 * line), (280 + shift, 40 + 25 * line)], fill=(40, 40, 60), width=2)
    return np.asarray(picture)


def lit(picture: Picture) -> Picture:
    """On yellowish paper, darker to the right."""
    light = np.linspace(1, 0.7, picture.shape[1])[:, None] * np.array([1, 0.97, 0.9])
    return (picture * light).round().astype(np.uint8)


def test_strokes_are_found_whatever_the_light() -> None:
    assert stroke_f1(find_strokes(sketch()), find_strokes(sketch()), 0.002) == 1
    assert stroke_f1(find_strokes(sketch()), find_strokes(lit(sketch())), 0.002) > 0.99


def test_a_shifted_stroke_is_right_within_the_tolerance_only() -> None:
    truth = find_strokes(sketch())
    assert stroke_f1(truth, np.roll(truth, 1, 0), 0.004) == 1
    assert stroke_f1(truth, np.roll(truth, 6, 0), 0.004) < 0.1


def test_lost_and_invented_strokes_both_count() -> None:
    whole, part = find_strokes(sketch()), find_strokes(sketch(half=True))
    assert stroke_f1(whole, part, 0.002) == pytest.approx(2 / 3, abs=0.05)
    assert stroke_f1(part, whole, 0.002) == pytest.approx(2 / 3, abs=0.05)


def test_hatching_is_kept_by_who_does_nothing_and_lost_in_a_median() -> None:
    kept = measure_hatching(untouched, 300, np.random.default_rng(0))
    assert all(each["kept"] == pytest.approx(1, abs=0.05) for each in kept)
    gone = measure_hatching(lambda picture: median_filter(picture, 5), 300, np.random.default_rng(0))
    assert np.mean([each["kept"] for each in gone]) < 0.6


def test_colours_are_compared_in_paint_away_from_defects() -> None:
    paint = np.full((60, 60, 3), (200, 80, 60), np.uint8)
    paint[:, 30:] = 255
    stained = paint.copy()
    stained[10:20, 10:20] = 0
    stained[:, 40:] = 240  # paper: not counted
    defects = np.zeros((60, 60), bool)
    assert colour_error(paint, stained, defects) > 1
    defects[10:20, 10:20] = True
    assert colour_error(paint, stained, defects) == 0


def test_dust_is_gone_only_when_its_error_is() -> None:
    dust = add_dust(sketch(), 300, np.random.default_rng(1))
    assert len(removed_specks(dust, dust.clean)) > 20
    assert all(removed_specks(dust, dust.clean))
    assert not any(removed_specks(dust, dust.scan))


@pytest.mark.parametrize("made", [draw_stipple, draw_sky])
def test_dots_are_lost_in_a_median_and_to_nobody_who_keeps_them(made: type) -> None:
    picture, dots = made(np.random.default_rng(2))
    assert len(dots) > 30
    assert not any(lost_spots(picture, picture, dots))
    assert np.mean(lost_spots(picture, median_filter(picture, 9), dots)) > 0.8


def test_grain_is_measured_on_sloping_paper() -> None:
    paper = lit(np.full((240, 240, 3), 220, np.uint8))
    grey_noise = np.random.default_rng(0).normal(0, 4, (240, 240, 1))
    noisy = (paper + grey_noise).clip(0, 255).round().astype(np.uint8)
    assert measure_grain(noisy) == pytest.approx(4, abs=0.2)
    assert measure_grain(paper) < 0.5


def test_the_light_is_fitted_to_paper_and_a_painting_without_paper_left_alone() -> None:
    assert psnr(divide_by_fitted_paper(lit(sketch())), sketch()) > psnr(lit(sketch()), sketch()) + 10
    night = draw_sky(np.random.default_rng(0))[0]
    np.testing.assert_array_equal(divide_by_fitted_paper(night), night)


def test_settings_are_those_that_score_best() -> None:
    noisy = add_white_noise(sketch(), 12, np.random.default_rng(0))
    rival = tune_rival("total variation", [(noisy, sketch())], psnr)
    assert rival.settings.startswith(("fitted", "as it is"))
    assert psnr(rival.clean(noisy), sketch()) > psnr(noisy, sketch()) + 3


def test_a_median_where_it_differs_much_leaves_the_rest() -> None:
    soft = np.asarray(Image.fromarray(sketch()).filter(ImageFilter.GaussianBlur(8)))
    speck = soft.copy()
    speck[100, 100] = 0
    cleaned = dust_and_scratches(speck, 5, 40)
    assert (cleaned != speck).any(-1).sum() == 1


def test_papers_are_spread_over_drawings_and_the_busiest_part_is_cut_out() -> None:
    paper = np.full((50, 40, 3), 128, np.uint8)
    assert spread_paper(paper, (70, 90, 3)).shape == (70, 90, 3)
    assert print_on_paper(sketch(), np.full((400, 400, 3), 128, np.uint8)).max() == 128
    lonely = np.full((200, 200, 3), 255, np.uint8)
    lonely[140:190, 140:190] = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    assert busiest_crop(lonely, 64).mean() < lonely.mean()
