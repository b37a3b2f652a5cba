"""Files that change, disks that fail, runs that cross: an archive is never worse for it, and none is called whole."""

import errno
import hashlib
import io
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pochade.archive import archive_writer
from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import compress, left_there, spool
from pochade.archive.codecs.encode_job import EncodeProblem, EncodeResult, EncodeTask, stretches_of
from pochade.archive.codecs.file_codecs import pack as packed_by
from pochade.archive.container.manifest import Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged, FileUnreachable, OutputUnwritable, UsageError
from pochade.system.atomic_files import file_lock
from pochade.system.worker_pool import TaskResult

TEXT = b"of paper and ink " * 99


class AtOnce:
    """The processes that code, without processes."""

    def __init__(self, **_: Any) -> None:
        pass

    def __enter__(self) -> "AtOnce":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, requests: Iterable[EncodeTask]) -> Iterator[TaskResult[EncodeTask, Any]]:
        """Each request done here."""
        return (TaskResult(request, request.done()) for request in requests)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything happens in this process, where it can be spoilt."""
    monkeypatch.setattr(archive_writer, "Readers", AtOnce)


@pytest.fixture
def packed(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of two files, and its archive."""
    folder, target = tmp_path / "art", tmp_path / "x.pochade"
    folder.mkdir()
    (folder / "notes.txt").write_bytes(TEXT)
    (folder / "noise").write_bytes(os.urandom(500))
    compress(folder, target)
    return folder, target


def pieces_of(path: Path) -> dict[str, bytes]:
    """Every piece of an archive, which is whole."""
    with open_archive(path) as archive:
        assert archive.verify() == []
        return {piece.path: archive.read(piece) for piece in archive}


