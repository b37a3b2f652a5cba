"""A rough drawing of a picture, or its colours, bring it to the front."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pochade import Collection
from pochade.organise.drawing_search import DrawingSearch, WantedColour, close_gaps
from tests.support.drawings import drawing, folder_of_art

PICTURES = 14
PLAIN = {"orange and blue": ((230, 120, 20), (30, 60, 200)), "orange": ((230, 120, 20), (235, 125, 25))}
ORANGE, BLUE = (225, 126, 28), (40, 66, 190)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """Drawings, and two pictures of plain colours."""
    folder = folder_of_art(tmp_path_factory.mktemp("drawn") / "art", PICTURES)
    for name, (left, right) in PLAIN.items():
        picture = Image.new("RGB", (200, 200), left)
        picture.paste(right, (100, 0, 200, 200))
        picture.save(folder / f"{name}.png")
    with Collection.open(folder) as opened:
        opened.learn(minutes=0)
        yield opened


@pytest.fixture(scope="module")
def search(collection: Collection) -> DrawingSearch:
    """A search over the collection."""
    return DrawingSearch(collection.library)


def names_of(collection: Collection, numbers: np.ndarray) -> list[str]:
    """The names of the files of some pictures."""
    names = {file.number: file.path.stem for file in collection.pictures()}
    return [names[number] for number in numbers.tolist()]


def test_a_rough_drawing_of_a_picture_is_most_like_that_picture(collection: Collection, search: DrawingSearch) -> None:
    places = []
    for seed in range(PICTURES):
        rough = drawing(seed).filter(ImageFilter.GaussianBlur(6)).quantize(8).convert("RGB")
        names = names_of(collection, search.rank(np.asarray(rough)))
        assert sorted(names) == sorted([f"drawing {number}" for number in range(PICTURES)] + list(PLAIN))
        places.append(names.index(f"drawing {seed}"))
    assert places.count(0) >= PICTURES - 2


def test_two_colours_find_the_picture_that_has_both_in_these_shares(
    collection: Collection, search: DrawingSearch
) -> None:
    both = [WantedColour(*ORANGE, 50), WantedColour(*BLUE, 50)]
    assert names_of(collection, search.rank(None, both))[0] == "orange and blue"
    assert names_of(collection, search.rank(None, both[:1]))[0] == "orange"
    mostly = [WantedColour(*ORANGE, 97), WantedColour(*BLUE, 3)]
    assert names_of(collection, search.rank(None, mostly))[0] == "orange"


def test_nothing_drawn_and_no_colours_keep_the_order_of_the_collection(search: DrawingSearch) -> None:
    for drawn in (None, np.full((60, 80, 3), 255, np.uint8)):
        numbers = search.rank(drawn).tolist()
        assert numbers == sorted(numbers)
        assert len(numbers) == PICTURES + len(PLAIN)


def test_colours_replace_those_of_the_drawing(collection: Collection, search: DrawingSearch) -> None:
    shape = Image.new("RGB", (200, 200), (120, 120, 120))
    shape.paste((90, 90, 90), (100, 0, 200, 200))
    wanted = [WantedColour(*ORANGE, 50), WantedColour(*BLUE, 50)]
    assert names_of(collection, search.rank(np.asarray(shape), wanted))[0] == "orange and blue"


def test_gaps_between_strokes_are_closed_with_the_colours_around_them() -> None:
    hatched = np.full((100, 120, 3), 255, np.uint8)
    hatched[20:80:6, 20:60] = hatched[21:80:6, 20:60] = hatched[22:80:6, 20:60] = (200, 40, 30)
    closed = close_gaps(hatched)
    assert (closed[26:74, 26:54] == (200, 40, 30)).all()
    assert (closed[:, 90:] == 255).all()
    assert (closed[hatched[..., 1] == 40] == (200, 40, 30)).all()


def test_with_its_gaps_closed_a_dotted_drawing_is_nearer_to_its_picture(search: DrawingSearch) -> None:
    rng, (rows, columns) = np.random.default_rng(0), np.mgrid[:200, :200]
    for seed in range(4):
        picture = np.asarray(drawing(seed))
        dotted = np.full_like(picture, 255)
        for y, x in rng.integers(0, 200, (400, 2)).tolist():
            dotted[(rows - y) ** 2 + (columns - x) ** 2 < 20] = picture[y, x]
        goal, raw, closed = (search.measure(pixels).embedding for pixels in (picture, dotted, close_gaps(dotted)))
        assert closed @ goal > raw @ goal + 0.05


def test_new_pictures_are_found_without_a_new_start(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 3)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        search = DrawingSearch(collection.library)
        assert len(search.rank(None)) == 3
        drawing(40).save(folder / "new.png")
        collection.learn(minutes=0)
        assert names_of(collection, search.rank(np.asarray(drawing(40))))[0] == "new"


def test_a_picture_that_replaced_another_one_is_found_although_there_are_as_many(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 4)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        search = DrawingSearch(collection.library)
        search.rank(None)
        (folder / "drawing 0.png").unlink()
        collection.learn(minutes=0)
        collection.forget(collection.gone_pictures())
        drawing(40).save(folder / "new.png")
        collection.learn(minutes=0)
        assert len(search.rank(None)) == 4
        assert names_of(collection, search.rank(np.asarray(drawing(40))))[0] == "new"
