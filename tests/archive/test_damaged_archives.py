"""Archives made to harm are refused, and cost neither memory nor disk."""

import hashlib
import io
import json
import lzma
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs import file_codecs
from pochade.archive.container import zip_layout
from pochade.archive.container.locate_manifest import found_at_the_end
from pochade.archive.container.manifest import MOST, most_unpacked
from pochade.archive.container.parity import repair_of
from pochade.archive.container.partial_archive import deflated
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged, FileUnreachable, OutputUnwritable
from pochade.images.codecs import lossless
from tests.archive.container.test_manifest import TEXT, contents, written
from tests.support.picture_files import colours, png_claiming

Said = dict[str, Any]


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
    return {"format": zip_layout.FORMAT, "rests": [], "entries": held, "folders": []} | changes


def archive_of(said: Said | bytes, *stored: bytes) -> bytes:
    """An archive with this manifest in front of which these contents lie."""
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    packed = deflated(content, 9)
    members = [zip_layout.Member(f"pieces/{'ab'[n]}", zlib.crc32(c), len(c), len(c)) for n, c in enumerate(stored)]
    told = zip_layout.Member(zip_layout.MANIFEST, zlib.crc32(content), len(packed), len(content), zip_layout.DEFLATED)
    repair = repair_of(told, packed)
    mending = zip_layout.Member(zip_layout.REPAIR, zlib.crc32(repair), len(repair), len(repair))
    parts = [zip_layout.local_header(one) + c for one, c in zip(members, stored, strict=True)]
    parts += [zip_layout.local_header(told) + packed, zip_layout.local_header(mending) + repair]
    return b"".join(parts) + zip_layout.ending([*members, told, mending], hashlib.sha256(content).hexdigest())


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


@pytest.mark.parametrize("name", ["coder", "returns", "fidelity", "format", "original_sha256"])
@pytest.mark.parametrize("word", ["\x1b[31mred\x07", "\ud800", "two\nlines"], ids=ascii)
def test_words_that_would_steer_a_terminal_are_refused(name: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged, match=f"its manifest has the wrong '{name}'"):
        open_archive(written(tmp_path, archive_of(manifest(entry(TEXT, **{name: word})), TEXT)))


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
        copy = zip_layout.Member(zip_layout.MANIFEST, 0, len(packed), told, zip_layout.DEFLATED)
        path = written(tmp_path, zip_layout.local_header(copy) + packed)

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


def test_a_picture_whose_file_grows_beyond_what_is_told_is_not_written(tmp_path: Path) -> None:
    values = np.zeros((500, 500, 3), np.uint8)
    coded = lossless.jpeg_xl(values)
    rows = {"at": 0, "stride": 1500, "up": False, "bgr": False, "big": False}
    said = {
        "coder": "jpeg-xl",
        "shape": [500, 500, 3, 8],
        "pixels": file_codecs.sha256_of(values),
        "rest": 0,
        "raster": rows,
    }
    files = [{"path": f"{number}.bmp", "mtime": 0} for number in range(5)]
    for returns, why in (("bytes", "gives 750,000 bytes where 0 are told"), ("pixels", "its rows would not be")):
        one = entry(coded) | said | {"returns": returns, "original_bytes": 0, "files": files, "format": "BMP"}
        path = written(tmp_path, archive_of(manifest(one, rests=[""]), coded))
        with open_archive(path) as archive, pytest.raises(ArchiveDamaged, match=why):
            extract(archive, tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []


def test_a_manifest_that_packs_too_well_is_stored_and_refused_where_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for number in range(250):
        (tmp_path / "art" / f"{number} {'long' * 60}").mkdir()
        (tmp_path / "art" / f"{number} {'long' * 60}" / ("name" * 60)).mkdir()
        (tmp_path / "art" / f"{number} {'long' * 60}" / ("name" * 60) / ("again" * 50)).write_bytes(b"the same")
    compress(tmp_path / "art", tmp_path / "x.pochade")
    with open_archive(tmp_path / "x.pochade") as archive:
        assert len(archive) == 250
        content, packed = archive.copy.content, archive.copy.packed
        assert archive.verify() == []
    assert len(packed) > len(content)
    assert len(content) > most_unpacked(len(deflated(content, 9)))
    with pytest.raises(ArchiveDamaged, match="no archive"):
        open_archive(written(tmp_path, archive_of(content)))


def test_a_path_through_ten_thousand_folders_costs_nothing(tmp_path: Path) -> None:
    for deep, sentence in (("a/" * 10_000 + "a", "a path of 20,001 letters"), ("a/" * 4000 + "a", "a file where")):
        said = manifest(entry(TEXT, files=[{"path": deep, "mtime": 0}, {"path": "a", "mtime": 0}]))
        path = written(tmp_path, archive_of(said, TEXT))

        def refused(path: Path = path, sentence: str = sentence) -> None:
            with pytest.raises(ArchiveDamaged, match=sentence):
                open_archive(path)

        assert peak_of(refused) < 2_000_000


def test_headers_that_promise_much_are_not_read() -> None:
    claims = zip_layout.local_header(zip_layout.Member(zip_layout.MANIFEST, 0, 2**27, 2**27, zip_layout.DEFLATED))
    short = zip_layout.local_header(zip_layout.Member(zip_layout.MANIFEST, 0, 40_000, 40_000, zip_layout.DEFLATED))
    for content in (claims * 500, short * 500 + bytes(40_000)):
        file = Counting(content)
        with pytest.raises(ArchiveDamaged, match="no archive"):
            found_at_the_end(file, len(content))
        assert file.count < 30 * len(content)


class Counting(io.BytesIO):
    """A file that counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        content = super().read(size)
        self.count += len(content)
        return content


def test_another_file_than_promised_is_not_handed_out(tmp_path: Path) -> None:
    values = file_codecs.sha256_of(colours())
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


MORE: list[Said] = [{"wish": "unknown"}, {"dream": 91.5}, {"owner": "somebody"}, {"slant": 3}]


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
