"""Cleaning: identical where told, tiled as whole, whatever size, kind and depth."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pochade
from pochade.cleaning.cleaner import Cleaner, Strengths, tile_margin
from pochade.cleaning.page_light import PageLight, downscale
from pochade.errors import UsageError
from pochade.images.geometry.tiles import tile_grid
from pochade.images.io.input_arrays import open_input_array, open_input_image
from pochade.models.denoiser import Denoiser, DenoiserConfig
from pochade.models.page_model import PageConfig, PageModel
from pochade.training.augment.scan_damage import damage_scan
from tests.support.drawings import drawing

ALL = Strengths(1, 1, 1, 1, 1)
YOUNG = pytest.mark.xfail(strict=True, reason="the shipped restorer is young: docs/log.md")
NAMES = ("light", "paper", "grain", "specks", "smudges")


def bad_scan(seed: int = 0, side: int = 240) -> np.ndarray:
    """A drawing with margins, badly scanned."""
    page = np.pad(np.asarray(drawing(seed, side)), ((20, 20), (20, 20), (0, 0)), constant_values=255)
    return damage_scan(page, 150, np.random.default_rng(seed)).picture


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([16, 48]), st.sampled_from([0, 16, 32]))
def test_tiles_cover_every_pixel_once(height: int, width: int, side: int, margin: int) -> None:
    seen = np.zeros((height, width), int)
    numbers = np.arange(height * width).reshape(height, width)
    for tile in tile_grid(height, width, side, margin):
        seen[tile.core] += 1
        np.testing.assert_array_equal(numbers[tile.padded][tile.core_in_padded], numbers[tile.core])
    assert (seen == 1).all()


def test_tiles_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    net = Denoiser(DenoiserConfig(widths=(6, 8, 8))).eval()
    torch.nn.init.normal_(net.unet.leave.weight, std=0.02)
    cleaner = Cleaner(net, PageModel(PageConfig(widths=(4, 4, 4))).eval())
    slope = torch.linspace(-0.5, 0, 20).view(1, 20, 1) + torch.linspace(-0.3, 0, 10).view(1, 1, 10)
    page = PageLight(slope.expand(3, -1, -1), torch.tensor([-0.1, -0.2, -0.3]))
    monkeypatch.setattr("pochade.cleaning.cleaner.read_page", lambda *_: page)
    scan = open_input_image(np.random.default_rng(0).integers(0, 256, (333, 291, 3), np.uint8))
    monkeypatch.setattr("pochade.cleaning.cleaner.TILE_SIDE", 1024)
    whole = cleaner.clean(scan, ALL)
    monkeypatch.setattr("pochade.cleaning.cleaner.TILE_SIDE", 2 * tile_margin(net))
    tiled = cleaner.clean(scan, ALL)
    assert (whole.picture != scan.colour).any()
    assert np.abs(whole.picture.astype(int) - tiled.picture).max() <= 1
    assert np.abs(whole.defects.astype(int) - tiled.defects).max() <= 1


def test_no_strength_gives_identical_pixels() -> None:
    scan = bad_scan()
    np.testing.assert_array_equal(pochade.clean(scan, 0).picture, scan)


@pytest.mark.parametrize(
    ("name", "families"),
    [
        ("light", {"light"}),
        ("paper", {"paper"}),
        ("grain", {"grain"}),
        ("specks", {"dust", "hairs"}),
        pytest.param("smudges", {"smear", "fingers"}, marks=YOUNG),
    ],
)
def test_every_kind_undoes_its_own_damage_most(name: str, families: set[str]) -> None:
    page = np.pad(np.asarray(drawing(2, 240)), ((40, 40), (40, 40), (0, 0)), constant_values=255)
    scans = [damage_scan(page, 150, np.random.default_rng(seed), frozenset(families)).picture for seed in range(8)]
    worst = max(scans, key=lambda scan: float(np.abs(scan.astype(int) - page).mean()))
    left = {}
    for kind in NAMES:
        asked: dict[str, Any] = {kind: 100}
        left[kind] = float(np.abs(pochade.clean(worst, 0, **asked).picture.astype(int) - page).mean())
    assert min(left, key=lambda kind: left[kind]) == name
    assert left[name] < 0.7 * np.abs(worst.astype(int) - page).mean()


def test_a_bad_scan_comes_nearer_to_the_drawing() -> None:
    gains = []
    for seed in range(6):
        page = np.pad(np.asarray(drawing(seed, 240)), ((40, 40), (40, 40), (0, 0)), constant_values=255)
        made = damage_scan(page, 150, np.random.default_rng(seed))
        before, after = (
            np.mean((each.astype(float) - page) ** 2) for each in (made.picture, pochade.clean(made.picture).picture)
        )
        gains.append(10 * np.log10(before / after))
    assert np.mean(gains) > 6
    assert min(gains) >= 0


def test_what_is_protected_does_not_change_at_all() -> None:
    scan = bad_scan(1)
    protect = np.zeros(scan.shape[:2], bool)
    protect[50:120, 60:200] = True
    choices: tuple[dict[str, Any], ...] = (
        {"protect": protect},
        {"only": ~protect},
        {"protect": protect.astype(np.uint8) * 255},
    )
    for masks in choices:
        done = pochade.clean(scan, **masks)
        np.testing.assert_array_equal(done.picture[protect], scan[protect])
        assert (done.picture[~protect] != scan[~protect]).any()
        assert not done.defects[protect].any()


def test_a_clean_drawing_is_said_to_be_clean() -> None:
    page = np.asarray(drawing(5, 300))
    done = pochade.clean(page)
    np.testing.assert_array_equal(done.picture, page)
    assert done.already_clean
    assert done.notes == ("it is clean already",)
    assert done.changed == 0
    assert not done.removed.any()


def test_sixteen_bits_stay_and_agree_with_eight() -> None:
    scan = bad_scan(3)
    deep = pochade.clean(scan.astype(np.uint16) * 257)
    assert deep.picture.dtype == np.uint16
    assert len(np.unique(deep.picture)) > 256
    shallow = pochade.clean(scan)
    assert np.abs(deep.picture / 257 - shallow.picture).max() <= 1
    assert np.abs(deep.removed - shallow.removed).max() <= 1.01


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_pillow_is_answered(mode: str) -> None:
    scan = Image.fromarray(bad_scan(4))
    image = Image.new("I;16", scan.size, 60_000) if mode == "I;16" else scan.convert(mode)
    done = pochade.clean(image).picture
    assert isinstance(done, Image.Image)
    assert done.size == image.size
    assert done.mode == {"1": "L", "P": "RGB", "CMYK": "RGB"}.get(mode, mode)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 40), st.integers(1, 40), st.sampled_from([None, 1, 2, 3, 4]), st.sampled_from([np.uint8, np.uint16])
)
def test_any_array_keeps_its_shape_its_type_and_its_alpha(
    height: int, width: int, channels: int | None, kind: Any
) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    array = np.random.default_rng(0).integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)
    done = pochade.clean(array).picture
    assert done.shape == shape
    assert done.dtype == kind
    if shape[2:] in {(2,), (4,)}:
        np.testing.assert_array_equal(done[..., -1], array[..., -1])


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
    "wrong",
    [np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4), np.uint8), np.zeros((4, 4), np.float32), np.zeros(4, np.uint8)],
)
def test_what_is_no_picture_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(UsageError):
        pochade.clean(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"strength": 101},
        {"grain": -1},
        {"protect": np.zeros((2, 2))},
        {"protect": np.full((8, 8), np.nan)},
        {"only": np.full((8, 8), 2.0)},
        {"only": np.ones((8, 8), np.uint16)},
    ],
)
def test_what_can_not_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        pochade.clean(np.full((8, 8, 3), 200, np.uint8), **wrong)


def test_a_toned_ground_with_lights_on_it_keeps_its_colour() -> None:
    ground = np.full((400, 300, 3), (150, 120, 90), np.uint8)
    ground[100:200, 100:180] = 245  # chalk
    ground[220:300, 60:220] = 30
    noisy = (ground + np.random.default_rng(0).normal(0, 3, ground.shape)).clip(0, 255).astype(np.uint8)
    done = pochade.clean(noisy)
    assert np.abs(done.picture[20:80, 20:280].mean((0, 1)) - (150, 120, 90)).max() < 6


def test_paper_becomes_white_only_when_asked() -> None:
    paper = np.array([230, 220, 195])
    page = np.broadcast_to(paper, (400, 300, 3)) + np.random.default_rng(0).normal(0, 2, (400, 300, 3))
    page[150:250, 100:200] = 40
    scan = page.clip(0, 255).astype(np.uint8)
    white, kept = pochade.clean(scan).picture, pochade.clean(scan, paper=0).picture
    assert white[10:100].mean() > 252
    assert np.abs(kept[10:100].mean((0, 1)) - paper).max() < 4


def test_what_is_transparent_counts_as_white_paper_and_keeps_its_hidden_colours() -> None:
    ink = np.zeros((300, 300, 4), np.uint8)
    ink[100:200, 140:150, 3] = 255
    given_one = open_input_image(ink)
    assert (given_one.colour[:90] == 255).all()
    np.testing.assert_array_equal(pochade.clean(ink).picture, ink)


@YOUNG
def test_a_speck_alone_on_a_large_sheet_is_no_clean_sheet() -> None:
    sheet = np.full((1500, 1500, 3), 255, np.uint8)
    sheet[700:708, 700:708] = 60
    done = pochade.clean(sheet)
    assert not done.already_clean
    assert done.picture[703, 703].min() > 200


def test_the_colours_of_a_grey_result_are_grey() -> None:
    done = pochade.clean(bad_scan(6)[..., 1])
    np.testing.assert_array_equal(done.after[..., 0], done.picture)
    np.testing.assert_array_equal(done.after[..., 1], done.picture)


def test_a_cmyk_image_leaves_its_profile_behind() -> None:
    image = Image.fromarray(bad_scan(4)).convert("CMYK")
    image.info["icc_profile"] = b"of four inks"
    assert "icc_profile" not in pochade.clean(image).picture.info


@pytest.mark.parametrize(("height", "width"), [(100, 3000), (3000, 115)])
def test_a_strip_is_read_whole(height: int, width: int) -> None:
    strip = np.full((height, width, 3), 255, np.uint8)
    strip[height // 2 :] = 0
    cut = 255 / (4 * 4)  # of the four rows or columns of the thumbnail less than a quarter of one may be cut off
    assert float(downscale(strip, 128).mean()) == pytest.approx(strip.mean(), abs=cut)


def test_a_thumbnail_is_the_mean_of_what_it_shows() -> None:
    sheet = np.random.default_rng(0).integers(0, 256, (1300, 700, 3), np.uint8)
    small = downscale(sheet, 128)
    assert small.shape == (1, 3, 128, 69)
    assert float(small.mean()) == pytest.approx(float(sheet.mean()), abs=0.5)


def test_the_way_back_gives_what_was_given() -> None:
    rng = np.random.default_rng(0)
    for shape in ((5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)):
        array = rng.integers(0, 65536, shape, np.uint16)
        given_one = open_input_array(array)
        np.testing.assert_array_equal(given_one.rebuild(given_one.colour), array)
