"""Old contents whose path is taken get a path with a date; fields of newer versions are kept."""

import os
import zipfile
from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged
from tests.support.archives import Json, build_archive, entry_json, manifest_json, write_archive

TEXT = b"of paper and ink"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x" * 251 + ".txt", "\u756b" * 85, "a." + "y" * 253])
def test_a_dated_path_fits_into_a_file_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for content in (b"one", b"two", b"three"):
        (tmp_path / "art" / name).write_bytes(content)
        os.utime(tmp_path / "art" / name, ns=(0, 0))
        compress(tmp_path / "art", tmp_path / "x.pochade")
    with open_archive(tmp_path / "x.pochade") as archive:
        assert extract(archive, tmp_path / "out").files == 3
    assert {path.read_bytes() for path in (tmp_path / "out").iterdir()} == {b"one", b"two", b"three"}
    with zipfile.ZipFile(tmp_path / "x.pochade") as archive_:
        archive_.extractall(tmp_path / "unpacked")


UNKNOWN_FIELDS: list[Json] = [{"wish": "unknown"}, {"dream": 91.5}, {"owner": "somebody"}, {"slant": 3}]


@pytest.mark.parametrize("place", range(4))
def test_unknown_fields_of_a_newer_pochade_are_not_lost_by_adding(place: int, tmp_path: Path) -> None:
    manifest = manifest_json(entry_json(TEXT, raster={"at": 0, "stride": 1, "up": False, "bgr": False, "big": False}))
    record = manifest["entries"][0]
    records: list[Json] = [manifest, record, record["files"][0], record["raster"]]
    records[place].update(UNKNOWN_FIELDS[place])
    path = write_archive(tmp_path, build_archive(manifest, TEXT))
    before = path.read_bytes()
    (tmp_path / "0.png").write_bytes(TEXT)
    assert compress(tmp_path / "0.png", path).coded == 0, "it already exists"
    (tmp_path / "new").write_bytes(b"new")
    with pytest.raises(ArchiveDamaged, match="was written by a newer Pochade"):
        compress(tmp_path / "new", path)
    assert path.read_bytes() == before
