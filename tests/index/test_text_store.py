"""The techniques of pictures in the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.index.database import Index
from pochade.index.text_store import pictures_of_technique, technique_counts
from tests.support.searched_pictures import PICTURES, fill_searched_index


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index of a few pictures; the technique of one is known."""
    opened = Index(tmp_path / "index.sqlite")
    fill_searched_index(opened)
    yield opened
    opened.close()


def test_techniques_are_counted_for_pictures_that_have_a_file(index: Index) -> None:
    assert technique_counts(index) == {"line art": 1}
    assert pictures_of_technique(index, "line art") == {1}
    assert pictures_of_technique(index, "line") == set()
    index.forget_files([path.encode() for path in PICTURES[0].paths])
    assert technique_counts(index) == {}
