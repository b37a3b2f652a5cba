"""Charts become SVG that stands alone, and inside the page follows its colours."""

import re
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

from pochade.study.figures.svg_files import AUTOENCODER, STYLE, encode_svg


def draw(name: str = "chart") -> str:
    with mpl.rc_context(STYLE):
        figure = Figure((3, 2))
        axes = figure.subplots()
        axes.plot([0, 1], [2, 3], color=AUTOENCODER)
        axes.scatter([0, 1], [2, 3], rasterized=True)
        axes.set_title("a title")
        return encode_svg(figure, name).decode()


def test_the_file_is_xml_with_text_that_stays_text() -> None:
    texts = [node.text for node in ElementTree.fromstring(draw()).iter("{http://www.w3.org/2000/svg}text")]
    assert "a title" in texts


def test_colours_are_variables_of_the_page_with_the_colour_itself_for_a_file_alone() -> None:
    assert f"var(--autoencoder, {AUTOENCODER})" in draw()


def test_identifiers_are_unique_among_figures_and_all_references_have_a_target() -> None:
    first, second = (set(re.findall(r' id="([^"]+)"', draw(name))) for name in ("first", "second"))
    assert first
    assert not first & second
    references = set(re.findall(r"(?:href=\"|url\()#([\w-]+)", draw("first")))
    assert references == first


def test_no_style_leaks_into_the_page_and_nothing_is_loaded() -> None:
    text = draw()
    assert "<style" not in text
    assert "<!DOCTYPE" not in text
    assert all(address.startswith(("data:", "#")) for address in re.findall(r'href="([^"]{0,20})', text))


def test_the_same_figure_gives_the_same_file() -> None:
    assert draw() == draw()
