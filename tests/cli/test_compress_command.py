"""`pochade compress`."""

from pathlib import Path

from pochade.errors import DataMissing, FileUnreachable, UsageError
from tests.support.command_line import RunCommand


def test_compress_prints_what_each_codec_saved(archive_folder: Path, tmp_path: Path, pochade: RunCommand) -> None:
    for path in archive_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "notes.txt").write_text("paper and ink" * 99, encoding="utf-8")
    target = tmp_path.with_name("other.pochade")
    result = pochade("-C", tmp_path, "compress", "--to", target, "--json")
    assert result.code == 0
    assert (result.data["pieces"], result.data["contents"], result.data["coded"]) == (4, 3, 3)
    assert result.data["coders"]["jpeg"]["pieces"] == 1
    assert result.data["bytes"] == target.stat().st_size
    assert "4 files" in result.messages
    assert "jpeg " in result.messages


def test_a_file_that_is_not_in_the_archive_is_listed_and_decides_the_exit_code(
    tmp_path: Path, pochade: RunCommand
) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("paper", encoding="utf-8")
    (tmp_path / "art" / "link").symlink_to("notes.txt")
    code, _, messages = pochade("compress", tmp_path / "art", "--to", tmp_path / "x.pochade")
    assert code == FileUnreachable.exit_code
    assert "files that are not in the archive (1):" in messages
    assert "link' is a link" in messages


def test_what_a_killed_run_left_is_listed_and_no_failure(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("paper", encoding="utf-8")
    (tmp_path / "art" / ".extract.pochade.part").write_text("pap", encoding="utf-8")
    code, _, messages = pochade("compress", tmp_path / "art", "--to", tmp_path / "x.pochade")
    assert code == 0
    assert ".extract.pochade.part' has the name of a temporary file" in messages


def test_an_empty_folder_is_an_error(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "art").mkdir()
    assert pochade("compress", tmp_path / "art", "--to", tmp_path / "x.pochade").code == DataMissing.exit_code


def test_the_effort_is_chosen(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("paper", encoding="utf-8")
    target = tmp_path / "x.pochade"
    assert pochade("compress", tmp_path / "art", "--to", target, "--effort", "best").code == 0
    code, _, messages = pochade("compress", tmp_path / "art", "--to", target, "--effort", "slow")
    assert code == UsageError.exit_code
    assert "no effort 'slow'" in messages


def test_parity_data_is_added_and_counted(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "notes.txt").write_text("paper", encoding="utf-8")
    target = tmp_path / "x.pochade"
    result = pochade("compress", tmp_path / "art", "--to", target, "--parity", "5%", "--json")
    assert result.code == 0
    assert (result.data["pieces"], result.data["contents"]) == (1, 1)
    assert f"stored once: {result.data['coders']['parity']['bytes']:,} bytes" in result.messages
    for words in (["--parity", "much"], ["--parity", "99%"], ["--parity", "0"], ["--parity", "1.5%"]):
        assert pochade("compress", tmp_path / "art", "--to", target, *words).code == UsageError.exit_code
    assert pochade("compress", tmp_path / "art", "--to", target, "--rehash").code == 0
