"""A killed `compress` leaves the old archive or the new one, and the next run resumes what it encoded."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container.partial_archive import journal_line
from pochade.images.codecs.container_split import split_file
from tests.support.archives import drawing_png, files_in, read_archive, readable_files

SCRIPT = """
import os, signal
from pochade import compress
from pochade.archive.container import in_place_addition, partial_archive

def kill_in_call(function, number, before):
    calls = 0
    def wrapper(*arguments):
        nonlocal calls
        if calls == number and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments)
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        calls += 1
        return result
    return wrapper

{function} = kill_in_call({function}, {number}, {before})
compress({folder!r}, {target!r})
"""
pytestmark = pytest.mark.usefixtures("in_process_workers")

NEW = 4  # entries that the killed run adds
PARTIAL = "partial_archive.PartialArchive"
CALLS_OF_REWRITING = {
    f"{PARTIAL}.resume": 1,
    f"{PARTIAL}.add": 1 + NEW,  # the first is copied from the old archive
    "partial_archive.journal_line": 1 + NEW,
    f"{PARTIAL}._verify": 1,
    "partial_archive.flush_folder": 1,
}
CALLS_OF_ADDING = {
    f"{PARTIAL}.resume": 1,
    f"{PARTIAL}.add": NEW,
    "partial_archive.journal_line": NEW,
    "in_place_addition._reserve": 1,
    "in_place_addition.write_at": 2,  # the backup, then the addition
    "in_place_addition._compare": 1,
    "in_place_addition._cut": 1,
}

KillPoint = tuple[str, int, bool]  # function, number of its call, whether the kill comes before that call
ALL_KILL_POINTS = [
    (is_in_place, (function, number, before))
    for is_in_place, all_calls in ((False, CALLS_OF_REWRITING), (True, CALLS_OF_ADDING))
    for function, calls in all_calls.items()
    for number in range(calls)
    for before in (True, False)
]
FEW_KILL_POINTS: list[tuple[bool, KillPoint]] = [
    (False, (f"{PARTIAL}.add", 0, False)),
    (False, ("partial_archive.journal_line", 2, False)),  # between an entry and its line
    (False, ("partial_archive.flush_folder", 0, False)),
    (True, (f"{PARTIAL}.add", 1, False)),
    (True, ("in_place_addition.write_at", 0, False)),
    (True, ("in_place_addition.write_at", 1, False)),
    (True, ("in_place_addition._cut", 0, False)),
]


def run_until_killed(kill_point: KillPoint, folder: Path, target: Path) -> None:
    function, number, before = kill_point
    code = SCRIPT.format(function=function, number=number, before=before, folder=str(folder), target=str(target))
    run = subprocess.run([sys.executable, "-c", code], check=False)
    assert run.returncode == -signal.SIGKILL


def split_contents(files: dict[str, bytes]) -> dict[str, tuple[bytes, bytes]]:
    """Remainder and pixel values of PNGs, which are the same however the pixels are packed."""
    splits = {name: split_file(content) for name, content in files.items()}
    return {name: (split.remainder, split.values.tobytes()) for name, split in splits.items() if split}


def is_finished(kill_point: KillPoint) -> bool:
    """Whether the new archive is there when the run is killed."""
    function, _, before = kill_point
    return function == "partial_archive.flush_folder" or (function == "in_place_addition._cut" and not before)


def check_kill(kill_point: KillPoint, home: Path, *, is_in_place: bool) -> None:
    """Kill a run that adds four drawings to an archive, then check that nothing is lost and the next run resumes.

    Args:
        kill_point: Where it is killed.
        home: An empty folder.
        is_in_place: Whether the archive grows in place; otherwise it has a second name, so that a new file is written.
    """
    folder, target = home / "art", home / "a.pochade"
    folder.mkdir()
    (folder / "old.png").write_bytes(drawing_png(9))
    compress(folder, target)
    if not is_in_place:
        (home / "copy.pochade").hardlink_to(target)
    for number in range(NEW):
        (folder / f"{number}.png").write_bytes(drawing_png(number))
    files = files_in(folder)
    run_until_killed(kill_point, folder, target)
    assert files_in(folder) == files
    with open_archive(target) as archive:
        readable = readable_files(archive)
        assert readable.keys() == (files.keys() if is_finished(kill_point) else {"old.png"})
        assert not [damage for damage in archive.verify() if damage.lost_files]
    journal = target.with_name(".a.pochade.part.jsonl")
    lines = journal.read_bytes().count(b"\n") if journal.exists() else 0
    encoded = lines if is_in_place else max(0, lines - 1)
    assert compress(folder, target).coded == (0 if is_finished(kill_point) else NEW - encoded)
    assert split_contents(read_archive(target)) == split_contents(files)
    names = {"a.pochade", "art"} if is_in_place else {"a.pochade", "art", "copy.pochade"}
    assert {path.name for path in home.iterdir()} == names


@pytest.mark.slow
@pytest.mark.parametrize(("is_in_place", "kill_point"), FEW_KILL_POINTS, ids=str)
def test_a_killed_run_loses_nothing_and_is_resumed(is_in_place: bool, kill_point: KillPoint, tmp_path: Path) -> None:
    check_kill(kill_point, tmp_path, is_in_place=is_in_place)


@pytest.mark.full
@pytest.mark.parametrize(("is_in_place", "kill_point"), ALL_KILL_POINTS, ids=str)
def test_a_run_killed_at_any_point_loses_nothing_and_is_resumed(
    is_in_place: bool, kill_point: KillPoint, tmp_path: Path
) -> None:
    check_kill(kill_point, tmp_path, is_in_place=is_in_place)


@pytest.mark.slow
def test_entries_that_are_no_longer_planned_are_removed_from_a_killed_run(tmp_path: Path) -> None:
    folder, target = tmp_path / "art", tmp_path / "a.pochade"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.png").write_bytes(drawing_png(number))
    run_until_killed((f"{PARTIAL}.add", 3, False), folder, target)
    assert not target.exists()
    (folder / "0.png").unlink()
    assert compress(folder, target).coded == 0
    assert split_contents(read_archive(target)) == split_contents(files_in(folder))


def test_a_damaged_entry_of_an_interrupted_run_is_encoded_again(tmp_path: Path) -> None:
    folder, target = tmp_path / "art", tmp_path / "a.pochade"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(drawing_png(number))
    compress(folder, target)
    with open_archive(target) as archive:
        lines = [journal_line(entry) for entry in archive.manifest.entries]
    content = bytearray(target.read_bytes())
    content[60] ^= 1
    target.unlink()
    (tmp_path / ".a.pochade.part").write_bytes(content)
    (tmp_path / ".a.pochade.part.jsonl").write_bytes(b"".join(lines) + b'{"half a li')
    assert compress(folder, target).coded == 1
    assert split_contents(read_archive(target)) == split_contents(files_in(folder))
