"""A person's folder of art: learnt in place, asked, changed, damaged, interrupted; nothing known is lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql
from filelock import FileLock
from PIL import Image, ImageOps

from pochade import Collection
from pochade.embedding.embedder import shipped
from pochade.errors import CollectionMissing, IndexDamaged, OutputUnwritable, PictureUnreadable, UsageError
from pochade.index import schema
from pochade.index.database import Index
from pochade.index.ingest_file import IngestTask
from pochade.index.pictures import Filter
from pochade.learn.ingest import minutes_that_help
from pochade.system.folder_walk import walk_folder
from pochade.system.worker_pool import WorkerPool
from tests.support.drawings import drawing, folder_of_art

ROOT = Path(__file__).parents[2]


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """Twelve drawings."""
    return folder_of_art(tmp_path / "art")


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """A collection that is only asked."""
    collection = Collection.open(folder_of_art(tmp_path_factory.mktemp("learnt") / "art"))
    collection.learn(minutes=0)
    return collection


def known(collection: Collection) -> dict[str, tuple[str, bytes, bytes]]:
    """What an index holds: each file's content, look and code."""
    count = collection.index.rows_used()
    looks, codes = collection.in_use.looks(count), collection.codes()
    return {
        str(piece.path.relative_to(collection.folder)): (
            piece.hash,
            looks[piece.row].tobytes(),
            codes[piece.row].tobytes(),
        )
        for piece in collection.pieces()
    }


# Learning ------------------------------------------------------------------------------------------------------------


def test_learning_reads_every_piece_once_and_changes_no_original(art: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in art.rglob("*.png")}
    collection = Collection.open(art)
    first, second = collection.learn(minutes=0), collection.learn(minutes=0)
    assert (first.new, first.unchanged, first.problems) == (12, 0, ())
    assert (second.new, second.unchanged) == (0, 12)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_opening_a_folder_writes_nothing(art: Path) -> None:
    with pytest.raises(CollectionMissing, match="nothing has been learnt"):
        Collection.open(art).pieces()
    assert not (art / ".pochade").exists()


