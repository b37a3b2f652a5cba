"""A map of pictures on one page: what is drawn, where, and that names can be read in any script."""

import io
import unicodedata
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont
from PIL.ImageFont import FreeTypeFont

from pochade.images.base.picture import Array
from pochade.images.render.contact_sheet import PAPER_COLOUR, is_contact_sheet
from pochade.images.render.fonts import REPLACEMENT, choose_font, drawable_text
from pochade.images.render.map_sheet import DOT_COLOUR, Box, MapSheet, draw_map_sheet

SIDE = 480
RED = (200, 30, 30)


def scattered(count: int, seed: int = 0) -> Array:
    """Positions of so many pieces."""
    return np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)


def red(_: int) -> Array:
    """A thumbnail, wider than high."""
    return np.full((30, 60, 3), RED, np.uint8)


def drawn(count: int, groups: dict[str, Array] | None = None, side: int = SIDE) -> MapSheet:
    """Pieces all over the page, the first of them first."""
    return draw_map_sheet(scattered(count), red, np.arange(count), groups or {}, side)


def pixels_of(page: MapSheet) -> Array:
    """The page as it is seen, (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.png)).convert("RGB"))


def part(page: MapSheet, box: Box) -> Array:
    """The pixels in a box."""
    return pixels_of(page)[box.top : box.bottom, box.left : box.right]


def whole(page: MapSheet) -> Box:
    """The page's own box."""
    height, width = pixels_of(page).shape[:2]
    return Box(0, 0, width, height)


def shows(page: MapSheet, colour: tuple[int, int, int]) -> bool:
    """Whether the page has a pixel of that very colour."""
    return bool((pixels_of(page) == colour).all(2).any())


def test_thumbnails_are_where_the_page_says_and_none_overlaps_another_or_the_border() -> None:
    page = drawn(300)
    assert len(page.thumbnails) > 30
    for box in page.thumbnails.values():
        assert (part(page, box) == RED).all()
        assert box.is_within(whole(page).grow(-5))
    assert not any(one.overlaps(other) for one, other in combinations(page.thumbnails.values(), 2))


def test_no_dot_touches_a_thumbnail_or_a_name() -> None:
    page = drawn(900, {"name": np.arange(900)})
    assert shows(page, DOT_COLOUR)
    frames = [part(page, box.grow(2)) for box in page.thumbnails.values()]
    assert not any((frame == DOT_COLOUR).all(2).any() for frame in [*frames, part(page, page.names["name"])])


def test_thumbnails_cover_the_spots_of_their_pieces_with_the_map_the_right_way_up() -> None:
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
    boxes = draw_map_sheet(corners, red, np.arange(4), {}, SIDE).thumbnails
    assert boxes[0].left == boxes[2].left < boxes[1].left == boxes[3].left
    assert boxes[0].top == boxes[1].top < boxes[2].top == boxes[3].top


def test_thumbnails_keep_the_shape_of_their_pictures() -> None:
    box = drawn(5).thumbnails[0]
    assert (box.right - box.left) == pytest.approx(2 * (box.bottom - box.top), abs=1)


def test_the_more_important_of_two_that_collide_is_drawn_and_the_other_is_a_dot() -> None:
    twins = np.zeros((2, 2), np.float32)
    for order in ([0, 1], [1, 0]):
        assert list(draw_map_sheet(twins, red, np.array(order), {}, SIDE).thumbnails) == order[:1]


def test_thumbnails_are_asked_only_of_pieces_that_have_room() -> None:
    asked: list[int] = []

    def thumbnail(piece: int) -> Array:
        asked.append(piece)
        return red(piece)

    page = draw_map_sheet(scattered(500), thumbnail, np.arange(500), {}, SIDE)
    assert asked == list(page.thumbnails)
    assert len(asked) < 400


def test_a_piece_without_a_thumbnail_stays_a_dot() -> None:
    page = draw_map_sheet(scattered(1), lambda _: None, np.arange(1), {}, SIDE)
    assert page.thumbnails == {}
    assert shows(page, DOT_COLOUR)


def test_the_longer_side_is_as_asked_and_the_other_as_long_as_the_map_needs() -> None:
    wide = draw_map_sheet(np.array([[0, 0], [4, 1]], np.float32), red, np.arange(2), {}, SIDE)
    assert whole(wide).right == SIDE
    assert SIDE / 4 < whole(wide).bottom < SIDE / 2


def test_fewer_pieces_get_larger_thumbnails() -> None:
    widths = [max(box.right - box.left for box in drawn(count).thumbnails.values()) for count in (10, 60, 3_000)]
    assert widths == sorted(set(widths), reverse=True)


