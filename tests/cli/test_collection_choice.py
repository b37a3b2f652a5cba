"""Which collection a command works on."""

from pathlib import Path

import pytest

from pochade import errors
from tests.support.command_line import RunCommand

pytestmark = pytest.mark.slow


def test_the_nearest_collection_upwards_is_used(
    art: Path, tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(art / "old")
    assert pochade("info", "--json").data["folder"] == str(art)
    monkeypatch.chdir(tmp_path)
    code, _, messages = pochade("info")
    assert code == errors.CollectionMissing.exit_code
    assert "hint: name the folder" in messages


def test_a_current_folder_that_no_longer_exists_is_an_error(
    tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    code, _, messages = pochade("info")
    assert code == errors.CollectionMissing.exit_code
    assert "no longer exists" in messages
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-C", "nowhere", "info"], errors.CollectionMissing.exit_code),
        (["-C", ".", "info"], errors.CollectionMissing.exit_code),
        (["learn", "file.txt"], errors.CollectionMissing.exit_code),
        (["find", "x.png", "-k", "0"], errors.UsageError.exit_code),
        (["learn", ".", "--minutes", "-1"], errors.UsageError.exit_code),
    ],
)
def test_an_impossible_command_is_an_error_and_changes_nothing(
    words: list[str], code: int, tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("no folder")
    result = pochade(*words)
    assert result.code == code
    assert "Traceback" not in result.messages
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("command", ["families", "groups", "map", "labels"])
def test_a_folder_that_was_not_learnt_is_an_error_and_stays_empty(
    command: str, tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, messages = pochade("-C", tmp_path, command)
    assert code == errors.CollectionMissing.exit_code
    assert "nothing has been learnt" in messages
    assert not list(tmp_path.iterdir())
