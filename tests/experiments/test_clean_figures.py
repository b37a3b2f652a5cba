"""What a cleaner of scans is measured with: each measure sees the harm it is for, and no other."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

pytest.importorskip("cv2", reason="the extra `bench` is not installed")
pytest.importorskip("skimage", reason="the extra `bench` is not installed")

from experiments.bench.cleaning_rivals import Picture, dust_and_scratches, fitted, median, tuned, untouched
from experiments.bench.cleaning_scans import busiest, grain, printed, spread, white_noise
from experiments.bench.cleaning_spots import dusty, lost, removed, sky, stipple
from experiments.bench.cleaning_strokes import agreement, colour_error, hatching_kept, psnr, strokes


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
    assert agreement(strokes(sketch()), strokes(sketch()), 0.002) == 1
    assert agreement(strokes(sketch()), strokes(lit(sketch())), 0.002) > 0.99


def test_a_shifted_stroke_is_right_within_the_tolerance_only() -> None:
    truth = strokes(sketch())
    assert agreement(truth, np.roll(truth, 1, 0), 0.004) == 1
    assert agreement(truth, np.roll(truth, 6, 0), 0.004) < 0.1


def test_lost_and_invented_strokes_both_count() -> None:
    whole, part = strokes(sketch()), strokes(sketch(half=True))
    assert agreement(whole, part, 0.002) == pytest.approx(2 / 3, abs=0.05)
    assert agreement(part, whole, 0.002) == pytest.approx(2 / 3, abs=0.05)


def test_hatching_is_kept_by_who_does_nothing_and_lost_in_a_median() -> None:
    kept = hatching_kept(untouched, 300, np.random.default_rng(0))
    assert all(each["kept"] == pytest.approx(1, abs=0.05) for each in kept)
    gone = hatching_kept(lambda picture: median(picture, 5), 300, np.random.default_rng(0))
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
    dust = dusty(sketch(), 300, np.random.default_rng(1))
    assert len(removed(dust, dust.clean)) > 20
    assert all(removed(dust, dust.clean))
    assert not any(removed(dust, dust.scan))


@pytest.mark.parametrize("made", [stipple, sky])
def test_dots_are_lost_in_a_median_and_to_nobody_who_keeps_them(made: type) -> None:
    picture, dots = made(np.random.default_rng(2))
    assert len(dots) > 30
    assert not any(lost(picture, picture, dots))
    assert np.mean(lost(picture, median(picture, 9), dots)) > 0.8


def test_grain_is_measured_on_sloping_paper() -> None:
    paper = lit(np.full((240, 240, 3), 220, np.uint8))
    grey_noise = np.random.default_rng(0).normal(0, 4, (240, 240, 1))
    noisy = (paper + grey_noise).clip(0, 255).round().astype(np.uint8)
    assert grain(noisy) == pytest.approx(4, abs=0.2)
    assert grain(paper) < 0.5


def test_the_light_is_fitted_to_paper_and_a_painting_without_paper_left_alone() -> None:
    assert psnr(fitted(lit(sketch())), sketch()) > psnr(lit(sketch()), sketch()) + 10
    night = sky(np.random.default_rng(0))[0]
    np.testing.assert_array_equal(fitted(night), night)


def test_settings_are_those_that_score_best() -> None:
    noisy = white_noise(sketch(), 12, np.random.default_rng(0))
    rival = tuned("total variation", [(noisy, sketch())], psnr)
    assert rival.settings.startswith(("fitted", "as it is"))
    assert psnr(rival.cleaned(noisy), sketch()) > psnr(noisy, sketch()) + 3


def test_a_median_where_it_differs_much_leaves_the_rest() -> None:
    soft = np.asarray(Image.fromarray(sketch()).filter(ImageFilter.GaussianBlur(8)))
    speck = soft.copy()
    speck[100, 100] = 0
    cleaned = dust_and_scratches(speck, 5, 40)
    assert (cleaned != speck).any(-1).sum() == 1


def test_papers_are_spread_over_drawings_and_the_busiest_part_is_cut_out() -> None:
    paper = np.full((50, 40, 3), 128, np.uint8)
    assert spread(paper, (70, 90, 3)).shape == (70, 90, 3)
    assert printed(sketch(), np.full((400, 400, 3), 128, np.uint8)).max() == 128
    lonely = np.full((200, 200, 3), 255, np.uint8)
    lonely[140:190, 140:190] = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    assert busiest(lonely, 64).mean() < lonely.mean()
