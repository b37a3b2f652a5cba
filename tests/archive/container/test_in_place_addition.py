"""Adding in place: wherever a kill, a full disk or a power cut stops it, the old archive or the new one is whole."""

import errno
import io
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_repair import repair_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container import in_place_addition
from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.in_place_addition import undo_interrupted_addition
from pochade.errors import OutputUnwritable
from tests.support.archives import files_in, read_archive, readable_files

pytestmark = pytest.mark.usefixtures("in_process_workers")


class Step(NamedTuple):
    """A change of the file: bytes at an offset, another size, or a flush to the disk."""

    offset: int = 0
    content: bytes = b""
    size: int | None = None
    is_flush: bool = False


class RecordedFile(io.FileIO):
    """A file that records every change."""

    steps: list[Step]

    def write(self, content: Any, /) -> int:
        """Write part of the bytes, as a system may, and record them."""
        part = bytes(content[:700])
        self.steps.append(Step(self.tell(), part))
        return super().write(part)

    def truncate(self, size: int | None = None, /) -> int:
        """Cut the file, and record it."""
        self.steps.append(Step(size=size))
        return super().truncate(size)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """All changes that are made to archives in place."""
    steps = list[Step]()

    @contextmanager
    def open_recorded(container: ArchiveContainer) -> Iterator[io.FileIO]:
        with RecordedFile(container.path, "r+b") as file:
            file.steps = steps
            yield file

    def reserve(descriptor: int, offset: int, length: int) -> None:
        steps.append(Step(size=offset + length))
        os.ftruncate(descriptor, offset + length)

    monkeypatch.setattr(in_place_addition, "open_for_update", open_recorded)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: steps.append(Step(is_flush=True)))
    monkeypatch.setattr(os, "posix_fallocate", reserve, raising=False)
    return steps


def replay(old: bytes, steps: list[Step]) -> bytes:
    """The file after some changes."""
    content = bytearray(old)
    for step in steps:
        if step.size is not None:
            content[step.size :] = b""
            content += bytes(step.size - len(content))
        elif not step.is_flush:
            content += bytes(max(0, step.offset - len(content)))
            content[step.offset : step.offset + len(step.content)] = step.content
    return bytes(content)


