"""`pochade open` with a file, as a file manager gives one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pochade import errors
from pochade.web.server_settings import ServerSettings
from tests.support.command_line import CommandResult, RunCommand
from tests.support.drawings import drawing

ADDRESS = "http://127.0.0.1:8765/"
Open = Callable[..., tuple[CommandResult, list[Path | None], list[str]]]


@pytest.fixture
def open_file(pochade: RunCommand, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Run `pochade open` without a server; return its result, what it serves, and what the browser opens."""
    folders, addresses = list[Path | None](), list[str]()

    def serve(settings: ServerSettings, ready: Callable[[str], None]) -> None:
        folders.append(settings.folder)
        ready(ADDRESS)

    monkeypatch.setattr("pochade.web.server.serve", serve)
    monkeypatch.setattr("webbrowser.open", addresses.append)

    def run(*words: object) -> tuple[CommandResult, list[Path | None], list[str]]:
        return pochade("open", *words), folders, addresses

    return run


def test_a_picture_is_shown_in_the_learnt_folder_above_it(art: Path, open_file: Open) -> None:
    result, folders, (address,) = open_file(art / "old" / "drawing 1.png")
    assert (result.code, folders) == (0, [art])
    assert address.startswith(f"{ADDRESS}piece/")
    assert f"the page is at {address}\n" in result.messages


def test_a_copy_of_a_learnt_picture_is_shown_by_its_content(art: Path, tmp_path: Path, open_file: Open) -> None:
    copy = Path(shutil.copytree(art, tmp_path / "copy"))
    (copy / "drawing 0.png").rename(copy / "moved.png")
    _, _, first = open_file(art / "drawing 0.png")
    _, folders, addresses = open_file(copy / "moved.png")
    assert folders == [art, copy]
    assert addresses == [first[0]] * 2


def test_of_a_picture_that_is_new_the_wall_is_shown_and_a_message_says_why(
    art: Path, tmp_path: Path, open_file: Open
) -> None:
    copy = Path(shutil.copytree(art, tmp_path / "copy"))
    drawing(90).save(copy / "new.png")
    result, folders, addresses = open_file(copy / "new.png")
    assert (folders, addresses) == ([copy], [ADDRESS])
    assert "'new.png' has not been learnt yet: let the page learn what is new" in result.messages


def test_of_a_picture_in_no_learnt_folder_its_own_folder_is_shown(tmp_path: Path, open_file: Open) -> None:
    drawing(90).save(tmp_path / "new.png")
    result, folders, addresses = open_file(tmp_path / "new.png")
    assert (folders, addresses) == ([tmp_path], [ADDRESS])
    assert f"'new.png' is in no learnt folder: let the page learn '{tmp_path}'" in result.messages
    assert not (tmp_path / ".pochade").exists()


def test_the_files_of_an_archive_are_listed(archive: Path, open_file: Open) -> None:
    result, folders, _ = open_file(archive)
    assert (result.code, folders) == (0, [])
    assert f"'{archive}' is an archive of 3 files" in result.output
    assert "photo.jpg" in result.output
    assert f"pochade extract '{archive}' --to DIR" in result.messages


def test_a_file_that_only_has_the_name_of_an_archive_is_an_error(tmp_path: Path, open_file: Open) -> None:
    (tmp_path / "art.pochade").write_bytes(b"no archive")
    assert open_file(tmp_path / "art.pochade")[0].code == errors.ArchiveDamaged.exit_code


def test_a_file_that_is_missing_is_an_error(tmp_path: Path, open_file: Open) -> None:
    assert open_file(tmp_path / "missing.png")[0].code == errors.CollectionMissing.exit_code
