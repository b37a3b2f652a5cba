"""`pochade list`."""

from pathlib import Path

from tests.support.command_line import RunCommand


def test_list_names_every_file(archive: Path, pochade: RunCommand) -> None:
    files = pochade("list", archive, "--json").data
    assert [file["path"] for file in files] == ["copy.bmp", "paint.bmp", "photo.jpg"]
    assert all({"path", "coder", "bytes", "original_bytes", "fidelity"} <= file.keys() for file in files)
    assert {file["fidelity"] for file in files} == {"lossless"}
    assert "photo.jpg" in pochade("list", archive).output
