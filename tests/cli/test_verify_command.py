"""`pochade verify`."""

from pathlib import Path

from pochade.errors import ArchiveDamaged
from tests.support.command_line import RunCommand


def test_verify_names_damaged_files(archive: Path, tmp_path: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("verify", archive)
    assert code == 0
    assert "3 files, all intact" in messages
    content = bytearray(archive.read_bytes())
    content[90] ^= 1
    damaged = tmp_path / "damaged.pochade"
    damaged.write_bytes(content)
    result = pochade("verify", damaged, "--json")
    assert result.code == ArchiveDamaged.exit_code
    (damage,) = result.data["damages"]
    assert damage["pieces"]
    assert f"lost: '{damage['pieces'][0]}'" in result.messages
