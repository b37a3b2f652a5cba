"""`pochade find`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pochade import errors
from pochade.cli import find_command
from pochade.index.collection_place import locate_collection
from pochade.organise.find_question import server_socket
from pochade.system.private_socket import HAS_SOCKETS, PrivateSocket
from pochade.web.find_service import FindService
from tests.support.command_line import RunCommand
from tests.support.drawings import drawing


def test_matches_are_printed_as_json_and_as_lines(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    drawing(6).rotate(90).save(tmp_path / "turned.jpg")
    sheet = tmp_path / "sheet.png"
    result = pochade("-C", art, "find", tmp_path / "turned.jpg", "-k", "3", "--json", "--sheet", sheet)
    assert result.code == 0
    assert len(result.data) == 3
    assert result.data[0]["path"] == str(art / "drawing 6.png")
    assert str(art / "drawing 6.png") in result.messages
    assert f"wrote '{sheet}'" in result.messages
    with Image.open(sheet) as picture:
        assert picture.size[0] > 1000


@pytest.mark.slow
def test_a_contact_sheet_replaces_an_earlier_one_but_never_a_picture(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    picture, sheet = art / "drawing 6.png", tmp_path / "sheet.png"
    before = picture.read_bytes()
    code, _, messages = pochade("-C", art, "find", picture, "--sheet", picture)
    assert code != 0
    assert "already exists and is not a contact sheet" in messages
    assert picture.read_bytes() == before
    for _ in range(2):
        assert pochade("-C", art, "find", picture, "--sheet", sheet).code == 0


def test_filters_select_by_folder_shape_and_date(art: Path, pochade: RunCommand) -> None:
    filters = ["--in", "old", "--shape", "square", "--since", "2020-01-01"]
    matches = pochade("-C", art, "find", art / "drawing 0.png", "--json", *filters).data
    assert {Path(match["path"]).parent.name for match in matches} == {"old"}


def test_an_unknown_colour_is_an_error_that_lists_the_colours(art: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("-C", art, "find", art / "drawing 0.png", "--colour", "mauve")
    assert code == errors.UsageError.exit_code
    assert "'mauve' is none of red, orange" in messages


def test_a_format_may_be_given_as_a_file_ending(art: Path, pochade: RunCommand) -> None:
    query = ["-C", art, "find", art / "drawing 0.png", "--json", "--format"]
    matches = pochade(*query, "png").data
    assert len(matches) == 10
    assert {Path(match["path"]).suffix for match in matches} == {".png"}
    assert [Path(match["path"]).name for match in pochade(*query, "jpg").data] == ["small copy.jpg"]


def test_a_format_that_no_picture_has_is_an_error_that_lists_the_formats(art: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("-C", art, "find", art / "drawing 0.png", "--format", "tif")
    assert code == errors.UsageError.exit_code
    assert "no picture here has the format 'tif'" in messages
    assert "hint: choose one of PNG, JPEG" in messages


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_query_that_is_no_picture_is_named(words: list[str], art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "empty.png").touch()
    code, _, messages = pochade("-C", art, "find", tmp_path / "empty.png", *words)
    assert code == errors.PictureUnreadable.exit_code
    assert "empty.png' is empty" in messages


def test_the_matches_are_the_result_and_the_sheet_is_a_message(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    sheet = tmp_path / "sheet.png"
    _, output, messages = pochade("-C", art, "find", art / "drawing 0.png", "-k", "2", "--sheet", sheet)
    assert len(output.splitlines()) == 2
    assert str(art / "drawing 0.png") in output
    assert messages == f"wrote '{sheet}'\n"


def test_a_sheet_is_not_written_under_the_ending_of_another_format(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    code, _, messages = pochade("-C", art, "find", art / "drawing 0.png", "--sheet", tmp_path / "sheet.jpg")
    assert code == errors.UsageError.exit_code
    assert "hint: let its name end in .png" in messages
    assert not list(tmp_path.iterdir())


def test_what_is_no_file_is_words_to_search_for(
    art: Path, tmp_path: Path, pochade: RunCommand, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copy").mkdir()  # a folder's name is a word, too
    for words in ("copy", "small copy", 'name:"small copy" format:jpg', "copy -drawing"):
        code, output, messages = pochade("-C", art, "find", words)
        assert (code, messages) == (0, "")
        assert output.split("  ")[-1].strip().endswith("small copy.jpg")
        assert len(output.splitlines()) == 1


def test_words_and_options_hold_together_and_json_has_no_distance(art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", art, "find", "drawing", "--in", "old", "-k", "2", "--json")
    assert [set(match) for match in result.data] == [{"path", "piece"}] * 2
    assert result.data[0]["path"] == result.data[0]["piece"]["path"] == str(art / "old" / "drawing 1.png")
    assert "2 of 11 pictures: a larger -k shows more" in result.messages
    assert len(pochade("-C", art, "find", "drawing", "--json").data) == 22


def test_words_that_no_picture_has_may_be_a_file_that_is_missing(art: Path, pochade: RunCommand) -> None:
    for words in ("scans/owl\x1b.png", "scans/owl\0.png"):
        code, output, messages = pochade("-C", art, "find", words)
        assert (code, output) == (0, "")
        assert "no picture has all words of 'scans/owl\ufffd.png', and no file has this name" in messages


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lable:owl"], "there is no operator 'lable:'"),
        (["***"], "there is no word to search for"),
        (["owl", "--sheet", "sheet.png"], "there is no file 'owl', and a sheet shows what looks like a picture"),
    ],
)
def test_words_that_make_no_sense_are_an_error(words: list[str], sentence: str, art: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("-C", art, "find", *words)
    assert code == errors.UsageError.exit_code
    assert sentence in messages


# Answered by a running server ----------------------------------------------------------------------------------------


@pytest.fixture
def service(art: Path, short_cache: Path) -> Iterator[FindService]:
    """A server's answers to searches in the folder."""
    if not HAS_SOCKETS:
        pytest.skip("this system has no Unix sockets")
    service = FindService()
    service.publish(locate_collection(art))
    assert list(short_cache.rglob("sockets/*"))
    yield service
    service.withdraw()


