"""Fashion-MNIST is read if it is intact, and refused with a reason if it is not."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.errors import DataDamaged, DataMissing
from pochade.study import fashion_mnist
from pochade.study.fashion_mnist import DATA_FILES, DataFile, locate_data, read_idx

VALUES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
HEADER = bytes([0, 0, 8, 3]) + b"".join(side.to_bytes(4, "big") for side in VALUES.shape)
CONTENT = HEADER + VALUES.tobytes()
EXPECTED = DataFile("pictures.gz", VALUES.shape, hashlib.sha256(CONTENT).hexdigest(), "")
PACKED = gzip.compress(CONTENT)


def write_file(folder: Path, packed: bytes) -> Path:
    """Write packed bytes to the expected file name."""
    path = folder / EXPECTED.name
    path.write_bytes(packed)
    return path


def test_an_intact_file_gives_its_values(tmp_path: Path) -> None:
    assert np.array_equal(read_idx(write_file(tmp_path, PACKED), EXPECTED), VALUES)


def test_the_same_content_may_be_packed_differently(tmp_path: Path) -> None:
    assert np.array_equal(read_idx(write_file(tmp_path, gzip.compress(CONTENT, 1, mtime=7)), EXPECTED), VALUES)


BROKEN_FILES = {
    "empty": (b"", "is not the idx file|is cut short"),
    "cut short, packed": (PACKED[:-12], "is cut short: [0-9]+ of 40 unpacked bytes"),
    "cut short before packing": (gzip.compress(CONTENT[:-5]), "is cut short: 35 of 40 unpacked bytes"),
    "not gzip": (b"<html>not found</html>", "is not an intact gzip file"),
    "labels instead of pictures": (gzip.compress(b"\0\0\x08\x01" + CONTENT[4:]), "is not the idx file"),
    "a bit flipped before packing": (gzip.compress(CONTENT[:-1] + b"\xff"), "has the checksum"),
    "a bit flipped in the packed checksum": (PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:], "not an intact gzip"),
    "damaged inside": (PACKED[:10] + b"\xff" * (len(PACKED) - 18) + PACKED[-8:], "is damaged inside"),
    "too long": (gzip.compress(CONTENT + bytes(9)), "has the checksum"),
    "a zip bomb": (gzip.compress(CONTENT + bytes(50_000_000)), "has the checksum"),
}


@pytest.mark.parametrize(("packed", "reason"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_broken_file_is_refused_with_a_reason(tmp_path: Path, packed: bytes, reason: str) -> None:
    path = write_file(tmp_path, packed)
    with pytest.raises(DataDamaged, match=reason) as caught:
        read_idx(path, EXPECTED)
    assert str(path) in caught.value.sentence
    assert "fetch it again" in caught.value.hint


def test_a_zip_bomb_is_not_unpacked_completely(tmp_path: Path) -> None:
    path = write_file(tmp_path, gzip.compress(bytes(50_000_000)))
    assert len(fashion_mnist.unpack_limited(path, 1_000)) == 1_001


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / EXPECTED.name).mkdir()
    with pytest.raises(DataDamaged, match="can't be read"):
        read_idx(tmp_path / EXPECTED.name, EXPECTED)


def make_data_folder(folder: Path) -> Path:
    """Create a folder with four empty files of the right names."""
    folder.mkdir(parents=True)
    for file in DATA_FILES:
        (folder / file.name).touch()
    return folder


def test_the_given_folder_comes_first_then_the_cache_then_debians(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, cache, debian = (tmp_path / name for name in ("given", "cache", "debian"))
    monkeypatch.setattr(fashion_mnist, "cache_folder", lambda: cache)
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", debian)
    make_data_folder(debian)
    assert locate_data(None) == debian
    make_data_folder(cache)
    assert locate_data(None) == cache
    assert locate_data(make_data_folder(given)) == given


def test_a_given_folder_that_lacks_a_file_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    make_data_folder(tmp_path / "given")
    (tmp_path / "given" / DATA_FILES[2].name).unlink()
    with pytest.raises(DataMissing, match=DATA_FILES[2].name):
        locate_data(tmp_path / "given")


def test_without_files_and_without_a_connection_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(fashion_mnist, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "debian")
    monkeypatch.setattr("pooch.retrieve", fail)
    with pytest.raises(DataMissing, match="no route to host") as caught:
        locate_data(None)
    assert "make data" in caught.value.hint


def test_the_expected_sizes_are_those_of_the_published_files() -> None:
    assert [file.size for file in DATA_FILES] == [47_040_016, 60_008, 7_840_016, 10_008]
