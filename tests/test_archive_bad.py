"""Damaged archives lose what was hit and no more; archives made to harm are refused."""

import hashlib
import json
import lzma
import os
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive import coders, layout
from pochade.archive.extracting import extract
from pochade.archive.manifest import MOST
from pochade.archive.opened import Archive, open_archive
from pochade.archive.repair import BLOCK, mended, read_repair, repair_of
from pochade.archive.writing import compress
from pochade.errors import ArchiveDamaged, FileUnreachable, OutputUnwritable
from pochade.images import lossless
from tests.pictures import colours, png_claiming, rgb, saved

Said = dict[str, Any]
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
    repair = read_repair(repair_of(layout.Member(layout.MANIFEST, 1, length, 2, layout.DEFLATED), packed))
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


# Made to harm --------------------------------------------------------------------------------------------------------


def entry(content: bytes, name: str = "pieces/a", **changes: Any) -> Said:
    """What a manifest says of a content."""
    return {
        "name": name,
        "bytes": len(content),
        "crc32": zlib.crc32(content),
        "coder": "stored",
        "returns": "bytes",
        "original_bytes": len(content),
        "original_sha256": hashlib.sha256(content).hexdigest(),
        "format": "",
        "fidelity": "lossless",
    } | changes


def manifest(*entries: Said, **changes: Any) -> Said:
    """One piece for each entry."""
    held = [{"files": [{"path": f"{number}.png", "mtime": 0}]} | one for number, one in enumerate(entries)]
    return {"format": layout.FORMAT, "rests": [], "entries": held, "folders": []} | changes


def archive_of(said: Said | bytes, *stored: bytes) -> bytes:
    """An archive with this manifest in front of which these contents lie."""
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(content) + packer.flush()
    members = [layout.Member(f"pieces/{'ab'[n]}", zlib.crc32(c), len(c), len(c)) for n, c in enumerate(stored)]
    told = layout.Member(layout.MANIFEST, zlib.crc32(content), len(packed), len(content), layout.DEFLATED)
    repair = repair_of(told, packed)
    mending = layout.Member(layout.REPAIR, zlib.crc32(repair), len(repair), len(repair))
    parts = [layout.local_header(one) + c for one, c in zip(members, stored, strict=True)]
    parts += [layout.local_header(told) + packed, layout.local_header(mending) + repair]
    return b"".join(parts) + layout.ending([*members, told, mending], hashlib.sha256(content).hexdigest())


def test_the_way_of_making_them_makes_a_good_one(tmp_path: Path) -> None:
    with open_archive(written(tmp_path, archive_of(manifest(entry(TEXT)), TEXT))) as archive:
        assert archive.verify() == []
        assert contents(archive) == {"0.png": TEXT}


PATHS = [
    "../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/.", "C:\\x", "C:/x", "..\\x", "a\0b",
    "\udc2e\udc2e/x", "\udcc3\udca4", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=ascii)
def test_paths_that_lead_elsewhere_are_refused(path: str, tmp_path: Path) -> None:
    for said in (
        manifest(entry(TEXT, files=[{"path": path, "mtime": 0}])),
        manifest(entry(TEXT), folders=[path]),
    ):
        with pytest.raises(ArchiveDamaged, match="its manifest has the path"):
            open_archive(written(tmp_path, archive_of(said, TEXT)))


def twice(said: Said) -> None:
    said["entries"][0]["files"] *= 2


def file_as_folder(said: Said) -> None:
    said["entries"][0]["files"].append({"path": "0.png/x", "mtime": 0})


def folder_below_a_file(said: Said) -> None:
    said["folders"] = ["0.png"]


def same_entry(said: Said) -> None:
    said["entries"].append(said["entries"][0])


def overlapping(said: Said) -> None:
    said["entries"].append(entry(TEXT, "pieces/b", files=[]))


def longer(said: Said) -> None:
    said["entries"][0]["bytes"] += 10


def negative(said: Said) -> None:
    said["entries"][0]["bytes"] = -5


def huge(said: Said) -> None:
    said["entries"][0]["original_bytes"] = 2**64


def words(said: Said) -> None:
    said["entries"][0]["crc32"] = "12"


def no_rest(said: Said) -> None:
    said["entries"][0]["rest"] = 1


def name_outside(said: Said) -> None:
    said["entries"][0]["name"] = "pieces/../../a"


def newer(said: Said) -> None:
    said["format"] = "pochade-archive-9"


def broken_rest(said: Said) -> None:
    said["rests"] = ["no base64!"]


def missing(said: Said) -> None:
    del said["folders"]


LIES: list[tuple[Callable[[Said], None], str]] = [
    (twice, "a path twice"),
    (file_as_folder, "a file where"),
    (folder_below_a_file, "a file where"),
    (same_entry, "an entry twice"),
    (overlapping, "other sizes than there are"),
    (longer, "other sizes than there are"),
    (negative, "the wrong 'bytes'"),
    (huge, "the wrong 'original_bytes'"),
    (words, "the wrong 'crc32'"),
    (no_rest, "names what isn't there"),
    (name_outside, "which no archive has"),
    (newer, "of the format 'pochade-archive-9'"),
    (broken_rest, "a broken 'rests'"),
    (missing, "the wrong 'folders'"),
]


