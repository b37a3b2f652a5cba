"""Layers are laid over each other as painting programs do, exactly alike on every machine."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.images.base.picture import Array
from pochade.images.layered import layer_stack
from pochade.images.layered.layer_stack import BLEND_MODES, LayerMask, StackedLayer, lay_stack


def noise(seed: int, height: int, width: int, channels: int) -> Array:
    values: Array = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    return values


def lay(layers: list[StackedLayer], pictures: list[Array], height: int = 6, width: int = 9) -> Array:
    return lay_stack(height, width, layers, lambda number: pictures[number])


def test_nothing_is_white() -> None:
    assert (lay([], []) == 255).all()


def test_an_opaque_layer_covers_what_is_below_it() -> None:
    above = noise(1, 3, 4, 3)
    canvas = lay([StackedLayer(0, 2, 1, 255, "normal")], [above])
    assert np.array_equal(canvas[2:5, 1:5], above)
    assert (canvas[:2] == 255).all()


REFERENCE: dict[str, Callable[[Array, Array], Array]] = {
    "normal": lambda _, above: above,
    "multiply": lambda below, above: below * above,
    "screen": lambda below, above: below + above - below * above,
    "add": lambda below, above: np.minimum(below + above, 1),
}


@pytest.mark.parametrize("mode", BLEND_MODES)
@pytest.mark.parametrize("opacity", [255, 90])
def test_every_mode_is_within_rounding_of_its_formula(mode: str, opacity: int) -> None:
    ground, above = noise(2, 6, 9, 3), noise(3, 6, 9, 4)
    canvas = lay([StackedLayer(0, 0, 0, 255, "normal"), StackedLayer(1, 0, 0, opacity, mode)], [ground, above])
    below, alpha = ground / 255, above[..., 3:] / 255 * opacity / 255
    expected = below * (1 - alpha) + REFERENCE[mode](below, above[..., :3] / 255) * alpha
    assert np.abs(canvas / 255 - expected).max() < 1.6 / 255


def test_a_mask_hides_a_layer_where_it_is_black_and_beyond_its_bounds() -> None:
    mask = np.array([[0, 255]], np.uint8)[..., None]
    layer = StackedLayer(0, 0, 0, 255, "normal", (LayerMask(1, 0, 2, 3, 0),))
    canvas = lay([layer], [np.zeros((6, 9, 3), np.uint8), mask])
    assert np.argwhere(canvas[..., 0] == 0).tolist() == [[2, 4]]


@given(
    seed=st.integers(0, 2**16),
    shape=st.tuples(st.integers(1, 8), st.integers(1, 8), st.sampled_from([3, 4])),
    place=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    mask_place=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    mode=st.sampled_from(sorted(BLEND_MODES)),
)
def test_layers_may_lie_anywhere(
    seed: int, shape: tuple[int, int, int], place: tuple[int, int], mask_place: tuple[int, int], mode: str
) -> None:
    layer = StackedLayer(0, *place, 255, mode, (LayerMask(1, 0, *mask_place, 255),))
    canvas = lay([layer], [noise(seed, *shape), noise(seed + 1, 4, 4, 1)])
    top, left = place
    covered = np.zeros((6, 9), bool)
    covered[max(0, top) : max(0, top + shape[0]), max(0, left) : max(0, left + shape[1])] = True
    assert (canvas[~covered] == 255).all()


def test_the_result_is_the_same_however_many_rows_are_laid_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [StackedLayer(0, -2, 3, 200, "multiply", (LayerMask(1, 3, 1, -1, 7),)), StackedLayer(1, 1, 1, 99, "add")]
    pictures = [noise(5, 8, 8, 4), noise(6, 5, 7, 4)]
    whole = lay(layers, pictures)
    monkeypatch.setattr(layer_stack, "BAND_SAMPLES", 1)
    assert np.array_equal(lay(layers, pictures), whole)
