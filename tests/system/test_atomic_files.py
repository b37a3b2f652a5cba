"""Atomic writes: complete files or none, and locks between processes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pochade.errors import OutputUnwritable, UsageError
from pochade.system import atomic_files
from pochade.system.atomic_files import (
    WriteChunk,
    file_lock,
    make_folder,
    rename_to_new,
    stream_atomically,
    write_atomically,
    write_without_flush,
)


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_is_written_with_its_folders_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_replaces_no_other(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(OutputUnwritable, match="File exists"):
        write_atomically(tmp_path / "file", b"ours", new=True)
    with pytest.raises(OutputUnwritable, match="File exists"):
        stream_atomically(tmp_path / "file", lambda write: write(b"ours"), new=True)
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("write", [write_atomically, lambda path, content: stream_atomically(path, _writer(content))])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], object]
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OutputUnwritable, match="could not be written: No space left"):
        write(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def _writer(content: bytes) -> Callable[[WriteChunk], None]:
    """Return a callback that writes the content byte by byte."""

    def fill(write: WriteChunk) -> None:
        for byte in content:
            write(bytes([byte]))

    return fill


def test_a_name_that_is_too_long_gets_its_own_hint(tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable) as caught:
        write_atomically(tmp_path / ("x" * 300), b"")
    assert caught.value.hint == "give it a shorter name"


def test_a_stream_is_written_in_chunks_with_its_time(tmp_path: Path) -> None:
    size = stream_atomically(tmp_path / "file", _writer(b"chunks"), mtime_ns=10**18)
    assert (size, (tmp_path / "file").read_bytes()) == (6, b"chunks")
    assert (tmp_path / "file").stat().st_mtime_ns == 10**18


def test_an_impossible_time_is_ignored(tmp_path: Path) -> None:
    stream_atomically(tmp_path / "file", _writer(b"x"), mtime_ns=2**100)
    assert (tmp_path / "file").read_bytes() == b"x"


def test_an_error_of_the_callback_leaves_no_file(tmp_path: Path) -> None:
    def fail(write: WriteChunk) -> None:
        write(b"half")
        raise ValueError("the source is damaged")

    with pytest.raises(ValueError, match="damaged"):
        stream_atomically(tmp_path / "file", fail)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_gives_other_bytes_back_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_files, "sha256_of_file", lambda _: ("another", 4))
    with pytest.raises(OutputUnwritable, match="read back differs"):
        stream_atomically(tmp_path / "file", _writer(b"data"))
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"other")
    with pytest.raises(OutputUnwritable, match="read back differs"):
        write_atomically(tmp_path / "file", b"data")
    assert not list(tmp_path.iterdir())


def test_a_cached_file_is_complete_or_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_without_flush(tmp_path / "file", b"old")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        with pytest.raises(OSError, match="No space"):
            write_without_flush(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_without_hard_links_still_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "temporary").write_bytes(b"ours")
    (tmp_path / "taken").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        rename_to_new(tmp_path / "temporary", tmp_path / "taken")
    rename_to_new(tmp_path / "temporary", tmp_path / "free")
    assert (tmp_path / "free").read_bytes() == b"ours"
    assert (tmp_path / "taken").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    with pytest.raises(OutputUnwritable, match="can't be the folder for the results"):
        make_folder(tmp_path / "file" / "below")


def test_only_one_process_holds_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "index" / "learning.lock"
    with (
        file_lock(lock, "learning"),
        pytest.raises(UsageError, match="another process is learning"),
        file_lock(lock, "learning"),
    ):
        pass
    with file_lock(lock, "learning"):
        pass