def damage(path: Path, piece: str) -> bytes:
    """Change a byte of a piece's content; the archive's bytes then."""
    content = bytearray(path.read_bytes())
    with open_archive(path) as archive:
        entry = next(one.entry for one in archive if one.path == piece)
        content[archive.stretch(entry).start + entry.bytes // 2] ^= 1
    path.write_bytes(content)
    return bytes(content)


def test_an_entry_that_is_read_wrongly_as_it_is_copied_gets_no_new_checksum(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = packed
    before = damage(target, "notes.txt")
    monkeypatch.setattr(Archive, "fault", lambda _archive, _entry: "")  # the first reading went well
    (folder / "notes.txt").unlink()
    (folder / "new").write_bytes(b"new")
    with pytest.raises(OutputUnwritable, match="read back as something else"):
        compress(folder, target)
    assert target.read_bytes() == before


def test_what_was_made_is_compared_with_what_was_read_back(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = packed
    real, before = EncodeTask.done, target.read_bytes()

    def done(job: EncodeTask) -> EncodeResult | EncodeProblem:
        made = real(job)
        if job.into.exists():
            job.into.write_bytes(job.into.read_bytes()[:-1] + b"!")
        return made

    (folder / "more.txt").write_bytes(b"more " + TEXT)
    with monkeypatch.context() as patched:
        patched.setattr(EncodeTask, "done", done)
        with pytest.raises(OutputUnwritable, match="read back as something else"):
            compress(folder, target)
    assert target.read_bytes() == before
    compress(folder, target)
    assert pieces_of(target)["more.txt"] == b"more " + TEXT


def test_a_file_that_grows_while_it_is_packed_is_left_out_and_stops_nothing(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = packed

    def pack(stretches: Iterable[bytes], size: int, into: io.BufferedWriter) -> bool:
        smaller = packed_by(stretches, size, into)
        (folder / "log.txt").write_bytes(TEXT * 3)
        return smaller

    (folder / "log.txt").write_bytes(TEXT * 2)
    monkeypatch.setattr("pochade.archive.codecs.encode_job.pack", pack)
    report = compress(folder, target)
    assert report.left_out == {str(folder / "log.txt"): "changed while it was read"}
    assert set(pieces_of(target)) == {"notes.txt", "noise"}


def test_a_file_that_fails_half_way_spoils_nothing_behind_it(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = packed

    def failing(path: Path) -> Iterator[bytes]:
        yield from stretches_of(path)
        if path.name == "torn":
            raise FileUnreachable(f"'{path}' can't be read: the drive has gone")

    (folder / "torn").write_bytes(os.urandom(50_000))
    monkeypatch.setattr(archive_writer, "stretches_of", failing)
    report = compress(folder, target)
    assert report.left_out == {str(folder / "torn"): "can't be read: the drive has gone"}
    assert set(pieces_of(target)) == {"notes.txt", "noise"}


def test_what_can_not_be_kept_is_not_blamed_on_the_file(packed: tuple[Path, Path], tmp_path: Path) -> None:
    notes = packed[0] / "notes.txt"
    content = hashlib.sha256(TEXT).hexdigest()
    assert EncodeTask(notes, content, tmp_path / "gone" / "x").done() == EncodeProblem(
        "No such file or directory", True
    )
    assert EncodeTask(tmp_path / "gone", content, tmp_path / "x").done() == EncodeProblem("is gone, or was never there")
    with pytest.raises(OutputUnwritable, match=r"x\.pochade' could not be written"):
        left_there(tmp_path / "gone" / "net", b"a net", packed[1])


def test_who_may_read_an_archive_stays_as_it_is(packed: tuple[Path, Path]) -> None:
    folder, target = packed
    for number, rights in enumerate((0o640, 0o400)):
        target.chmod(rights)
        (folder / f"new {number}").write_bytes(b"new %d" % number)
        compress(folder, target)
        assert target.stat().st_mode & 0o777 == rights
        assert len(pieces_of(target)) == 3 + number


def test_a_link_to_an_archive_stays_one(packed: tuple[Path, Path], tmp_path: Path) -> None:
    folder, target = packed
    (tmp_path / "link.pochade").symlink_to(target)
    (folder / "new").write_bytes(b"new")
    compress(folder, tmp_path / "link.pochade")
    assert (tmp_path / "link.pochade").is_symlink()
    assert len(pieces_of(target)) == 3
    (folder / "here.pochade").symlink_to(target)
    assert compress(folder, folder / "here.pochade").left_out == {}  # it is named, so it is no art


def test_a_kill_while_gaps_are_closed_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {f"pieces/{name}": os.urandom(900) for name in "abcd"}
    with PartialArchive(tmp_path / "x.pochade") as part:
        for name, content in contents.items():
            entry = Entry(name, 900, zlib.crc32(content), "stored", "bytes", 900, hashlib.sha256(content).hexdigest())
            part.add(entry, [content])

    def wanted(entry: Entry) -> bool:
        return entry.name != "pieces/a"

    with monkeypatch.context() as patched, PartialArchive(tmp_path / "x.pochade") as part:
        patched.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OutputUnwritable, match="killed"):
            part.take_up(wanted)
    with PartialArchive(tmp_path / "x.pochade") as part:
        part.take_up(wanted)
        assert [entry.name for entry in part.entries] == ["pieces/b", "pieces/c", "pieces/d"]


def test_what_a_killed_run_left_goes_when_all_is_there(packed: tuple[Path, Path]) -> None:
    folder, target = packed
    left = [target.with_name(f".{target.name}.{ending}") for ending in ("part", "part.jsonl")]
    for path in left:
        path.write_bytes(b"left")
    assert compress(folder, target).coded == 0
    assert not any(path.exists() for path in left)


def test_no_run_writes_where_another_run_wrote(tmp_path: Path) -> None:
    with spool(tmp_path / "coded") as one:
        (one / "left").write_bytes(b"by a process that outlived its run")
    with spool(tmp_path / "coded") as other:
        assert other != one
        assert list(other.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_holds_its_lock_until_it_has_cleaned_up(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = packed
    real, cleaned = shutil.rmtree, 0

    def rmtree(path: Path, **how: Any) -> None:
        nonlocal cleaned
        with pytest.raises(UsageError), file_lock(target.with_name(f".{target.name}.lock"), "writing"):
            pass
        cleaned += 1
        real(path, **how)

    (folder / "new").write_bytes(b"new")
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    compress(folder, target)
    assert cleaned == 2


@pytest.mark.parametrize("ending", ["part", "part.jsonl.new"])
def test_a_link_beside_the_archive_is_not_followed(ending: str, packed: tuple[Path, Path]) -> None:
    folder, target = packed
    target.unlink()
    target.with_name(f".{target.name}.{ending}").symlink_to(folder / "notes.txt")
    if ending == "part":
        with pytest.raises(OutputUnwritable):
            compress(folder, target)
    else:
        compress(folder, target)
    assert (folder / "notes.txt").read_bytes() == TEXT


def test_a_pipe_beside_the_archive_is_not_written_to(packed: tuple[Path, Path]) -> None:
    folder, target = packed
    target.unlink()
    os.mkfifo(target.with_name(f".{target.name}.part"))
    with pytest.raises(OutputUnwritable, match="could not be written"):
        compress(folder, target)


def test_the_same_command_mends_an_archive_whose_files_are_here(packed: tuple[Path, Path]) -> None:
    folder, target = packed
    whole = pieces_of(target)
    damage(target, "noise")
    assert compress(folder, target).coded == 1
    assert pieces_of(target) == whole
    content = bytearray(target.read_bytes())
    content[10] ^= 1  # of a header
    target.write_bytes(content)
    assert compress(folder, target).coded == 0
    assert pieces_of(target) == whole


def test_a_damaged_piece_whose_file_changes_as_it_is_read_is_told(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = packed
    before = damage(target, "notes.txt")
    monkeypatch.setattr(EncodeTask, "done", lambda _job: EncodeProblem("changed while it was read"))
    with pytest.raises(ArchiveDamaged, match=r"is damaged in .* could not be read whole"):
        compress(folder, target)
    assert target.read_bytes() == before


class Unreadable(io.BytesIO):
    """A file on a disk that has lost some of its bytes."""

    def __init__(self, content: bytes, begin: int, end: int) -> None:
        super().__init__(content)
        self.lost = range(begin, end)

    def read(self, size: int | None = -1, /) -> bytes:
        """What is there; an error where anything of it is lost."""
        content, place = super().read(size), self.tell()
        if max(place - len(content), self.lost.start) < min(place, self.lost.stop):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return content


def test_what_a_disk_cannot_read_is_named_and_the_rest_comes_out(packed: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(packed[1]) as archive:
        lost = next(piece for piece in archive if piece.path == "notes.txt")
        place = archive.starts[lost.entry.name]
        archive.file.close()
        archive.file = Unreadable(packed[1].read_bytes(), place, place + 50)
        header, content = archive.verify()
        assert header.pieces == ()
        assert content == (f"'{lost.entry.name}' is damaged: it can't be read: Input/output error", ("notes.txt",))
        found = extract(archive, tmp_path / "out", keep_going=True)
    assert isinstance(found.problems["notes.txt"], ArchiveDamaged)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["noise"]


def test_a_file_that_the_system_does_not_show_is_left_out(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path.name == "notes.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    report = compress(packed[0], packed[1].with_name("y.pochade"))
    assert report.left_out == {str(packed[0] / "notes.txt"): "can't be read: Permission denied"}
    assert set(pieces_of(packed[1].with_name("y.pochade"))) == {"noise"}


def test_of_two_files_with_one_content_the_other_is_taken_where_one_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1.txt", "2.txt"):
        (tmp_path / name).write_bytes(TEXT)
    real = EncodeTask.done

    def done(job: EncodeTask) -> EncodeResult | EncodeProblem:
        if job.path.name == "1.txt":
            job.path.write_bytes(b"other")
        return real(job)

    monkeypatch.setattr(EncodeTask, "done", done)
    report = compress([tmp_path / "1.txt", tmp_path / "2.txt"], tmp_path / "x.pochade")
    assert report.left_out == {str(tmp_path / "1.txt"): "changed while it was read"}
    assert pieces_of(tmp_path / "x.pochade") == {"2.txt": TEXT}


def test_files_given_from_below_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art" / "sub").mkdir(parents=True)
    (tmp_path / "art" / "a.txt").write_bytes(b"a")
    (tmp_path / "art" / "sub" / "b.txt").write_bytes(b"b")
    monkeypatch.chdir(tmp_path / "art" / "sub")
    compress(["../a.txt", "b.txt"], tmp_path / "x.pochade")
    assert pieces_of(tmp_path / "x.pochade") == {"a.txt": b"a", "sub/b.txt": b"b"}
