"""A map sheet: which thumbnails, dots and names are drawn, and where."""

import io
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.render.contact_sheet import PAPER_COLOUR, is_contact_sheet
from pochade.images.render.map_sheet import DOT_COLOUR, MapSheet, SheetBox, draw_map_sheet

SIDE = 480
RED = (200, 30, 30)


def random_positions(count: int, seed: int = 0) -> Array:
    """Random positions."""
    return np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)


def red_thumbnail(_: int) -> Array:
    """A red thumbnail, wider than high."""
    return np.full((30, 60, 3), RED, np.uint8)


def draw_random_map(count: int, groups: dict[str, Array] | None = None, side: int = SIDE) -> MapSheet:
    """A sheet of pictures at random positions, the most important first."""
    return draw_map_sheet(random_positions(count), red_thumbnail, np.arange(count), groups or {}, side)


def pixels_of(page: MapSheet) -> Array:
    """The pixels of the sheet, (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.png)).convert("RGB"))


def crop(page: MapSheet, box: SheetBox) -> Array:
    """The pixels in a box."""
    return pixels_of(page)[box.top : box.bottom, box.left : box.right]


def sheet_box(page: MapSheet) -> SheetBox:
    """The box of the whole sheet."""
    height, width = pixels_of(page).shape[:2]
    return SheetBox(0, 0, width, height)


def shows(page: MapSheet, colour: tuple[int, int, int]) -> bool:
    """Whether the sheet has a pixel of exactly this colour."""
    return bool((pixels_of(page) == colour).all(2).any())


@pytest.mark.slow
def test_thumbnails_are_in_their_boxes_and_overlap_neither_each_other_nor_the_border() -> None:
    page = draw_random_map(300)
    assert len(page.thumbnails) > 30
    for box in page.thumbnails.values():
        assert (crop(page, box) == RED).all()
        assert box.is_within(sheet_box(page).grow(-5))
    assert not any(first.overlaps(second) for first, second in combinations(page.thumbnails.values(), 2))


def test_no_dot_touches_a_thumbnail_or_a_name() -> None:
    page = draw_random_map(900, {"name": np.arange(900)})
    assert shows(page, DOT_COLOUR)
    frames = [crop(page, box.grow(2)) for box in page.thumbnails.values()]
    assert not any((frame == DOT_COLOUR).all(2).any() for frame in [*frames, crop(page, page.names["name"])])


def test_thumbnails_cover_the_positions_of_their_pictures() -> None:
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
    boxes = draw_map_sheet(corners, red_thumbnail, np.arange(4), {}, SIDE).thumbnails
    assert boxes[0].left == boxes[2].left < boxes[1].left == boxes[3].left
    assert boxes[0].top == boxes[1].top < boxes[2].top == boxes[3].top


def test_thumbnails_keep_the_shape_of_their_pictures() -> None:
    box = draw_random_map(5).thumbnails[0]
    assert (box.right - box.left) == pytest.approx(2 * (box.bottom - box.top), abs=1)


def test_the_more_important_of_two_pictures_at_one_position_is_drawn() -> None:
    positions = np.zeros((2, 2), np.float32)
    for order in ([0, 1], [1, 0]):
        assert list(draw_map_sheet(positions, red_thumbnail, np.array(order), {}, SIDE).thumbnails) == order[:1]


def test_thumbnails_are_requested_only_for_pictures_that_have_room() -> None:
    requested: list[int] = []

    def thumbnail(picture: int) -> Array:
        requested.append(picture)
        return red_thumbnail(picture)

    page = draw_map_sheet(random_positions(500), thumbnail, np.arange(500), {}, SIDE)
    assert requested == list(page.thumbnails)
    assert len(requested) < 400


def test_a_picture_without_a_thumbnail_is_a_dot() -> None:
    page = draw_map_sheet(random_positions(1), lambda _: None, np.arange(1), {}, SIDE)
    assert page.thumbnails == {}
    assert shows(page, DOT_COLOUR)


def test_the_longer_side_is_given_and_the_other_follows_from_the_map() -> None:
    wide = draw_map_sheet(np.array([[0, 0], [4, 1]], np.float32), red_thumbnail, np.arange(2), {}, SIDE)
    assert sheet_box(wide).right == SIDE
    assert SIDE / 4 < sheet_box(wide).bottom < SIDE / 2


def test_fewer_pictures_get_larger_thumbnails() -> None:
    widths = [
        max(box.right - box.left for box in draw_random_map(count).thumbnails.values()) for count in (10, 60, 3_000)
    ]
    assert widths == sorted(set(widths), reverse=True)


@pytest.mark.parametrize("count", [0, 1])
def test_a_sheet_of_no_or_one_picture_can_be_drawn(count: int) -> None:
    page = draw_random_map(count, {"all": np.arange(count)})
    assert len(page.names) == count
    assert shows(page, PAPER_COLOUR)


def test_the_same_pictures_give_the_same_sheet() -> None:
    groups = {"some": np.arange(40)}
    assert draw_random_map(200, groups).png == draw_random_map(200, groups).png


def test_a_map_sheet_is_recognised_as_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_bytes(draw_random_map(3).png)
    assert is_contact_sheet(path)


# Names ---------------------------------------------------------------------------------------------------------------


def test_names_overlap_neither_thumbnails_nor_each_other_nor_the_border() -> None:
    groups = {f"a name of some length, the {number}th": np.arange(number, 400, 12) for number in range(12)}
    page = draw_random_map(400, groups, side=900)
    assert len(page.names) == 12
    boxes = [*page.names.values()]
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))
    assert not any(name.overlaps(box) for name in boxes for box in page.thumbnails.values())
    assert all(box.is_within(sheet_box(page)) for box in boxes)


def test_a_name_is_drawn_in_its_box_only() -> None:
    page = draw_random_map(50, {"name": np.arange(50)})
    ink = pixels_of(page).max(2) < 120  # darker than anything else here
    box = page.names["name"]
    assert ink[box.top : box.bottom, box.left : box.right].sum() == ink.sum() > 20


def test_a_name_is_placed_where_most_of_its_group_is() -> None:
    crowd, few = random_positions(60) * 0.1, random_positions(10) * 0.1 + np.array([5, 0], np.float32)
    page = draw_map_sheet(np.concatenate([few, crowd]), red_thumbnail, np.arange(70), {"mixed": np.arange(70)}, SIDE)
    assert page.names["mixed"].right < SIDE / 2, "the crowd is on the left"


def test_without_room_for_two_names_the_larger_group_gets_its_name() -> None:
    groups = {"small": np.arange(1), "large": np.arange(3)}
    page = draw_map_sheet(np.zeros((3, 2), np.float32), red_thumbnail, np.arange(3), groups, SIDE)
    assert list(page.names) == ["large"]


def test_a_group_without_members_has_no_name_on_the_sheet() -> None:
    assert draw_random_map(20, {"none": np.arange(0)}).names == {}


@pytest.mark.parametrize(
    "name", ["", " ", "Bäume", "деревья", "木々", "עצים", "🌳", "a\nb", "\udcff\x00\u202e", "\uffff", "x" * 500]
)
def test_any_name_can_be_drawn(name: str) -> None:
    assert list(draw_random_map(30, {name: np.arange(30)}).names) == [name]
