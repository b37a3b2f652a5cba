"""`compress`: files go into an archive and come back, and nothing in an existing archive is ever lost."""

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.compress_report import CompressReport
from pochade.archive.container import stored_paths, zip_layout
from pochade.archive.extractor import extract
from pochade.errors import DataMissing, OutputUnwritable, UsageError
from pochade.images.io.read import read_picture
from tests.support.archives import drawing_png, files_in, read_archive
from tests.support.picture_files import (
    colour_values,
    encode_tiff,
    encode_with_pillow,
    files_of_every_format,
    rgb_image,
)

pytestmark = pytest.mark.slow

AWKWARD_NAME = os.fsdecode(b"k\xe4se \\ a:b.png")
MODIFIED_NS = 1_600_000_000_123_456_789


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of every format, copies, links and awkward names."""
    folder = tmp_path_factory.mktemp("art")
    (folder / "old" / "nothing").mkdir(parents=True)
    (folder / ".pochade").mkdir()
    (folder / ".pochade" / "index.sqlite").write_bytes(b"not the person's")
    for name, content in files_of_every_format().items():
        (folder / f"{name.replace(':', '-')}").write_bytes(content)
    for number in range(3):
        (folder / f"drawing {number}.png").write_bytes(drawing_png(number))
    (folder / "old" / "copy.png").write_bytes(drawing_png(1))
    (folder / "scan.tif").write_bytes(encode_tiff(np.tile(colour_values(16), (4, 4, 1)), photometric="rgb"))
    (folder / "photo.jpg").write_bytes(encode_with_pillow(rgb_image().resize((300, 200)), "JPEG"))
    (folder / "photo.png").write_bytes(encode_with_pillow(rgb_image().resize((300, 200)), "PNG"))
    (folder / "notes.txt").write_text("of paper and ink " * 99, encoding="utf-8")
    (folder / "empty").write_bytes(b"")
    (folder / AWKWARD_NAME).write_bytes(drawing_png(2))
    (folder / ".hidden").write_bytes(os.urandom(999))
    (folder / "link.png").symlink_to("drawing 1.png")
    (folder / "loop").symlink_to(folder)
    for path in folder.rglob("*"):
        os.utime(path, ns=(MODIFIED_NS, MODIFIED_NS), follow_symlinks=False)
    return folder


@pytest.fixture(scope="module")
def archive_and_report(art: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompressReport]:
    """The archive of that folder, and the report."""
    target = tmp_path_factory.mktemp("archive") / "art.pochade"
    return target, compress(art, target)


def test_all_files_come_back_with_path_and_modification_time(
    art: Path, archive_and_report: tuple[Path, CompressReport], tmp_path: Path
) -> None:
    with open_archive(archive_and_report[0]) as archive:
        assert archive.verify() == []
        report = extract(archive, tmp_path / "out")
        returns = {os.fsdecode(stored_paths.to_system_path(file.path)): file.entry.returns for file in archive}
    before, after = files_in(art), files_in(tmp_path / "out")
    assert before.keys() == after.keys() == returns.keys()
    assert set(returns.values()) == {"bytes", "pixels"}
    assert report.files == len(before)
    assert {name for name in before if before[name] != after[name]} <= {
        name for name, kind in returns.items() if kind == "pixels"
    }
    assert all((tmp_path / "out" / name).stat().st_mtime_ns == MODIFIED_NS for name in after)
    assert (tmp_path / "out" / "old" / "nothing").is_dir()
    assert not (tmp_path / "out" / ".pochade").exists()


def test_pictures_come_back_with_pixels_and_metadata(
    art: Path, archive_and_report: tuple[Path, CompressReport]
) -> None:
    with open_archive(archive_and_report[0]) as archive:
        for file in archive:
            if file.entry.returns == "pixels":
                original = read_picture(art / os.fsdecode(stored_paths.to_system_path(file.path)))
                path = archive_and_report[0].with_name("file")
                path.write_bytes(archive.read(file))
                extracted = read_picture(path)
                np.testing.assert_array_equal(extracted.pixels, original.pixels)
                np.testing.assert_equal(extracted.alpha, original.alpha)
                assert (extracted.header, extracted.icc, extracted.exif, extracted.dpi) == (
                    original.header,
                    original.icc,
                    original.exif,
                    original.dpi,
                )


def test_a_zip_tool_opens_the_archive_and_finds_pictures(archive_and_report: tuple[Path, CompressReport]) -> None:
    with zipfile.ZipFile(archive_and_report[0]) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read(zip_layout.MANIFEST_NAME))["format"] == zip_layout.FORMAT_NAME
        assert archive.comment.decode().split() == [
            zip_layout.FORMAT_NAME,
            hashlib.sha256(archive.read(zip_layout.MANIFEST_NAME)).hexdigest(),
        ]
        content = archive.read("pieces/photo.jxl")
    path = archive_and_report[0].with_name("photo.jxl")
    path.write_bytes(content)
    assert read_picture(path).header.width == 300


def test_the_report_counts_savings_and_lists_what_was_left_out(
    art: Path, archive_and_report: tuple[Path, CompressReport]
) -> None:
    report = archive_and_report[1]
    assert report.pieces == len(files_in(art))
    assert report.contents == report.coded == report.pieces - 2, "copies share an entry"
    assert report.original_bytes == sum(map(len, files_in(art).values()))
    assert report.bytes == archive_and_report[0].stat().st_size
    assert sum(saved.pieces for saved in report.coders.values()) == report.pieces
    assert report.left_out == {str(art / "link.png"): "is a link", str(art / "loop"): "is a link"}
    assert sorted(path.name for path in archive_and_report[0].parent.glob(".*")) == []


def test_a_second_run_only_adds_new_files(archive_and_report: tuple[Path, CompressReport], tmp_path: Path) -> None:
    target, folder = tmp_path / "a.pochade", tmp_path / "new"
    shutil.copy(archive_and_report[0], target)
    before = read_archive(target)
    folder.mkdir()
    (folder / "notes.txt").write_text("another text", encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "empty" / "drawing.png").write_bytes(drawing_png(7))
    os.utime(folder / "notes.txt", ns=(MODIFIED_NS, MODIFIED_NS))
    report = compress(folder, target)
    assert report.coded == 2
    moved = {"notes.txt": "notes (2020-09-13 12.26.40).txt", "empty": "empty (2020-09-13 12.26.40)"}
    assert report.set_aside == moved
    after = read_archive(target)
    assert after.pop("notes.txt") == b"another text"
    assert len(after.pop("empty/drawing.png")) > 100
    assert {moved.get(name, name): content for name, content in before.items()} == after
    stamp = target.stat()
    assert compress(folder, target).coded == 0
    assert target.stat().st_mtime_ns == stamp.st_mtime_ns
    assert target.stat().st_ino == stamp.st_ino


def test_impossible_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="does not exist"):
        compress(tmp_path / "nowhere", tmp_path / "x.pochade")
    with pytest.raises(DataMissing, match="there is no file"):
        compress(tmp_path, tmp_path / "x.pochade")
    with pytest.raises(UsageError, match="no fidelity 'perfect'"):
        compress(tmp_path, tmp_path / "x.pochade", "perfect")
    with pytest.raises(OutputUnwritable, match="is a folder"):
        compress(tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_fidelity_or_effort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no fidelity 'low'"):
        compress(tmp_path, tmp_path / "x.pochade", "low")
    with pytest.raises(UsageError, match="no effort 'slow'"):
        compress(tmp_path, tmp_path / "x.pochade", effort="slow")


def test_the_best_effort_makes_a_new_archive_smaller_and_leaves_an_old_one_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    photo = encode_with_pillow(rgb_image().resize((300, 200)), "JPEG")
    (tmp_path / "art" / "photo.jpg").write_bytes(photo)
    normal, best = tmp_path / "normal.pochade", tmp_path / "best.pochade"
    compress(tmp_path / "art", normal)
    compress(tmp_path / "art", best, effort="best")
    assert best.stat().st_size < normal.stat().st_size
    content = normal.read_bytes()
    assert compress(tmp_path / "art", normal, effort="best").coded == 0
    assert normal.read_bytes() == content
    for archive in (normal, best):
        assert read_archive(archive)["photo.jpg"] == photo
