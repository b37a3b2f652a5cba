"""One file coded in a process of its own (see `system/worker_pool.py`), which leaves what it made in another file."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pochade.archive.codecs.file_codecs import EncodedFile, as_picture, as_restored, pack, unpack
from pochade.archive.codecs.guarded import try_codec
from pochade.archive.codecs.restored_avif import mender_in
from pochade.archive.container.manifest import BYTES, LOSSLESS, PREVIEW, STORED, STRETCH, XZ
from pochade.errors import ArchiveDamaged, FileUnreachable
from pochade.images.base.source import printable, unreachable, without_waiting
from pochade.images.io.identify import identify

WHOLE = 2**28  # bytes: a larger file is packed without a look at what it shows
CHANGED = "changed while it was read"


@dataclass(frozen=True)
class EncodeResult:
    """What was made of a file; its content lies in the job's `into`, or is the file itself."""

    coded: EncodedFile  # without its content
    bytes: int = 0  # of what was compared with the file
    crc32: int = 0
    is_file: bool = False
    restored: "EncodeResult | None" = (
        None  # a smaller one, for archives with the net that it needs; in the job's `beside`
    )


@dataclass(frozen=True)
class EncodeProblem:
    """Why nothing was made."""

    reason: str
    of_the_disk: bool = False  # what was made can't be written: no other file would fare better


@dataclass(frozen=True)
class EncodeTask:
    """A file to be coded."""

    path: Path
    sha256: str
    into: Path
    fidelity: str = LOSSLESS
    net: Path | None = None  # that may travel in the archive, packed

    @property
    def beside(self) -> Path:
        """Where a smaller one goes that needs the net."""
        return self.into.with_name(self.into.name + ".restored")

    @property
    def name(self) -> str:
        """The file's, for a sentence."""
        return printable(self.path.name)

    def done(self) -> EncodeResult | EncodeProblem:
        """The file as small as it gets."""
        try:
            if size_of(self.path) > WHOLE:
                return self.packed()
            content = b"".join(stretches_of(self.path))
            return self.coded(content) if hashlib.sha256(content).hexdigest() == self.sha256 else EncodeProblem(CHANGED)
        except FileUnreachable as error:
            return EncodeProblem(reason_of(error))
        except OSError as error:
            return EncodeProblem(error.strerror or str(error), of_the_disk=True)

    def coded(self, content: bytes) -> EncodeResult:
        """The file's content as small as it gets, and smaller still by a net."""
        mender = None if self.net is None else mender_in(self.net)
        picture = as_picture(content, self.fidelity, mender)
        kept = self.packed() if picture is None else left_in(self.into, picture)
        if mender is None or self.fidelity == PREVIEW:
            return kept
        smaller = as_restored(content, self.fidelity, mender, picture)
        return kept if smaller is None else replace(kept, restored=left_in(self.beside, smaller))

    def packed(self) -> EncodeResult:
        """The file packed, or as it is where that is no larger."""
        form = try_codec(lambda path: identify(path).format, self.path) or ""
        with self.into.open("wb") as into:
            smaller = pack(stretches_of(self.path), size_of(self.path), into)
        if smaller and (compared := self.compared()) is not None:
            return made(EncodedFile(b"", XZ, BYTES, form), *compared)
        return EncodeResult(EncodedFile(b"", STORED, BYTES, form), is_file=True)

    def compared(self) -> tuple[int, int] | None:
        """Bytes and CRC-32 of what was packed; None where it doesn't give the file again."""
        digest, length = hashlib.sha256(), size_of(self.path)
        with self.into.open("rb") as file:
            packed = Summed(file)
            try:
                unpack(packed, length, digest.update)
            except ArchiveDamaged:  # the file has grown since
                return None
        return (packed.bytes, packed.crc32) if digest.hexdigest() == self.sha256 else None

    def given_up(self, problem: str, *, again: bool) -> EncodeResult:  # noqa: ARG002  the file is kept all the same
        """The file as it is: whatever its content does to a coder, it is never left out."""
        return EncodeResult(EncodedFile(b"", STORED, BYTES, ""), is_file=True)


class Summed:
    """A file that is read once, and what was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.bytes, self.crc32 = file, 0, 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        content = self.file.read(size)
        self.bytes, self.crc32 = self.bytes + len(content), zlib.crc32(content, self.crc32)
        return content


def left_in(path: Path, coded: EncodedFile) -> EncodeResult:
    """What a coder made, written to a file."""
    path.write_bytes(coded.content)
    return made(coded, len(coded.content), zlib.crc32(coded.content))


def made(coded: EncodedFile, size: int, crc32: int) -> EncodeResult:
    """What goes back to the process that asked: all but the content, of which it gets the sums."""
    return EncodeResult(EncodedFile(**(vars(coded) | {"content": b""})), size, crc32)


def size_of(path: Path) -> int:
    """A file's bytes; FileUnreachable where nothing can be said of it."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreachable(printable(path), error) from error


def stretches_of(path: Path) -> Iterator[bytes]:
    """A file's content; FileUnreachable where it can't be read."""
    try:
        with open(path, "rb", opener=without_waiting) as file:
            while content := file.read(STRETCH):
                yield content
    except OSError as error:
        raise unreachable(printable(path), error) from error


def reason_of(error: FileUnreachable) -> str:
    """What it says of a file, without its name."""
    return error.sentence.rpartition("' ")[2]


def sha256_of(path: Path) -> tuple[str, int]:
    """Of a file's content, read in stretches, and how many bytes that was; OSError where it can't be read."""
    digest, count = hashlib.sha256(), 0
    with open(path, "rb", opener=without_waiting) as file:
        while content := file.read(STRETCH):
            digest.update(content)
            count += len(content)
    return digest.hexdigest(), count
