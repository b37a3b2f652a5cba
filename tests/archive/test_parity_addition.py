"""`compress --parity`: holes, flips and the loss of the end are repaired from the archive itself, byte for byte."""

import errno
import io
import os
import random
import shutil
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from pochade.archive.archive_changes import prune, rename
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_repair import repair_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.archive_tail import ArchiveTail, deflate
from pochade.archive.container.manifest_json import write_manifest
from pochade.archive.container.manifest_records import Entry, Manifest
from pochade.archive.container.parity_layout import HEAD, PARITY_NAME
from pochade.archive.container.parity_repair import ParityRepair
from pochade.archive.container.zip_layout import local_header, stored_member
from pochade.errors import ArchiveDamaged, OutputUnwritable, UsageError
from tests.support.archives import build_archive, entry_json, files_in, manifest_json, read_archive, write_archive

pytestmark = pytest.mark.usefixtures("in_process_workers")

FILES, FILE_BYTES = 30, 40_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `art`, and its archive with 5 % of parity data; tests copy it."""
    home = tmp_path_factory.mktemp("parity")
    (home / "art").mkdir()
    rng = random.Random(0)
    for number in range(FILES):
        (home / "art" / f"{number}.bin").write_bytes(rng.randbytes(FILE_BYTES))
    compress(home / "art", home / "a.pochade", parity=5)
    return home


@pytest.fixture
def target(home: Path, tmp_path: Path) -> Path:
    """A copy of the archive, beside a copy of its folder."""
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    return tmp_path / "a.pochade"


def parity_entries(path: Path) -> list[Entry]:
    with open_archive(path) as archive:
        return [entry for entry in archive.manifest.entries if entry.parity is not None]


def dig_hole(path: Path, start: int, count: int) -> None:
    """Overwrite bytes with others."""
    content = bytearray(path.read_bytes())
    content[start : start + count] = bytes(byte ^ 0xA5 for byte in content[start : start + count])
    path.write_bytes(content)


def check_repair(path: Path, intact: bytes) -> None:
    report = repair_archive(path)
    assert report.repaired
    assert report.damages == []
    assert path.read_bytes() == intact


def test_parity_takes_its_share_and_changes_nothing_else(target: Path, home: Path) -> None:
    (entry,) = parity_entries(target)
    assert 0.05 < entry.bytes / (FILES * FILE_BYTES) < 0.07
    assert read_archive(target) == files_in(home / "art")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert "pieces/.parity-1" in archive.namelist()
    assert compress(target.with_name("art"), target).coded == 0
    assert compress(target.with_name("art"), target, parity=5).coded == 0
    assert len(parity_entries(target)) == 1


def test_a_hole_of_five_percent_is_repaired_wherever_it_is(target: Path) -> None:
    intact = target.read_bytes()
    (entry,) = parity_entries(target)
    assert entry.parity is not None
    hole = int(0.05 * FILES * FILE_BYTES) - 2 * entry.parity.block
    places = [0, 1, 13_777, 300_000, FILES * FILE_BYTES - hole // 2, FILES * FILE_BYTES - hole]
    for start in places:
        dig_hole(target, start, hole)
        with open_archive(target) as archive:
            assert archive.verify()
        check_repair(target, intact)


def test_the_loss_of_the_end_is_repaired(target: Path) -> None:
    intact = target.read_bytes()
    with open_archive(target) as archive:
        start, tail_start = archive.content_range(parity_entries(target)[0]).start, archive.container.tail.start
    expected = read_archive(target)
    for cut in (tail_start + 50, tail_start, tail_start - 2000, start + HEAD.size + 9000):
        target.write_bytes(intact[:cut])
        with open_archive(target) as archive:
            assert {file.path for file in archive} == set(expected)
        report = repair_archive(target)
        assert report.damages == []
        assert read_archive(target) == expected
        assert len(parity_entries(target)) == 1, "the parity data is computed again"


def test_the_loss_of_the_end_costs_nothing_that_an_older_copy_of_the_list_does_not_know(target: Path) -> None:
    folder = target.with_name("art")
    (folder / "more").write_bytes(os.urandom(90_000))
    compress(folder, target)
    with open_archive(target) as archive:
        newest = archive.container.offset_by_name["pieces/.parity-2"]
    content = bytearray(target.read_bytes())
    content[newest:] = bytes(len(content) - newest)
    target.write_bytes(content)
    with open_archive(target) as archive:
        assert "more" not in {file.path for file in archive}, "the list is the one from before"
    assert repair_archive(target).damages
    assert target.read_bytes() == content


def test_the_end_of_an_archive_with_a_long_list_is_repaired(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for number in range(400):  # the list takes more than 1 % of what it lists
        (tmp_path / "art" / f"{number}.bin").write_bytes(os.urandom(900))
    target = tmp_path / "a.pochade"
    compress(tmp_path / "art", target, parity=10)
    expected = read_archive(target)
    with open_archive(target) as archive:
        tail_start = archive.container.tail.start
    target.write_bytes(target.read_bytes()[:tail_start])
    assert repair_archive(target).damages == []
    assert read_archive(target) == expected
    assert len(parity_entries(target)) == 1


def lose_end(path: Path) -> None:
    with open_archive(path) as archive:
        tail_start = archive.container.tail.start
    path.write_bytes(path.read_bytes()[:tail_start])


def test_a_kill_while_the_end_is_written_again_loses_nothing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_archive(target)
    lose_end(target)

    def write_half(file: BinaryIO, tail: ArchiveTail) -> None:
        file.seek(tail.start)
        file.write(bytes(len(tail.content()) // 2))
        raise KeyboardInterrupt

    with monkeypatch.context() as patches:
        patches.setattr("pochade.archive.archive_repair.restore_tail", write_half)
        with pytest.raises(KeyboardInterrupt):
            repair_archive(target)
    assert repair_archive(target).damages == []
    assert read_archive(target) == expected


def test_a_disk_without_room_for_the_end_leaves_the_archive_as_it_was(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_end(target)
    content = target.read_bytes()

    def write_until_full(file: BinaryIO, _tail: ArchiveTail, offset: int) -> None:
        file.seek(offset)
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pochade.archive.archive_repair.write_backup", write_until_full)
    with pytest.raises(OutputUnwritable, match="No space left"):
        repair_archive(target)
    assert target.read_bytes() == content


def test_a_small_file_that_was_added_later_is_not_overwritten(target: Path) -> None:
    folder = target.with_name("art")
    (folder / "more").write_bytes(os.urandom(900))
    compress(folder, target)
    with open_archive(target) as archive:
        newest = archive.container.offset_by_name["pieces/.parity-2"]
    content = target.read_bytes()[:newest]
    target.write_bytes(content)
    (damage,) = repair_archive(target).damages
    assert "what was added after it may be lost" in damage.what
    assert target.read_bytes() == content


def test_nothing_is_added_to_an_archive_whose_end_is_lost(target: Path) -> None:
    lose_end(target)
    content, folder = target.read_bytes(), target.with_name("art")
    (folder / "more").write_bytes(b"more")
    for change in (
        lambda: compress(folder, target),
        lambda: prune(target, ["3.bin"]),
        lambda: rename(target, "3.bin", "three.bin"),
    ):
        with pytest.raises(ArchiveDamaged, match=r"the end of .* is lost"):
            change()
    assert target.read_bytes() == content


def test_blocks_that_the_disk_can_not_read_are_repaired(target: Path) -> None:
    intact = target.read_bytes()
    (entry,) = parity_entries(target)
    place = range(50_000, 60_000)
    content = bytearray(intact)
    content[place.start : place.stop] = bytes(len(place))
    target.write_bytes(content)

    class BadDisk(io.FileIO):
        """A file with a place that can't be read until it is written."""

        is_bad = True

        def read(self, size: int | None = -1, /) -> bytes:
            start = self.tell()
            if self.is_bad and start < place.stop and start + (size or 0) > place.start:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size) or b""

    container = ArchiveContainer(target)
    try:
        with BadDisk(target, "r+b") as file:
            assert ParityRepair(container, entry, file).run() in (3, 4)
    finally:
        container.close()
    assert target.read_bytes() == intact


