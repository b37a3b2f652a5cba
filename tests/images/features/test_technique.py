"""How a picture was made is measured, and groups of pictures are described in a few plain words."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw, ImageFilter

from pochade.images.base.picture import Array
from pochade.images.features.colour_words import COLOUR_WORDS
from pochade.images.features.technique import (
    TechniqueMeasures,
    describe_techniques,
    measure_technique,
    technique_vector,
)
from tests.support.made_techniques import MAKERS, SIDE, flat_shapes, line_drawing

GLOBAL = ("light", "contrast", "colourful", "paper", "line", "flat", "grain")


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


def test_a_technique_is_told_by_nine_measures_whether_or_not_the_picture_is_transparent() -> None:
    opaque, transparent = (technique_vector(measures(flat_shapes(4), flag)) for flag in (False, True))
    assert len(opaque) == 9
    assert opaque == transparent


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
    assert describe_techniques([measured], [""])


def test_drawings_are_described_by_their_lines() -> None:
    assert describe_techniques(group("line art"), ["line art"] * 5) == "line art on paper, light"


def test_sketches_are_described_by_their_pencil() -> None:
    assert describe_techniques(group("pencil"), ["pencil"] * 5).startswith("pencil on paper")


def test_paintings_are_described_by_their_colours() -> None:
    night = Image.linear_gradient("L").resize((SIDE, SIDE))
    blue = Image.merge("RGB", [night.point(lambda level, part=part: level * part // 255) for part in (20, 30, 120)])
    words = describe_techniques([measures(blue)] * 3, ["painted"] * 3)
    assert words == "painted, dark, mostly blue and black, few details"


def test_flat_shapes_are_described_by_their_two_colours() -> None:
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    picture.paste("red", (40, 40, 220, 160))
    picture.paste("black", (40, 160, 220, 220))
    words = describe_techniques([measures(picture, True)] * 3, ["flat colour"] * 3)
    assert words == "flat colour, mostly red and black, few details, transparent"


def test_a_group_of_many_colours_is_described_as_such() -> None:
    assert "many colours" in describe_techniques(group("flat colour"), ["flat colour"] * 5)


def test_several_greys_are_described_as_grey() -> None:
    picture = Image.new("RGB", (SIDE, SIDE), (120, 120, 120))
    picture.paste("black", (40, 40, 170, 200))
    assert "grey" in describe_techniques([measures(picture)], ["painted"]).split(", ")


def test_a_word_that_holds_for_half_of_a_group_is_not_used() -> None:
    mixed = group("line art") + group("painted", transparent=True)
    words = describe_techniques(mixed, ["line art"] * 5 + ["painted"] * 5)
    assert not any(word in words for word in ("line art", "painted", "transparent", "light"))


def test_a_word_that_holds_for_three_in_five_is_used() -> None:
    mixed = group("line art")[:3] + group("painted")[:2]
    words = describe_techniques(mixed, ["line art"] * 3 + ["painted"] * 2)
    assert words.startswith("line art on paper, light")


def test_transparent_pictures_are_not_described_as_on_paper() -> None:
    words = describe_techniques(group("line art", transparent=True), ["line art"] * 5).split(", ")
    assert words[0] == "line art"
    assert words[-1] == "transparent"


def test_the_order_of_a_group_does_not_matter() -> None:
    mixed = group("line art") + group("painted") + group("flat colour") + group("pencil")
    techniques = [technique for technique in ("line art", "painted", "flat colour", "pencil") for _ in range(5)]
    assert describe_techniques(mixed, techniques) == describe_techniques(mixed[::-1], techniques[::-1])


def test_a_photograph_is_not_on_paper_however_pale_its_border_is() -> None:
    assert describe_techniques(group("line art"), ["photo"] * 5).startswith("photo, light")


def test_an_empty_group_is_described_as_mixed() -> None:
    assert describe_techniques([], []) == "mixed"
