"""Files go into an archive and come back; what is in it is never endangered."""

import hashlib
import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pochade
from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import CompressReport, compress
from pochade.archive.codecs.file_codecs import pack, unpack
from pochade.archive.container import entry_names, zip_layout
from pochade.archive.container.manifest import ArchivedFile
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged, DataMissing, OutputUnwritable, UsageError
from pochade.images.base.source import Source
from pochade.images.io.read import picture_in, read_picture
from tests.support.picture_files import colours, every_format, rgb, saved, tiff

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "lossless.pochade"
AWKWARD = os.fsdecode(b"k\xe4se \\ a:b.png")
DAY = 1_600_000_000_123_456_789


def drawing(number: int) -> bytes:
    """A PNG that is worth coding, each another one."""
    values = np.tile(colours(), (4, 4, 1))
    values[:, : 4 + number] = number
    return saved(Image.fromarray(values), "PNG", dpi=(300, 300))


def archived(home: Path, count: int) -> tuple[Path, Path]:
    """A folder of so many drawings, and its archive."""
    folder, target = home / "art", home / "a.pochade"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.png").write_bytes(drawing(number))
    compress(folder, target)
    return folder, target


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of everything."""
    folder = tmp_path_factory.mktemp("art")
    (folder / "old" / "nothing").mkdir(parents=True)
    (folder / ".pochade").mkdir()
    (folder / ".pochade" / "index.sqlite").write_bytes(b"not the person's")
    for name, content in every_format().items():
        (folder / f"{name.replace(':', '-')}").write_bytes(content)
    for number in range(3):
        (folder / f"drawing {number}.png").write_bytes(drawing(number))
    (folder / "old" / "copy.png").write_bytes(drawing(1))
    (folder / "scan.tif").write_bytes(tiff(np.tile(colours(16), (4, 4, 1)), photometric="rgb"))
    (folder / "photo.jpg").write_bytes(saved(rgb().resize((300, 200)), "JPEG"))
    (folder / "photo.png").write_bytes(saved(rgb().resize((300, 200)), "PNG"))
    (folder / "notes.txt").write_text("of paper and ink " * 99, encoding="utf-8")
    (folder / "empty").write_bytes(b"")
    (folder / AWKWARD).write_bytes(drawing(2))
    (folder / ".hidden").write_bytes(os.urandom(999))
    (folder / "link.png").symlink_to("drawing 1.png")
    (folder / "loop").symlink_to(folder)
    for path in folder.rglob("*"):
        os.utime(path, ns=(DAY, DAY), follow_symlinks=False)
    return folder


@pytest.fixture(scope="module")
def packed(art: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompressReport]:
    """Its archive."""
    target = tmp_path_factory.mktemp("archive") / "art.pochade"
    return target, compress(art, target)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file of a person's."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if ".pochade" not in path.parts}


def pieces_of(path: Path) -> dict[str, bytes]:
    """Every piece of an archive, which is whole."""
    with open_archive(path) as archive:
        assert archive.verify() == []
        return {entry_names.shown(piece.path): archive.read(piece) for piece in archive}


def test_everything_comes_back_in_its_place_with_its_time(
    art: Path, packed: tuple[Path, CompressReport], tmp_path: Path
) -> None:
    with open_archive(packed[0]) as archive:
        assert archive.verify() == []
        found = extract(archive, tmp_path / "out")
        returns = {os.fsdecode(entry_names.as_path(piece.path)): piece.entry.returns for piece in archive}
    before, after = files_in(art), files_in(tmp_path / "out")
    assert before.keys() == after.keys() == returns.keys()
    assert set(returns.values()) == {"bytes", "pixels"}
    assert found.files == len(before)
    assert {name for name in before if before[name] != after[name]} <= {
        name for name, kind in returns.items() if kind == "pixels"
    }
    assert all((tmp_path / "out" / name).stat().st_mtime_ns == DAY for name in after)
    assert (tmp_path / "out" / "old" / "nothing").is_dir()
    assert not (tmp_path / "out" / ".pochade").exists()


def test_pictures_come_back_with_their_pixels_and_all_else(art: Path, packed: tuple[Path, CompressReport]) -> None:
    with open_archive(packed[0]) as archive:
        for piece in archive:
            if piece.entry.returns == "pixels":
                was = read_picture(art / os.fsdecode(entry_names.as_path(piece.path)))
                path = packed[0].with_name("piece")
                path.write_bytes(archive.read(piece))
                now = read_picture(path)
                np.testing.assert_array_equal(now.pixels, was.pixels)
                np.testing.assert_equal(now.alpha, was.alpha)
                assert (now.header, now.icc, now.exif, now.dpi) == (was.header, was.icc, was.exif, was.dpi)


def test_any_zip_tool_opens_it_and_finds_pictures(packed: tuple[Path, CompressReport]) -> None:
    with zipfile.ZipFile(packed[0]) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read(zip_layout.MANIFEST))["format"] == zip_layout.FORMAT
        assert archive.comment.decode().split() == [
            zip_layout.FORMAT,
            hashlib.sha256(archive.read(zip_layout.MANIFEST)).hexdigest(),
        ]
        content = archive.read("pieces/photo.jxl")
    path = packed[0].with_name("photo.jxl")
    path.write_bytes(content)
    assert read_picture(path).header.width == 300


def test_the_report_says_what_was_saved_and_what_is_missing(art: Path, packed: tuple[Path, CompressReport]) -> None:
    report = packed[1]
    assert report.pieces == len(files_in(art))
    assert report.contents == report.coded == report.pieces - 2, "copies share an entry"
    assert report.original_bytes == sum(map(len, files_in(art).values()))
    assert report.bytes == packed[0].stat().st_size
    assert sum(saved.pieces for saved in report.coders.values()) == report.pieces
    assert report.left_out == {str(art / "link.png"): "is a link", str(art / "loop"): "is a link"}
    assert sorted(path.name for path in packed[0].parent.glob(".*")) == []


def test_again_nothing_is_done_and_what_is_new_is_added(packed: tuple[Path, CompressReport], tmp_path: Path) -> None:
    target, folder = tmp_path / "a.pochade", tmp_path / "new"
    shutil.copy(packed[0], target)
    before = pieces_of(target)
    folder.mkdir()
    (folder / "notes.txt").write_text("another text", encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "empty" / "drawing.png").write_bytes(drawing(7))
    os.utime(folder / "notes.txt", ns=(DAY, DAY))
    report = compress(folder, target)
    assert report.coded == 2
    moved = {"notes.txt": "notes (2020-09-13 12.26.40).txt", "empty": "empty (2020-09-13 12.26.40)"}
    assert report.set_aside == moved
    after = pieces_of(target)
    assert after.pop("notes.txt") == b"another text"
    assert len(after.pop("empty/drawing.png")) > 100
    assert {moved.get(name, name): content for name, content in before.items()} == after
    stamp = target.stat()
    assert compress(folder, target).coded == 0
    assert target.stat().st_mtime_ns == stamp.st_mtime_ns
    assert target.stat().st_ino == stamp.st_ino


def test_a_damaged_archive_is_mended_by_its_files_or_nothing_is_added(tmp_path: Path) -> None:
    folder, target = archived(tmp_path, 2)
    damaged = bytearray(target.read_bytes())
    damaged[60] ^= 1
    target.write_bytes(damaged)
    (folder / "new.txt").write_text("new", encoding="utf-8")
    compress(folder, target)
    assert len(pieces_of(target)) == 3
    target.write_bytes(damaged)
    with open_archive(target) as archive:
        lost = Path(archive.verify()[0].pieces[0]).name
    (folder / lost).unlink()
    with pytest.raises(ArchiveDamaged, match="is damaged"):
        compress(folder, target)
    assert target.read_bytes() == damaged


def test_single_files_and_files_of_several_folders(tmp_path: Path) -> None:
    for name in ("a/one.txt", "b/two.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name, encoding="utf-8")
    pochade.compress([tmp_path / "a", tmp_path / "b" / "two.txt"], tmp_path / "x.pochade")
    assert pieces_of(tmp_path / "x.pochade") == {"a/one.txt": b"a/one.txt", "b/two.txt": b"b/two.txt"}
    pochade.compress(tmp_path / "a" / "one.txt", tmp_path / "y.pochade")
    assert set(pieces_of(tmp_path / "y.pochade")) == {"one.txt"}


def test_an_archive_below_its_own_folder_does_not_hold_itself(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one", encoding="utf-8")
    for _ in range(2):
        assert compress(tmp_path, tmp_path / "x.pochade").pieces == 1


def test_an_archive_reached_by_another_spelling_does_not_hold_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "art" / "sub").mkdir(parents=True)
    (tmp_path / "art" / "a.txt").write_bytes(b"a line" * 50)
    (tmp_path / "same").symlink_to(tmp_path / "art")
    monkeypatch.chdir(tmp_path / "art" / "sub")
    for given_one in ("..", tmp_path / "same", "../../art", tmp_path / "art"):
        compress(given_one, "x.pochade")
        with open_archive("x.pochade") as archive:
            assert [piece.path for piece in archive] == ["a.txt"]


def test_a_file_that_grows_while_it_is_read_can_be_extracted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.txt").write_bytes(b"first")
    real = Path.stat

    def stat(self: Path, **how: bool) -> os.stat_result:
        found = real(self, **how)
        if self.name == "log.txt":
            self.write_bytes(b"first and second")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", stat)
        compress([tmp_path / "log.txt"], tmp_path / "x.pochade")
    with open_archive(tmp_path / "x.pochade") as archive:
        assert [archive.read(piece) for piece in archive] == [b"first and second"]


def test_a_link_where_the_part_goes_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"mine")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / ".x.pochade.part").symlink_to(tmp_path / "a.txt")
    with pytest.raises(OutputUnwritable):
        compress([tmp_path / "a.txt"], tmp_path / "to" / "x.pochade")
    assert (tmp_path / "a.txt").read_bytes() == b"mine"


def test_what_is_impossible_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="isn't there"):
        compress(tmp_path / "nowhere", tmp_path / "x.pochade")
    with pytest.raises(DataMissing, match="there is no file"):
        compress(tmp_path, tmp_path / "x.pochade")
    with pytest.raises(UsageError, match="no fidelity 'perfect'"):
        compress(tmp_path, tmp_path / "x.pochade", "perfect")
    with pytest.raises(OutputUnwritable, match="is a folder"):
        compress(tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == []


# Parts ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=4))
def test_every_name_that_a_system_can_have_comes_back(parts: list[bytes]) -> None:
    parts = [part.replace(b"/", b"_").replace(b"\0", b"_") for part in parts]
    path = b"/".join(b"x" if part in {b".", b".."} else part for part in parts)
    text = entry_names.as_text(path)
    entry_names.check_path(text)
    assert json.loads(json.dumps(text)) == text
    assert entry_names.as_path(text) == path
    taken = entry_names.EntryNames()
    ones = [
        entry_names.entry_name(entry_names.shown(text), suffix, taken) for suffix in (".jxl", "", ".xz", ".jxl", "")
    ]
    assert len({one.lower() for one in ones}) == len(ones)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=5000), st.integers(1, 40))
def test_what_is_packed_comes_back(content: bytes, times: int) -> None:
    into, out = io.BytesIO(), io.BytesIO()
    if pack([content] * times, len(content) * times, into):
        into.seek(0)
        unpack(into, len(content) * times, out.write)
        assert out.getvalue() == content * times


def test_sizes_beyond_32_bits_are_written_as_zip_wants_them(tmp_path: Path) -> None:
    members = [zip_layout.Member("pieces/a", 1, 2**32 - 1, 2**32 - 1), zip_layout.Member("pieces/b", 2, 5, 5)]
    with (tmp_path / "large.zip").open("wb") as file:
        for member, place in zip(members, zip_layout.places(members), strict=False):
            file.seek(place)
            file.write(zip_layout.local_header(member))
        file.seek(zip_layout.places(members)[-1])
        file.write(zip_layout.ending(members, "0" * 64))
    with zipfile.ZipFile(tmp_path / "large.zip") as archive:
        assert [(one.filename, one.file_size, one.header_offset) for one in archive.infolist()] == [
            ("pieces/a", 2**32 - 1, 0),
            ("pieces/b", 5, zip_layout.places(members)[1]),
        ]
        with archive.open("pieces/a") as first:
            assert first.read(3) == bytes(3)


def test_more_entries_than_16_bits_can_count(tmp_path: Path) -> None:
    members = [zip_layout.Member(f"pieces/{number}", 0, 0, 0) for number in range(70_000)]
    content = b"".join(map(zip_layout.local_header, members)) + zip_layout.ending(members, "0" * 64)
    (tmp_path / "many.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "many.zip") as archive:
        assert len(archive.infolist()) == 70_000


def test_a_golden_archive_decodes_for_ever() -> None:
    """Made once by `compress`; its JSON holds the SHA-256 of each file, or of the values that it shows."""
    wanted = json.loads(GOLDEN.with_suffix(".json").read_text(encoding="utf-8"))
    with open_archive(GOLDEN) as archive:
        assert archive.verify() == []
        assert {entry_names.shown(piece.path): known(archive, piece) for piece in archive} == wanted


def known(archive: Archive, piece: ArchivedFile) -> str:
    """The SHA-256 of a file, or of what it shows."""
    content = archive.read(piece)
    if piece.entry.returns == "bytes":
        return hashlib.sha256(content).hexdigest()
    picture = picture_in(Source(io.BytesIO(content), "piece", len(content), 2**30))
    alpha = b"" if picture.alpha is None else picture.alpha.tobytes()
    return hashlib.sha256(picture.pixels.tobytes() + alpha).hexdigest()