def test_a_copy_of_a_list_that_expands_like_no_other_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "art" / ("a long name " * 20) / ("a long name " * 20)
    folder.mkdir(parents=True)
    for number in range(1000):
        (folder / f"{number:04}").write_bytes(b"same")
        os.utime(folder / f"{number:04}", (1, 1))
    (tmp_path / "art" / "large").write_bytes(os.urandom(1_500_000))
    target = tmp_path / "a.pochade"
    compress(tmp_path / "art", target, parity=50)
    lose_end(target)
    with open_archive(target) as archive:
        assert len(archive) == 1001


def test_damaged_parity_data_is_repaired(target: Path) -> None:
    intact = target.read_bytes()
    (entry,) = parity_entries(target)
    assert entry.parity is not None
    with open_archive(target) as archive:
        start = archive.content_range(entry).start
    for offset, count in (
        (entry.parity.parity_start, 5 * entry.parity.column_bytes),
        (entry.parity.parity_start + 5000, 100),
        (entry.parity.checksums_start, 400),
        (entry.parity.checksums_start, entry.bytes - entry.parity.checksums_start),
    ):
        dig_hole(target, start + offset, count)
        with open_archive(target) as archive:
            (damage,) = archive.verify()
        assert "parity data 'pieces/.parity-1' is damaged" in damage.what
        assert damage.lost_files == ()
        check_repair(target, intact)


