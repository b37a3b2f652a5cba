"""`prune` and `rename`: what stays is whole, what goes gives its room back, and nothing happens by halves."""

import os
from pathlib import Path

import pytest

from pochade.archive.archive_changes import plan_pruning, prune, rename
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.known_files import KnownFiles
from pochade.errors import ArchiveDamaged, OutputUnwritable, UsageError
from tests.support.archives import (
    build_archive,
    damage_file,
    entry_json,
    manifest_json,
    read_archive,
    write_archive,
)

pytestmark = pytest.mark.usefixtures("in_process_workers")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An archive of some files in folders, two of them with the same content."""
    folder = tmp_path / "art"
    for name in ("owl.bin", "birds/owl.bin", "birds/crow.bin", "birds2/jay.bin"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(3000))
    (folder / "copy of the owl.bin").write_bytes((folder / "owl.bin").read_bytes())
    (folder / "nothing").mkdir()
    compress(folder, tmp_path / "a.pochade")
    return tmp_path / "a.pochade"


def folders_of(path: Path) -> list[str]:
    with open_archive(path) as archive:
        return archive.manifest.folders


def test_pruned_files_are_gone_and_give_their_room_back(target: Path, tmp_path: Path) -> None:
    before, size = read_archive(target), target.stat().st_size
    plan = prune(target, ["birds", "nothing"])
    assert [file.path for file in plan.removed_files] == ["birds/crow.bin", "birds/owl.bin"]
    assert plan.freed_bytes == 6000
    assert size - target.stat().st_size > 6000
    del before["birds/owl.bin"], before["birds/crow.bin"]
    assert read_archive(target) == before
    assert folders_of(target) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pochade", "art"]


def test_a_content_stays_as_long_as_a_file_has_it(target: Path) -> None:
    before = read_archive(target)
    assert prune(target, ["owl.bin"]).freed_bytes == 0
    del before["owl.bin"]
    assert read_archive(target) == before
    assert prune(target, ["copy*"]).freed_bytes == 3000


def test_a_plan_changes_nothing(target: Path) -> None:
    content = target.read_bytes()
    with open_archive(target) as archive:
        assert plan_pruning(archive.manifest, ["birds"]).freed_bytes == 6000
    assert target.read_bytes() == content


@pytest.mark.parametrize(
    ("words", "why"), [(["*"], "nothing would stay"), (["crows"], "no file in the archive matches")]
)
def test_impossible_pruning_is_refused(target: Path, words: list[str], why: str) -> None:
    content = target.read_bytes()
    with pytest.raises(UsageError, match=why):
        prune(target, words)
    assert target.read_bytes() == content


def test_only_what_was_shown_goes(target: Path, tmp_path: Path) -> None:
    with open_archive(target) as archive:
        shown = plan_pruning(archive.manifest, ["birds/*"])
    (tmp_path / "art" / "birds" / "new.bin").write_bytes(b"new")
    compress(tmp_path / "art", target)
    before = target.read_bytes()
    with pytest.raises(UsageError, match="other files would go"):
        prune(target, ["birds/*"], shown=shown)
    assert target.read_bytes() == before


def test_entries_of_a_stranger_whose_names_differ_only_in_case_are_kept(tmp_path: Path) -> None:
    names, contents = ("pieces/a", "pieces/A", "pieces/b"), (b"one", b"two", b"three")
    entries = [
        entry_json(content, name) | {"files": [{"path": name[-1], "mtime": 0}]}
        for name, content in zip(names, contents, strict=True)
    ]
    path = write_archive(tmp_path, build_archive(manifest_json(*entries), *contents, names=names))
    prune(path, ["b"])
    assert read_archive(path) == {"a": b"one", "A": b"two"}


def test_damage_is_not_carried_over_and_can_be_pruned(target: Path) -> None:
    damaged = damage_file(target, "owl.bin")
    with pytest.raises(ArchiveDamaged, match="is damaged, and would stay"):
        prune(target, ["birds"])
    assert target.read_bytes() == damaged
    prune(target, ["owl.bin", "copy of the owl.bin"])
    assert sorted(read_archive(target)) == ["birds/crow.bin", "birds/owl.bin", "birds2/jay.bin"]


def test_an_interrupted_pruning_leaves_the_archive_and_is_resumed(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, add, calls = target.read_bytes(), PartialArchive.add, iter(range(99))

    def add_until_full(*arguments: object) -> object:
        if next(calls) == 2:
            raise OutputUnwritable("the disk is full")
        return add(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(PartialArchive, "add", add_until_full)
    with pytest.raises(OutputUnwritable):
        prune(target, ["birds/crow.bin"])
    assert target.read_bytes() == content
    prune(target, ["birds/crow.bin"])
    assert next(calls) == 4, "of three contents that stay, two were copied before"
    assert "birds/crow.bin" not in read_archive(target)


def test_models_stay_as_long_as_a_picture_needs_them(restored_archive: Path) -> None:
    with open_archive(restored_archive) as archive:
        dependent = {file.path: file.entry.model for file in archive}
    assert all(dependent.values())
    prune(restored_archive, ["0.png"])
    with open_archive(restored_archive) as archive:
        assert archive.verify() == []
        assert len(archive.models()) == 1


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ("owl.bin", "night/owl.bin", ["birds/crow.bin", "birds/owl.bin", "birds2/jay.bin", "night/owl.bin"]),
        ("birds", "sea birds/", ["birds2/jay.bin", "owl.bin", "sea birds/crow.bin", "sea birds/owl.bin"]),
        ("birds/owl.bin", "birds/OWL.bin", ["birds/OWL.bin", "birds/crow.bin", "birds2/jay.bin", "owl.bin"]),
        ("birds", "birds2", ["birds2/crow.bin", "birds2/jay.bin", "birds2/owl.bin", "owl.bin"]),
    ],
)
def test_a_renamed_file_or_folder_has_another_path_and_the_same_content(
    target: Path, old: str, new: str, paths: list[str]
) -> None:
    before = read_archive(target)
    with open_archive(target) as archive:
        entries = archive.manifest.entries
    assert rename(target, old, new) == (2 if old == "birds" else 1)
    after = read_archive(target)
    assert sorted(after) == sorted([*paths, "copy of the owl.bin"])
    assert sorted(after.values()) == sorted(before.values())
    with open_archive(target) as archive:
        assert archive.manifest.entries == entries
        assert [file.path for file in archive] == sorted(after)


def test_an_empty_folder_can_be_renamed(target: Path) -> None:
    assert rename(target, "nothing", "something/else") == 0
    assert folders_of(target) == ["something/else"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("crows", "ravens", "there is no file or folder 'crows'"),
        ("owl.bin", "birds", "'birds' is taken"),
        ("owl.bin", "birds/owl.bin", "'birds/owl.bin' is taken"),
        ("owl.bin", "birds/owl.bin/owl.bin", "'birds/owl.bin' is taken"),
        ("nothing", "owl.bin", "'owl.bin' is taken"),
        ("owl.bin", "../owl.bin", "is no path that a file in an archive may have"),
        ("owl.bin", "/owl.bin", "is no path"),
        ("owl.bin", "", "is no path"),
        ("owl.bin", ".pochade/index.sqlite", "is no path"),
        ("owl.bin", ".x.part", "is no path"),
    ],
)
def test_an_impossible_name_is_refused(target: Path, old: str, new: str, why: str) -> None:
    content = target.read_bytes()
    with pytest.raises(UsageError, match=why):
        rename(target, old, new)
    assert target.read_bytes() == content


def test_a_renamed_file_goes_where_a_second_name_of_the_archive_does_not_see_it(target: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").hardlink_to(target)
    content = target.read_bytes()
    rename(target, "owl.bin", "night/owl.bin")
    assert (tmp_path / "copy").read_bytes() == content
    assert "night/owl.bin" in read_archive(target)


def test_an_archive_with_unknown_fields_is_left_alone(tmp_path: Path) -> None:
    manifest = manifest_json(entry_json(b"one"), entry_json(b"two", "pieces/b"), wish="unknown")
    path = write_archive(tmp_path, build_archive(manifest, b"one", b"two"))
    with pytest.raises(ArchiveDamaged, match="newer Pochade"):
        prune(path, ["0.png"])
    with pytest.raises(ArchiveDamaged, match="newer Pochade"):
        rename(path, "0.png", "2.png")


def test_what_was_known_of_the_archive_still_holds(target: Path) -> None:
    rename(target, "owl.bin", "night/owl.bin")
    assert KnownFiles(target).is_archive_unchanged()
    damage_file(target, "birds/crow.bin")
    rename(target, "night/owl.bin", "owl.bin")
    assert not KnownFiles(target).is_archive_unchanged()
