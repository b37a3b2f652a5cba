"""A damaged archive loses only the files whose bytes are damaged."""

import os
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container import archive_container
from pochade.archive.container.locate_manifest import ManifestCopy, locate_manifest
from pochade.archive.container.manifest_records import Manifest
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged
from tests.support.archives import readable_files, write_archive
from tests.support.picture_files import encode_with_pillow, rgb_image

TEXT = b"of paper and ink"


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive with lossless pictures, a JPEG, packed and stored files."""
    folder = tmp_path_factory.mktemp("art")
    (folder / "grey.png").write_bytes(encode_with_pillow(rgb_image().convert("L").resize((60, 40)), "PNG"))
    (folder / "photo.jpg").write_bytes(encode_with_pillow(rgb_image().resize((200, 120)), "JPEG"))
    (folder / "paint.bmp").write_bytes(encode_with_pillow(rgb_image(), "BMP"))
    (folder / "copy.bmp").write_bytes(encode_with_pillow(rgb_image(), "BMP"))
    (folder / "notes.txt").write_bytes(TEXT * 20)
    (folder / "noise").write_bytes(os.urandom(300))
    (folder / "nothing").write_bytes(b"")
    compress(folder, folder / "x.pochade")
    return (folder / "x.pochade").read_bytes()


def test_an_archive_that_changes_while_it_is_opened_is_looked_at_again(
    tmp_path: Path, intact: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, states = write_archive(tmp_path, intact[:-500]), [intact]

    def locate_too_early(file: BinaryIO, size: int) -> tuple[ManifestCopy, Manifest]:
        if not states:
            return locate_manifest(file, size)
        path.write_bytes(states.pop())  # what another process adds meanwhile
        raise ArchiveDamaged("its manifest has other sizes than the file")

    monkeypatch.setattr(archive_container, "locate_manifest", locate_too_early)
    with open_archive(path) as archive:
        assert archive.verify() == []


def check_flipped_bit(path: Path, intact: bytes, bit: int, expected: dict[str, bytes]) -> None:
    """Check that a flipped bit is found, that its files are named, and that all others can be read."""
    damaged = bytearray(intact)
    damaged[bit // 8] ^= 1 << bit % 8
    path.write_bytes(damaged)
    with open_archive(path) as archive:
        damages = archive.verify()
        lost_files = {file for damage in damages for file in damage.lost_files}
        assert damages
        assert len({file.entry.name for file in archive if file.path in lost_files}) <= 1
        assert readable_files(archive) == {
            name: content for name, content in expected.items() if name not in lost_files
        }
    assert path.read_bytes() == damaged


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_found_and_costs_at_most_one_content(
    data: st.DataObject, intact: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("flip") / "x.pochade"
    path.write_bytes(intact)
    with open_archive(path) as archive:
        expected, manifest_offset = readable_files(archive), archive.container.offsets[-3]
    bits = st.integers(0, manifest_offset * 8 - 1) | st.integers(manifest_offset * 8, len(intact) * 8 - 1)
    check_flipped_bit(path, intact, data.draw(bits), expected)


@pytest.mark.slow
def test_every_byte_of_the_end_and_of_a_header_is_compared(intact: bytes, tmp_path: Path) -> None:
    path = write_archive(tmp_path, intact)
    with open_archive(path) as archive:
        expected, offsets = readable_files(archive), archive.container.offsets
    ends = [*range(offsets[1], offsets[1] + 30), *range(offsets[-1], len(intact))]
    for byte in ends:
        check_flipped_bit(path, intact, byte * 8 + byte % 8, expected)


def test_an_archive_without_its_end_is_refused_and_other_tools_are_named(intact: bytes, tmp_path: Path) -> None:
    for length in (0, 10, len(intact) // 2, len(intact) - 3000):
        with pytest.raises(ArchiveDamaged, match="can't be opened") as caught:
            open_archive(write_archive(tmp_path, intact[: max(0, length)]))
        assert length < 100 or "repairs ZIPs" in caught.value.hint


def test_an_archive_without_its_directory_gives_all_files(intact: bytes, tmp_path: Path) -> None:
    with open_archive(write_archive(tmp_path, intact)) as archive:
        end, expected = archive.container.offsets[-1], readable_files(archive)
    for content in (intact[:end], intact[: end + 20], intact + b"something behind"):
        with open_archive(write_archive(tmp_path, content)) as archive:
            (damage,) = archive.verify()
            assert damage.what.startswith("the directory at the end")
            assert readable_files(archive) == expected


def test_an_archive_with_a_damaged_manifest_gives_all_files(intact: bytes, tmp_path: Path) -> None:
    with open_archive(write_archive(tmp_path, intact)) as archive:
        offset, expected = archive.container.offsets[-3], readable_files(archive)
    for start in (offset, offset + 60, offset + 290):
        damaged = bytearray(intact)
        damaged[start : start + 55] = bytes(55)
        with open_archive(write_archive(tmp_path, bytes(damaged))) as archive:
            (damage,) = archive.verify()
            assert damage == ("'pochade/manifest.json' is damaged; no file is lost", ())
            assert readable_files(archive) == expected


def test_a_damaged_entry_does_not_stop_the_others(intact: bytes, tmp_path: Path) -> None:
    path = write_archive(tmp_path, intact)
    with open_archive(path) as archive:
        damaged_file = next(file for file in archive if file.path == "copy.bmp")
        damaged = bytearray(intact)
        damaged[archive.content_range(damaged_file.entry).start + 5] ^= 16
    path.write_bytes(damaged)
    with open_archive(path) as archive:
        with pytest.raises(ArchiveDamaged, match="is damaged: its checksum is wrong"):
            extract(archive, tmp_path / "out")
        report = extract(archive, tmp_path / "again", keep_going=True)
    assert set(report.problems) == {"copy.bmp", "paint.bmp"}
    assert {path.name for path in (tmp_path / "again").iterdir()} == {
        "grey.png", "photo.jpg", "notes.txt", "noise", "nothing",
    }  # fmt: skip
    assert not list((tmp_path / "out").glob(".*"))