def test_many_flipped_bits_are_repaired(target: Path) -> None:
    intact, rng = target.read_bytes(), random.Random(1)
    damaged = bytearray(intact)
    (entry,) = parity_entries(target)
    assert entry.parity is not None
    rows = entry.parity.column_bytes // entry.parity.block
    for row in range(rows):
        for column in rng.sample(range(entry.parity.columns - 3), 5):
            place = column * entry.parity.column_bytes + row * entry.parity.block + rng.randrange(entry.parity.block)
            damaged[place] ^= 1 << rng.randrange(8)
    target.write_bytes(damaged)
    check_repair(target, intact)


def test_what_is_too_damaged_stays_as_it_is_and_is_named(target: Path) -> None:
    intact = target.read_bytes()
    dig_hole(target, 100_000, 200_000)
    dig_hole(target, 700_000, 10)
    damaged = target.read_bytes()
    with open_archive(target) as archive:
        lost_before = {path for damage in archive.verify() for path in damage.lost_files}
    lost = {path for damage in repair_archive(target).damages for path in damage.lost_files}
    assert lost
    assert lost <= lost_before
    assert all(after in pair for after, *pair in zip(target.read_bytes(), intact, damaged, strict=True))


def test_what_is_added_gets_parity_of_its_own(target: Path) -> None:
    folder = target.with_name("art")
    old = target.read_bytes()
    for number in range(2):
        (folder / f"more {number}").write_bytes(os.urandom(9000))
        compress(folder, target)
    first, second, third = parity_entries(target)
    assert first.parity is not None
    assert second.parity is not None
    assert third.parity is not None
    assert second.parity.parity_columns == third.parity.parity_columns == 5
    assert third.bytes < 5000, "little parity data for little content"
    intact = target.read_bytes()
    assert intact[: first.parity.end] == old[: first.parity.end], "the archive grew in place"
    with open_archive(target) as archive:
        place = archive.content_range(archive.manifest.entries[-2]).start
    for start, count in ((20_000, 30_000), (place, 200), (place - 300, 300)):
        dig_hole(target, start, count)
        check_repair(target, intact)
    assert read_archive(target) == files_in(folder)


