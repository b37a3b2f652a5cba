"""Damage of scans: the same seed gives the same, each kind is told apart, and sizes are in millimetres."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.errors import UsageError
from pochade.images.geometry.gaussian_blur import blurred
from pochade.training.augment.random_fields import smooth_noise
from pochade.training.augment.scan_damage import FAMILIES, UNSEEN, Damaged, damage
from pochade.training.augment.specks import splat, thread
from tests.support.drawings import drawing

CLEAN = np.asarray(drawing(3, 160))


def scan(seed: int, families: frozenset[str] = FAMILIES, dpi: float = 300) -> Damaged:
    """One bad scan of the drawing."""
    return damage(CLEAN, dpi, np.random.default_rng(seed), families)


def test_the_same_seed_gives_the_same_scan() -> None:
    first, second, third = scan(0), scan(0), scan(1)
    np.testing.assert_array_equal(first.picture, second.picture)
    np.testing.assert_array_equal(first.defects, second.defects)
    assert (first.picture != third.picture).any()


def test_no_family_leaves_the_drawing_as_it_is() -> None:
    made = scan(0, frozenset())
    for layer in (made.picture, made.specked, made.smudged, made.lit, made.clean):
        np.testing.assert_array_equal(layer, CLEAN)
    assert not made.defects.any()
    np.testing.assert_array_equal(made.light, np.ones_like(made.light))


def test_light_and_paper_are_what_they_multiply_by() -> None:
    for seed in range(20):
        made = scan(seed, frozenset({"light", "paper"}))
        wanted = np.clip(CLEAN * made.light, 0, 255)
        assert np.abs(made.picture - wanted).max() <= 1
        np.testing.assert_array_equal(made.picture, made.lit)


def test_specks_change_only_where_the_mask_says_or_their_shadows_fall() -> None:
    hit = 0
    for seed in range(20):
        made = scan(seed, frozenset({"dust", "hairs", "scratches", "lint"}))
        changed = np.abs(made.specked.astype(int) - made.smudged).max(2) > 60
        assert not (changed & ~made.defects).any()
        hit += int(made.defects.sum())
    assert hit > 500


def test_each_family_alone_harms_something_in_some_scan() -> None:
    for family in sorted(FAMILIES):
        assert any((scan(seed, frozenset({family})).picture != CLEAN).any() for seed in range(60)), family


def test_dust_is_as_large_as_the_resolution_makes_it() -> None:
    def area(dpi: float) -> float:
        white = np.full((int(dpi), int(dpi), 3), 255, np.uint8)  # a square inch
        made = [damage(white, dpi, np.random.default_rng(seed), frozenset({"dust"})) for seed in range(12)]
        return float(np.mean([each.defects.mean() for each in made]))

    assert area(600) == pytest.approx(area(300), rel=0.5)  # the same share of the sheet, of four times the pixels


def test_families_kept_from_training_are_families() -> None:
    assert UNSEEN < FAMILIES


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_size_can_be_scanned(height: int, width: int, seed: int) -> None:
    made = damage(np.full((height, width, 3), 200, np.uint8), 300, np.random.default_rng(seed))
    assert made.picture.shape == made.lit.shape == made.light.shape == (height, width, 3)
    assert made.defects.shape == (height, width)
    assert np.isfinite(made.light).all()


@pytest.mark.parametrize(
    ("picture", "dpi", "families"),
    [
        (CLEAN[..., 0], 300, FAMILIES),
        (CLEAN.astype(np.uint16), 300, FAMILIES),
        (CLEAN[:0], 300, FAMILIES),
        (CLEAN, 0, FAMILIES),
        (CLEAN, 300, frozenset({"coffee"})),
    ],
)
def test_what_can_not_be_scanned_is_refused(picture: np.ndarray, dpi: float, families: frozenset[str]) -> None:
    with pytest.raises(UsageError):
        damage(picture, dpi, np.random.default_rng(0), families)


def test_a_disc_thinner_than_a_pixel_covers_part_of_it() -> None:
    cover = np.zeros((9, 9), np.float32)
    splat(cover, np.array([4.5]), np.array([4.5]), np.array([0.2], np.float32))
    assert 0 < cover[4, 4] < 0.5
    assert cover.sum() == cover[4, 4]


def test_a_thread_is_as_long_as_asked() -> None:
    down, across = thread(np.random.default_rng(0), (50, 50), 30, 1.0)
    assert np.hypot(np.diff(down), np.diff(across)).sum() == pytest.approx(30, rel=0.05)


@pytest.mark.parametrize("sigma", [0.7, 3.0, 25.0])
def test_a_blur_keeps_the_mean_and_even_areas(sigma: float) -> None:
    even = np.full((40, 60, 3), 0.3, np.float32)
    np.testing.assert_allclose(blurred(even, sigma), even, atol=1e-5)
    spot = np.zeros((101, 101), np.float32)
    spot[50, 50] = 1
    assert blurred(spot, 3).sum() == pytest.approx(1, rel=0.02)


def test_smooth_noise_is_as_wide_as_asked() -> None:
    rng = np.random.default_rng(0)
    fine, wide = (smooth_noise(rng, (200, 200), length) for length in (3, 40))
    assert np.abs(np.diff(fine)).mean() > 5 * np.abs(np.diff(wide)).mean()
