"""Transparent pictures keep their transparency where they can be seen, and get a card where they can't."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade.errors import FileUnreachable
from pochade.images.base.picture import Array
from pochade.web.render.cutouts import CARD, GroundKind, RenderCutoutTask, media_type_of

SIDE = 200
BLACK, WHITE, RED = (0, 0, 0, 255), (255, 255, 255, 255), (220, 60, 40, 255)


def ink(colour: tuple[int, ...], size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    """A ring on transparency."""
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).ellipse((30, 30, 170, 170), outline=colour, width=12)
    return image


def show(tmp_path: Path, picture: Image.Image, ground: GroundKind, side: int = SIDE) -> Image.Image:
    """The picture as the page gets it."""
    source, target = tmp_path / "picture.png", tmp_path / "shown"
    picture.save(source)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    assert RenderCutoutTask(source, side, target, ground, sha256).run() is None
    with Image.open(io.BytesIO(target.read_bytes())) as image:
        image.load()
    assert media_type_of(target) == Image.MIME[str(image.format)]
    return image


def pixels(image: Image.Image) -> Array:
    """The colours (h, w, 3 or 4)."""
    return np.asarray(image)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_what_is_seen_on_both_grounds_keeps_its_transparency(tmp_path: Path, ground: Any) -> None:
    shown = show(tmp_path, ink(RED), ground)
    assert (shown.format, shown.mode) == ("WEBP", "RGBA")
    assert np.array_equal(pixels(shown)[..., 3], pixels(ink(RED))[..., 3])


def test_white_ink_stands_on_grey_where_the_page_is_light(tmp_path: Path) -> None:
    shown = show(tmp_path, ink(WHITE), "light")
    assert (shown.format, shown.mode) == ("JPEG", "RGB")
    values = pixels(shown)
    assert values.max() - int(values[100, 100].max()) > 60
    assert show(tmp_path, ink(WHITE), "dark").mode == "RGBA"


def test_black_ink_stands_on_a_light_card_where_the_page_is_dark(tmp_path: Path) -> None:
    shown = show(tmp_path, ink(BLACK), "dark")
    assert (shown.format, shown.mode) == ("JPEG", "RGB")
    assert np.abs(pixels(shown)[100, 100].astype(int) - CARD).max() <= 4
    assert show(tmp_path, ink(BLACK), "light").mode == "RGBA"


def test_an_outline_alone_does_not_make_a_figure_visible_on_dark(tmp_path: Path) -> None:
    figure = ink(BLACK)
    ImageDraw.Draw(figure).ellipse((40, 40, 160, 160), fill=BLACK)
    ImageDraw.Draw(figure).ellipse((80, 80, 100, 100), fill=RED)  # its eye
    assert show(tmp_path, figure, "dark").mode == "RGB"


def test_large_cutouts_keep_every_value(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 4), np.uint8)
    noise[..., 3] = np.where(noise[..., 3] > 100, 255, 0)
    shown, opaque = pixels(show(tmp_path, Image.fromarray(noise), "light", 1024)), noise[..., 3] == 255
    assert np.array_equal(shown[..., 3], noise[..., 3])
    assert np.array_equal(shown[opaque], noise[opaque])


def test_an_opaque_picture_with_an_alpha_channel_is_a_jpeg(tmp_path: Path) -> None:
    assert show(tmp_path, Image.new("RGBA", (SIDE, SIDE), RED), "dark").format == "JPEG"


def test_the_longest_strip_fits_into_a_webp(tmp_path: Path) -> None:
    assert show(tmp_path, ink(RED, (20_000, SIDE)), "light", 8192).width == 16_000  # a WebP has at most 16,383


def test_a_file_that_has_changed_is_refused(tmp_path: Path) -> None:
    ink(RED).save(tmp_path / "picture.png")
    result = RenderCutoutTask(tmp_path / "picture.png", SIDE, tmp_path / "shown", "light", "0" * 64).run()
    assert isinstance(result, FileUnreachable)
    assert not (tmp_path / "shown").exists()