def killed_states(old: bytes, steps: list[Step]) -> Iterator[bytes]:
    """The file after a kill before each step, and in the middle of it."""
    for number, step in enumerate(steps):
        for length in {0, 1, len(step.content) // 2, max(0, len(step.content) - 1)}:
            yield replay(old, [*steps[:number], Step(step.offset, step.content[:length])])
    yield replay(old, steps)


def power_cut_states(old: bytes, steps: list[Step], rng: random.Random) -> Iterator[bytes]:
    """The file after power cuts: what was not flushed may have reached the disk or not, in any order."""
    flushes = [number for number, step in enumerate(steps) if step.is_flush]
    for start, end in zip([0, *flushes], [*flushes, len(steps)], strict=True):
        for _ in range(25):
            yield replay(old, [*steps[:start], *(step for step in steps[start:end] if rng.random() < 0.5)])


@pytest.fixture
def addition(folder_and_archive: tuple[Path, Path], steps: list[Step]) -> tuple[Path, bytes, bytes, list[Step]]:
    """An archive's path, its bytes before and after two files were added in place, and the changes between."""
    folder, target = folder_and_archive
    old = target.read_bytes()
    (folder / "more").write_bytes(os.urandom(2500))
    (folder / "text").write_text("another text " * 40, encoding="utf-8")
    compress(folder, target)
    return target, old, target.read_bytes(), list(steps)


def check_state(path: Path, content: bytes, old: bytes, new: bytes, files: dict[str, bytes]) -> None:
    """Check that an archive reads as before or after, and is whole again once the next command has undone the rest."""
    path.write_bytes(content)
    with open_archive(path) as archive:
        readable = readable_files(archive)
        assert readable in (files, {name: files[name] for name in ("noise", "notes.txt")})
        assert all(not damage.lost_files for damage in archive.verify())
    undo_interrupted_addition(path)
    assert path.read_bytes() in (old, new)


def test_an_addition_leaves_the_archive_that_a_single_run_would_write(
    addition: tuple[Path, bytes, bytes, list[Step]], folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    target, old, new, steps = addition
    assert steps, "the archive grew in place"
    assert read_archive(target) == files_in(folder_and_archive[0])
    with open_archive(target) as archive:
        assert archive.container.tail.start + len(archive.container.tail.content()) == len(new)
        entries_end = archive.container.offset_by_name[archive.manifest.entries[2].name]
    assert new[:entries_end] == old[:entries_end], "the old entries are where they were"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["art", "x.pochade"]


def test_a_kill_at_any_moment_loses_nothing(
    addition: tuple[Path, bytes, bytes, list[Step]], folder_and_archive: tuple[Path, Path]
) -> None:
    target, old, new, steps = addition
    states = list(killed_states(old, steps))
    assert states[0] == old
    assert states[-1] == new
    for state in states:
        check_state(target, state, old, new, files_in(folder_and_archive[0]))


def test_a_power_cut_at_any_moment_loses_nothing(
    addition: tuple[Path, bytes, bytes, list[Step]], folder_and_archive: tuple[Path, Path]
) -> None:
    target, old, new, steps = addition
    for state in power_cut_states(old, steps, random.Random(0)):
        check_state(target, state, old, new, files_in(folder_and_archive[0]))


def test_a_kill_while_an_addition_is_undone_loses_nothing(
    addition: tuple[Path, bytes, bytes, list[Step]], folder_and_archive: tuple[Path, Path], steps: list[Step]
) -> None:
    target, old, new, adding = addition
    flushes = [number for number, step in enumerate(adding) if step.is_flush]
    killed = replay(old, adding[: flushes[1]])
    target.write_bytes(killed)
    steps.clear()
    assert undo_interrupted_addition(target)
    undoing = list(steps)
    for state in [*killed_states(killed, undoing), *power_cut_states(killed, undoing, random.Random(1))]:
        check_state(target, state, old, new, files_in(folder_and_archive[0]))


def test_a_zip_tool_finds_the_old_archive_until_the_new_one_is_whole(
    addition: tuple[Path, bytes, bytes, list[Step]],
) -> None:
    target, old, new, steps = addition
    flushes = [number for number, step in enumerate(steps) if step.is_flush]
    target.write_bytes(old)
    names = zipfile.ZipFile(target).namelist()
    for number in range(flushes[0], flushes[1] + 1):
        target.write_bytes(replay(old, steps[:number]))
        with zipfile.ZipFile(target) as archive:
            assert archive.namelist() == names
            assert archive.testzip() is None
            assert archive.comment.endswith(b" backup")
    target.write_bytes(new)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(names) + 2


def test_an_interrupted_addition_is_named_by_verify_and_continued_by_compress(
    addition: tuple[Path, bytes, bytes, list[Step]], folder_and_archive: tuple[Path, Path]
) -> None:
    folder, target = folder_and_archive
    _, old, _, steps = addition
    flushes = [number for number, step in enumerate(steps) if step.is_flush]
    target.write_bytes(replay(old, steps[: flushes[1]]))
    with open_archive(target) as archive:
        (damage,) = archive.verify()
    assert damage == ("adding to it was interrupted, or is going on; no file is lost", ())
    interrupted = target.read_bytes()
    assert repair_archive(target).repaired == ["what an interrupted run added is undone; `compress` adds it again"]
    assert target.read_bytes() == old
    target.write_bytes(interrupted)
    assert compress(folder, target).coded == 2
    assert read_archive(target) == files_in(folder)


@pytest.mark.parametrize("failing_step", range(6))
def test_a_full_disk_leaves_the_archive_as_it_was(
    folder_and_archive: tuple[Path, Path], steps: list[Step], failing_step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    old = target.read_bytes()
    (folder / "more").write_bytes(os.urandom(2500))
    write, calls = RecordedFile.write, iter(range(99))

    def write_until_full(file: RecordedFile, content: Any, /) -> int:
        if next(calls) == failing_step:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, content)

    monkeypatch.setattr(RecordedFile, "write", write_until_full)
    with pytest.raises(OutputUnwritable, match="No space left on device"):
        compress(folder, target)
    assert steps[-1].is_flush
    assert target.read_bytes() == old
    monkeypatch.setattr(RecordedFile, "write", write)
    assert compress(folder, target).coded == 0, "what was encoded waits beside the archive"
    assert read_archive(target) == files_in(folder)


def test_bytes_that_read_back_differently_leave_the_archive_as_it_was(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    old = target.read_bytes()
    (folder / "more").write_bytes(os.urandom(2500))
    monkeypatch.setattr(in_place_addition, "is_intact", lambda *_: False)
    with pytest.raises(OutputUnwritable, match="what was read back differs"):
        compress(folder, target)
    assert target.read_bytes() == old


def test_who_has_the_archive_open_still_reads_the_old_content(folder_and_archive: tuple[Path, Path]) -> None:
    folder, target = folder_and_archive
    expected = files_in(folder)
    with open_archive(target) as archive:
        (folder / "more").write_bytes(os.urandom(2500))
        compress(folder, target)
        assert readable_files(archive) == expected
    assert read_archive(target) == files_in(folder)


def test_a_second_name_of_the_archive_is_somebodys_copy_and_stays_as_it_is(
    folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, target = folder_and_archive
    (tmp_path / "copy").hardlink_to(target)
    old = target.read_bytes()
    (folder / "more").write_bytes(os.urandom(2500))
    compress(folder, target)
    assert (tmp_path / "copy").read_bytes() == old
    assert read_archive(target) == files_in(folder)


def test_another_file_in_the_place_of_the_archive_is_not_written_to(
    folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    target = folder_and_archive[1]
    container = ArchiveContainer(target)
    shutil.copy(target, tmp_path / "other")
    (tmp_path / "other").replace(target)
    with pytest.raises(Exception, match="was replaced by another file"), in_place_addition.open_for_update(container):
        pass
    container.close()


def test_a_change_of_the_list_alone_adds_no_entry(folder_and_archive: tuple[Path, Path], steps: list[Step]) -> None:
    folder, target = folder_and_archive
    (folder / "copy of the notes.txt").write_bytes((folder / "notes.txt").read_bytes())
    (folder / "empty").mkdir()
    assert compress(folder, target).coded == 0
    assert steps
    assert read_archive(target) == files_in(folder)
