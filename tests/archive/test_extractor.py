"""Files come out of an archive: none over another, again only what is missing."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from pochade.archive import extractor
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container import entry_names
from pochade.archive.container.entry_names import Text
from pochade.archive.extractor import extract, target_of
from pochade.errors import OutputUnwritable
from tests.archive.test_archive_errors import at_once, damage
from tests.support.picture_files import rgb, saved

__all__ = ["at_once"]

DRAWING = saved(rgb().resize((90, 60)), "PNG", compress_level=1)
FILES = {"drawing.png": DRAWING, "notes.txt": b"of paper and ink" * 99, "old/copy.png": DRAWING}


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """An archive of pixels and of bytes."""
    for name, content in FILES.items():
        path = tmp_path / "art" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    compress(tmp_path / "art", tmp_path / "x.pochade")
    return tmp_path / "x.pochade"


def names_in(folder: Path) -> set[str]:
    """Every file."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_another_file_is_never_replaced(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with open_archive(packed) as archive:
        with pytest.raises(OutputUnwritable, match=r"notes\.txt' is there already"):
            extract(archive, out)
        assert names_in(out) == {"notes.txt"}
        found = extract(archive, out, keep_going=True)
        assert list(found.problems) == ["notes.txt"]
        assert found.files == 2
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_the_same_command_goes_on_where_it_was(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_archive(packed) as archive:
        extract(archive, tmp_path / "out")
        assert {piece.entry.returns for piece in archive} == {"bytes", "pixels"}
        (tmp_path / "out" / "old" / "copy.png").unlink()
        stamps = {path: path.stat() for path in (tmp_path / "out").iterdir() if path.is_file()}
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Room(len(FILES["old/copy.png"])))
        found = extract(archive, tmp_path / "out")
    assert (found.files, found.there, found.problems) == (1, 2, {})
    assert all(path.stat().st_ino == stamp.st_ino for path, stamp in stamps.items())


class Room:
    """A disk that is almost full."""

    def __init__(self, free: int) -> None:
        self.free = free


def test_a_file_that_comes_meanwhile_stays(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = extractor.check_free

    def check_free(target: Path) -> None:
        real(target)
        if target.name == "notes.txt":
            target.write_bytes(b"mine")  # by somebody else, at once

    monkeypatch.setattr(extractor, "check_free", check_free)
    with open_archive(packed) as archive, pytest.raises(OutputUnwritable, match="notes"):
        extract(archive, tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_bytes() == b"mine"
    assert not list((tmp_path / "out").glob(".*"))


def test_no_other_file_that_is_being_written_is_removed(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    other = tmp_path / "out" / f".pochade.{os.getpid()}.part"
    other.write_bytes(b"of another run")
    with open_archive(packed) as archive:
        assert extract(archive, tmp_path / "out").files == 3
    assert other.read_bytes() == b"of another run"


def test_names_that_a_system_takes_for_one_get_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "a.txt").write_bytes(b"small")
    (tmp_path / "art" / "A.txt").write_bytes(b"large")
    compress(tmp_path / "art", tmp_path / "x.pochade")

    def in_small_letters(folder: Path, text: Text) -> Path:
        return target_of(folder, text.lower())

    monkeypatch.setattr(extractor, "target_of", in_small_letters)
    with open_archive(tmp_path / "x.pochade") as archive:
        assert extract(archive, tmp_path / "out").renamed == {"a.txt": "a (2).txt"}
        again = extract(archive, tmp_path / "out")
    assert (again.files, again.there) == (0, 2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "a.txt": b"large", "a (2).txt": b"small",
    }  # fmt: skip


def test_a_link_in_the_folder_leads_nothing_out_of_it(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "old").symlink_to(tmp_path / "elsewhere")
    with open_archive(packed) as archive, pytest.raises(OutputUnwritable, match="through a link"):
        extract(archive, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_stands_in_an_empty_folder_s_way_stops_nothing_else(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "art" / "empty").mkdir()
    compress(tmp_path / "art", packed)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "empty").write_bytes(b"mine")
    with open_archive(packed) as archive:
        with pytest.raises(OutputUnwritable, match="empty' is there already, and is another file"):
            extract(archive, tmp_path / "out")
        found = extract(archive, tmp_path / "out", keep_going=True)
    assert list(found.problems) == ["empty"]
    assert (found.there, (tmp_path / "out" / "empty").read_bytes()) == (3, b"mine")


def test_what_the_disk_gives_back_as_something_else_gets_no_name(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extractor, "sha256_of", lambda _path: ("another", 0))
    with open_archive(packed) as archive, pytest.raises(OutputUnwritable, match="read back differs"):
        extract(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 251 + ".txt", "\u756b" * 85, "a." + "y" * 253])
def test_what_is_set_aside_keeps_a_name_that_can_be_had(name: str, tmp_path: Path) -> None:
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


def test_no_entry_is_another_ones_folder(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "empty").write_bytes(b"a file")
    compress(tmp_path / "art", tmp_path / "x.pochade")
    (tmp_path / "art" / "empty").unlink()
    (tmp_path / "art" / "empty").mkdir()
    (tmp_path / "art" / "empty" / "a").write_bytes(b"in a folder")
    compress(tmp_path / "art", tmp_path / "x.pochade")
    with zipfile.ZipFile(tmp_path / "x.pochade") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert names_in(tmp_path / "unpacked" / "pieces") == {"empty", "empty-2/a"}
    taken = entry_names.EntryNames()
    taken.take("pieces/folder/a")
    assert entry_names.entry_name("folder", "", taken) == "pieces/folder-2"


def test_many_names_are_found_at_once() -> None:
    taken = Counted()
    for number in range(2000):
        entry_names.entry_name(f"{number}.png", ".jxl", taken)
    assert taken.asked == 2000


class Counted(entry_names.EntryNames):
    """Names that count how often they are asked for."""

    asked = 0

    def is_free(self, name: str) -> bool:
        """As the others do."""
        self.asked += 1
        return super().is_free(name)


def test_a_damaged_piece_is_a_problem_of_its_own(packed: Path, tmp_path: Path) -> None:
    damage(packed, "notes.txt")
    with open_archive(packed) as archive:
        found = extract(archive, tmp_path / "out", keep_going=True)
    assert list(found.problems) == ["notes.txt"]
    assert names_in(tmp_path / "out") == {"drawing.png", "old/copy.png"}
