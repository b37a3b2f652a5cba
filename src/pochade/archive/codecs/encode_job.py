"""The worker task that encodes one content and leaves the result in a file (see `system/worker_pool.py`)."""

import hashlib
import zlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pochade.archive.codecs.codec_guard import try_codec
from pochade.archive.codecs.layered_codec import encode_layered, xz_may_win
from pochade.archive.codecs.original_file import file_chunks, file_size
from pochade.archive.codecs.picture_codecs import EncodedContent, encode_for_model, encode_picture
from pochade.archive.codecs.restored_avif import load_artifact_remover
from pochade.archive.codecs.xz_codec import pack_xz, unpack_xz
from pochade.archive.container.manifest_records import BYTES, LAYERED, LOSSLESS, PREVIEW, STORED, XZ
from pochade.errors import ArchiveDamaged, FileUnreachable
from pochade.images.codecs.encoder_choice import BEST, NORMAL
from pochade.images.io.identify import identify
from pochade.system.path_text import printable

MAX_PICTURE_FILE_BYTES = 2**28  # a larger file is packed without trying to decode it as a picture
CHANGED_WHILE_READ = "changed while it was read"


@dataclass(frozen=True)
class EncodeResult:
    """One encoded form of a content, in a file for the process that writes the archive."""

    encoded: EncodedContent  # its own content is empty, because the bytes are in the file
    path: Path  # a file that the worker made, or the original file
    bytes: int = 0  # of the encoded content that was compared with the original; 0 for an original file
    crc32: int = 0  # of the same content

    @property
    def is_original(self) -> bool:
        """Whether the original file is stored unchanged."""
        return self.encoded.codec == STORED


@dataclass(frozen=True)
class EncodeProblem:
    """Why nothing was encoded."""

    reason: str
    is_disk_error: bool = False  # the output can't be written, which would happen to every other file too


@dataclass(frozen=True)
class EncodeTask:
    """Encodes one content, in a worker process."""

    path: Path  # a file with the content
    sha256: str  # of the content
    output: Path  # where the result goes
    fidelity: str = LOSSLESS
    effort: str = NORMAL
    model: Path | None = None  # the file of a packed model that the archive may include

    @property
    def output_for_model(self) -> Path:
        """The path for a second, smaller result that depends on the model."""
        return self.output.with_name(self.output.name + ".restored")

    @property
    def name(self) -> str:
        """The file's name, for error sentences."""
        return printable(self.path.name)

    def run(self) -> tuple[EncodeResult, ...] | EncodeProblem:
        """Encode the content as small as possible without a model, and also for the model if that is smaller."""
        try:
            if file_size(self.path) > MAX_PICTURE_FILE_BYTES:
                return (self._pack(),)
            content = b"".join(file_chunks(self.path))
            if hashlib.sha256(content).hexdigest() != self.sha256:
                return EncodeProblem(CHANGED_WHILE_READ)
            return self._encode(content)
        except FileUnreachable as error:
            return EncodeProblem(reason_of(error))
        except OSError as error:
            return EncodeProblem(error.strerror or str(error), is_disk_error=True)

    def failure(self, problem: str, *, retry: bool) -> tuple[EncodeResult, ...]:  # noqa: ARG002  stored either way
        """Store the original file, because no file is left out when a codec crashes or takes too long."""
        return (EncodeResult(EncodedContent(b"", STORED, BYTES, ""), self.path),)

    def _encode(self, content: bytes) -> tuple[EncodeResult, ...]:
        artifact_remover = None if self.model is None else load_artifact_remover(self.model)
        picture = encode_picture(content, self.fidelity, artifact_remover, self.effort)
        result = self.pack_whole(content) if picture is None else _save(picture, self.output)
        if artifact_remover is None or self.fidelity == PREVIEW:
            return (result,)
        smaller = encode_for_model(content, self.fidelity, artifact_remover, picture)
        return (result,) if smaller is None else (result, _save(smaller, self.output_for_model))

    def pack_whole(self, content: bytes) -> EncodeResult:
        """Pack a file that is not smaller as a picture: taken apart if it has layers, or with xz if that is smaller.

        Args:
            content: The file's content.

        Returns:
            The result in the file `output`, or the original file if nothing is smaller.
        """
        is_best = self.effort == BEST
        layered: bytes | None = try_codec(partial(encode_layered, max_bytes=len(content), best=is_best), content)
        if layered is None or is_best or xz_may_win(content, len(layered)):
            packed = self._pack()
            if layered is None or len(layered) >= (packed.bytes or len(content)):
                return packed
        return _save(EncodedContent(layered, LAYERED, BYTES, self._format()), self.output)

    def _format(self) -> str:
        return try_codec(lambda path: identify(path).format, self.path) or ""

    def _pack(self) -> EncodeResult:
        """Pack the file with xz, or store it if packing doesn't make it smaller."""
        file_format = self._format()
        with self.output.open("wb") as output:
            is_smaller = pack_xz(file_chunks(self.path), file_size(self.path), output)
        if is_smaller and (size_and_crc32 := self._compare_packed()) is not None:
            return EncodeResult(EncodedContent(b"", XZ, BYTES, file_format), self.output, *size_and_crc32)
        return EncodeResult(EncodedContent(b"", STORED, BYTES, file_format), self.path)

    def _compare_packed(self) -> tuple[int, int] | None:
        """Return bytes and CRC-32 of the packed file; None if it doesn't unpack to the original."""
        digest, length = hashlib.sha256(), file_size(self.path)
        with self.output.open("rb") as file:
            packed = _ChecksumReader(file)
            try:
                unpack_xz(packed, length, digest.update)
            except ArchiveDamaged:  # the file has grown since it was packed
                return None
        return (packed.bytes, packed.crc32) if digest.hexdigest() == self.sha256 else None


def reason_of(error: FileUnreachable) -> str:
    """Return what an error says about a file, without the file's name if it can be left out."""
    return error.reason or error.sentence


class _ChecksumReader:
    """Reads a file once, and computes size and CRC-32 of what it has read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.bytes, self.crc32 = file, 0, 0

    def read(self, size: int = -1, /) -> bytes:
        content = self.file.read(size)
        self.bytes, self.crc32 = self.bytes + len(content), zlib.crc32(content, self.crc32)
        return content


def _save(encoded: EncodedContent, path: Path) -> EncodeResult:
    """Write an encoded content to a file; only size and checksum travel to the parent process."""
    path.write_bytes(encoded.content)
    return EncodeResult(replace(encoded, content=b""), path, len(encoded.content), zlib.crc32(encoded.content))
