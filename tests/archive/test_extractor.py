"""`extract`: no file is replaced, and a second run writes only what is missing."""

import errno
import io
import json
import lzma
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pochade.archive import extractor
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs import picture_codecs
from pochade.archive.container.manifest_records import ArchivedFile, Entry, Manifest
from pochade.archive.container.stored_paths import StoredPath
from pochade.archive.extractor import extract, extracted_names, target_path
from pochade.errors import ArchiveDamaged, OutputUnwritable, UsageError
from pochade.images.codecs import lossless
from pochade.images.quality.ssimulacra2 import ssimulacra2
from pochade.system import atomic_files
from pochade.system.atomic_files import file_lock
from tests.support.archives import (
    DiskUsage,
    build_archive,
    damage_file,
    entry_json,
    manifest_json,
    peak_memory,
    write_archive,
)
from tests.support.command_line import run_command
from tests.support.deep_folders import remove_deep_folder
from tests.support.paintings import decode, painting, save_png
from tests.support.picture_files import encode_with_pillow, rgb_image

DRAWING = encode_with_pillow(rgb_image().resize((90, 60)), "PNG", compress_level=1)


FILES = {"drawing.png": DRAWING, "notes.txt": b"of paper and ink" * 99, "old/copy.png": DRAWING}


pytestmark = pytest.mark.usefixtures("in_process_workers")


@pytest.fixture
def archive_path(tmp_path: Path) -> Path:
    """An archive of lossless pictures and of a text."""
    for name, content in FILES.items():
        path = tmp_path / "art" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    compress(tmp_path / "art", tmp_path / "x.pochade")
    return tmp_path / "x.pochade"


def file_names(folder: Path) -> set[str]:
    """The paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class UnreadableFile(io.BytesIO):
    """A file on a disk that has lost some of its bytes."""

    def __init__(self, content: bytes, begin: int, end: int) -> None:
        super().__init__(content)
        self.lost_offsets = range(begin, end)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read bytes; raise OSError if one of them is lost."""
        content, end = super().read(size), self.tell()
        if max(end - len(content), self.lost_offsets.start) < min(end, self.lost_offsets.stop):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return content


