"""The technique of a picture is recognised, and groups of pictures are described in a few plain words."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw, ImageFilter

from pochade.images.base.picture import Array
from pochade.images.features.colour_name import COLOUR_WORDS
from pochade.images.features.technique import (
    TechniqueMeasures,
    classify_technique,
    describe_techniques,
    measure_technique,
)
from tests.support.drawings import drawing

SIDE = 256
GLOBAL = ("light", "contrast", "colourful", "paper", "line", "flat", "grain")
Maker = Callable[[int], Image.Image]


def line_drawing(seed: int) -> Image.Image:
    """Thin black outlines on white."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    pen, chance = ImageDraw.Draw(picture), np.random.default_rng(seed)
    for left, top, width, height in chance.uniform((10, 10, 40, 40), (120, 120, 120, 120), (6, 4)):
        pen.ellipse((left, top, left + width, top + height), outline="black", width=3)
    return picture


def flat_shapes(seed: int) -> Image.Image:
    """Outlined shapes of even colour on white."""
    return drawing(seed, SIDE)


def painting(seed: int) -> Image.Image:
    """Blurred colours with brush strokes, up to the border."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.integers(20, 220, (5, 5, 3), dtype=np.uint8))
    picture = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for x, y, shift in chance.integers((0, 0, -25), (SIDE, SIDE, 25), (150, 3)).tolist():
        red, green, blue = np.asarray(picture)[y, x].tolist()
        pen.line((x, y, x + 30, y + shift), fill=(red + shift, green + shift, blue + shift), width=8)
    return picture.filter(ImageFilter.GaussianBlur(2))


def pencil_sketch(seed: int) -> Image.Image:
    """Grey hatching and a soft outline on grainy, warm paper."""
    chance = np.random.default_rng(seed)
    sketch = Image.new("L", (SIDE, SIDE), 0)
    pen = ImageDraw.Draw(sketch)
    left, top, right, bottom = chance.integers((20, 20, 180, 180), (60, 60, 240, 240)).tolist()
    for x in range(left + 30, right - 20, 7):
        pen.line((x, top + 40, x - 25, bottom - 30), fill=int(chance.integers(60, 170)), width=2)
    pen.ellipse((left, top, right, bottom), outline=190, width=4)
    marks = np.asarray(sketch.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    tooth = chance.normal(0.8, 0.35, marks.shape).clip(0, 1.4)
    grey = 240 - marks * tooth + chance.normal(0, 2, marks.shape)
    tinted = grey[..., None] * np.array([1, 0.98, 0.94])
    return Image.fromarray(tinted.clip(0, 255).astype(np.uint8))


MAKERS: dict[str, Maker] = {
    "line art": line_drawing,
    "flat colour": flat_shapes,
    "painted": painting,
    "pencil": pencil_sketch,
}


def measures(picture: Image.Image, transparent: bool = False) -> TechniqueMeasures:
    return measure_technique(np.asarray(picture), transparent)


def save_as_jpeg(picture: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=60)
    return Image.open(buffer).convert("RGB")


def halve(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)


def group(technique: str, *, transparent: bool = False) -> list[TechniqueMeasures]:
    return [measures(MAKERS[technique](seed), transparent) for seed in range(5)]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("technique", MAKERS)
def test_the_technique_of_a_picture_is_recognised(technique: str, seed: int) -> None:
    assert classify_technique(measures(MAKERS[technique](seed))) == technique


@pytest.mark.parametrize("copy", [save_as_jpeg, halve])
@pytest.mark.parametrize("technique", MAKERS)
def test_a_copy_has_the_technique_of_its_original(technique: str, copy: Callable[[Image.Image], Image.Image]) -> None:
    same = [classify_technique(measures(copy(MAKERS[technique](seed)))) == technique for seed in range(8)]
    assert sum(same) >= 7


@pytest.mark.parametrize("copy", [save_as_jpeg, halve])
@pytest.mark.parametrize("technique", MAKERS)
def test_a_copy_measures_nearly_the_same(technique: str, copy: Callable[[Image.Image], Image.Image]) -> None:
    original = MAKERS[technique](3)
    before, after = measures(original), measures(copy(original))
    for name in GLOBAL:
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=0.12), name


def test_white_is_light_and_black_is_dark() -> None:
    white, black = (measures(Image.new("RGB", (60, 60), colour)) for colour in ("white", "black"))
    assert (white.light, black.light) == (1, 0)
    assert (white.paper, black.paper) == (1, 0)


def test_half_black_and_half_white_is_the_strongest_contrast() -> None:
    picture = Image.new("RGB", (60, 60), "white")
    picture.paste("black", (0, 0, 30, 60))
    assert measures(picture).contrast == pytest.approx(1, abs=0.01)


def test_only_pictures_with_colours_are_colourful() -> None:
    assert measures(line_drawing(0)).colourful == 0
    assert measures(flat_shapes(0)).colourful > 0.2


def test_bare_ground_is_paper_even_if_it_is_tinted() -> None:
    picture = Image.new("RGB", (100, 100), (240, 228, 205))
    picture.paste("navy", (20, 20, 70, 70))
    assert measures(picture).paper == pytest.approx(0.75, abs=0.02)


def test_a_flag_has_no_paper() -> None:
    assert measures(Image.new("RGB", (90, 60), "blue")).paper == 0


def test_more_lines_are_busier() -> None:
    calm, busy = Image.new("RGB", (SIDE, SIDE), "white"), Image.new("RGB", (SIDE, SIDE), "white")
    for picture, gap in ((calm, 128), (busy, 24)):
        for x in range(10, SIDE, gap):
            ImageDraw.Draw(picture).line((x, 0, x, SIDE), fill="black", width=3)
    assert measures(calm).edges < 0.3
    assert measures(busy).edges > 0.6


def test_a_blurred_picture_is_softer() -> None:
    sharp = flat_shapes(1)
    assert measures(sharp).soft < 0.1
    assert measures(sharp.filter(ImageFilter.GaussianBlur(5))).soft > 0.3


def test_a_gradient_is_not_flat() -> None:
    shaded = Image.linear_gradient("L").convert("RGB")
    assert measures(shaded).flat < 0.3
    assert measures(flat_shapes(2)).flat > 0.9


def test_noise_is_grain() -> None:
    noise = np.random.default_rng(0).normal(128, 8, (96, 96, 1)).repeat(3, axis=2)
    assert measure_technique(noise.clip(0, 255).astype(np.uint8), False).grain > 0.3
    assert measures(flat_shapes(3)).grain < 0.05


def test_thick_strokes_are_no_lines() -> None:
    thin, thick = Image.new("RGB", (SIDE, SIDE), "white"), Image.new("RGB", (SIDE, SIDE), "white")
    for picture, width in ((thin, 3), (thick, 40)):
        ImageDraw.Draw(picture).ellipse((10, 10, 245, 245), outline="black", width=width)
    assert measures(thin).line > 0.9
    assert measures(thick).line < 0.1


def test_a_small_drawing_on_a_large_sheet_keeps_its_technique() -> None:
    sheet = Image.new("RGB", (SIDE, SIDE), "white")
    sheet.paste(halve(flat_shapes(4)), (20, 100))
    assert classify_technique(measures(sheet)) == "flat colour"


def test_the_palette_names_the_paint_and_not_the_paper() -> None:
    picture = Image.new("RGB", (100, 100), "white")
    picture.paste("red", (20, 20, 80, 60))
    picture.paste("blue", (20, 60, 80, 80))
    assert [word for word, _ in measures(picture).palette] == ["red", "blue"]
    assert [share for _, share in measures(picture).palette] == pytest.approx([2 / 3, 1 / 3], abs=0.03)


def test_an_empty_sheet_has_the_colour_of_its_paper() -> None:
    assert measures(Image.new("RGB", (50, 50), "white")).palette == (("white", 1.0),)


@settings(deadline=None, max_examples=60)
@given(
    pixels=st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(lambda size: arrays(np.uint8, (*size, 3))),
    transparent=st.booleans(),
)
def test_any_picture_can_be_measured(pixels: Array, transparent: bool) -> None:
    check(measure_technique(pixels, transparent))


@settings(deadline=None, max_examples=60)
@given(
    size=st.sampled_from([(1, 1), (1, 256), (256, 1), (2, 200), (3, 3), (256, 4), (97, 96), (256, 255)]),
    lightest=st.integers(0, 255),
    seed=st.integers(0, 9),
)
def test_any_shape_can_be_measured(size: tuple[int, int], lightest: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, lightest, (*size, 3), dtype=np.uint8, endpoint=True)
    check(measure_technique(noise, False))
    check(measure_technique(np.full((*size, 3), lightest, np.uint8), False))


def check(measured: TechniqueMeasures) -> None:
    assert all(0 <= value <= 1 for value in measured[:-1])
    assert all(word in COLOUR_WORDS for word, _ in measured.palette)
    assert 0 < sum(share for _, share in measured.palette) <= 1 + 1e-9
    assert len(measured.palette) <= 4
    assert classify_technique(measured) in MAKERS
    assert describe_techniques([measured])


def test_noise_is_not_flat_colour() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    assert classify_technique(measure_technique(noise, False)) == "painted"


def test_drawings_are_described_by_their_lines() -> None:
    assert describe_techniques(group("line art")) == "line art on paper, light"


def test_sketches_are_described_by_their_pencil() -> None:
    assert describe_techniques(group("pencil")).startswith("pencil on paper")


def test_paintings_are_described_by_their_colours() -> None:
    night = Image.linear_gradient("L").resize((SIDE, SIDE))
    blue = Image.merge("RGB", [night.point(lambda level, part=part: level * part // 255) for part in (20, 30, 120)])
    assert describe_techniques([measures(blue)] * 3) == "painted, dark, mostly blue and black, calm"


def test_flat_shapes_are_described_by_their_two_colours() -> None:
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    picture.paste("red", (40, 40, 220, 160))
    picture.paste("black", (40, 160, 220, 220))
    assert describe_techniques([measures(picture, True)] * 3) == "flat colour, mostly red and black, calm, transparent"


def test_a_group_of_many_colours_is_described_as_such() -> None:
    assert "many colours" in describe_techniques(group("flat colour"))


def test_several_greys_are_described_as_grey() -> None:
    picture = Image.new("RGB", (SIDE, SIDE), (120, 120, 120))
    picture.paste("black", (40, 40, 170, 200))
    assert "grey" in describe_techniques([measures(picture)]).split(", ")


def test_a_word_that_holds_for_half_of_a_group_is_not_used() -> None:
    mixed = group("line art") + group("painted", transparent=True)
    words = describe_techniques(mixed)
    assert not any(word in words for word in ("line art", "painted", "transparent", "light"))


def test_a_word_that_holds_for_three_in_five_is_used() -> None:
    assert describe_techniques(group("line art")[:3] + group("painted")[:2]).startswith("line art on paper, light")


def test_transparent_pictures_are_not_described_as_on_paper() -> None:
    words = describe_techniques(group("line art", transparent=True)).split(", ")
    assert words[0] == "line art"
    assert words[-1] == "transparent"


def test_the_order_of_a_group_does_not_matter() -> None:
    mixed = group("line art") + group("painted") + group("flat colour") + group("pencil")
    assert describe_techniques(mixed) == describe_techniques(mixed[::-1])


def test_an_empty_group_is_described_as_mixed() -> None:
    assert describe_techniques([]) == "mixed"
