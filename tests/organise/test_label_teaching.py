"""Labels spread from examples to similar pictures."""

from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import UsageError


def test_similar_pictures_are_suggested(collection: Collection, art: Path) -> None:
    examples = [art / "stripes" / f"{number}.png" for number in range(6)]
    collection.teach("stripes", examples, refused=[art / "drawing 8.png"])
    suggestions = collection.suggest("stripes", 14)
    assert sum(picture.path.parent.name == "stripes" for picture in suggestions.likely) >= 12
    assert not {picture.path for picture in (*suggestions.likely, *suggestions.ask)} & {
        *examples,
        art / "drawing 8.png",
    }
    assert collection.labels() == {"stripes": 6}


def test_an_example_can_be_refused_later(collection: Collection, art: Path) -> None:
    collection.teach("mine", [art / "drawing 0.png"])
    collection.teach("mine", [], refused=[art / "drawing 0.png"])
    assert collection.labels() == {}
    with pytest.raises(UsageError, match="no picture has the label"):
        collection.suggest("mine")


def test_a_file_cannot_have_and_lack_a_label(collection: Collection, art: Path) -> None:
    with pytest.raises(UsageError, match=r"drawing 0\.png.*having"):
        collection.teach("mine", [art / "drawing 0.png"], refused=[art / "drawing 0.png"])
    with pytest.raises(UsageError, match="1 to 256 characters"):
        collection.teach(" ", [art / "drawing 0.png"])
