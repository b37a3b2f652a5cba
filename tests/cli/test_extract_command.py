"""`pochade extract`."""

from pathlib import Path

from pochade.errors import OutputUnwritable
from tests.support.command_line import RunCommand
from tests.support.picture_files import encode_with_pillow, rgb_image


def test_extract_writes_files_and_skips_those_that_exist(archive: Path, tmp_path: Path, pochade: RunCommand) -> None:
    out = tmp_path / "out"
    assert pochade("extract", archive, "--to", out).code == 0
    assert (out / "paint.bmp").read_bytes() == encode_with_pillow(rgb_image(), "BMP")
    (out / "photo.jpg").unlink()
    result = pochade("extract", archive, "--to", out, "--json")
    assert result.code == 0
    assert (result.data["files"], result.data["there"]) == (1, 2)
    assert "2 others were in it already" in result.messages


def test_extract_never_replaces_another_file(archive: Path, tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "copy.bmp").write_bytes(b"mine")
    assert pochade("extract", archive, "--to", tmp_path).code == OutputUnwritable.exit_code
    result = pochade("extract", archive, "--to", tmp_path, "--json", "--keep-going")
    assert result.code == OutputUnwritable.exit_code
    assert (result.data["files"], result.data["there"]) == (2, 0)
    assert set(result.data["problems"]) == {"copy.bmp"}
    assert "files that could not be extracted (1):" in result.messages
    assert (tmp_path / "copy.bmp").read_bytes() == b"mine"
