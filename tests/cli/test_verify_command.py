"""`pochade verify`."""

from pathlib import Path

import pytest

from pochade.errors import ArchiveDamaged, UsageError
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


def test_a_sample_says_what_it_read_and_what_that_proves(archive: Path, pochade: RunCommand) -> None:
    result = pochade("verify", archive, "--sample", "20%", "--seed", 7, "--json")
    assert result.code == 0
    entries = result.data["sample"]["of"]
    assert result.data["sample"] == {"entries": 1, "of": entries, "seed": 7}
    assert f"read 1 of {entries} entries, chosen by the seed 7" in result.messages
    assert f"the other {entries - 1} were not read: if 1% of all entries were damaged" in result.messages
    assert "with a chance of 99%" in result.messages
    assert "all of these are intact" in result.messages


@pytest.mark.parametrize("sample", ["0%", "101%", "some", "-5", "nan"])
def test_an_impossible_share_is_refused(archive: Path, sample: str, pochade: RunCommand) -> None:
    code, _, messages = pochade("verify", archive, f"--sample={sample}")
    assert code == UsageError.exit_code
    assert "is no share of the entries" in messages


def test_repair_says_what_it_wrote_and_what_is_still_damaged(
    archive: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    content = bytearray(archive.read_bytes())
    content[3] ^= 1
    damaged = tmp_path / "damaged.pochade"
    damaged.write_bytes(content)
    result = pochade("verify", damaged, "--repair", "--json")
    assert result.code == 0
    assert len(result.data["repaired"]) == 1
    assert "is written again" in result.messages
    assert "3 files, all intact" in result.messages
    assert damaged.read_bytes() == archive.read_bytes()
    content[90] ^= 1
    damaged.write_bytes(content)
    result = pochade("verify", damaged, "--repair", "--json")
    assert result.code == ArchiveDamaged.exit_code
    assert len(result.data["damages"]) == 1
    assert pochade("verify", damaged, "--repair", "--sample", "5%").code == UsageError.exit_code
