"""Golden archives of the second generation: one with parity data, and one whose last addition was killed."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_repair import repair_archive
from tests.support.archives import read_archive

GOLDEN = Path(__file__).parents[1] / "golden"


def expected_hashes(name: str) -> dict[str, str]:
    hashes: dict[str, str] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return hashes


def hashes_of(path: Path) -> dict[str, str]:
    with open_archive(path) as archive:
        return {file.path: hashlib.sha256(archive.read(file)).hexdigest() for file in archive}


@pytest.mark.parametrize(("start", "count"), [(0, 400), (5000, 600), (8000, 3), (12_300, 600)])
def test_parity_data_repairs_damage_for_ever(tmp_path: Path, start: int, count: int) -> None:
    golden = (GOLDEN / "parity.pochade").read_bytes()
    content = bytearray(golden)
    content[start : start + count] = bytes(byte ^ 0xFF for byte in content[start : start + count])
    path = tmp_path / "a.pochade"
    path.write_bytes(content)
    report = repair_archive(path)
    assert report.repaired
    assert report.damages == []
    assert path.read_bytes() == golden
    assert hashes_of(path) == expected_hashes("parity")


def test_an_archive_whose_last_addition_was_killed_is_whole_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.pochade"
    path.write_bytes((GOLDEN / "interrupted.pochade").read_bytes())
    assert hashes_of(path) == expected_hashes("interrupted")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.comment.endswith(b" backup")
    assert repair_archive(path).damages == []
    assert read_archive(path).keys() == expected_hashes("interrupted").keys()
    assert path.stat().st_size < (GOLDEN / "interrupted.pochade").stat().st_size
