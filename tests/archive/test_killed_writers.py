"""A run that is killed leaves the old archive or the new one, and the next run takes over what it made."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container.partial_archive import line_of
from pochade.images.codecs.container_split import taken_apart
from tests.archive.test_archive_errors import at_once
from tests.archive.test_archive_writer import drawing, files_in, pieces_of

__all__ = ["at_once"]

KILLED = """
import os, signal
from pochade import compress
from pochade.archive import part

def killing(real):
    def then(*told, **how):
        made = {call}
        if then.times == {times}:
            os.kill(os.getpid(), signal.SIGKILL)
        then.times += 1
        return made
    then.times = 0
    return then

{where} = killing({where})
compress({folder!r}, {target!r})
"""
BEFORE, AFTER = "os.kill(os.getpid(), signal.SIGKILL)", "real(*told, **how)"
MOMENTS = {
    "as it begins": ("part.Part.take_up", BEFORE, 0),
    "after an entry": ("part.Part.add", AFTER, 0),
    "after four": ("part.Part.add", AFTER, 3),
    "between an entry and its line": ("part.line_of", AFTER, 2),
    "before it is checked": ("part.Part._check", BEFORE, 0),
    "before it has its name": ("part.Part._check", AFTER, 0),
    "after it has its name": ("part.flush_folder", AFTER, 0),
}


def killed(moment: str, folder: Path, target: Path) -> None:
    """A run that ends at that moment."""
    where, call, times = MOMENTS[moment]
    code = KILLED.format(where=where, call=call, times=times, folder=str(folder), target=str(target))
    run = subprocess.run([sys.executable, "-c", code], check=False)
    assert run.returncode == -signal.SIGKILL


def held_by(files: dict[str, bytes]) -> dict[str, tuple[bytes, bytes]]:
    """What PNGs hold, however their pixels are packed: the rest, and the values."""
    apart = {name: taken_apart(content) for name, content in files.items()}
    return {name: (one.rest, one.values.tobytes()) for name, one in apart.items() if one}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_nothing_is_lost_and_the_next_run_takes_over(moment: str, tmp_path: Path) -> None:
    folder, target = tmp_path / "art", tmp_path / "a.pochade"
    folder.mkdir()
    (folder / "old.png").write_bytes(drawing(9))
    compress(folder, target)
    old = target.read_bytes()
    for number in range(4):
        (folder / f"{number}.png").write_bytes(drawing(number))
    files = files_in(folder)
    killed(moment, folder, target)
    assert files_in(folder) == files
    renamed = moment == "after it has its name"
    assert (target.read_bytes() == old) is not renamed
    assert pieces_of(target).keys() == (files.keys() if renamed else {"old.png"})
    journal = target.with_name(".a.pochade.part.jsonl")
    done = journal.read_bytes().count(b"\n") if journal.exists() else 0
    assert compress(folder, target).coded == (0 if renamed else 5 - max(1, done))
    assert held_by(pieces_of(target)) == held_by(files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pochade", "art"]


def test_what_is_no_longer_wanted_of_a_killed_run_is_cut_out(tmp_path: Path) -> None:
    folder, target = tmp_path / "art", tmp_path / "a.pochade"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.png").write_bytes(drawing(number))
    killed("after four", folder, target)
    assert not target.exists()
    (folder / "0.png").unlink()
    assert compress(folder, target).coded == 0
    assert held_by(pieces_of(target)) == held_by(files_in(folder))


def test_an_interrupted_run_whose_file_was_damaged_codes_that_anew(tmp_path: Path) -> None:
    folder, target = tmp_path / "art", tmp_path / "a.pochade"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(drawing(number))
    compress(folder, target)
    with open_archive(target) as archive:
        lines = [line_of(entry) for entry in archive.manifest.entries]
    content = bytearray(target.read_bytes())
    content[60] ^= 1
    target.unlink()
    (tmp_path / ".a.pochade.part").write_bytes(content)
    (tmp_path / ".a.pochade.part.jsonl").write_bytes(b"".join(lines) + b'{"half a li')
    assert compress(folder, target).coded == 1
    assert held_by(pieces_of(target)) == held_by(files_in(folder))