def test_a_moved_renamed_or_copied_file_is_the_same_piece_and_keeps_its_label(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    piece = next(piece for piece in collection.pieces() if piece.path.name == "drawing 4.png")
    collection.label([piece], "favourite")
    shutil.move(piece.path, art / "old" / "renamed.png")
    shutil.copy(art / "old" / "renamed.png", art / "copy.png")
    again = collection.learn(minutes=0)
    assert (again.new, again.again, again.gone) == (0, 2, 1)
    found = collection.find(art / "copy.png", 5, among=Filter(label="favourite"))
    assert {match.path.name for match in found} == {"renamed.png", "copy.png"}


def test_a_piece_that_went_away_and_came_back_is_still_known(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    collection.label([piece for piece in collection.pieces() if piece.path.name == "drawing 3.png"], "sold")
    shutil.move(art / "old" / "drawing 3.png", art.parent / "elsewhere.png")
    collection.learn(minutes=0)
    assert len(collection.pieces()) == 11
    assert not collection.find(art.parent / "elsewhere.png", among=Filter(label="sold"))
    shutil.move(art.parent / "elsewhere.png", art / "back.png")
    assert collection.learn(minutes=0).new == 0
    assert [match.path.name for match in collection.find(art / "back.png", among=Filter(label="sold"))] == ["back.png"]


def test_a_changed_file_is_read_again(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    drawing(99).save(art / "drawing 0.png")
    assert collection.learn(minutes=0).new == 1
    assert collection.find(drawing(99), 1)[0].path.name == "drawing 0.png"


def test_one_bad_file_stops_nothing_and_is_tried_again_when_it_changes(art: Path) -> None:
    (art / "cut.png").write_bytes((art / "drawing 0.png").read_bytes()[:500])
    (art / "empty.jpg").touch()
    collection = Collection.open(art)
    learnt = collection.learn(minutes=0)
    assert learnt.new == 12
    assert {problem.path.name for problem in learnt.problems} == {"cut.png", "empty.jpg"}
    assert "'empty.jpg' is empty" in next(p.reason for p in learnt.problems if p.path.name == "empty.jpg")
    drawing(50).save(art / "empty.jpg")
    assert {problem.path.name for problem in collection.learn(minutes=0).problems} == {"cut.png"}
    (art / "cut.png").unlink()
    assert collection.learn(minutes=0).problems == ()


def test_names_that_are_no_text_and_links_that_lead_nowhere(art: Path) -> None:
    strange = os.fsencode(art) + b"/caf\xe9.png"
    shutil.copy(art / "drawing 0.png", os.fsdecode(strange))
    (art / "circle.png").symlink_to(art / "circle.png")
    (art / "old" / "up").symlink_to(art)
    collection = Collection.open(art)
    learnt = collection.learn(minutes=0)
    assert [problem.path.name for problem in learnt.problems] == ["circle.png"]
    assert strange in {os.fsencode(piece.path) for piece in collection.pieces()}


def test_hidden_files_and_what_is_no_picture_are_passed_over(art: Path) -> None:
    (art / "notes.txt").write_text("buy paint")
    (art / ".hidden.png").write_bytes(b"")
    os.mkfifo(art / "pipe.png")
    assert len(walk_folder(art, art / ".pochade").files) == 12


def test_the_index_can_be_kept_elsewhere(art: Path, tmp_path: Path) -> None:
    collection = Collection.open(art, index=tmp_path / "index")
    assert collection.learn(minutes=0).new == 12
    assert not (art / ".pochade").exists()
    assert Collection.open(art, index=tmp_path / "index").find(art / "drawing 0.png", 1)[0].distance == pytest.approx(
        0, abs=1e-5
    )


def test_a_folder_that_cannot_be_listed_does_not_lose_its_pieces(art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)

    real = os.scandir

    def refused(folder: bytes) -> object:
        if folder.endswith(b"old"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr("pochade.system.folder_walk.os.scandir", refused)
    learnt = collection.learn(minutes=0)
    assert [(problem.path.name, problem.reason) for problem in learnt.unlisted] == [
        ("old", "can't be listed: Permission denied")
    ]
    assert learnt.gone == 0


def test_only_one_process_learns_at_a_time(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    with FileLock(art / ".pochade" / "learning.lock"), pytest.raises(UsageError, match="another process is learning"):
        collection.learn(minutes=0)


@pytest.mark.parametrize("after", [1, 6, 12], ids=lambda count: f"{count} thumbnails")
def test_killed_at_any_moment_the_next_run_ends_with_the_same_index(after: int, art: Path, tmp_path: Path) -> None:
    code = f"from pochade import Collection; Collection.open({str(art)!r}).learn(minutes=0)"
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while run.poll() is None and len(list(art.glob(".pochade/thumbnails/*/*.jpg"))) < after:
        pass
    run.send_signal(signal.SIGKILL)
    run.wait()
    collection, undisturbed = Collection.open(art), Collection.open(art, index=tmp_path / "other")
    collection.learn(minutes=0)
    undisturbed.learn(minutes=0)
    assert known(collection) == known(undisturbed)


def test_a_run_that_was_cut_off_after_its_vectors_writes_over_them(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    before = known(collection)
    looks = collection.in_use.vectors(collection.in_use.nets.name)[0]
    looks.write(12, np.ones((3, 64), np.float32))
    drawing(77).save(art / "new.png")
    collection.learn(minutes=0)
    assert {name: value for name, value in known(collection).items() if name != "new.png"} == before
    assert collection.find(drawing(77), 1)[0].path.name == "new.png"


def test_thumbnails_that_a_killed_run_left_unfinished_are_removed_and_nothing_else_is(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    thumbnail = next(collection.thumbnails.rglob("*.jpg"))
    left, young, foreign = (thumbnail.with_name(name.format(thumbnail.name)) for name in (
        ".{}.4711.part", ".{}.4712.part", ".notes.part"
    ))  # fmt: skip
    outside = art / left.name
    for path in (left, young, foreign, outside):
        path.write_bytes(b"half a picture")
        os.utime(path, (0, 0))
    os.utime(young)
    drawing(77).save(art / "not read yet.png")
    collection.learn(minutes=0)
    assert not left.exists()
    assert all(path.exists() for path in (thumbnail, young, foreign, outside))


# The reading processes -----------------------------------------------------------------------------------------------


class Deadly(IngestTask):
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


class Endless(IngestTask):
    """Keeps the process that unpickles it busy."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return time.sleep, (600,)


@pytest.mark.parametrize(("harm", "seconds", "reason"), [(Deadly, 30, "with code 3"), (Endless, 3, "took longer than")])
def test_a_file_that_ends_or_holds_up_its_reader_is_a_problem_of_its_own(
    harm: type[IngestTask], seconds: float, reason: str, art: Path, tmp_path: Path
) -> None:
    found = walk_folder(art, art / ".pochade").files
    good = [
        IngestTask(os.fsencode(art / os.fsdecode(path)), stamp, frozenset(), tmp_path) for path, stamp in found.items()
    ]
    with WorkerPool(1, seconds) as readers:
        answers = list(readers.read([good[0], harm(*vars(good[0]).values()), *good[1:]]))
    problems = [answer.reading.problem for answer in answers if answer.reading.problem]
    assert len(problems) == 1
    assert reason in problems[0]
    assert len(answers) == 13


# Finding -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        ImageOps.mirror,
        ImageOps.grayscale,
        lambda picture: picture.rotate(90),
        lambda picture: picture.crop((10, 10, 190, 190)),
    ],
    ids=["mirror", "grey", "turn", "crop"],
)
def test_a_changed_copy_leads_to_its_piece(edit: object, learnt: Collection) -> None:
    found = learnt.find(edit(drawing(5)).convert("RGB"), 3)  # type: ignore[operator]
    assert len(found) == 3
    assert found[0].path.name == "drawing 5.png"
    assert found[0].distance < found[1].distance <= found[2].distance


def test_a_picture_can_be_a_path_an_image_or_an_array(learnt: Collection, tmp_path: Path) -> None:
    drawing(2).save(tmp_path / "asked.webp", lossless=True)
    for picture in (tmp_path / "asked.webp", str(tmp_path / "asked.webp"), drawing(2), np.asarray(drawing(2))):
        assert learnt.find(picture, 1)[0].path.name == "drawing 2.png"


def test_filters_choose_among_the_pieces(learnt: Collection) -> None:
    every = {piece.path.name for piece in learnt.pieces()}
    assert {match.path.parent.name for match in learnt.find(drawing(0), 20, among=Filter(folder=Path("old")))} == {
        "old"
    }
    assert {
        match.path.name for match in learnt.find(drawing(0), 20, among=Filter(format="png", shape="square"))
    } == every
    assert not learnt.find(drawing(0), 20, among=Filter(until=date(2000, 1, 1)))
    colours = {piece.colour for piece in learnt.pieces()}
    assert sum(len(learnt.find(drawing(0), 20, among=Filter(colour=colour))) for colour in colours) == 12
    with pytest.raises(UsageError, match="'round' is none of portrait"):
        Filter(shape="round")


def test_more_matches_than_pieces_are_all_of_them(learnt: Collection) -> None:
    assert len(learnt.find(drawing(0), 100)) == 12
    with pytest.raises(UsageError):
        learnt.find(drawing(0), 0)


def test_asking_for_no_picture_is_an_error_of_ours(learnt: Collection, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("no picture")
    with pytest.raises(PictureUnreadable):
        learnt.find(tmp_path / "words.png")


def test_an_empty_folder_has_nothing_to_find(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    collection = Collection.open(tmp_path / "art")
    assert collection.learn(minutes=0).new == 0
    assert collection.find(drawing(0)) == []
    assert collection.info().pieces == 0


# The index -----------------------------------------------------------------------------------------------------------


def test_an_index_of_a_newer_pochade_is_left_alone(art: Path) -> None:
    Collection.open(art).learn(minutes=0)
    index = art / ".pochade" / "index.sqlite"
    engine = sql.create_engine(f"sqlite:///{index}")
    with engine.begin() as connection:
        connection.execute(sql.text("UPDATE settings SET value = '99'"))
    engine.dispose()
    with pytest.raises(IndexDamaged, match="schema 99"):
        Collection.open(art).pieces()


def test_a_migration_that_fails_half_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "index.sqlite"
    Index(place).close()
    monkeypatch.setattr(schema, "SCHEMA", schema.SCHEMA + 1)
    monkeypatch.setattr(schema, "MIGRATIONS", {schema.SCHEMA - 1: ["CREATE TABLE half (id INTEGER)", "no statement"]})
    with pytest.raises((IndexDamaged, UsageError)):
        Index(place)
    engine = sql.create_engine(f"sqlite:///{place}")
    assert not sql.inspect(engine).has_table("half")
    engine.dispose()


def test_two_who_write_at_once_wait_for_each_other(tmp_path: Path) -> None:
    first, second = Index(tmp_path / "index.sqlite"), Index(tmp_path / "index.sqlite")
    with ThreadPoolExecutor(2) as pool:
        many = [pool.submit(own.prepare_net, f"{number}", "now", {}) for number in range(20) for own in (first, second)]
    assert [each.result() for each in many] == [None] * 40
    for own in (first, second):
        own.close()


def test_an_index_that_can_only_be_read_is_read(art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
    monkeypatch.setattr(os, "access", lambda *_: False)  # as on a disc; to root nothing is forbidden
    reopened = Collection.open(art)
    assert reopened.find(drawing(3), k=1)[0].distance < 0.01
    with pytest.raises(OutputUnwritable):
        reopened.label(reopened.pieces(), "mine")


def test_a_damaged_index_is_said_to_be(art: Path) -> None:
    Collection.open(art).learn(minutes=0)
    for left in (art / ".pochade").glob("index.sqlite-*"):
        left.unlink()
    (art / ".pochade" / "index.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(IndexDamaged, match="can't be read"):
        Collection.open(art).pieces()


def test_fingerprints_cut_short_are_said_to_be(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    path = next((art / ".pochade").glob("looks-*.f32"))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(IndexDamaged, match="is cut short: 3 of 12 rows"):
        Collection.open(art).find(drawing(0))


def test_fingerprints_of_another_net_are_refused(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    path = next((art / ".pochade").glob("looks-*.f32"))
    path.write_bytes(b'{"format": "pochade-vectors-1", "net": "other"}\n'.ljust(4096, b"\0") + path.read_bytes()[4096:])
    with pytest.raises(IndexDamaged, match="does not hold the fingerprints"):
        Collection.open(art).find(drawing(0))


@pytest.mark.parametrize("lost", ["looks-*.f32", "codes-*.u8", "thumbnails"])
def test_what_is_lost_of_the_index_is_made_again(lost: str, art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    path = next((art / ".pochade").glob(lost))
    if path.is_dir():
        shutil.rmtree(path)
        next((art / ".pochade").glob("looks-*.f32")).unlink()
    else:
        path.unlink()
    again = Collection.open(art)
    assert again.learn(minutes=0).new == 0
    assert again.find(drawing(7), 1)[0].path.name == "drawing 7.png"
    assert len(list((art / ".pochade" / "thumbnails").rglob("*.jpg"))) == 12


def test_other_shipped_nets_make_all_fingerprints_anew(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    with collection.index.writing() as connection:
        connection.execute(sql.text("UPDATE nets SET name = 'older'"))
    for kind in ("looks", "codes"):
        (path,) = (art / ".pochade").glob(f"{kind}-*")
        path.rename(path.with_name(f"{kind}-older{path.suffix}"))
    upgraded = Collection.open(art)
    with pytest.raises(IndexDamaged, match="no longer here"):
        upgraded.find(drawing(0))
    assert upgraded.learn(minutes=0).new == 0
    assert upgraded.find(drawing(7), 1)[0].path.name == "drawing 7.png"
    assert not list((art / ".pochade").glob("*older*"))


def test_a_change_of_nets_that_was_cut_off_goes_on(art: Path) -> None:
    collection = Collection.open(art)
    collection.learn(minutes=0)
    name = collection.in_use.nets.name
    undisturbed = known(collection)
    collection.index.prepare_net("gone", "2026-01-01", {})
    assert Collection.open(art).learn(minutes=0).new == 0
    assert known(Collection.open(art)) == undisturbed
    assert Collection.open(art).in_use.nets.name == name


@pytest.mark.parametrize(("pieces", "trained", "minutes"), [(20, 0, 0), (1_000, 0, 1), (1_000, 950, 0), (90_000, 0, 5)])
def test_training_is_as_long_as_it_helps(pieces: int, trained: int, minutes: float) -> None:
    assert minutes_that_help(pieces, trained) == minutes


def test_the_index_speaks_to_two_readers_while_one_writes(tmp_path: Path) -> None:
    writer, reader = Index(tmp_path / "index.sqlite"), Index(tmp_path / "index.sqlite")
    with writer.writing() as connection:
        connection.execute(sql.text("INSERT INTO settings (name, value) VALUES ('a', 'b')"))
        assert reader.rows_used() == 0
    writer.close()
    reader.close()


def test_training_keeps_only_what_is_better_on_pieces_held_out(art: Path) -> None:
    for seed in range(12, 40):
        drawing(seed).save(art / f"drawing {seed}.png")
    collection = Collection.open(art)
    training = collection.learn(minutes=0.02).training
    assert training is not None
    assert training["look_kept"] == (training["after"]["margin"] > training["before"]["margin"])
    assert training["code_kept"] == (training["after"]["psnr"] > training["before"]["psnr"])
    better = training["painter"]["after"] < training["painter"]["before"]
    assert (art / ".pochade" / "painter.safetensors").exists() == better
    changed = training["look_kept"] or training["code_kept"]
    assert changed == (collection.in_use.nets.name != shipped().name)
    assert {path.name for path in (art / ".pochade" / "nets").glob("*")} == (
        {collection.in_use.nets.name} if changed else set()
    )
    assert collection.find(drawing(30), 1)[0].path.name == "drawing 30.png"
    assert collection.info().figures["pieces"] == 40
    reopened = Collection.open(art)
    assert reopened.in_use.nets.name == collection.in_use.nets.name
    assert reopened.find(drawing(31), 1)[0].path.name == "drawing 31.png"


def test_alpha_is_laid_on_white(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    whole = drawing(3)
    clear = whole.convert("RGBA")
    clear.putalpha(ImageOps.invert(whole.convert("L")).point(lambda level: 255 if level else 0))
    clear.save(tmp_path / "art" / "clear.png")
    collection = Collection.open(tmp_path / "art")
    collection.learn(minutes=0)
    assert collection.find(whole, 1)[0].distance < 0.01
    assert Image.open(next((tmp_path / "art" / ".pochade" / "thumbnails").rglob("*.jpg"))).getpixel((0, 0)) == (
        255,
        255,
        255,
    )
