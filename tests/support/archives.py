"""Archives for tests: small ones, damaged ones, and ones that no honest program would write."""

import hashlib
import json
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.encode_job import EncodeTask
from pochade.archive.container.archive_tail import deflate
from pochade.archive.container.parity import make_repair_record
from pochade.archive.container.stored_paths import printable_path
from pochade.archive.container.zip_layout import (
    FORMAT_NAME,
    MANIFEST_NAME,
    METHOD_DEFLATED,
    REPAIR_NAME,
    ZipMember,
    directory_and_end,
    local_header,
    stored_member,
)
from pochade.errors import ArchiveDamaged
from pochade.system.worker_pool import TaskResult
from tests.support.picture_files import colour_values, encode_with_pillow

Json = dict[str, Any]


def drawing_png(number: int) -> bytes:
    """A PNG that becomes smaller in an archive; each number gives another one."""
    values = np.tile(colour_values(), (4, 4, 1))
    values[:, : 4 + number] = number
    return encode_with_pillow(Image.fromarray(values), "PNG", dpi=(300, 300))


def archive_drawings(home: Path, count: int) -> tuple[Path, Path]:
    """A folder of drawings, and its archive."""
    folder, target = home / "art", home / "a.pochade"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.png").write_bytes(drawing_png(number))
    compress(folder, target)
    return folder, target


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, except links and the index."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if ".pochade" not in path.parts}


def read_archive(path: Path) -> dict[str, bytes]:
    """Every file of an archive, which must be intact."""
    with open_archive(path) as archive:
        assert archive.verify() == []
        return {printable_path(file.path): archive.read(file) for file in archive}


def readable_files(archive: Archive) -> dict[str, bytes]:
    """Every file of an archive that can be decoded."""
    contents = {}
    for file in archive:
        with suppress(ArchiveDamaged):
            contents[file.path] = archive.read(file)
    return contents


def write_archive(folder: Path, content: bytes) -> Path:
    """Write the bytes of an archive to `x.pochade` in a folder."""
    path = folder / "x.pochade"
    path.write_bytes(content)
    return path


def damage_file(archive_path: Path, path: str) -> bytes:
    """Change a byte in the entry of an archived file; return the archive's bytes."""
    content = bytearray(archive_path.read_bytes())
    with open_archive(archive_path) as archive:
        entry = next(file.entry for file in archive if file.path == path)
        content[archive.content_range(entry).start + entry.bytes // 2] ^= 1
    archive_path.write_bytes(content)
    return bytes(content)


class InProcessPool:
    """A worker pool without processes, so that tests can patch what its tasks call."""

    def __init__(self, **_: Any) -> None:
        pass

    def __enter__(self) -> "InProcessPool":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, tasks: Iterable[EncodeTask]) -> Iterator[TaskResult[EncodeTask, Any]]:
        """Run each task here."""
        return (TaskResult(task, task.run()) for task in tasks)


def entry_json(content: bytes, name: str = "pieces/a", **changes: Any) -> Json:
    """An entry of a manifest, for a stored content; `changes` may make it lie."""
    return {
        "name": name,
        "bytes": len(content),
        "crc32": zlib.crc32(content),
        "coder": "stored",
        "returns": "bytes",
        "original_bytes": len(content),
        "original_sha256": hashlib.sha256(content).hexdigest(),
        "format": "",
        "fidelity": "lossless",
    } | changes


def manifest_json(*entries: Json, **changes: Any) -> Json:
    """A manifest with one file for each entry; `changes` may make it lie."""
    with_files = [{"files": [{"path": f"{number}.png", "mtime": 0}]} | entry for number, entry in enumerate(entries)]
    return {"format": FORMAT_NAME, "rests": [], "entries": with_files, "folders": []} | changes


def build_archive(manifest: Json | bytes, *contents: bytes, names: Iterable[str] = ("pieces/a", "pieces/b")) -> bytes:
    """An archive of contents and a manifest, whatever that says."""
    manifest_bytes = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    packed = deflate(manifest_bytes, 9)
    crc32 = zlib.crc32(manifest_bytes)
    manifest_member = ZipMember(MANIFEST_NAME, crc32, len(packed), len(manifest_bytes), METHOD_DEFLATED)
    repair_record = make_repair_record(manifest_member, packed)
    members = [
        *(stored_member(name, content) for name, content in zip(names, contents, strict=False)),
        manifest_member,
        stored_member(REPAIR_NAME, repair_record),
    ]
    stored = (*contents, packed, repair_record)
    parts = [local_header(member) + content for member, content in zip(members, stored, strict=True)]
    return b"".join(parts) + directory_and_end(members, hashlib.sha256(manifest_bytes).hexdigest())


def peak_memory(action: Callable[[], Any]) -> int:
    """The most memory that an action takes, in bytes."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class DiskUsage:
    """What `shutil.disk_usage` returns for a disk that is almost full."""

    def __init__(self, free: int) -> None:
        self.free = free
