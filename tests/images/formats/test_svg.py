"""SVG: size and rendering; no access to other files, and bounded work."""

import gzip
import zlib
from pathlib import Path

import pytest
from PIL import Image

from pochade.errors import PictureDamaged, PictureTooLarge
from pochade.images.io.read import read_picture
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import encode_with_pillow, make_svg


def test_an_svg_is_rendered_with_1024_pixels(tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_svg())
    assert picture.pixels.shape == (683, 1024, 3)
    assert picture.pixels[300, 100].tolist() == [255, 0, 0]
    assert picture.alpha is not None
    assert picture.alpha[300, 900] == 0


@pytest.mark.parametrize(
    ("root", "shape"),
    [
        ('width="2in" height="96"', (512, 1024)),
        ('viewBox="0 0 10 20"', (1024, 512)),
        ('width="100%" height="100%" viewBox="0,0,20,10"', (512, 1024)),
        ('width="10" viewBox="0 0 20 10"', (512, 1024)),
        ("", (512, 1024)),
    ],
)
def test_an_svg_has_the_proportions_that_it_states(root: str, shape: tuple[int, int], tmp_path: Path) -> None:
    assert read_content(tmp_path, make_svg(root=root)).pixels.shape[:2] == shape


def test_a_gzipped_svg_is_read(tmp_path: Path) -> None:
    assert read_content(tmp_path, gzip.compress(make_svg())).header.format == "SVG"


@pytest.mark.parametrize("address", ["{}", "file://{}", "../{}"])
def test_an_svg_reads_no_other_file(address: str, tmp_path: Path) -> None:
    secret = write_file(tmp_path, encode_with_pillow(Image.new("RGB", (8, 8), "red"), "PNG"), "secret.png")
    for link in ("href", "xlink:href"):
        image = f'<image {link}="{address.format(secret)}" width="24" height="16"/>'
        alpha = read_picture(write_file(tmp_path, make_svg(image))).alpha
        assert alpha is not None
        assert alpha.max() == 0


def test_an_svg_reads_no_entity_from_a_file(tmp_path: Path) -> None:
    secret = write_file(tmp_path, b"secret", "secret.txt")
    start = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    assert_unreadable(write_file(tmp_path, start + make_svg("<text>&x;</text>")), PictureDamaged, "damaged")


def test_an_svg_whose_entities_multiply_is_refused(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<!DOCTYPE svg [<!ENTITY e0 "{"a" * 100}">{levels}]>'.encode()
    path = write_file(tmp_path, start + make_svg("<text>&e9;</text>"))
    assert_unreadable(path, PictureTooLarge, "its entities multiply")


def test_an_svg_whose_shapes_multiply_is_refused(tmp_path: Path) -> None:
    levels = '<rect id="u0" width="1" height="1"/>' + "".join(
        f'<g id="u{n}">{f"""<use href="#u{n - 1}"/>""" * 10}</g>' for n in range(1, 10)
    )
    assert_unreadable(write_file(tmp_path, make_svg(levels)), PictureTooLarge, "draws more than 500,000 shapes")


def test_an_svg_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_svg("<g>" * 1000 + "</g>" * 1000)), PictureTooLarge, "nested too deep")


def test_a_gzipped_svg_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    compressor = zlib.compressobj(9, wbits=31)
    content = compressor.compress(make_svg() + b" " * 30_000_000) + compressor.flush()
    assert_unreadable(write_file(tmp_path, content), PictureTooLarge, "an SVG of more than")


RECTANGLES = '<rect class="a"/>' * 600
RECTANGLE = '<rect width="24" height="16" fill="red" filter="url(#f)"/>'


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ('<filter id="f"><feMorphology radius="1 900"/></filter>', "a radius of more than 64 pixels"),
        ('<filter id="f"><feConvolveMatrix order="21"/></filter>', "a matrix of more than 400 values"),
        (f'<filter id="f">{"<feGaussianBlur/>" * 6000}</filter>', "more than 5,000 steps"),
        ('<g opacity=".5"><rect/></g>' * 20_001, "more than 20,000 layers"),
    ],
)
def test_an_svg_whose_filters_and_layers_are_too_much_is_refused(markup: str, message: str, tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_svg(markup + RECTANGLE)), PictureTooLarge, message)


@pytest.mark.parametrize("rule", [".a { fill: url(#p) }", "g > rect.a{mask:url('#p')}", "*{fill:url(#p)}"])
def test_shapes_that_multiply_through_a_style_rule_are_counted(rule: str, tmp_path: Path) -> None:
    levels = '<g id="p">' + '<rect width="1" height="1"/>' * 1000 + "</g>"
    style = f"<style>/* a {{}} */ {rule}</style>"
    content = make_svg(f"{style}{levels}<g>{RECTANGLES}</g>")
    assert_unreadable(write_file(tmp_path, content), PictureTooLarge, "draws more than 500,000 shapes")


def test_a_style_rule_costs_nothing_where_it_does_not_apply(tmp_path: Path) -> None:
    pattern = '<pattern id="p" width="1" height="1">' + '<rect width="1" height="1"/>' * 1000 + "</pattern>"
    style = "<style>.b, #c, circle { fill: url(#p) }</style>"
    content = make_svg(f"{style}{pattern}{RECTANGLES}")
    assert read_content(tmp_path, content).header.format == "SVG"


def test_noise_has_only_the_octaves_that_can_be_seen(tmp_path: Path) -> None:
    noise = '<filter id="f"><feTurbulence baseFrequency=".1" numOctaves="{}"/></filter>' + RECTANGLE
    few, many = (read_content(tmp_path, make_svg(noise.format(octaves))) for octaves in (10, 2_000_000_000))
    assert (few.pixels == many.pixels).all()


def test_an_svg_of_a_million_elements_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_svg("<a/>" * 2_000_000)), PictureTooLarge, "1,000,000 elements")
