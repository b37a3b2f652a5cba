"""`pochade.clean`: what it removes, what it keeps, and which inputs it takes."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pochade
from pochade.analysis.plane_filters import gaussian_blur
from pochade.errors import UsageError
from pochade.images.io.input_arrays import open_input_image
from pochade.training.augment.scan_damage import damage_scan
from tests.support.drawings import drawing

pytestmark = pytest.mark.slow

KNOWN_WEAKNESS = pytest.mark.xfail(strict=True, reason="the shipped denoiser is weak here: docs/log.md")
DAMAGE_KINDS = ("light", "paper", "grain", "specks", "smudges")


def bad_scan(seed: int = 0, side: int = 240) -> np.ndarray:
    """A drawing with margins, badly scanned."""
    page = np.pad(np.asarray(drawing(seed, side)), ((20, 20), (20, 20), (0, 0)), constant_values=255)
    return damage_scan(page, 150, seed).picture


def test_strength_0_changes_no_pixel() -> None:
    scan = bad_scan()
    np.testing.assert_array_equal(pochade.clean(scan, 0).picture, scan)


@pytest.mark.parametrize(
    ("name", "families"),
    [
        ("light", {"light"}),
        ("paper", {"paper"}),
        ("grain", {"grain"}),
        ("specks", {"dust"}),
        pytest.param("smudges", {"smear", "fingers"}, marks=KNOWN_WEAKNESS),
    ],
)
def test_each_strength_removes_its_own_kind_of_damage_most(name: str, families: set[str]) -> None:
    page = np.pad(np.asarray(drawing(2, 240)), ((40, 40), (40, 40), (0, 0)), constant_values=255)
    scans = [damage_scan(page, 150, seed, frozenset(families)).picture for seed in range(8)]
    worst = max(scans, key=lambda scan: float(np.abs(scan.astype(int) - page).mean()))
    remaining = {}
    for kind in DAMAGE_KINDS:
        arguments: dict[str, Any] = {kind: 100, "dpi": 150, "largest_speck": 3}
        remaining[kind] = _error(pochade.clean(worst, 0, **arguments).picture, page, name)
    assert min(remaining, key=lambda kind: remaining[kind]) == name
    assert remaining[name] < 0.7 * _error(worst, page, name)


def _error(picture: np.ndarray, page: np.ndarray, name: str) -> float:
    """The mean difference of two pictures; that of grain without its local mean, which cleaning keeps."""
    difference = (picture.astype(np.float32) - page).transpose(2, 0, 1)
    return float(np.abs(difference - gaussian_blur(difference, 4) if name == "grain" else difference).mean())


def test_cleaning_brings_a_bad_scan_closer_to_the_drawing() -> None:
    gains = []
    for seed in range(6):
        page = np.pad(np.asarray(drawing(seed, 240)), ((40, 40), (40, 40), (0, 0)), constant_values=255)
        scan = damage_scan(page, 150, seed)
        before, after = (
            np.mean((picture.astype(float) - page) ** 2)
            for picture in (scan.picture, pochade.clean(scan.picture).picture)
        )
        gains.append(10 * np.log10(before / after))
    assert np.mean(gains) > 6
    assert min(gains) >= 0


def test_protected_pixels_do_not_change() -> None:
    scan = bad_scan(1)
    protect = np.zeros(scan.shape[:2], bool)
    protect[50:120, 60:200] = True
    choices: tuple[dict[str, Any], ...] = (
        {"protect": protect},
        {"only": ~protect},
        {"protect": protect.astype(np.uint8) * 255},
    )
    for masks in choices:
        cleaned = pochade.clean(scan, **masks)
        np.testing.assert_array_equal(cleaned.picture[protect], scan[protect])
        assert (cleaned.picture[~protect] != scan[~protect]).any()
        assert not cleaned.defects[protect].any()


def test_a_clean_drawing_stays_as_it_is_with_a_note() -> None:
    page = np.asarray(drawing(5, 300))
    cleaned = pochade.clean(page)
    np.testing.assert_array_equal(cleaned.picture, page)
    assert cleaned.already_clean
    assert cleaned.notes == ("it is clean already",)
    assert cleaned.changed == 0
    assert not cleaned.removed.any()


def test_16_bits_stay_and_agree_with_8() -> None:
    scan = bad_scan(3)
    deep = pochade.clean(scan.astype(np.uint16) * 257)
    assert deep.picture.dtype == np.uint16
    assert len(np.unique(deep.picture)) > 256
    shallow = pochade.clean(scan)
    assert np.abs(deep.picture / 257 - shallow.picture).max() <= 1
    assert np.abs(deep.removed - shallow.removed).max() <= 1.01


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_pillow_is_cleaned(mode: str) -> None:
    scan = Image.fromarray(bad_scan(4))
    image = Image.new("I;16", scan.size, 60_000) if mode == "I;16" else scan.convert(mode)
    cleaned = pochade.clean(image).picture
    assert isinstance(cleaned, Image.Image)
    assert cleaned.size == image.size
    assert cleaned.mode == {"1": "L", "P": "RGB", "CMYK": "RGB"}.get(mode, mode)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 40), st.integers(1, 40), st.sampled_from([None, 1, 2, 3, 4]), st.sampled_from([np.uint8, np.uint16])
)
def test_any_array_keeps_its_shape_its_type_and_its_alpha(
    height: int, width: int, channels: int | None, kind: Any
) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    array = np.random.default_rng(0).integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)
    cleaned = pochade.clean(array).picture
    assert cleaned.shape == shape
    assert cleaned.dtype == kind
    if shape[2:] in {(2,), (4,)}:
        np.testing.assert_array_equal(cleaned[..., -1], array[..., -1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (16, 16)])
@pytest.mark.parametrize("level", [0, 255])
def test_pure_black_and_pure_white_stay(shape: tuple[int, int], level: int) -> None:
    sheet = np.full((*shape, 3), level, np.uint8)
    np.testing.assert_array_equal(pochade.clean(sheet).picture, sheet)


def test_a_grey_scan_stays_grey() -> None:
    scan = bad_scan(6)[..., 1]
    assert pochade.clean(scan).picture.shape == scan.shape
    assert pochade.clean(Image.fromarray(scan)).picture.mode == "L"


@pytest.mark.parametrize(
    "invalid",
    [np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4), np.uint8), np.zeros((4, 4), np.float32), np.zeros(4, np.uint8)],
)
def test_an_array_that_is_no_picture_is_refused(invalid: np.ndarray) -> None:
    with pytest.raises(UsageError):
        pochade.clean(invalid)


@pytest.mark.parametrize(
    "invalid",
    [
        {"strength": 101},
        {"grain": -1},
        {"protect": np.zeros((2, 2))},
        {"protect": np.full((8, 8), np.nan)},
        {"only": np.full((8, 8), 2.0)},
        {"only": np.ones((8, 8), np.uint16)},
    ],
)
def test_wrong_strengths_and_masks_are_refused(invalid: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        pochade.clean(np.full((8, 8, 3), 200, np.uint8), **invalid)


def test_toned_paper_with_lights_keeps_its_colour() -> None:
    ground = np.full((400, 300, 3), (150, 120, 90), np.uint8)
    ground[100:200, 100:180] = 245  # chalk
    ground[220:300, 60:220] = 30
    noisy = (ground + np.random.default_rng(0).normal(0, 3, ground.shape)).clip(0, 255).astype(np.uint8)
    cleaned = pochade.clean(noisy)
    assert np.abs(cleaned.picture[20:80, 20:280].mean((0, 1)) - (150, 120, 90)).max() < 6


def test_paper_becomes_white_only_at_its_strength() -> None:
    paper = np.array([230, 220, 195])
    page = np.broadcast_to(paper, (400, 300, 3)) + np.random.default_rng(0).normal(0, 2, (400, 300, 3))
    page[150:250, 100:200] = 40
    scan = page.clip(0, 255).astype(np.uint8)
    white, unchanged = pochade.clean(scan).picture, pochade.clean(scan, paper=0).picture
    assert white[10:100].mean() > 252
    assert np.abs(unchanged[10:100].mean((0, 1)) - paper).max() < 4


def test_transparent_pixels_count_as_white_and_keep_their_hidden_colours() -> None:
    ink = np.zeros((300, 300, 4), np.uint8)
    ink[100:200, 140:150, 3] = 255
    image = open_input_image(ink)
    assert (image.colour[:90] == 255).all()
    np.testing.assert_array_equal(pochade.clean(ink).picture, ink)


@KNOWN_WEAKNESS
def test_a_single_speck_on_a_large_sheet_is_removed() -> None:
    sheet = np.full((1500, 1500, 3), 255, np.uint8)
    sheet[700:708, 700:708] = 60
    cleaned = pochade.clean(sheet)
    assert not cleaned.already_clean
    assert cleaned.picture[703, 703].min() > 200


def test_the_colours_of_a_grey_result_are_grey() -> None:
    cleaned = pochade.clean(bad_scan(6)[..., 1])
    np.testing.assert_array_equal(cleaned.after[..., 0], cleaned.picture)
    np.testing.assert_array_equal(cleaned.after[..., 1], cleaned.picture)


def test_cleaning_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None; import numpy, pochade; pochade.clean(numpy.eye(90, dtype='u1') * 255)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_profile_of_a_cmyk_image_is_dropped() -> None:
    image = Image.fromarray(bad_scan(4)).convert("CMYK")
    image.info["icc_profile"] = b"of four inks"
    assert "icc_profile" not in pochade.clean(image).picture.info
