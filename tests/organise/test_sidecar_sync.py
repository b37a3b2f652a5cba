"""Labels travel in XMP sidecars."""

import errno
import os
import shutil
import unicodedata
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import OutputUnwritable, UsageError
from pochade.index.picture_records import Filter
from pochade.organise import sidecars
from pochade.organise.sidecar_sync import LOCK_FILE
from pochade.organise.sidecars import read_sidecar_labels, write_sidecar_labels
from pochade.system.atomic_files import file_lock, unwritable_error
from pochade.system.replaced_file import temporary_path


@pytest.mark.slow
def test_labels_travel_in_sidecars_on_request_only(collection: Collection, art: Path, tmp_path: Path) -> None:
    collection.teach("harbours", [art / "drawing 0.png", art / "drawing 2.png"])
    assert not list(art.rglob("*.xmp"))
    assert collection.write_sidecars() == []
    assert {path.name for path in art.rglob("*.xmp")} >= {"drawing 0.png.xmp", "drawing 2.png.xmp"}
    art_copy = shutil.copytree(art, tmp_path / "copy", ignore=shutil.ignore_patterns(".pochade"))
    with Collection.open(art_copy) as copy:
        copy.learn(minutes=0)
        assert copy.labels() == {}
        assert copy.read_sidecars() == []
        assert copy.labels() == {"harbours": 2}


def test_an_invalid_label_does_not_stop_the_others(collection: Collection, art: Path) -> None:
    write_sidecar_labels(art / "drawing 0.png", ["harbours", "x" * 300], [])
    (sentence,) = collection.read_sidecars()
    assert "drawing 0.png" in sentence
    assert "xxx" in sentence
    assert collection.labels() == {"harbours": 1}
    matches = collection.find(art / "drawing 0.png", among=Filter(label=" harbours "))
    assert {match.path.name for match in matches} == {"drawing 0.png", "same file.png"}


def test_a_damaged_sidecar_is_reported_and_stops_nothing(collection: Collection, art: Path) -> None:
    (art / "drawing 2.png.xmp").write_text("<not closed")
    collection.teach("harbours", [art / "drawing 2.png", art / "drawing 4.png"])
    (sentence,) = collection.write_sidecars()
    assert "drawing 2.png.xmp" in sentence
    assert (art / "drawing 4.png.xmp").exists()
    assert (art / "drawing 2.png.xmp").read_text() == "<not closed"


def test_a_label_that_is_taken_back_leaves_the_sidecars_and_does_not_return(collection: Collection, art: Path) -> None:
    collection.teach("harbours", [art / "drawing 0.png", art / "drawing 2.png"])
    collection.write_sidecars()
    (picture,) = (file for file in collection.pictures() if file.path.name == "drawing 0.png")
    collection.unlabel([picture], "harbours")
    collection.read_sidecars()
    assert collection.labels() == {"harbours": 1}
    assert collection.write_sidecars() == []
    assert read_sidecar_labels(art / "drawing 0.png") == ()
    assert read_sidecar_labels(art / "drawing 2.png") == ("harbours",)
    write_sidecar_labels(art / "drawing 0.png", ["harbours"], [])  # by another program, later
    collection.read_sidecars()
    assert collection.labels() == {"harbours": 2}


def test_a_label_that_could_not_leave_a_sidecar_is_remembered(collection: Collection, art: Path) -> None:
    collection.teach("harbours", [art / "drawing 2.png"])
    collection.write_sidecars()
    (picture,) = (file for file in collection.pictures() if file.path.name == "drawing 2.png")
    collection.unlabel([picture], "harbours")
    sidecar = art / "drawing 2.png.xmp"
    sidecar.chmod(0o444)
    (sentence,) = collection.write_sidecars()
    assert "it is read-only" in sentence
    collection.read_sidecars()
    assert collection.labels() == {}
    sidecar.chmod(0o644)
    assert collection.write_sidecars() == []
    assert read_sidecar_labels(art / "drawing 2.png") == ()


def test_what_a_killed_run_left_is_removed(collection: Collection, art: Path) -> None:
    collection.teach("harbours", [art / "drawing 0.png"])
    leftover = temporary_path(art / "some other.png.xmp")
    leftover.write_bytes(b"half")
    collection.write_sidecars()
    assert not leftover.exists()


def test_two_runs_at_once_are_told_apart(collection: Collection) -> None:
    with file_lock(collection.home / LOCK_FILE, "busy"), pytest.raises(UsageError, match="another process is writing"):
        collection.write_sidecars()


def test_a_label_with_separate_accents_stays_withdrawn_while_a_shared_sidecar_has_it(
    collection: Collection, art: Path
) -> None:
    """digiKam and Lightroom on macOS write letters and accents apart."""
    label, apart = unicodedata.normalize("NFC", "café"), unicodedata.normalize("NFD", "café")
    collection.teach(label, [art / "drawing 0.png"])
    shutil.copy(art / "drawing 2.png", art / "drawing 0.jpg")  # shares Lightroom's sidecar
    write_sidecar_labels(art / "drawing 0.png", [apart], [])
    (art / "drawing 0.png.xmp").rename(art / "drawing 0.xmp")
    pictures = [file for file in collection.pictures() if file.path.name == "drawing 0.png"]
    collection.unlabel(pictures, label)
    collection.write_sidecars()
    collection.read_sidecars()
    assert collection.labels() == {}


def test_each_folder_is_listed_once_while_sidecars_are_written(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("drawing 0", "drawing 2", "old/drawing 1", "zebra"):  # in the order of paths, `old` is in between
        picture = art / f"{name}.png"
        if name == "zebra":
            shutil.copy(art / "drawing 2.png", picture)
        write_sidecar_labels(picture, ["by Lightroom"], [])
        picture.with_name(f"{picture.name}.xmp").rename(picture.with_suffix(".xmp"))
    collection.learn(minutes=0)
    collection.teach("harbours", [art / "drawing 0.png", art / "old" / "drawing 1.png", art / "zebra.png"])
    listed = list[Path]()
    list_names = sidecars._names_by_sidecar

    def record_folder(folder: Path) -> dict[str, set[str]]:
        listed.append(folder)
        return list_names(folder)

    monkeypatch.setattr(sidecars, "_names_by_sidecar", record_folder)
    assert collection.write_sidecars() == []
    assert sorted(listed) == [art, art / "old"]


def test_a_full_disk_stops_the_writing_with_one_error(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.label(collection.pictures(), "harbours")

    def write_twice(path: Path, content: bytes) -> None:
        if len(list(art.rglob("*.xmp"))) == 2:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise unwritable_error(path, full) from full
        path.write_bytes(content)

    monkeypatch.setattr(sidecars, "replace_content", write_twice)
    with pytest.raises(OutputUnwritable, match=r"the disk is full: .* and 2 sidecars were written before"):
        collection.write_sidecars()
    assert len(list(art.rglob("*.xmp"))) == 2
    monkeypatch.undo()
    assert collection.write_sidecars() == []
    assert len(list(art.rglob("*.xmp"))) > 2
