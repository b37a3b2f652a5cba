"""`verify` reads every byte, or says which sample it read; it never mistakes a change meanwhile for damage."""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.container import damage_search
from pochade.archive.container.damage_search import choose_sample
from pochade.archive.container.digest_lanes import MAX_WAITING_CHUNKS, DigestLanes
from pochade.archive.container.manifest_records import ArchivedFile, Entry, Manifest
from pochade.archive.container.partial_archive import MIN_DIGEST_BYTES, PartialArchive
from pochade.errors import FileUnreachable
from tests.support.archives import build_archive, entry_json, manifest_json, write_archive

LARGE = MIN_DIGEST_BYTES + 1


def make_archive(path: Path, count: int, size: int, codec: str = "stored") -> Path:
    """An archive of entries that differ, as `compress` writes them."""
    with PartialArchive(path) as part:
        for number in range(count):
            content = number.to_bytes(4, "big") * (size // 4)
            sha256 = hashlib.sha256(content).hexdigest()
            entry = Entry(f"pieces/{number}", len(content), zlib.crc32(content), codec, "bytes", len(content), sha256)
            part.add(entry, [content])
        part.finish(Manifest(part.entries, [ArchivedFile(f"{n:05}", 0, e) for n, e in enumerate(part.entries)], []))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An open archive of 40 entries."""
    with open_archive(make_archive(tmp_path / "a.pochade", 40, LARGE)) as archive:
        yield archive


def damage_entries(archive: Archive, *numbers: int) -> None:
    """Change a byte of each of these entries."""
    with archive.path.open("r+b") as file:
        for number in numbers:
            file.seek(archive.content_range(archive.manifest.entries[number]).start + 7)
            file.write(b"!")


@pytest.mark.parametrize("min_lane_bytes", [0, 2**40], ids=["in other threads", "in this thread"])
def test_sha256_finds_what_a_checksum_of_32_bits_misses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, min_lane_bytes: int
) -> None:
    monkeypatch.setattr(damage_search, "MIN_LANE_BYTES", min_lane_bytes)
    stored = entry_json(b"one", original_sha256="0" * 64)
    packed = entry_json(b"two", "pieces/b", coder="xz", sha256="0" * 64)
    for entry, content in ((stored, b"one"), (packed, b"two")):
        with open_archive(write_archive(tmp_path, build_archive(manifest_json(entry), content))) as archive:
            damages = [damage for damage in archive.verify() if damage.lost_files]
        assert [damage.lost_files for damage in damages] == [("0.png",)]
        assert "its checksum is wrong" in damages[0].what


def test_entries_that_are_not_stored_get_a_sha256_unless_they_are_small(tmp_path: Path) -> None:
    for size, has_digest in ((LARGE + 3, True), (100, False)):
        with open_archive(make_archive(tmp_path / f"{size}.pochade", 1, size, "xz")) as archive:
            (entry,) = archive.manifest.entries
            content = archive.content_range(entry).content()
        assert entry.content_sha256 == (hashlib.sha256(content).hexdigest() if has_digest else None)


def test_a_sample_reads_the_chosen_entries_and_no_other(archive: Archive) -> None:
    numbers = choose_sample(40, 0.1, seed=3)
    assert len(numbers) == 4
    damage_entries(archive, numbers[2], next(number for number in range(40) if number not in numbers))
    with open_archive(archive.path) as damaged:
        assert [damage.lost_files for damage in damaged.verify(share=0.1, seed=3)] == [(f"{numbers[2]:05}",)]
        assert len(damaged.verify()) == 2


def test_samples_are_rounded_up_and_depend_on_the_seed() -> None:
    assert [len(choose_sample(40, share, 0)) for share in (1e-9, 0.05, 0.051, 1.0)] == [1, 2, 3, 40]
    assert choose_sample(0, 0.5, 0) == []
    assert choose_sample(1000, 0.1, 1) == choose_sample(1000, 0.1, 1) != choose_sample(1000, 0.1, 2)
    counts = [0] * 20
    for seed in range(400):
        for number in choose_sample(20, 0.25, seed):
            counts[number] += 1
    assert min(counts) > 60, "every entry has the same chance: 100 of 400"


def test_progress_counts_the_bytes_to_read(archive: Archive) -> None:
    steps = list[tuple[int, int]]()
    archive.verify(lambda done, total: steps.append((done, total)), share=0.5)
    assert steps == sorted(steps)
    assert steps[-1] == (20 * (LARGE // 4 * 4),) * 2


def test_a_change_while_it_is_read_is_no_damage(archive: Archive) -> None:
    def change(done: int, _total: int) -> None:
        if done:
            damage_entries(archive, 39)

    with pytest.raises(FileUnreachable, match="changed while it was verified"):
        archive.verify(change)


def test_lanes_hash_each_content_in_order_and_bound_what_waits() -> None:
    contents = [[bytes([number, chunk]) * 5000 for chunk in range(9)] for number in range(6)]
    with DigestLanes(3) as lanes:
        digests: list[Any] = [lanes.start_content() for _ in contents]
        for chunks in zip(*contents, strict=True):
            for digest, chunk in zip(digests, chunks, strict=True):
                digest.update(chunk)
                assert all(lane.waiting_bytes <= MAX_WAITING_CHUNKS * len(chunk) for lane in lanes.lanes)
        results = [digest.result().result() for digest in digests]
        assert all(lane.waiting_bytes == 0 for lane in lanes.lanes)
    assert results == [hashlib.sha256(b"".join(chunks)).hexdigest() for chunks in contents]
