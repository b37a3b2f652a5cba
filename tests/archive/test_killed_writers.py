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
from tests.support.archives import drawing_png, files_in, read_archive

SCRIPT = """
import os, signal
from pochade import compress
from pochade.archive.container import partial_archive

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

partial_archive.{function} = kill_in_call(partial_archive.{function}, {number}, {before})
compress({folder!r}, {target!r})
"""
pytestmark = pytest.mark.usefixtures("in_process_workers")

ENTRIES = 5  # one is copied from the old archive, and four are encoded
CALLS = {
    "PartialArchive.resume": 1,
    "PartialArchive.add": ENTRIES,
    "journal_line": ENTRIES,
    "PartialArchive._verify": 1,
    "flush_folder": 1,
}
AFTER_RENAME = "flush_folder"

KillPoint = tuple[str, int, bool]  # function, number of its call, whether the kill comes before that call
ALL_KILL_POINTS: list[KillPoint] = [
    (function, number, before)
    for function, calls in CALLS.items()
    for number in range(calls)
    for before in (True, False)
]
FEW_KILL_POINTS: list[KillPoint] = [
    ("PartialArchive.add", 0, False),
    ("journal_line", 2, False),  # between an entry and its line
    ("PartialArchive._verify", 0, False),
    ("flush_folder", 0, False),
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


def check_kill(kill_point: KillPoint, home: Path) -> None:
    """Kill a run that adds four drawings to an archive, then check that nothing is lost and the next run resumes."""
    folder, target = home / "art", home / "a.pochade"
    folder.mkdir()
    (folder / "old.png").write_bytes(drawing_png(9))
    compress(folder, target)
    old = target.read_bytes()
    for number in range(ENTRIES - 1):
        (folder / f"{number}.png").write_bytes(drawing_png(number))
    files = files_in(folder)
    run_until_killed(kill_point, folder, target)
    assert files_in(folder) == files
    is_renamed = kill_point[0] == AFTER_RENAME
    assert (target.read_bytes() == old) is not is_renamed
    assert read_archive(target).keys() == (files.keys() if is_renamed else {"old.png"})
    journal = target.with_name(".a.pochade.part.jsonl")
    finished = journal.read_bytes().count(b"\n") if journal.exists() else 0
    assert compress(folder, target).coded == (0 if is_renamed else ENTRIES - max(1, finished))
    assert split_contents(read_archive(target)) == split_contents(files)
    assert sorted(path.name for path in home.iterdir()) == ["a.pochade", "art"]


@pytest.mark.slow
@pytest.mark.parametrize("kill_point", FEW_KILL_POINTS, ids=str)
def test_a_killed_run_loses_nothing_and_is_resumed(kill_point: KillPoint, tmp_path: Path) -> None:
    check_kill(kill_point, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("kill_point", ALL_KILL_POINTS, ids=str)
def test_a_run_killed_at_any_point_loses_nothing_and_is_resumed(kill_point: KillPoint, tmp_path: Path) -> None:
    check_kill(kill_point, tmp_path)


@pytest.mark.slow
def test_entries_that_are_no_longer_planned_are_removed_from_a_killed_run(tmp_path: Path) -> None:
    folder, target = tmp_path / "art", tmp_path / "a.pochade"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.png").write_bytes(drawing_png(number))
    run_until_killed(("PartialArchive.add", 3, False), folder, target)
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
