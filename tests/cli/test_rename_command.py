"""`pochade rename`."""

import shutil
from pathlib import Path

from pochade.errors import UsageError
from tests.support.command_line import RunCommand


def test_rename_gives_a_file_another_path(archive: Path, tmp_path: Path, pochade: RunCommand) -> None:
    copy = tmp_path / "a.pochade"
    shutil.copy(archive, copy)
    result = pochade("rename", copy, "photo.jpg", "trips/sea.jpg")
    assert result.code == 0
    assert "'photo.jpg' is now 'trips/sea.jpg' (1 file)" in result.messages
    assert [file["path"] for file in pochade("list", copy, "--json").data] == ["copy.bmp", "paint.bmp", "trips/sea.jpg"]
    assert pochade("verify", copy).code == 0
    result = pochade("rename", copy, "photo.jpg", "x")
    assert result.code == UsageError.exit_code
    assert "there is no file or folder 'photo.jpg'" in result.messages
