"""Layers are blended as painting programs blend them."""

import numpy as np
import pytest
from PIL import Image

from pochade.images.formats import layer_blending as blend
from pochade.images.formats.layer_blending import BlendFunction, Blending, lay_on_canvas

Pixel = tuple[int, int, int, int]
GREY, SOFT = (128, 128, 128, 255), (200, 100, 80, 255)


def laid(below: Pixel, above: Pixel, blending: Blending, opacity: float = 1.0) -> list[int]:
    canvas, image = (Image.new("RGBA", (3, 3), pixel) for pixel in (below, above))
    lay_on_canvas(canvas, image, (0, 0), opacity, blending)
    return np.asarray(canvas)[1, 1].tolist()


@pytest.mark.parametrize(
    ("function", "colour"),
    [
        (blend.multiply, (100, 50, 40)),
        (blend.screen, (228, 178, 168)),
        (blend.overlay, (201, 100, 80)),
        (blend.hard_light, (200, 101, 81)),
        (blend.soft_light, (200, 100, 80)),
        (blend.soft_light_of_gimp, (200, 100, 80)),
        (blend.dodge, (255, 201, 161)),
        (blend.burn, (145, 0, 0)),
        (blend.difference, (72, 28, 48)),
        (blend.divide, (255, 199, 159)),
        (blend.grain_extract, (200, 100, 80)),
        (blend.grain_merge, (201, 101, 81)),
        (blend.exclusion, (127, 128, 128)),
        (np.minimum, (128, 100, 80)),
        (np.add, (255, 228, 208)),
    ],
)
def test_a_mode_mixes_each_channel(function: BlendFunction, colour: tuple[int, ...]) -> None:
    assert laid(SOFT, GREY, Blending(function)) == pytest.approx([*colour, 255], abs=1)


def test_modes_may_work_on_light() -> None:
    assert laid((188, 188, 188, 255), (188, 188, 188, 255), Blending(blend.multiply, in_light=True)) == pytest.approx(
        [137, 137, 137, 255], abs=1
    )
    half_black = laid((255, 255, 255, 255), (0, 0, 0, 128), Blending(mixed_in_light=True))
    assert half_black == pytest.approx([187, 187, 187, 255], abs=1)


def test_without_a_backdrop_the_layer_is_seen_only_by_the_standard() -> None:
    clear = (0, 0, 0, 0)
    assert laid(clear, GREY, Blending(blend.multiply)) == list(GREY)
    assert laid(clear, GREY, Blending(blend.multiply, stays_on_backdrop=True))[3] == 0


def test_opacity_mixes_the_result_with_the_backdrop() -> None:
    assert laid(SOFT, (0, 0, 0, 255), Blending(blend.multiply), 0.5) == pytest.approx([100, 50, 40, 255], abs=1)


@pytest.mark.parametrize("place", [(-2, -2), (2, 2), (5, 5), (-5, 0)])
def test_what_lies_outside_is_cut_off(place: tuple[int, int]) -> None:
    canvas = Image.new("RGBA", (3, 3), SOFT)
    lay_on_canvas(canvas, Image.new("RGBA", (3, 3), (0, 0, 0, 255)), place, 1.0, Blending(blend.multiply))
    across, down = (set(range(max(0, at), min(3, at + 3))) for at in place)
    black = {(y, x) for y, x in np.argwhere(np.asarray(canvas)[..., 0] == 0).tolist()}
    assert black == {(y, x) for y in down for x in across}