@pytest.mark.parametrize("count", [0, 1])
def test_a_page_of_hardly_anything_is_a_page(count: int) -> None:
    page = drawn(count, {"all": np.arange(count)})
    assert len(page.names) == count
    assert shows(page, PAPER_COLOUR)


def test_the_same_pieces_give_the_same_page() -> None:
    groups = {"some": np.arange(40)}
    assert drawn(200, groups).png == drawn(200, groups).png


def test_a_page_is_known_as_our_own(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_bytes(drawn(3).png)
    assert is_contact_sheet(path)


# Names ---------------------------------------------------------------------------------------------------------------


def test_names_stand_clear_of_thumbnails_of_each_other_and_of_the_border() -> None:
    groups = {f"a name of some length, the {number}th": np.arange(number, 400, 12) for number in range(12)}
    page = drawn(400, groups, side=900)
    assert len(page.names) == 12
    boxes = [*page.names.values()]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert not any(name.overlaps(box) for name in boxes for box in page.thumbnails.values())
    assert all(box.is_within(whole(page)) for box in boxes)


def test_a_name_is_written_in_ink_in_its_box_and_nowhere_else() -> None:
    page = drawn(50, {"name": np.arange(50)})
    ink = pixels_of(page).max(2) < 120  # darker than anything else here
    box = page.names["name"]
    assert ink[box.top : box.bottom, box.left : box.right].sum() == ink.sum() > 20


def test_a_name_stands_where_most_of_its_group_is() -> None:
    crowd, few = scattered(60) * 0.1, scattered(10) * 0.1 + np.array([5, 0], np.float32)
    page = draw_map_sheet(np.concatenate([few, crowd]), red, np.arange(70), {"mixed": np.arange(70)}, SIDE)
    assert page.names["mixed"].right < SIDE / 2, "the crowd is on the left"


def test_a_name_without_a_place_is_left_out_and_the_larger_group_has_its_own() -> None:
    groups = {"small": np.arange(1), "large": np.arange(3)}
    page = draw_map_sheet(np.zeros((3, 2), np.float32), red, np.arange(3), groups, SIDE)
    assert list(page.names) == ["large"]


def test_a_group_without_members_has_no_name_on_the_page() -> None:
    assert drawn(20, {"none": np.arange(0)}).names == {}


@pytest.mark.parametrize(
    "name", ["", " ", "Bäume", "деревья", "木々", "עצים", "🌳", "a\nb", "\udcff\x00\u202e", "\uffff", "x" * 500]
)
def test_any_name_at_all_can_be_on_the_page(name: str) -> None:
    assert list(drawn(30, {name: np.arange(30)}).names) == [name]


def pillows_own(size: int = 20) -> FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, FreeTypeFont)
    return font


def test_letters_that_a_font_lacks_lose_their_accent_or_become_question_marks() -> None:
    assert drawable_text("Äpfel, 木 и\x07", pillows_own()) == f"Apfel, {REPLACEMENT} {REPLACEMENT}{REPLACEMENT}"
    assert drawable_text("plain words", pillows_own()) == "plain words"


def test_accents_that_a_system_keeps_apart_are_joined() -> None:
    apart = unicodedata.normalize("NFD", "Äpfel")
    assert drawable_text(apart, pillows_own()) == "Apfel"


def test_pillows_own_font_is_taken_where_it_has_all_letters() -> None:
    assert choose_font(["trees", "birds"], 20).getname() == pillows_own().getname()


def test_a_font_of_the_system_is_taken_where_it_has_more(monkeypatch: pytest.MonkeyPatch) -> None:
    poorer, richer = pillows_own(), pillows_own()
    monkeypatch.setattr("pochade.images.render.fonts.installed_fonts", lambda _: iter([poorer, richer]))
    monkeypatch.setattr(
        "pochade.images.render.fonts.has_glyph", lambda font, letter: font is richer or letter.isascii()
    )
    assert choose_font(["Bäume"], 20) is richer
    assert choose_font(["trees"], 20) is poorer


def test_the_font_that_lacks_the_fewest_letters_is_taken_where_none_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = pillows_own(), pillows_own(), pillows_own()
    letters = {id(first): "tre", id(second): "trees 木", id(third): "trees"}
    monkeypatch.setattr("pochade.images.render.fonts.installed_fonts", lambda _: iter([first, second, third]))
    monkeypatch.setattr("pochade.images.render.fonts.has_glyph", lambda font, letter: letter in letters[id(font)])
    assert choose_font(["trees", "木々"], 20) is second
