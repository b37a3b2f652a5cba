"""`pochade prune`."""

import shutil
from pathlib import Path

import pytest

from pochade.errors import UsageError
from tests.support.command_line import RunCommand


@pytest.fixture
def copy(archive: Path, tmp_path: Path) -> Path:
    """An archive of three files that may be changed."""
    shutil.copy(archive, tmp_path / "a.pochade")
    return tmp_path / "a.pochade"


def test_without_a_terminal_it_lists_what_would_go_and_removes_nothing(copy: Path, pochade: RunCommand) -> None:
    before = copy.read_bytes()
    result = pochade("prune", copy, "*.bmp")
    assert result.code == UsageError.exit_code
    assert "would go (2):" in result.messages
    assert "nothing was removed: 2 files would go" in result.messages
    assert "hint: give --yes" in result.messages
    result = pochade("prune", copy, "*.bmp", "--json")
    assert result.code == 0
    assert result.data["files"] == ["copy.bmp", "paint.bmp"]
    assert result.data["removed"] is False
    assert copy.read_bytes() == before


@pytest.mark.parametrize("answer", [True, False])
def test_the_person_is_asked(answer: bool, copy: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.cli.prune_command.confirm", lambda _: answer)
    assert pochade("prune", copy, "*.bmp").code == (0 if answer else UsageError.exit_code)
    assert len(pochade("list", copy, "--json").data) == (1 if answer else 3)


def test_with_yes_it_removes_them(copy: Path, pochade: RunCommand) -> None:
    size = copy.stat().st_size
    result = pochade("prune", copy, "*.bmp", "--yes", "--json")
    assert result.code == 0
    assert result.data["removed"] is True
    assert f"2 files removed; '{copy}' has {copy.stat().st_size:,} bytes, before {size:,}" in result.messages
    assert [file["path"] for file in pochade("list", copy, "--json").data] == ["photo.jpg"]