def refuse_to_search(*_: object) -> None:
    """Stand for `search_here` where it must not be called."""
    raise AssertionError("the command searched on its own")


@pytest.mark.parametrize(
    "words",
    [
        ["drawing 2.png", "-k", "3"],
        ["drawing 2.png", "--json", "--format", "png", "--in", "old", "--since", "2020-01-01"],
        ["small copy"],
        ["drawing", "-k", "2", "--json"],
        ["drawing", "--shape", "portrait"],
        ["no such words"],
    ],
)
def test_a_running_server_gives_the_same_answer(
    words: list[str], art: Path, pochade: RunCommand, service: FindService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(art)
    with monkeypatch.context() as patch:
        patch.setattr(find_command, "search_here", refuse_to_search)
        answered = pochade("-C", art, "find", *words)
    service.withdraw()
    assert answered == pochade("-C", art, "find", *words)
    assert answered.code == 0


def test_a_sheet_of_what_a_running_server_found_is_drawn_by_the_command(
    art: Path, tmp_path: Path, pochade: RunCommand, service: FindService, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, sheets = art / "small copy.jpg", [tmp_path / "answered.png", tmp_path / "alone.png"]
    with monkeypatch.context() as patch:
        patch.setattr(find_command, "search_here", refuse_to_search)
        assert pochade("-C", art, "find", query, "--sheet", sheets[0]).code == 0
    service.withdraw()
    assert pochade("-C", art, "find", query, "--sheet", sheets[1]).code == 0
    assert sheets[0].read_bytes() == sheets[1].read_bytes()


@pytest.mark.usefixtures("service")
def test_an_error_is_the_same_while_a_server_runs(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "empty.png").touch()
    code, _, messages = pochade("-C", art, "find", tmp_path / "empty.png")
    assert code == errors.PictureUnreadable.exit_code
    assert f"'{tmp_path / 'empty.png'}' is empty" in messages
    assert pochade("-C", art, "find", "***").code == errors.UsageError.exit_code


@pytest.mark.parametrize("answer", [b"[[], [], 3", b"{}", b"[[[1, 2]], [], 0, false]", b"\xff", b"[" * 10_000])
def test_an_answer_of_no_use_is_as_good_as_none(
    answer: bytes, art: Path, pochade: RunCommand, service: FindService
) -> None:
    service.withdraw()
    path = server_socket(locate_collection(art))
    assert path
    other = PrivateSocket(path, lambda _: answer)
    code, output, messages = pochade("-C", art, "find", "small copy")
    other.close()
    assert (code, messages) == (0, "")
    assert "small copy.jpg" in output


def test_a_server_of_another_version_is_not_asked(art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = locate_collection(art)
    paths = {server_socket(place)}
    monkeypatch.setattr("pochade.organise.find_question.__version__", "0.0.1")
    paths.add(server_socket(place))
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    paths |= {
        server_socket(place),
        server_socket(locate_collection(art / "old")),
        server_socket(locate_collection(art, art)),
    }
    assert len(paths) == 5
