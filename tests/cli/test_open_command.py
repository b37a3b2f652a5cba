"""`pochade open`, until the server runs."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from pochade import errors
from tests.support.command_line import RunCommand
from tests.support.drawings import folder_of_art


@pytest.mark.slow
def test_the_page_is_served_until_the_process_ends(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 1)
    code = "from pochade.cli import main; main()"
    command = [sys.executable, "-c", code, "open", str(folder), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        line = next(line for line in process.stderr if "the page is at" in line)
        address = line.rpartition(" ")[2].strip()
        with urllib.request.urlopen(address) as page:
            assert b"<title>Pochade</title>" in page.read()
        process.terminate()
        process.stderr.read()
    assert not (folder / ".pochade").exists()


def test_for_other_machines_nothing_is_served_without_a_good_password(
    tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["open", folder_of_art(tmp_path / "art", 1), "--host", "0.0.0.0", "--no-browser"]
    monkeypatch.delenv("POCHADE_PASSWORD", raising=False)
    code, _, messages = pochade(*words)
    assert code == errors.UsageError.exit_code
    assert "needs a password" in messages
    monkeypatch.setenv("POCHADE_PASSWORD", "short")
    assert pochade(*words).code == errors.UsageError.exit_code


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """The folders that would be served, and a current folder without a collection near."""
    folders = list[Path | None]()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pochade.web.server.serve", lambda settings, _: folders.append(settings.folder))
    return folders


def test_where_no_collection_is_near_the_page_asks_for_a_folder(served: list[Path | None], pochade: RunCommand) -> None:
    assert pochade("open").code == 0
    assert served == [None]


@pytest.mark.parametrize("words", [["--no-browser"], ["--host", "0.0.0.0"]])
def test_where_the_page_cannot_ask_the_terminal_does(
    words: list[str], served: list[Path | None], tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCHADE_PASSWORD", "a sketch of a harbour")
    monkeypatch.setattr("pochade.cli.open_command.ask_for_folder", lambda suggestion: suggestion / "art")
    assert pochade("open", *words).code == errors.CollectionMissing.exit_code
    folder_of_art(tmp_path / "art", 1)
    assert pochade("open", *words).code == 0
    assert served == [tmp_path / "art"]


def test_a_folder_that_is_named_must_exist(served: list[Path | None], pochade: RunCommand) -> None:
    assert pochade("open", "nowhere").code == errors.CollectionMissing.exit_code
    assert pochade("-C", "nowhere", "open").code == errors.CollectionMissing.exit_code
    assert served == []
