"""Labels have colours, which stay with their names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import IndexDamaged, UsageError
from pochade.index.label_colours import COLOURS_SETTING, LABEL_COLOURS, check_label_colour
from pochade.index.settings_store import write_setting


@pytest.fixture
def labelled(learnt_folder: Path) -> Iterator[Collection]:
    """A collection with the labels harbour and sea."""
    with Collection.open(learnt_folder) as collection:
        collection.label(collection.pictures(), "harbour")
        collection.label(collection.pictures()[:1], "sea")
        yield collection


def test_a_colour_is_given_changed_and_taken_away(labelled: Collection) -> None:
    assert labelled.label_colours() == {}
    labelled.set_label_colour("sea", "blue")
    labelled.set_label_colour("harbour", "red")
    labelled.set_label_colour("harbour", "grey")
    assert labelled.label_colours() == {"harbour": "grey", "sea": "blue"}
    labelled.set_label_colour("sea", None)
    assert labelled.label_colours() == {"harbour": "grey"}


def test_only_labels_and_colours_that_exist_are_accepted(labelled: Collection) -> None:
    with pytest.raises(UsageError, match="no picture has the label 'owl'"):
        labelled.set_label_colour("owl", "blue")
    with pytest.raises(UsageError, match="'mauve' is no colour of a label"):
        labelled.set_label_colour("sea", "mauve")
    assert [check_label_colour(colour) for colour in LABEL_COLOURS] == list(LABEL_COLOURS)


def test_a_renamed_label_takes_its_colour_along_unless_the_other_has_one(labelled: Collection) -> None:
    labelled.set_label_colour("sea", "blue")
    labelled.rename_label("sea", "ocean")
    assert labelled.label_colours() == {"ocean": "blue"}
    labelled.set_label_colour("harbour", "red")
    labelled.rename_label("ocean", "harbour")
    assert labelled.label_colours() == {"harbour": "red"}


def test_a_label_that_comes_back_has_its_colour_again(labelled: Collection) -> None:
    labelled.set_label_colour("sea", "blue")
    labelled.delete_label("sea")
    assert labelled.label_colours() == {}
    labelled.label(labelled.pictures(), "sea")
    assert labelled.label_colours() == {"sea": "blue"}


@pytest.mark.parametrize("setting", ["[", "[]", '{"sea": "mauve"}', '{"sea": 1}', "[" * 100_000])
def test_colours_that_cannot_be_read_are_an_error_with_a_next_step(labelled: Collection, setting: str) -> None:
    write_setting(labelled.index, COLOURS_SETTING, setting)
    with pytest.raises(IndexDamaged, match="the colours of its labels"):
        labelled.label_colours()
