"""Scan damage depends on the seed alone, has separate stages, and has sizes in millimetres."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.errors import UsageError
from pochade.training.augment.scan_damage import DAMAGE_KINDS, HELD_OUT_KINDS, DamagedScan, damage_scan
from tests.support.drawings import drawing

CLEAN = np.asarray(drawing(3, 160))


def scan(seed: int, kinds: frozenset[str] = DAMAGE_KINDS, dpi: float = 300) -> DamagedScan:
    """A bad scan of the drawing."""
    return damage_scan(CLEAN, dpi, np.random.default_rng(seed), kinds)


def test_the_same_seed_gives_the_same_scan() -> None:
    first, again, other = scan(0), scan(0), scan(1)
    np.testing.assert_array_equal(first.picture, again.picture)
    np.testing.assert_array_equal(first.defects, again.defects)
    assert (first.picture != other.picture).any()


def test_without_any_kind_of_damage_the_drawing_stays_as_it_is() -> None:
    scanned = scan(0, frozenset())
    for stage in (scanned.picture, scanned.with_specks, scanned.with_stains, scanned.with_light, scanned.clean):
        np.testing.assert_array_equal(stage, CLEAN)
    assert not scanned.defects.any()
    np.testing.assert_array_equal(scanned.light, np.ones_like(scanned.light))


def test_light_and_paper_multiply_the_clean_picture() -> None:
    for seed in range(20):
        scanned = scan(seed, frozenset({"light", "paper"}))
        expected = np.clip(CLEAN * scanned.light, 0, 255)
        assert np.abs(scanned.picture - expected).max() <= 1
        np.testing.assert_array_equal(scanned.picture, scanned.with_light)


def test_specks_change_only_the_pixels_of_the_mask_and_of_faint_shadows() -> None:
    defects = 0
    for seed in range(20):
        scanned = scan(seed, frozenset({"dust", "hairs", "scratches", "lint"}))
        changed = np.abs(scanned.with_specks.astype(int) - scanned.with_stains).max(2) > 60
        assert not (changed & ~scanned.defects).any()
        defects += int(scanned.defects.sum())
    assert defects > 500


def test_each_kind_alone_damages_some_scan() -> None:
    for kind in sorted(DAMAGE_KINDS):
        assert any((scan(seed, frozenset({kind})).picture != CLEAN).any() for seed in range(60)), kind


@pytest.mark.slow
def test_the_size_of_dust_in_pixels_follows_the_resolution() -> None:
    def dust_share(dpi: float) -> float:
        white = np.full((int(dpi), int(dpi), 3), 255, np.uint8)  # a square inch
        scans = [damage_scan(white, dpi, np.random.default_rng(seed), frozenset({"dust"})) for seed in range(12)]
        return float(np.mean([scanned.defects.mean() for scanned in scans]))

    assert dust_share(600) == pytest.approx(dust_share(300), rel=0.5)  # the same share of four times the pixels


def test_held_out_kinds_are_kinds_of_damage() -> None:
    assert HELD_OUT_KINDS < DAMAGE_KINDS


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_picture_of_any_size_can_be_damaged(height: int, width: int, seed: int) -> None:
    scanned = damage_scan(np.full((height, width, 3), 200, np.uint8), 300, np.random.default_rng(seed))
    assert scanned.picture.shape == scanned.with_light.shape == scanned.light.shape == (height, width, 3)
    assert scanned.defects.shape == (height, width)
    assert np.isfinite(scanned.light).all()


@pytest.mark.parametrize(
    ("picture", "dpi", "kinds"),
    [
        (CLEAN[..., 0], 300, DAMAGE_KINDS),
        (CLEAN.astype(np.uint16), 300, DAMAGE_KINDS),
        (CLEAN[:0], 300, DAMAGE_KINDS),
        (CLEAN, 0, DAMAGE_KINDS),
        (CLEAN, 300, frozenset({"coffee"})),
    ],
)
def test_impossible_input_is_refused(picture: np.ndarray, dpi: float, kinds: frozenset[str]) -> None:
    with pytest.raises(UsageError):
        damage_scan(picture, dpi, np.random.default_rng(0), kinds)
