"""`pochade extract`."""

import subprocess
import sys
from pathlib import Path

import pytest

from pochade.errors import OutputUnwritable, UsageError
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


def test_an_archive_whose_end_is_lost_says_that_files_may_be_missing(tmp_path: Path, pochade: RunCommand) -> None:
    art, target = tmp_path / "art", tmp_path / "a.pochade"
    art.mkdir()
    (art / "noise").write_bytes(bytes(range(256)) * 40)
    assert pochade("compress", art, "--to", target, "--parity", "5%").code == 0
    content = target.read_bytes()
    target.write_bytes(content[: content.index(b"pochade/manifest.json")])
    for arguments in (["extract", target, "--to", tmp_path / "out"], ["list", target]):
        result = pochade(*arguments)
        assert result.code == 0
        assert "the end of the archive is lost" in result.messages
    assert (tmp_path / "out" / "noise").read_bytes() == (art / "noise").read_bytes()
    assert "pochade verify --repair" in pochade("compress", art, "--to", target, "--parity", "9%").messages


def test_extract_never_replaces_another_file(archive: Path, tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "copy.bmp").write_bytes(b"mine")
    assert pochade("extract", archive, "--to", tmp_path).code == OutputUnwritable.exit_code
    result = pochade("extract", archive, "--to", tmp_path, "--json", "--keep-going")
    assert result.code == OutputUnwritable.exit_code
    assert (result.data["files"], result.data["there"]) == (2, 0)
    assert set(result.data["problems"]) == {"copy.bmp"}
    assert "files that could not be extracted (1):" in result.messages
    assert (tmp_path / "copy.bmp").read_bytes() == b"mine"


def test_only_the_chosen_files_are_extracted(archive: Path, tmp_path: Path, pochade: RunCommand) -> None:
    out = tmp_path / "out"
    result = pochade("extract", archive, "*.bmp", "--to", out, "--json")
    assert result.code == 0
    assert {path.name for path in out.iterdir()} == {"paint.bmp", "copy.bmp"}
    assert result.data["files"] == 2


def test_a_file_that_is_not_in_the_archive_is_an_error_before_anything_is_written(
    archive: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    code, _, messages = pochade("extract", archive, "paint.bmp", "nothing.png", "--to", tmp_path / "out")
    assert code == UsageError.exit_code
    assert "no file in the archive matches 'nothing.png'" in messages
    assert not (tmp_path / "out").exists()


def test_one_file_goes_to_stdout(archive: Path) -> None:
    command = [sys.executable, "-m", "pochade", "extract", str(archive), "paint.bmp", "--to", "-"]
    assert subprocess.run(command, check=True, capture_output=True).stdout == encode_with_pillow(rgb_image(), "BMP")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["*.bmp"], "2 files would go to stdout"), (["paint.bmp", "--json"], "stdout holds the JSON")],
)
def test_stdout_holds_exactly_one_file(words: list[str], sentence: str, archive: Path, pochade: RunCommand) -> None:
    code, output, messages = pochade("extract", archive, *words, "--to", "-")
    assert code == UsageError.exit_code
    assert sentence in messages
    assert output == ""