def test_parity_is_added_to_an_archive_that_has_none(tmp_path: Path, home: Path) -> None:
    target = tmp_path / "a.pochade"
    compress(home / "art", target)
    assert parity_entries(target) == []
    assert compress(home / "art", target, parity=10).coded == 0
    (entry,) = parity_entries(target)
    assert entry.parity is not None
    assert (entry.parity.start, entry.parity.parity_columns) == (0, 10)
    intact = target.read_bytes()
    dig_hole(target, 5000, 100_000)
    check_repair(target, intact)


def test_parity_stays_right_when_files_are_pruned_or_renamed(target: Path) -> None:
    rename(target, "3.bin", "three.bin")
    assert len(parity_entries(target)) == 1
    prune(target, ["1*.bin"])
    assert len(parity_entries(target)) == 1
    intact = target.read_bytes()
    dig_hole(target, 100_000, 20_000)
    check_repair(target, intact)
    assert "three.bin" in read_archive(target)


def test_an_archive_that_is_rewritten_has_one_parity_entry_for_everything(target: Path, tmp_path: Path) -> None:
    (target.with_name("art") / "more").write_bytes(os.urandom(9000))
    (tmp_path / "copy").hardlink_to(target)
    compress(target.with_name("art"), target)
    (entry,) = parity_entries(target)
    assert entry.parity is not None
    assert entry.parity.end > (FILES * FILE_BYTES + 9000)
    assert read_archive(target) == files_in(target.with_name("art"))


@pytest.mark.parametrize("percent", [0, -1, 51])
def test_an_impossible_percentage_is_refused(target: Path, percent: int) -> None:
    with pytest.raises(UsageError, match="of parity data is impossible"):
        compress(target.with_name("art"), target, parity=percent)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": 5, "end": 5},
        {"columns": 0},
        {"parity_columns": 0},
        {"columns": 250, "parity_columns": 6},
        {"block": 1},
        {"end": -1},
        {"start": None},
    ],
)
def test_impossible_numbers_in_a_manifest_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    layout = {"start": 0, "end": 10, "columns": 100, "parity_columns": 5, "block": 256, "manifest": 3} | changes
    manifest = manifest_json(entry_json(b"one", coder="parity", parity=layout) | {"files": []})
    with pytest.raises(ArchiveDamaged, match="can't be opened: its manifest has the wrong"):
        open_archive(write_archive(tmp_path, build_archive(manifest, b"one")))


def test_parity_that_lies_of_its_size_or_place_is_not_used(tmp_path: Path) -> None:
    for layout in ({"end": 10}, {"end": 2**50}, {"end": 10, "manifest": 2**40}):
        numbers = {"start": 0, "columns": 100, "parity_columns": 5, "block": 256, "manifest": 3} | layout
        manifest = manifest_json(
            entry_json(b"one"), entry_json(b"two", "pieces/b", coder="parity", parity=numbers) | {"files": []}
        )
        path = write_archive(tmp_path, build_archive(manifest, b"one", b"two"))
        content = path.read_bytes()
        assert repair_archive(path).damages == []
        assert path.read_bytes() == content


@pytest.mark.parametrize("extra", [0, 60_000])
def test_a_parity_entry_that_claims_to_be_everything_is_refused_or_left_alone(tmp_path: Path, extra: int) -> None:
    manifest = write_manifest(Manifest([], [], ["empty"]))
    packed = deflate(manifest, 9)
    content = HEAD.pack(b"PRS1", len(packed), len(manifest)) + packed
    header = bytearray(local_header(stored_member(f"{PARITY_NAME}1", content)))
    header[18:22] = b"\xff" * 4  # the size is said to be elsewhere
    header[28:30] = extra.to_bytes(2, "little")
    path = write_archive(tmp_path, bytes(header) + bytes(extra) + content)
    before = path.read_bytes()
    assert repair_archive(path).damages
    assert path.read_bytes() == before


def test_a_file_can_not_have_parity_data_as_its_content(tmp_path: Path) -> None:
    manifest = manifest_json(entry_json(b"one", coder="parity"))
    with pytest.raises(ArchiveDamaged, match="a file whose content is none of a person's"):
        open_archive(write_archive(tmp_path, build_archive(manifest, b"one")))
