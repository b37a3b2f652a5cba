"""A query finds its picture, edited copies included, whatever kind of object the query is."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from pochade import Collection
from pochade.errors import PictureUnreadable, UsageError
from pochade.index.picture_records import Filter
from tests.support.drawings import drawing


@pytest.fixture
def drawings(shared_learnt_folder: Path) -> Iterator[Collection]:
    """A collection of twelve drawings, which is only read."""
    with Collection.open(shared_learnt_folder) as collection:
        yield collection


@pytest.mark.parametrize(
    "edit",
    [
        ImageOps.mirror,
        ImageOps.grayscale,
        lambda picture: picture.rotate(90),
        lambda picture: picture.crop((10, 10, 190, 190)),
    ],
    ids=["mirror", "grey", "turn", "crop"],
)
def test_an_edited_copy_leads_to_its_picture(edit: Callable[[Image.Image], Image.Image], drawings: Collection) -> None:
    matches = drawings.find(edit(drawing(5)).convert("RGB"), 3)
    assert len(matches) == 3
    assert matches[0].path.name == "drawing 5.png"
    assert matches[0].distance < matches[1].distance <= matches[2].distance


def test_a_query_is_a_path_an_image_or_an_array(drawings: Collection, tmp_path: Path) -> None:
    path = tmp_path / "query.webp"
    drawing(2).save(path, lossless=True)
    for query in (path, str(path), drawing(2), np.asarray(drawing(2))):
        assert drawings.find(query, 1)[0].path.name == "drawing 2.png"


def test_filters_choose_among_the_pictures(drawings: Collection) -> None:
    def names(among: Filter) -> list[str]:
        return [str(match.path.relative_to(drawings.folder)) for match in drawings.find(drawing(0), 20, among=among)]

    everything = {str(file.path.relative_to(drawings.folder)) for file in drawings.pictures()}
    assert {Path(name).parent.name for name in names(Filter(folder=Path("old")))} == {"old"}
    assert set(names(Filter(format="png", shape="square"))) == everything
    assert not names(Filter(until=date(2000, 1, 1)))
    colours = {file.colour for file in drawings.pictures()}
    assert sum(len(names(Filter(colour=colour))) for colour in colours) == 12
    with pytest.raises(UsageError, match="'round' is none of portrait"):
        Filter(shape="round")


def test_there_are_at_most_as_many_matches_as_pictures(drawings: Collection) -> None:
    assert len(drawings.find(drawing(0), 100)) == 12
    with pytest.raises(UsageError):
        drawings.find(drawing(0), 0)


def test_a_query_that_is_no_picture_is_refused(drawings: Collection, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("no picture")
    with pytest.raises(PictureUnreadable):
        drawings.find(tmp_path / "words.png")
