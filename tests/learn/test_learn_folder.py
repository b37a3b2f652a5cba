"""A folder is learnt in place: only changed files are read, and neither bad files nor interruptions lose anything."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql
from filelock import FileLock
from PIL import Image, ImageOps

from pochade import Collection
from pochade.errors import CollectionMissing, FilesMissing, UsageError
from pochade.index.picture_records import Filter
from pochade.system.folder_walk import stamp_of, walk_folder
from tests.support.drawings import drawing
from tests.support.drawings_folder import stored_pictures

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_learning_reads_every_picture_once_and_changes_no_original(drawings_folder: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in drawings_folder.rglob("*.png")}
    collection = Collection.open(drawings_folder)
    first, second = collection.learn(minutes=0), collection.learn(minutes=0)
    assert (first.new, first.unchanged, first.problems) == (12, 0, ())
    assert (second.new, second.unchanged) == (0, 12)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_opening_a_folder_writes_nothing(drawings_folder: Path) -> None:
    with pytest.raises(CollectionMissing, match="nothing has been learnt"):
        Collection.open(drawings_folder).pictures()
    assert not (drawings_folder / ".pochade").exists()


def test_a_moved_renamed_or_copied_file_is_the_same_picture_and_keeps_its_label(drawings_folder: Path) -> None:
    collection = Collection.open(drawings_folder)
    collection.learn(minutes=0)
    picture = next(file for file in collection.pictures() if file.path.name == "drawing 4.png")
    collection.label([picture], "favourite")
    shutil.move(picture.path, drawings_folder / "old" / "renamed.png")
    shutil.copy(drawings_folder / "old" / "renamed.png", drawings_folder / "copy.png")
    second_run = collection.learn(minutes=0)
    assert (second_run.new, second_run.again, second_run.gone) == (0, 2, 1)
    matches = collection.find(drawings_folder / "copy.png", 5, among=Filter(label="favourite"))
    assert {match.path.name for match in matches} == {"renamed.png", "copy.png"}


def test_a_picture_that_went_away_and_came_back_is_still_known(drawings_folder: Path) -> None:
    collection, elsewhere = Collection.open(drawings_folder), drawings_folder.parent / "elsewhere.png"
    collection.learn(minutes=0)
    collection.label([file for file in collection.pictures() if file.path.name == "drawing 3.png"], "sold")
    shutil.move(drawings_folder / "old" / "drawing 3.png", elsewhere)
    collection.learn(minutes=0)
    assert len(collection.pictures()) == 11
    assert not collection.find(elsewhere, among=Filter(label="sold"))
    back = drawings_folder / "back.png"
    shutil.move(elsewhere, back)
    assert collection.learn(minutes=0).new == 0
    assert [match.path.name for match in collection.find(back, among=Filter(label="sold"))] == ["back.png"]


def test_a_changed_file_is_read_again(drawings_folder: Path) -> None:
    collection = Collection.open(drawings_folder)
    collection.learn(minutes=0)
    drawing(99).save(drawings_folder / "drawing 0.png")
    assert collection.learn(minutes=0).new == 1
    assert collection.find(drawing(99), 1)[0].path.name == "drawing 0.png"


def test_an_edit_that_keeps_size_and_date_is_seen(tmp_path: Path) -> None:
    art = tmp_path / "art"
    art.mkdir()
    path = art / "a.bmp"
    drawing(1).save(path)
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        status = path.stat()
        drawing(2).save(path)  # a BMP of the same size
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert path.stat().st_size == status.st_size
        assert collection.learn(minutes=0).new == 1


def test_again_compares_the_content_of_every_file(learnt_folder: Path) -> None:
    collection = Collection.open(learnt_folder)
    collection.learn(minutes=0)
    files = {path: row.stamp for path, row in collection.index.files().items()}
    settled = {path: replace(stamp, ctime=1) for path, stamp in files.items()}
    collection.index.update_stamps(settled)  # as if the ctimes proved nothing
    result = collection.learn(minutes=0, again=True)
    assert (result.new, result.again, result.unchanged) == (0, 0, 12)
    assert {path: row.stamp.size for path, row in collection.index.files().items()} == {
        path: stamp.size for path, stamp in files.items()
    }


def test_problems_are_tried_again_when_the_readers_changed(
    learnt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = learnt_folder / "cut.png"
    path.write_bytes((learnt_folder / "drawing 0.png").read_bytes()[:20])
    collection = Collection.open(learnt_folder)
    collection.learn(minutes=0)
    with collection.index.writing() as connection:
        connection.execute(sql.text("UPDATE files SET problem = 'once unknown' WHERE problem IS NOT NULL"))
    collection.index.update_stamps({b"cut.png": stamp_of(path.stat())})
    assert [problem.reason for problem in collection.learn(minutes=0).problems] == ["once unknown"]
    monkeypatch.setattr("pochade.learn.learn_folder.READER_VERSION", 99)
    assert "once unknown" not in [problem.reason for problem in collection.learn(minutes=0).problems]
    with collection.index.writing() as connection:
        connection.execute(sql.text("UPDATE files SET problem = 'known by now' WHERE problem IS NOT NULL"))
    collection.index.update_stamps({b"cut.png": stamp_of(path.stat())})
    assert [problem.reason for problem in collection.learn(minutes=0).problems] == ["known by now"]


def test_pixels_are_compared_again_when_the_readers_changed(
    learnt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = Collection.open(learnt_folder)
    collection.index.record_pixel_hash(collection.pictures()[0].number, "0" * 64)
    collection.learn(minutes=0)
    assert len(collection.index.pixel_hashes()) == 1
    monkeypatch.setattr("pochade.learn.learn_folder.READER_VERSION", 99)
    collection.learn(minutes=0)
    assert collection.index.pixel_hashes() == {}


def test_a_folder_that_lost_most_files_is_not_forgotten_by_itself(learnt_folder: Path) -> None:
    collection = Collection.open(learnt_folder)
    shutil.rmtree(learnt_folder / "old")
    (learnt_folder / "drawing 0.png").unlink()
    with pytest.raises(FilesMissing, match="7 of 12 files"):
        collection.learn(minutes=0)
    assert len(collection.pictures()) == 12
    assert collection.learn(minutes=0, accept_missing=True).gone == 7


def test_files_that_are_passed_over_are_counted(drawings_folder: Path) -> None:
    (drawings_folder / "@eaDir").mkdir()
    shutil.copy(drawings_folder / "drawing 0.png", drawings_folder / "@eaDir" / "thumbnail.png")
    (drawings_folder / ".pochadeignore").write_text("old/\n", encoding="utf-8")
    result = Collection.open(drawings_folder).learn(minutes=0, exclude=["drawing 0.png"])
    assert (result.new, result.passed_over) == (5, 8)


def test_one_bad_file_stops_nothing_and_is_tried_again_when_it_changes(drawings_folder: Path) -> None:
    (drawings_folder / "cut.png").write_bytes((drawings_folder / "drawing 0.png").read_bytes()[:20])
    (drawings_folder / "empty.jpg").touch()
    collection = Collection.open(drawings_folder)
    result = collection.learn(minutes=0)
    assert result.new == 12
    assert {problem.path.name for problem in result.problems} == {"cut.png", "empty.jpg"}
    assert "'empty.jpg' is empty" in next(p.reason for p in result.problems if p.path.name == "empty.jpg")
    drawing(50).save(drawings_folder / "empty.jpg")
    assert {problem.path.name for problem in collection.learn(minutes=0).problems} == {"cut.png"}
    (drawings_folder / "cut.png").unlink()
    assert collection.learn(minutes=0).problems == ()


def test_names_that_are_no_text_and_links_that_lead_nowhere(drawings_folder: Path) -> None:
    strange = os.fsencode(drawings_folder) + b"/caf\xe9.png"
    shutil.copy(drawings_folder / "drawing 0.png", os.fsdecode(strange))
    (drawings_folder / "circle.png").symlink_to(drawings_folder / "circle.png")
    (drawings_folder / "old" / "up").symlink_to(drawings_folder)
    collection = Collection.open(drawings_folder)
    result = collection.learn(minutes=0)
    assert [problem.path.name for problem in result.problems] == ["circle.png"]
    assert strange in {os.fsencode(file.path) for file in collection.pictures()}


def test_hidden_and_foreign_files_are_skipped(drawings_folder: Path) -> None:
    (drawings_folder / "notes.txt").write_text("buy paint")
    (drawings_folder / ".hidden.png").write_bytes(b"")
    os.mkfifo(drawings_folder / "pipe.png")
    assert len(walk_folder(drawings_folder, drawings_folder / ".pochade").files) == 12


def test_the_index_can_be_kept_elsewhere(drawings_folder: Path, tmp_path: Path) -> None:
    collection = Collection.open(drawings_folder, index=tmp_path / "index")
    assert collection.learn(minutes=0).new == 12
    assert not (drawings_folder / ".pochade").exists()
    (match,) = Collection.open(drawings_folder, index=tmp_path / "index").find(drawings_folder / "drawing 0.png", 1)
    assert match.distance == pytest.approx(0, abs=1e-5)


def test_a_folder_that_cannot_be_listed_does_not_lose_its_pictures(
    drawings_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = Collection.open(drawings_folder)
    collection.learn(minutes=0)
    scandir = os.scandir

    def refuse_old(folder: bytes) -> object:
        if os.fsencode(folder).endswith(b"old"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr("pochade.system.folder_walk.os.scandir", refuse_old)
    result = collection.learn(minutes=0)
    assert [(problem.path.name, problem.reason) for problem in result.unlisted] == [
        ("old", "can't be listed: Permission denied")
    ]
    assert result.gone == 0


def test_only_one_process_learns_at_a_time(learnt_folder: Path) -> None:
    lock = FileLock(learnt_folder / ".pochade" / "learning.lock")
    with lock, pytest.raises(UsageError, match="another process is learning"):
        Collection.open(learnt_folder).learn(minutes=0)


@pytest.mark.parametrize("after", [1, 6, 12], ids=lambda count: f"{count} thumbnails")
def test_a_run_after_a_killed_one_ends_with_the_same_index(after: int, drawings_folder: Path, tmp_path: Path) -> None:
    code = f"from pochade import Collection; Collection.open({str(drawings_folder)!r}).learn(minutes=0)"
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while run.poll() is None and len(list(drawings_folder.glob(".pochade/thumbnails/*/*.jpg"))) < after:
        pass
    run.send_signal(signal.SIGKILL)
    run.wait()
    collection = Collection.open(drawings_folder)
    undisturbed = Collection.open(drawings_folder, index=tmp_path / "other")
    collection.learn(minutes=0)
    undisturbed.learn(minutes=0)
    assert stored_pictures(collection) == stored_pictures(undisturbed)


def test_vectors_of_an_interrupted_run_are_overwritten(learnt_folder: Path) -> None:
    collection = Collection.open(learnt_folder)
    before = stored_pictures(collection)
    embedding_file = collection.models.vector_files(collection.models.embedder.name)[0]
    embedding_file.write(12, np.ones((3, 64), np.float32))
    drawing(77).save(learnt_folder / "new.png")
    collection.learn(minutes=0)
    assert {name: value for name, value in stored_pictures(collection).items() if name != "new.png"} == before
    assert collection.find(drawing(77), 1)[0].path.name == "new.png"


def test_only_abandoned_unfinished_thumbnails_are_removed(learnt_folder: Path) -> None:
    collection = Collection.open(learnt_folder)
    thumbnail = next(collection.thumbnails.rglob("*.jpg"))
    abandoned, recent, foreign = (
        thumbnail.with_name(name.format(thumbnail.name)) for name in (".{}.4711.part", ".{}.4712.part", ".notes.part")
    )
    outside = learnt_folder / abandoned.name
    for path in (abandoned, recent, foreign, outside):
        path.write_bytes(b"half a picture")
        os.utime(path, (0, 0))
    os.utime(recent)
    drawing(77).save(learnt_folder / "not read yet.png")
    collection.learn(minutes=0)
    assert not abandoned.exists()
    assert all(path.exists() for path in (thumbnail, recent, foreign, outside))


def test_an_empty_folder_has_nothing_to_find(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    collection = Collection.open(tmp_path / "art")
    assert collection.learn(minutes=0).new == 0
    assert collection.find(drawing(0)) == []
    assert collection.info().pictures == 0


def test_alpha_is_laid_on_white(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    opaque = drawing(3)
    transparent = opaque.convert("RGBA")
    transparent.putalpha(ImageOps.invert(opaque.convert("L")).point(lambda level: 255 if level else 0))
    transparent.save(tmp_path / "art" / "transparent.png")
    collection = Collection.open(tmp_path / "art")
    collection.learn(minutes=0)
    assert collection.find(opaque, 1)[0].distance < 0.01
    thumbnail = Image.open(next(collection.thumbnails.rglob("*.jpg")))
    assert thumbnail.getpixel((0, 0)) == (255, 255, 255)