def test_another_file_is_never_replaced(archive_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with open_archive(archive_path) as archive:
        with pytest.raises(OutputUnwritable, match=r"notes\.txt' already exists"):
            extract(archive, out)
        assert file_names(out) == {"notes.txt"}
        report = extract(archive, out, keep_going=True)
        assert list(report.problems) == ["notes.txt"]
        assert report.files == 2
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_second_run_writes_only_what_is_missing(
    archive_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_archive(archive_path) as archive:
        extract(archive, tmp_path / "out")
        assert {file.entry.returns for file in archive} == {"bytes", "pixels"}
        (tmp_path / "out" / "old" / "copy.png").unlink()
        stamps = {path: path.stat() for path in (tmp_path / "out").iterdir() if path.is_file()}
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: DiskUsage(len(FILES["old/copy.png"])))
        report = extract(archive, tmp_path / "out")
    assert (report.files, report.already_there, report.problems) == (1, 2, {})
    assert all(path.stat().st_ino == stamp.st_ino for path, stamp in stamps.items())


def test_a_file_that_appears_meanwhile_is_not_replaced(
    archive_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_check = extractor.check_absent

    def check_absent(target: Path) -> None:
        real_check(target)
        if target.name == "notes.txt":
            target.write_bytes(b"mine")  # another program writes it just now

    monkeypatch.setattr(extractor, "check_absent", check_absent)
    with open_archive(archive_path) as archive, pytest.raises(OutputUnwritable, match="notes"):
        extract(archive, tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_bytes() == b"mine"
    assert not list((tmp_path / "out").glob(".*"))


def test_a_temporary_file_of_another_run_is_not_removed(archive_path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    temporary = tmp_path / "out" / f".pochade.{os.getpid()}.part"
    temporary.write_bytes(b"of another run")
    with open_archive(archive_path) as archive:
        assert extract(archive, tmp_path / "out").files == 3
    assert temporary.read_bytes() == b"of another run"


def test_what_a_killed_run_left_is_removed(archive_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"""
import os, signal
from pochade.archive import archive_reader, extractor
real_write = archive_reader.Archive.write
def write_a_part(archive, entry, write):
    real_write(archive, entry, lambda chunk: write(chunk[:9]))
    os.sync()
    os.kill(os.getpid(), signal.SIGKILL)
archive_reader.Archive.write = write_a_part
extractor.extract(archive_reader.open_archive({str(archive_path)!r}), {str(out)!r})
"""
    run = subprocess.run([sys.executable, "-c", script], check=False)
    assert run.returncode == -signal.SIGKILL
    assert file_names(out) == {extractor.TEMPORARY_NAME, extractor.LOCK_NAME}
    with open_archive(archive_path) as archive:
        assert extract(archive, out).files == 3
        assert file_names(out) == set(FILES)
        (out / extractor.TEMPORARY_NAME).write_bytes(b"left after the last file got its name")
        assert extract(archive, out).already_there == 3
    assert file_names(out) == set(FILES)


def test_only_one_process_extracts_to_a_folder(archive_path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with open_archive(archive_path) as archive:
        with (
            file_lock(tmp_path / "out" / extractor.LOCK_NAME, "extracting"),
            pytest.raises(UsageError, match=r"another process is extracting to '.*out'"),
        ):
            extract(archive, tmp_path / "out")
        assert extract(archive, tmp_path / "out").files == 3


@pytest.mark.parametrize("name", [".art.pochade.part.jsonl", "a/.0123abcd.part", ".x.pochade.part/deep.png"])
def test_a_journal_of_a_stranger_is_not_written(name: str, tmp_path: Path) -> None:
    files = [{"path": path, "mtime": 0} for path in (name, "notes.txt")]
    manifest = manifest_json(entry_json(b"text", files=files), folders=["b/.y.part"])
    path = write_archive(tmp_path, build_archive(manifest, b"text"))
    with open_archive(path) as archive:
        with pytest.raises(OutputUnwritable, match="temporary files have such names") as caught:
            extract(archive, tmp_path / "out")
        assert "--keep-going" in caught.value.hint
        assert file_names(tmp_path / "out") == set()
        report = extract(archive, tmp_path / "out", keep_going=True)
    assert report.problems.keys() == {name, "b/.y.part"}
    assert file_names(tmp_path / "out") == {"notes.txt"}


def test_a_file_deep_below_others_is_extracted_or_refused_with_a_sentence(tmp_path: Path) -> None:
    files = [{"path": "d/" * depth + "a.txt", "mtime": 0} for depth in (1200, 2040)]
    path = write_archive(tmp_path, build_archive(manifest_json(entry_json(b"text", files=files)), b"text"))
    try:
        with open_archive(path) as archive:
            report = extract(archive, tmp_path / "out", keep_going=True)
    finally:
        remove_deep_folder(tmp_path / "out")
    assert report.files == 1
    assert [error.exit_code for error in report.problems.values()] == [OutputUnwritable.exit_code]


def test_thousands_of_names_that_become_alike_are_told_apart_at_once() -> None:
    entry = Entry("pieces/a", 1, 0, "avif", "picture", original_bytes=1, original_sha256="", fidelity="high")
    files = [ArchivedFile("d/" * 900 + "n" * 254 + f"{number:x}", 0, entry) for number in range(1000)]
    names: dict[str, str] = {}
    assert peak_memory(lambda: names.update(extracted_names(Manifest([entry], files, [])))) < 30_000_000
    assert len(set(names.values())) == len(files)


def test_names_that_a_system_can_not_tell_apart_become_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "a.txt").write_bytes(b"small")
    (tmp_path / "art" / "A.txt").write_bytes(b"large")
    compress(tmp_path / "art", tmp_path / "x.pochade")

    def lower_case_path(folder: Path, path: StoredPath) -> Path:
        return target_path(folder, path.lower())

    monkeypatch.setattr(extractor, "target_path", lower_case_path)
    with open_archive(tmp_path / "x.pochade") as archive:
        assert extract(archive, tmp_path / "out").renamed == {"a.txt": "a (2).txt"}
        second_report = extract(archive, tmp_path / "out")
    assert (second_report.files, second_report.already_there) == (0, 2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "a.txt": b"large", "a (2).txt": b"small",
    }  # fmt: skip


def test_a_link_in_the_folder_leads_no_file_out_of_it(archive_path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "old").symlink_to(tmp_path / "elsewhere")
    with open_archive(archive_path) as archive, pytest.raises(OutputUnwritable, match="on the way is a link"):
        extract(archive, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_in_place_of_an_empty_folder_stops_nothing_else(archive_path: Path, tmp_path: Path) -> None:
    (tmp_path / "art" / "empty").mkdir()
    compress(tmp_path / "art", archive_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "empty").write_bytes(b"mine")
    with open_archive(archive_path) as archive:
        with pytest.raises(OutputUnwritable, match="empty' already exists and is a different file"):
            extract(archive, tmp_path / "out")
        report = extract(archive, tmp_path / "out", keep_going=True)
    assert list(report.problems) == ["empty"]
    assert (report.already_there, (tmp_path / "out" / "empty").read_bytes()) == (3, b"mine")


def test_a_file_that_is_read_back_differently_gets_no_name(
    archive_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_files, "sha256_of_file", lambda _file: ("another", 0))
    with open_archive(archive_path) as archive, pytest.raises(OutputUnwritable, match="read back differs"):
        extract(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_entry_stops_no_other_file(archive_path: Path, tmp_path: Path) -> None:
    damage_file(archive_path, "notes.txt")
    with open_archive(archive_path) as archive:
        report = extract(archive, tmp_path / "out", keep_going=True)
    assert list(report.problems) == ["notes.txt"]
    assert file_names(tmp_path / "out") == {"drawing.png", "old/copy.png"}


def test_an_unreadable_sector_costs_only_its_file(folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(folder_and_archive[1]) as archive:
        lost_file = next(file for file in archive if file.path == "notes.txt")
        offset = archive.container.offset_by_name[lost_file.entry.name]
        archive.container.file.close()
        archive.container.file = UnreadableFile(folder_and_archive[1].read_bytes(), offset, offset + 50)
        header, content = archive.verify()
        assert header.lost_files == ()
        assert content == (f"'{lost_file.entry.name}' is damaged: it can't be read: Input/output error", ("notes.txt",))
        report = extract(archive, tmp_path / "out", keep_going=True)
    assert isinstance(report.problems["notes.txt"], ArchiveDamaged)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["noise"]


def test_a_lossy_picture_is_extracted_as_the_file_in_the_archive(
    medium_folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    with open_archive(medium_folder_and_archive[1]) as archive:
        assert archive.verify() == []
        cat, notes = archive
        assert (cat.fidelity, notes.fidelity, notes.score) == ("medium", "medium", None)
        assert cat.score is not None
        assert cat.score >= 70
        content = archive.read(cat)
        assert len(content) == cat.bytes < cat.original_bytes
        extract(archive, tmp_path)
    name = f"cat.png{Path(cat.entry.name).suffix}"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "notes.txt"]
    assert (tmp_path / name).read_bytes() == content
    assert ssimulacra2(painting(), decode(content).on_paper()) >= 70


def test_two_files_never_get_the_same_name() -> None:
    entry = Entry("pieces/a", 1, 0, "avif", "picture", original_bytes=1, original_sha256="", fidelity="high")
    exact = replace(entry, name="pieces/b", codec="stored", returns="bytes")
    paths = ["a.png", "a.png.avif", "b.png", "b.png.avif/c"]
    entries = [entry, exact, entry, exact]
    files = [ArchivedFile(path, 0, entry) for path, entry in zip(paths, entries, strict=True)]
    assert extracted_names(Manifest([entry, exact], files, [])) == {
        "a.png": "a.png.avif.avif",
        "a.png.avif": "a.png.avif",
        "b.png": "b.png.avif.avif",
        "b.png.avif/c": "b.png.avif/c",
    }


@pytest.mark.parametrize("length", [246, 251])
def test_long_names_are_cut_for_the_suffix(length: int, tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for number, last in enumerate("xy"):
        (tmp_path / "art" / f"{'x' * length}{last}.png"[-255:]).write_bytes(save_png(painting()[number:]))
    compress(tmp_path / "art", tmp_path / "a.pochade", "medium")
    with open_archive(tmp_path / "a.pochade") as archive:
        assert extract(archive, tmp_path / "out").files == 2
    assert all(path.suffix in {".avif", ".webp", ".jxl"} for path in (tmp_path / "out").iterdir())


def test_extracting_needs_space_for_the_decoded_files(
    medium_folder_and_archive: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_archive(medium_folder_and_archive[1]) as archive:
        cat, notes = archive
        disk = DiskUsage(cat.bytes + notes.original_bytes - 1)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
        with pytest.raises(OutputUnwritable, match=r"has .* free"):
            extract(archive, tmp_path / "out")
        disk.free += 1
        assert extract(archive, tmp_path / "out").files == 2


def test_list_names_the_extracted_files(
    medium_folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["list", str(medium_folder_and_archive[1]), "--json"], monkeypatch) == 0
    cat, notes = json.loads(capsys.readouterr().out)
    assert cat["comes_back_as"] == f"cat.png{Path(cat['entry']).suffix}"
    assert cat["score"] >= 70
    assert (notes["comes_back_as"], notes["score"], notes["fidelity"]) == ("notes.txt", None, "medium")
    assert run_command(["list", str(medium_folder_and_archive[1])], monkeypatch) == 0
    assert f"comes back as {cat['comes_back_as']}, score {cat['score']:.1f}" in capsys.readouterr().out


def test_an_archive_that_needs_more_space_than_the_disk_has_is_refused(tmp_path: Path) -> None:
    packed = lzma.compress(b"x")
    manifest = manifest_json(entry_json(packed, coder="xz", original_bytes=2**60))
    path = write_archive(tmp_path, build_archive(manifest, packed))
    with open_archive(path) as archive, pytest.raises(OutputUnwritable, match=r"has .* free"):
        extract(archive, tmp_path / "out", keep_going=True)


def test_a_picture_whose_file_grows_beyond_the_manifest_is_not_written(tmp_path: Path) -> None:
    values = np.zeros((500, 500, 3), np.uint8)
    encoded = lossless.encode_jpeg_xl(values)
    rows = {"at": 0, "stride": 1500, "up": False, "bgr": False, "big": False}
    manifest = {
        "coder": "jpeg-xl",
        "shape": [500, 500, 3, 8],
        "pixels": picture_codecs.hash_pixels(values),
        "rest": 0,
        "raster": rows,
    }
    files = [{"path": f"{number}.bmp", "mtime": 0} for number in range(5)]
    for returns, why in (
        ("bytes", "decodes to 750,000 bytes where the manifest says 0"),
        ("pixels", "its rows would not be"),
    ):
        entry = (
            entry_json(encoded) | manifest | {"returns": returns, "original_bytes": 0, "files": files, "format": "BMP"}
        )
        path = write_archive(tmp_path, build_archive(manifest_json(entry, rests=[""]), encoded))
        with open_archive(path) as archive, pytest.raises(ArchiveDamaged, match=why):
            extract(archive, tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []
