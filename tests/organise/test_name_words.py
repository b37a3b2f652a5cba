"""Words are cut out of the names of files and folders."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.organise.name_words import words_in_path


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("animals/birds/snowy_owl_01.png", {"animal", "bird", "snowy", "owl"}),
        ("HarbourAtNight2024.jpg", {"harbour", "night"}),
        ("SVGFiles/redFox(copy 3).svg", {"red", "fox"}),
        ("IMG_20240131_120000.jpg", set()),
        ("DSC01234.JPG", set()),
        ("a1b2c3d4-e5f6/9f8e7d.png", set()),
        ("scans/New Folder/final version 2.tif", set()),
        ("Möwen/Brücke.png", {"möwen", "brücke"}),
        ("猫/子猫 3.png", {"猫", "子猫"}),
        ("cities/boxes/glasses/bus/puppies.png", {"city", "box", "glass", "bus", "puppy"}),
        ("без названия/кошка.png", {"без", "названия", "кошка"}),
    ],
)
def test_words_say_what_a_picture_shows(path: str, words: set[str]) -> None:
    assert words_in_path(PurePosixPath(path)) == words


@given(st.text(alphabet=st.characters(exclude_characters="\0"), max_size=60))
def test_no_name_breaks_the_cutting_and_no_word_has_a_digit(name: str) -> None:
    for word in words_in_path(PurePosixPath(name)):
        assert word
        assert not any(character.isdecimal() for character in word)