@pytest.mark.parametrize(("lie", "sentence"), LIES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_manifest_that_says_what_cannot_be_is_refused(
    lie: Callable[[Said], None], sentence: str, tmp_path: Path
) -> None:
    said = manifest(entry(TEXT))
    lie(said)
    with pytest.raises(ArchiveDamaged, match=sentence):
        open_archive(written(tmp_path, archive_of(said, TEXT)))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b"1" * 5000, b"null"], ids=len)
def test_a_manifest_that_is_no_record_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged, match="can't be opened"):
        open_archive(written(tmp_path, archive_of(content)))


def peak_of(doing: Callable[[], Any]) -> int:
    """The most memory that something takes, in bytes."""
    tracemalloc.start()
    try:
        doing()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_manifest_that_grows_without_end_is_refused_before_it_does(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    packed = b"".join(packer.compress(bytes(2**24)) for _ in range(20)) + packer.flush()
    for told in (1000, MOST + 1):
        copy = layout.Member(layout.MANIFEST, 0, len(packed), told, layout.DEFLATED)
        path = written(tmp_path, layout.local_header(copy) + packed)

        def refused(path: Path = path) -> None:
            with pytest.raises(ArchiveDamaged):
                open_archive(path)

        assert peak_of(refused) < 10_000_000


def test_a_packed_bomb_is_stopped_where_it_lies(tmp_path: Path) -> None:
    bomb = lzma.compress(bytes(50_000_000))
    said = manifest(entry(bomb, coder="xz", original_bytes=1000))
    with open_archive(written(tmp_path, archive_of(said, bomb))) as archive:

        def stopped() -> None:
            with pytest.raises(ArchiveDamaged, match="another length than told"):
                archive.read(archive.manifest.pieces[0])

        assert peak_of(stopped) < 20_000_000


def test_a_picture_of_another_size_than_told_is_not_decoded(tmp_path: Path) -> None:
    small = lossless.jpeg_xl(colours())
    for content, shape in ((small, [60_000, 60_000, 3, 8]), (png_claiming(60_000, 60_000), [60_000, 60_000, 4, 8])):
        said = entry(content, coder="jpeg-xl", returns="pixels", shape=shape, pixels="", rest=0)
        path = written(tmp_path, archive_of(manifest(said, rests=[""]), content))
        with open_archive(path) as archive, pytest.raises(ArchiveDamaged, match="can't be decoded"):
            archive.read(archive.manifest.pieces[0])


def test_a_promise_of_more_than_the_disk_holds_is_refused(tmp_path: Path) -> None:
    packed = lzma.compress(b"x")
    said = manifest(entry(packed, coder="xz", original_bytes=2**60))
    path = written(tmp_path, archive_of(said, packed))
    with open_archive(path) as archive, pytest.raises(OutputUnwritable, match="has room for"):
        extract(archive, tmp_path / "out", keep_going=True)


def test_another_file_than_promised_is_not_handed_out(tmp_path: Path) -> None:
    values = coders.sha256_of(colours())
    coded = lossless.png(colours())
    said = entry(coded, coder="png", returns="pixels", shape=[16, 24, 3, 8], pixels=values[::-1], rest=0, format="PNG")
    other = entry(TEXT, "pieces/b", original_sha256="0" * 64)
    with open_archive(written(tmp_path, archive_of(manifest(said, other, rests=[""]), coded, TEXT))) as archive:
        with pytest.raises(ArchiveDamaged, match="aren't those"):
            archive.read(archive.manifest.pieces[0])
        with pytest.raises(ArchiveDamaged, match="another file"):
            archive.read(archive.manifest.pieces[1])


def test_a_coder_of_the_future_is_named_and_the_rest_can_be_read(tmp_path: Path) -> None:
    said = manifest(entry(TEXT, coder="dream", score=91.5), entry(b"b", "pieces/b"), wish="unknown")
    with open_archive(written(tmp_path, archive_of(said, TEXT, b"b"))) as archive:
        assert archive.verify() == []
        with pytest.raises(ArchiveDamaged, match="was made by 'dream'"):
            archive.read(archive.manifest.pieces[0])
        assert archive.read(archive.manifest.pieces[1]) == b"b"


MORE: list[Said] = [{"wish": "unknown"}, {"score": 91.5}, {"owner": "somebody"}, {"slant": 3}]


@pytest.mark.parametrize("place", range(4))
def test_what_a_newer_pochade_says_is_not_lost_by_adding(place: int, tmp_path: Path) -> None:
    said = manifest(entry(TEXT, raster={"at": 0, "stride": 1, "up": False, "bgr": False, "big": False}))
    record = said["entries"][0]
    records: list[Said] = [said, record, record["files"][0], record["raster"]]
    records[place].update(MORE[place])
    path = written(tmp_path, archive_of(said, TEXT))
    before = path.read_bytes()
    (tmp_path / "0.png").write_bytes(TEXT)
    assert compress(tmp_path / "0.png", path).coded == 0, "it is there already"
    (tmp_path / "new").write_bytes(b"new")
    with pytest.raises(ArchiveDamaged, match="a newer Pochade wrote"):
        compress(tmp_path / "new", path)
    assert path.read_bytes() == before


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable, match="No such file"):
        open_archive(tmp_path / "nowhere")
    with pytest.raises(ArchiveDamaged, match="no archive of Pochade's"):
        open_archive(written(tmp_path, np.zeros(5000, np.uint8).tobytes()))


def test_verifying_does_not_load_torch(whole: bytes, tmp_path: Path) -> None:
    code = (
        "import sys; from pochade import open_archive; "
        f"assert open_archive({str(written(tmp_path, whole))!r}).verify() == []; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
