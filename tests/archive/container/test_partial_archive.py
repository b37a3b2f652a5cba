"""A growing archive survives a kill while entries move, and stores a manifest that packs too well."""

import hashlib
import os
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.container.archive_tail import deflate
from pochade.archive.container.embedded_models import model_entry
from pochade.archive.container.manifest_json import max_unpacked_bytes
from pochade.archive.container.manifest_records import Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.errors import ArchiveDamaged, OutputUnwritable
from tests.support.archives import build_archive, write_archive


def test_a_kill_while_gaps_are_closed_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {f"pieces/{name}": os.urandom(900) for name in "abcd"}
    with PartialArchive(tmp_path / "x.pochade") as part:
        for name, content in contents.items():
            entry = Entry(name, 900, zlib.crc32(content), "stored", "bytes", 900, hashlib.sha256(content).hexdigest())
            part.add(entry, [content])

    def is_planned(entry: Entry) -> bool:
        return entry.name != "pieces/a"

    with monkeypatch.context() as patched, PartialArchive(tmp_path / "x.pochade") as part:
        patched.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OutputUnwritable, match="killed"):
            part.resume(is_planned)
    with PartialArchive(tmp_path / "x.pochade") as part:
        part.resume(is_planned)
        assert [entry.name for entry in part.entries] == ["pieces/b", "pieces/c", "pieces/d"]


@pytest.mark.parametrize("killed", range(9))
def test_a_kill_while_entries_are_dropped_loses_nothing(
    tmp_path: Path, killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    contents = [bytes([number]) * (3000 + 500 * number) for number in range(5)]
    entries = [model_entry(content) for content in contents]
    with PartialArchive(tmp_path / "x.pochade") as part:
        for entry, content in zip(entries, contents, strict=True):
            part.add(replace(entry, bytes=len(content), crc32=zlib.crc32(content)), [content])
        append, count = part._append, iter(range(99))

        def killed_append(*arguments: Any) -> Any:
            if next(count) == killed // 3:
                raise Killed
            return append(*arguments)

        monkeypatch.setattr(part, "_append", killed_append)
        with suppress(Killed):
            part.drop([part.entries[killed % 3]])
    with PartialArchive(tmp_path / "x.pochade") as part:
        part.resume(lambda _entry: True)
        names = [entry.name for entry in part.entries]
    assert names == [entry.name for number, entry in enumerate(entries) if number != killed % 3]


def test_a_manifest_that_packs_too_well_is_stored_unpacked(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for number in range(250):
        (tmp_path / "art" / f"{number} {'long' * 60}").mkdir()
        (tmp_path / "art" / f"{number} {'long' * 60}" / ("name" * 60)).mkdir()
        (tmp_path / "art" / f"{number} {'long' * 60}" / ("name" * 60) / ("again" * 50)).write_bytes(b"the same")
    compress(tmp_path / "art", tmp_path / "x.pochade")
    with open_archive(tmp_path / "x.pochade") as archive:
        assert len(archive) == 250
        content, packed = archive.container.manifest_copy.content, archive.container.manifest_copy.packed
        assert archive.verify() == []
    assert len(packed) > len(content)
    assert len(content) > max_unpacked_bytes(len(deflate(content, 9)))
    with pytest.raises(ArchiveDamaged, match="isn't an archive"):
        open_archive(write_archive(tmp_path, build_archive(content)))
