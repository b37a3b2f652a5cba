"""Damaged archives lose what was hit and no more."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container import zip_layout
from pochade.archive.container.parity import BLOCK, mended, read_repair, repair_of
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged
from tests.support.picture_files import rgb, saved

TEXT = b"of paper and ink"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive of every coder."""
    folder = tmp_path_factory.mktemp("art")
    (folder / "grey.png").write_bytes(saved(rgb().convert("L").resize((60, 40)), "PNG"))
    (folder / "photo.jpg").write_bytes(saved(rgb().resize((200, 120)), "JPEG"))
    (folder / "paint.bmp").write_bytes(saved(rgb(), "BMP"))
    (folder / "copy.bmp").write_bytes(saved(rgb(), "BMP"))
    (folder / "notes.txt").write_bytes(TEXT * 20)
    (folder / "noise").write_bytes(os.urandom(300))
    (folder / "nothing").write_bytes(b"")
    compress(folder, folder / "x.pochade")
    return (folder / "x.pochade").read_bytes()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "x.pochade"
    path.write_bytes(content)
    return path


def contents(archive: Archive) -> dict[str, bytes]:
    """Every piece that comes back."""
    found = {}
    for piece in archive:
        try:
            found[piece.path] = archive.read(piece)
        except ArchiveDamaged:
            continue
    return found


def check_flip(path: Path, whole: bytes, bit: int, wanted: dict[str, bytes]) -> None:
    """A single changed bit is found, its pieces are named, and all others come back."""
    damaged = bytearray(whole)
    damaged[bit // 8] ^= 1 << bit % 8
    path.write_bytes(damaged)
    with open_archive(path) as archive:
        damages = archive.verify()
        lost = {piece for damage in damages for piece in damage.pieces}
        assert damages
        assert len({piece.entry.name for piece in archive if piece.path in lost}) <= 1
        assert contents(archive) == {name: content for name, content in wanted.items() if name not in lost}
    assert path.read_bytes() == damaged


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changed_bit_is_found_and_costs_at_most_its_piece(
    data: st.DataObject, whole: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("flip") / "x.pochade"
    path.write_bytes(whole)
    with open_archive(path) as archive:
        wanted, border = contents(archive), archive.places[-3]
    parts = st.integers(0, border * 8 - 1) | st.integers(border * 8, len(whole) * 8 - 1)
    check_flip(path, whole, data.draw(parts), wanted)


def test_every_byte_of_the_end_and_of_a_header_counts(whole: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, whole)
    with open_archive(path) as archive:
        wanted, places = contents(archive), archive.places
    ends = [*range(places[1], places[1] + 30), *range(places[-1], len(whole))]
    for byte in ends:
        check_flip(path, whole, byte * 8 + byte % 8, wanted)


def test_an_archive_that_lost_its_end_is_refused_and_other_tools_are_named(whole: bytes, tmp_path: Path) -> None:
    for length in (0, 10, len(whole) // 2, len(whole) - 3000):
        with pytest.raises(ArchiveDamaged, match="can't be opened") as caught:
            open_archive(written(tmp_path, whole[: max(0, length)]))
        assert length < 100 or "repairs ZIPs" in caught.value.hint


def test_an_archive_that_lost_only_its_directory_still_gives_everything(whole: bytes, tmp_path: Path) -> None:
    with open_archive(written(tmp_path, whole)) as archive:
        end, wanted = archive.places[-1], contents(archive)
    for content in (whole[:end], whole[: end + 20], whole + b"something behind"):
        with open_archive(written(tmp_path, content)) as archive:
            (damage,) = archive.verify()
            assert damage.what.startswith("the directory at the end")
            assert contents(archive) == wanted


@settings(max_examples=100, deadline=None)
@given(data=st.data(), length=st.integers(1, 9000), seed=st.integers(0, 2**32))
def test_a_manifest_with_a_damaged_stretch_is_mended(data: st.DataObject, length: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    packed = chance.bytes(length)
    repair = read_repair(repair_of(zip_layout.Member(zip_layout.MANIFEST, 1, length, 2, zip_layout.DEFLATED), packed))
    assert repair
    stretch = min(length, BLOCK * max(1, len(repair.sums) - 1))  # it meets no two blocks of a sum
    start = data.draw(st.integers(0, length - stretch))
    damaged = packed[:start] + chance.bytes(stretch) + packed[start + stretch :]
    assert mended(damaged, repair) == packed


def test_an_archive_whose_manifest_was_overwritten_in_one_place_gives_everything(whole: bytes, tmp_path: Path) -> None:
    with open_archive(written(tmp_path, whole)) as archive:
        place, wanted = archive.places[-3], contents(archive)
    for start in (place, place + 60, place + 290):
        damaged = bytearray(whole)
        damaged[start : start + 55] = bytes(55)
        with open_archive(written(tmp_path, bytes(damaged))) as archive:
            (damage,) = archive.verify()
            assert damage == ("'pochade/manifest.json' is damaged; nothing is lost by it", ())
            assert contents(archive) == wanted


def test_one_damaged_piece_does_not_stop_the_others(whole: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, whole)
    with open_archive(path) as archive:
        hit = next(piece for piece in archive if piece.path == "copy.bmp")
        damaged = bytearray(whole)
        damaged[archive.stretch(hit.entry).start + 5] ^= 16
    path.write_bytes(damaged)
    with open_archive(path) as archive:
        with pytest.raises(ArchiveDamaged, match="is damaged: its checksum is another"):
            extract(archive, tmp_path / "out")
        found = extract(archive, tmp_path / "again", keep_going=True)
    assert set(found.problems) == {"copy.bmp", "paint.bmp"}
    assert {path.name for path in (tmp_path / "again").iterdir()} == {
        "grey.png", "photo.jpg", "notes.txt", "noise", "nothing",
    }  # fmt: skip
    assert not list((tmp_path / "out").glob(".*"))


def test_verifying_does_not_load_torch(whole: bytes, tmp_path: Path) -> None:
    code = (
        "import sys; from pochade import open_archive; "
        f"assert open_archive({str(written(tmp_path, whole))!r}).verify() == []; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
