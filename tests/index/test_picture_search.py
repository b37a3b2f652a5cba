"""Searching an index: by each operator, by several together, and after its names and labels have changed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.label_store import add_label, remove_label
from pochade.index.picture_records import Filter
from pochade.index.picture_rows import FileRow
from pochade.index.picture_search import EARLIEST_NS, search_numbers, start_of_day
from pochade.index.search_query import parse_query
from pochade.system.file_stamp import FileStamp
from tests.support.indexed_pictures import content_of
from tests.support.searched_pictures import fill_searched_index


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index of six pictures that were never read."""
    opened = Index(tmp_path / "index.sqlite")
    fill_searched_index(opened)
    yield opened
    opened.close()


def found(index: Index, query: str) -> set[int]:
    """The numbers of the pictures that a search finds."""
    return search_numbers(index, parse_query(query))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("owl", {1, 2, 3, 5}),
        ("OWL", {1, 2, 3, 5}),
        ("ow", {1, 2, 3, 5}),
        ('"ow"', set()),
        ("owl night", {1, 2, 5}),
        ("nigh owl", set()),
        ("nigh* owl", {1, 2, 5}),
        ("owl -night", {3}),
        ("-owl", {4, 6}),
        ('"at night"', {1, 2}),
        ('-"at night"', {3, 4, 5, 6}),
        ("owl_at", {2}),
        ("name:owl", {1, 2, 5}),
        ("name:copies", set()),
        ("folder:owl", {2}),
        ("folder:old/owls", {2}),
        ("label:harbour", {1, 4}),
        ("label:harbour label:sold", {1}),
        ('label:"night sold"', set()),  # of two labels
        ('"owl night"', set()),  # of two files
        ("ubung", {3}),
        ("caption:katze", {3}),
        ("name:katze", set()),
        ("prompt:castle", {5}),
        ('"rains night"', set()),  # of two prompts
        ("technique:line", {1}),
        ("line", {1}),
        ("colour:blue", {2}),
        ("-colour:red", {2}),
        ("blue", {2}),
        ("format:jpg", {2}),
        ("format:jxl", {6}),
        ("shape:square", {1, 2, 3, 5}),
        ("shape:portrait", {4}),
        ("-shape:square landscape", {6}),
        ("since:1972", {3, 4, 5}),
        ("until:1971 -until:1970", {2}),
        ("until:1969", {6}),
        ("猫", {4}),
        ("www.owl.org", {5}),
        ("", {1, 2, 3, 4, 5, 6}),
    ],
)
def test_a_search_finds_the_pictures_that_meet_all_conditions(index: Index, query: str, numbers: set[int]) -> None:
    assert found(index, query) == numbers


def test_a_label_is_searched_as_soon_as_it_is_given_refused_or_taken_back(index: Index) -> None:
    add_label(index, [5, 6], "sold")
    assert found(index, "label:sold") == {1, 5, 6}
    add_label(index, [1], "sold", refused=True)
    remove_label(index, [5], "sold")
    assert found(index, "label:sold") == {6}
    assert found(index, 'label:"harbour at night"') == {1}


def test_a_name_is_searched_as_long_as_a_file_has_it(index: Index) -> None:
    stamp = FileStamp(1, 0, 0, None)
    index.add_pictures([], [FileRow(b"new/lynx.png", stamp, None, None)], [content_of(1)])
    assert found(index, "lynx") == {1}
    index.add_pictures([], [FileRow(b"new/lynx.png", stamp, None, None)], [content_of(2)])  # other content now
    assert found(index, "lynx") == {2}
    index.forget_files([b"new/lynx.png"])
    assert found(index, "lynx") == set()


def test_a_picture_whose_files_are_gone_is_not_found_until_one_is_back(index: Index) -> None:
    index.forget_files([b"owl.png", b"copies/night owl.png"])
    assert found(index, "label:sold") == set()
    index.add_pictures([], [FileRow(b"back.png", FileStamp(1, 0, 0, None), None, None)], [content_of(1)])
    assert found(index, "label:sold back") == {1}


def test_the_file_of_a_picture_is_shown_that_has_most_of_the_words(learnt_folder: Path) -> None:
    copy = learnt_folder / "another" / "copy.png"
    copy.parent.mkdir()
    copy.write_bytes((learnt_folder / "drawing 0.png").read_bytes())
    with Collection.open(learnt_folder) as collection:
        collection.learn(minutes=0)
        assert [picture.path.name for picture in collection.search('"drawing" "0"')] == ["drawing 0.png"]
        assert [picture.path for picture in collection.search("folder:another")] == [copy]
        assert len(collection.search("png")) == 12  # pictures, in 13 files
        assert len(collection.search("png", 3)) == 3
        assert len(collection.search("png", among=Filter(Path("old")))) == 6
        collection.label(collection.search("folder:another"), "mine")
        assert [picture.path for picture in collection.search("copy", among=Filter(label="mine"))] == [copy]
        assert collection.pictures_with_words("label:mine") == {collection.search("copy")[0].number}


def test_what_is_forgotten_is_not_found_any_more(learnt_folder: Path) -> None:
    (learnt_folder / "drawing 0.png").unlink()
    with Collection.open(learnt_folder) as collection:
        collection.learn(minutes=0)
        assert collection.forget(collection.gone_pictures()) == 1
        assert len(collection.search("drawing")) == 11
        with collection.index.reading() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM search").scalar()
        assert rows == 11


@pytest.mark.parametrize("query", ["", " ", "- *", "!"])
def test_a_search_without_a_condition_says_so(learnt_folder: Path, query: str) -> None:
    with Collection.open(learnt_folder) as collection:
        with pytest.raises(UsageError, match="no word to search for"):
            collection.search(query)
        with pytest.raises(UsageError, match="0 pictures"):
            collection.search("owl", 0)


def test_the_first_and_last_days_of_the_calendar_have_a_time() -> None:
    assert start_of_day(date.min) == EARLIEST_NS
    assert start_of_day(date.max) > start_of_day(date(2262, 1, 1)) > start_of_day(date(1970, 1, 3)) > 0
