"""A search is the same question and the same answer for the process that asks and for the one that answers."""

import json
import os
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pochade import Collection, errors
from pochade.index.picture_records import Match, PictureFile
from pochade.organise.find_question import (
    FindAnswer,
    FindQuestion,
    answer_question,
    match_format,
    parse_answer,
    parse_question,
)

NO_UTF_8 = os.fsdecode(b"owl \xff\n.png")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A file in the place of an index."""
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"index")
    return path


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file in the place of a picture, whose name is no text."""
    path = tmp_path / NO_UTF_8
    path.write_bytes(b"picture")
    return path


def picture_file(path: Path) -> PictureFile:
    """A picture of a collection."""
    modified = datetime(2024, 2, 3, 4, 5, 6, 7)
    return PictureFile(path, "0" * 64, "PNG", 3, 2, 8, True, 1, 99, "red", modified, ("a note",), 5, 4)


def test_a_question_arrives_as_it_was(index: Path, image: Path) -> None:
    whole = FindQuestion(
        image,
        "owl \udcff",
        3,
        Path(NO_UTF_8),
        "jpg",
        date(2024, 2, 29),
        date(2025, 1, 1),
        "square",
        "red",
        "owls",
        by_meaning=True,
    )
    for question in (whole, FindQuestion(None, "owl"), replace(whole, image=None, since=None)):
        message = question.to_json(index)
        assert message is not None
        assert parse_question(message, index) == question


def test_a_relative_path_and_a_link_are_followed_by_who_asks(
    index: Path, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(image.parent)
    Path("link.png").symlink_to(image)
    for path in (Path(image.name), Path("link.png")):
        message = FindQuestion(path, "").to_json(index)
        assert message is not None
        assert parse_question(message, index) == FindQuestion(image, "")


def test_an_answer_arrives_as_it_was(image: Path) -> None:
    file = picture_file(image)
    for answer in (
        FindAnswer((Match(image, 0.1 + 0.2, file, 0.75), Match(image, 1.0, file)), is_empty=False),
        FindAnswer(pictures=(file, file), total=9),
        FindAnswer(is_empty=True),
    ):
        assert parse_answer(answer.to_json()) == answer


@pytest.mark.parametrize("cut", [1, 40])
def test_an_answer_that_is_cut_short_is_an_error(cut: int, image: Path) -> None:
    answer = FindAnswer((Match(image, 0.5, picture_file(image)),))
    with pytest.raises(ValueError, match=r"."):
        parse_answer(answer.to_json()[:-cut])


def test_a_file_that_is_another_one_here_is_not_searched(index: Path, image: Path) -> None:
    for path in (index, image):
        message = FindQuestion(image, "").to_json(index)
        assert message is not None
        other = path.with_name("other")
        other.write_bytes(path.read_bytes())
        other.replace(path)
        assert parse_question(message, index) is None


def test_nobody_else_is_asked_about_a_pipe_or_a_missing_file(index: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "missing", tmp_path):
        assert FindQuestion(path, "").to_json(index) is None
        assert FindQuestion(None, "owl").to_json(path) is None


def test_no_index_is_worse_than_a_question_that_makes_no_sense(tmp_path: Path) -> None:
    with Collection.open(tmp_path) as collection, pytest.raises(errors.CollectionMissing):
        answer_question(collection.library, FindQuestion(None, "***", shape="round"))


def test_the_message_holds_nothing_that_only_python_reads(index: Path) -> None:
    message = FindQuestion(None, "owl", since=date(2024, 1, 2)).to_json(index)
    assert message is not None
    assert json.loads(message)[1] == [None, "owl", None, None, None, "2024-01-02", None, None, None, None, False]


def test_a_format_may_be_given_as_a_file_ending() -> None:
    assert match_format("jpg", ["PNG", "JPEG"]) == "JPEG"
    assert match_format("Procreate", ["PNG", "PROCREATE"]) == "PROCREATE"
    with pytest.raises(errors.UsageError, match="no picture here has the format 'tif'"):
        match_format("tif", ["PNG", "JPEG"])
