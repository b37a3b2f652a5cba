"""What a person sees of an archive."""

import json
from pathlib import Path

import pytest

from pochade.cli.messages import printed
from pochade.errors import ArchiveDamaged, FileUnreachable, OutputUnwritable
from tests.support.command_line import run_command
from tests.support.picture_files import encode_with_pillow, rgb_image

Caught = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three files, made by the command."""
    folder = tmp_path_factory.mktemp("art")
    (folder / "photo.jpg").write_bytes(encode_with_pillow(rgb_image().resize((200, 120)), "JPEG"))
    (folder / "paint.bmp").write_bytes(encode_with_pillow(rgb_image(), "BMP"))
    (folder / "copy.bmp").write_bytes(encode_with_pillow(rgb_image(), "BMP"))
    target = folder.with_name("art.pochade")
    with pytest.MonkeyPatch.context() as patch:
        assert run_command(["compress", str(folder), "--to", str(target)], patch) == 0
    return target


def test_compress_says_what_was_saved_by_whom(packed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    folder = next(path for path in packed.parent.iterdir() if path.is_dir() and path.name.startswith("art"))
    (folder / "notes.txt").write_text("paper and ink" * 99, encoding="utf-8")
    target = packed.with_name("other.pochade")
    assert run_command(["-C", str(folder), "compress", "--to", str(target), "--json"], monkeypatch) == 0
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert (data["pieces"], data["contents"], data["coded"]) == (4, 3, 3)
    assert data["coders"]["jpeg"]["pieces"] == 1
    assert data["bytes"] == target.stat().st_size
    assert "4 files" in said.err
    assert "jpeg " in said.err


def test_a_file_that_is_left_out_is_told_and_the_exit_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("paper", encoding="utf-8")
    (tmp_path / "art" / "link").symlink_to("notes.txt")
    code = run_command(["compress", str(tmp_path / "art"), "--to", str(tmp_path / "x.pochade")], monkeypatch)
    assert code == FileUnreachable.exit_code
    assert "link' is a link" in capsys.readouterr().err


def test_list_names_every_piece(packed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    assert run_command(["list", str(packed), "--json"], monkeypatch) == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in data] == ["copy.bmp", "paint.bmp", "photo.jpg"]
    assert all({"path", "coder", "bytes", "original_bytes", "fidelity"} <= one.keys() for one in data)
    assert {one["fidelity"] for one in data} == {"lossless"}
    assert run_command(["list", str(packed)], monkeypatch) == 0
    assert "photo.jpg" in capsys.readouterr().out


def test_verify_names_what_is_damaged(packed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    assert run_command(["verify", str(packed)], monkeypatch) == 0
    assert "all as they were written" in capsys.readouterr().err
    damaged = bytearray(packed.read_bytes())
    damaged[90] ^= 1
    path = packed.with_name("damaged.pochade")
    path.write_bytes(damaged)
    assert run_command(["verify", str(path), "--json"], monkeypatch) == ArchiveDamaged.exit_code
    said = capsys.readouterr()
    (damage,) = json.loads(said.out)["damages"]
    assert damage["pieces"]
    assert damage["pieces"][0] in said.err


def test_extract_gives_files_and_passes_over_those_that_are_there(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    assert run_command(["extract", str(packed), "--to", str(tmp_path / "out")], monkeypatch) == 0
    assert (tmp_path / "out" / "paint.bmp").read_bytes() == encode_with_pillow(rgb_image(), "BMP")
    (tmp_path / "out" / "photo.jpg").unlink()
    words = ["extract", str(packed), "--to", str(tmp_path / "out"), "--json"]
    assert run_command(words, monkeypatch) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["files"], said["there"]) == (1, 2)
    (tmp_path / "out" / "copy.bmp").write_bytes(b"mine")
    assert run_command(words, monkeypatch) == OutputUnwritable.exit_code
    assert run_command([*words, "--keep-going"], monkeypatch) == OutputUnwritable.exit_code
    said = json.loads(capsys.readouterr().out)
    assert (said["files"], said["there"]) == (0, 2)
    assert set(said["problems"]) == {"copy.bmp"}


def test_what_would_steer_a_terminal_is_not_printed() -> None:
    assert printed("cat\x1b[2J\n.png") == "cat\ufffd[2J\ufffd.png"
    assert printed("k\udce4se") == "k\ufffdse"
