"""Light over a page, told from soft shading that is drawn on it."""

import numpy as np
import pytest

from pochade.cleaning.clean_picture import shipped_cleaner
from pochade.cleaning.light_surface import SHADOW_DEPTH, find_edge_shadow, fit_surface
from pochade.cleaning.page_light import read_page
from pochade.images.geometry.tiles import Region

HEIGHT, WIDTH = 600, 440
MIDDLE: Region = (slice(200, 400), slice(130, 310))
PAPER: Region = (slice(450, 590), slice(10, 430))
ROWS, COLUMNS = np.linspace(-1, 1, HEIGHT)[:, None], np.linspace(-1, 1, WIDTH)
FLAT = np.ones((HEIGHT, WIDTH))
FALL_OFF = np.exp(-0.05 * (1 + COLUMNS) - 0.025 * (ROWS**2 + COLUMNS**2))  # 15 % from the brightest to the darkest
SPINE = 1 - 0.35 * np.exp(-np.arange(WIDTH) / 18) * FLAT
HAND = 1 - 0.25 / (1 + np.exp(10 * (np.hypot(ROWS - 1, COLUMNS - 1) - 0.8)))


def shaded_page(light: np.ndarray, tone: float) -> np.ndarray:
    """A page under a light, with lines of a pen, and a broad soft tone in the middle."""
    shading = np.clip(4 * (1 - np.hypot(ROWS / 0.6, COLUMNS / 0.7)), 0, 1) * tone
    page = np.full((HEIGHT, WIDTH), 240.0) * light * (1 - shading)
    page[50:150:25, 60:380] = 70
    return (page[..., None] + np.random.default_rng(0).normal(0, 1.5, (HEIGHT, WIDTH, 3))).clip(0, 255).astype(np.uint8)


def even_light(page: np.ndarray) -> np.ndarray:
    """The page after full correction of its light and paper, (H, W)."""
    field = read_page(shipped_cleaner().page_model, page).field(1.0, 1.0).mean(0)  # (h, w)
    rows, columns = (np.arange(side) * step // side for side, step in zip(page.shape[:2], field.shape, strict=True))
    return page.mean(2) / 255 / np.exp(field[rows][:, columns])


@pytest.mark.parametrize("tone", [0.03, 0.05])
@pytest.mark.parametrize("light", [FLAT, FALL_OFF], ids=["flat", "fall-off"])
def test_broad_faint_tone_is_no_light(light: np.ndarray, tone: float) -> None:
    result = even_light(shaded_page(light, tone))
    kept = 1 - result[MIDDLE].mean() / result[PAPER].mean()
    assert kept == pytest.approx(tone, abs=0.2 * tone)


@pytest.mark.parametrize("light", [FALL_OFF, SPINE, HAND], ids=["fall-off", "spine", "hand"])
def test_light_and_shadows_at_the_edge_are_evened_out(light: np.ndarray) -> None:
    result = even_light(shaded_page(light, 0))[160:]  # below the lines
    blocks = result[: 432 // 24 * 24, : 432 // 24 * 24].reshape(18, 24, 18, 24).mean((1, 3))
    assert np.abs(blocks - 1).mean() < 0.01
    assert np.abs(blocks - 1).max() < 0.08


def test_a_deep_shadow_is_found_at_the_edge_only() -> None:
    difference = np.zeros((60, 80), np.float32)
    difference[:, :5] = difference[25:35, 40:50] = -2 * SHADOW_DEPTH
    shadow = find_edge_shadow(difference)
    assert shadow[:, 0].min() == pytest.approx(1)
    assert shadow[30, 45] == 0


@pytest.mark.parametrize("size", [(1, 128), (128, 2), (1, 1)])
def test_strips_have_a_surface(size: tuple[int, int]) -> None:
    levels = np.full((*size, 3), -0.1, np.float32)
    surface = fit_surface(levels, np.ones(size, np.float32), levels)
    np.testing.assert_allclose(surface, levels, atol=1e-3)


def test_the_surface_bridges_a_drawing() -> None:
    levels = np.repeat(np.linspace(-0.2, 0, 60, dtype=np.float32)[:, None, None], 3, 2) * np.ones(
        (1, 50, 1), np.float32
    )
    bare = np.ones((60, 50), np.float32)
    drawn = levels.copy()
    drawn[20:40, 10:40] -= 1
    bare[20:40, 10:40] = 0
    np.testing.assert_allclose(fit_surface(drawn, bare, levels), levels, atol=5e-3)


def test_the_surface_lies_amid_the_grain_of_paper() -> None:
    levels = np.random.default_rng(0).normal(-0.1, 0.02, (128, 96, 3)).astype(np.float32)
    surface = fit_surface(levels, np.ones((128, 96), np.float32), levels)
    assert float(surface.mean()) == pytest.approx(-0.1, abs=0.01)
