"""Encodes a file as the smallest picture, and decodes it again.

The result of a codec counts only after it was decoded and compared with the original.
"""

import hashlib
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pochade.archive.codecs.codec_guard import try_codec
from pochade.archive.codecs.layered_codec import decode_layered
from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES, best_preview
from pochade.archive.codecs.quality_search import TARGET_SCORES, LossyCandidate, smallest_for_model, smallest_lossy
from pochade.archive.container.manifest_records import (
    BYTES,
    JPEG,
    JPEG_TAIL,
    LAYERED,
    LOSSLESS,
    PICTURE,
    PIXELS,
    PREVIEW,
    Entry,
    Shape,
)
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged
from pochade.images.base.picture import Array
from pochade.images.base.source import Source, first_line
from pochade.images.codecs import container_split, lossless
from pochade.images.codecs.container_split import RowLayout
from pochade.images.codecs.encoder_choice import BEST, JPEG_TRANSCODING_EFFORTS, NORMAL, choose_encoders
from pochade.images.codecs.join_check import check_join
from pochade.images.codecs.jpeg_segments import JPEG_SIGNATURE
from pochade.images.codecs.preview_losses import list_preview_losses
from pochade.images.io.identify import read_header

if TYPE_CHECKING:  # onnxruntime is slow to import
    from pochade.models.artifact_remover import ArtifactRemover

MAX_REMAINDER_BYTES = 2**16  # the remainder is part of the manifest, which should stay small
MAX_GROWTH = 2  # how many times larger than the original a decoded file with the same pixels may be
MAX_DECODED_GROWTH = 2 * MAX_GROWTH  # what a reader accepts, because another version of a library may compress worse
SMALL_FILE_BYTES = 2**13  # such a file may fit into a preview's bytes without loss, so lossless codecs are tried first


@dataclass(frozen=True)
class EncodedContent:
    """A content encoded by one codec: the bytes to store, and the facts that decoding needs (see `Entry`)."""

    content: bytes
    codec: str
    returns: str
    format: str
    shape: Shape | None = None
    pixels: str | None = None
    remainder: bytes | None = None
    row_layout: RowLayout | None = None
    score: float | None = None
    model: str | None = None
    conditioning: tuple[int, ...] | None = None
    lost: tuple[str, ...] | None = None

    @property
    def cost(self) -> int:
        """Bytes that the content takes in an archive where no other file has the same remainder."""
        return len(self.content) + len(zlib.compress(self.remainder or b""))

    def entry(
        self, name: str, size: int, crc32: int, fidelity: str, original_bytes: int, original_sha256: str
    ) -> Entry:
        """Return the manifest's entry for this content, stored as `size` bytes under a name."""
        return Entry(
            name,
            size,
            crc32,
            self.codec,
            self.returns,
            original_bytes,
            original_sha256,
            self.format,
            fidelity,
            self.shape,
            self.pixels,
            self.remainder,
            self.row_layout,
            self.score,
            self.model,
            self.conditioning,
            self.lost,
        )


def encode_picture(
    content: bytes,
    fidelity: str = LOSSLESS,
    artifact_remover: "ArtifactRemover | None" = None,
    effort: str = NORMAL,
) -> EncodedContent | None:
    """Encode a file as the smallest picture; return None if no picture is smaller than the file.

    Args:
        content: The file's bytes.
        fidelity: With `high` and `medium`, a lossy picture may win if it reaches the score. With `preview`, a preview
            of a thousand bytes wins unless a lossless picture is as small.
        artifact_remover: The model that restores previews; None if the archive has none.
        effort: `normal`, or `best` for smaller lossless pictures that take many times as long.
    """
    encode_preview = partial(_encode_preview, artifact_remover=artifact_remover)
    if fidelity == PREVIEW and len(content) > SMALL_FILE_BYTES:
        preview: EncodedContent | None = try_codec(encode_preview, content)
        if preview is not None:
            return preview
    encode_lossless = encode_jpeg if content.startswith(JPEG_SIGNATURE) else _encode_pixels
    exact: EncodedContent | None = try_codec(partial(encode_lossless, effort=effort), content)
    exact = exact if exact is not None and exact.cost < len(content) else None
    if fidelity == LOSSLESS:
        return exact
    return try_codec(lambda file: _encode_lossy(file, fidelity, exact, encode_preview), content) or exact


def encode_for_model(
    content: bytes, fidelity: str, artifact_remover: "ArtifactRemover", without_model: EncodedContent | None
) -> EncodedContent | None:
    """Encode a file as an AVIF that a model restores; return None if that isn't smaller than without the model.

    Args:
        content: The file's bytes.
        fidelity: `high` or `medium`.
        artifact_remover: The model.
        without_model: What `encode_picture` returned.
    """
    max_bytes = len(content) if without_model is None else without_model.cost
    candidate = try_codec(
        lambda file: smallest_for_model(file, TARGET_SCORES[fidelity], max_bytes, artifact_remover), content
    )
    return _from_candidate(candidate, artifact_remover)


def encode_jpeg(content: bytes, effort: str = NORMAL) -> EncodedContent | None:
    """Encode a JPEG as JPEG XL; return None if that doesn't decode to the same bytes.

    JPEG XL itself records a few megabytes behind the end of a JPEG, and no more.
    """
    for codec, encode, decode in (
        (JPEG, lossless.transcode_jpeg, lossless.restore_jpeg),
        (JPEG_TAIL, lossless.transcode_jpeg_with_tail, lossless.restore_jpeg_with_tail),
    ):
        encoded: bytes | None = try_codec(partial(encode, effort=JPEG_TRANSCODING_EFFORTS[effort]), content)
        if encoded is not None and try_codec(decode, encoded) == content:
            return EncodedContent(encoded, codec, BYTES, "JPEG")
    return None


def decode_picture(entry: Entry, content: bytes) -> bytes:
    """Decode an entry that holds a lossless picture, and return the original file.

    Args:
        entry: The entry.
        content: The bytes of the entry.

    Raises:
        ArchiveDamaged: The entry is not what the manifest says, or a newer Pochade made it.
    """
    decoded = _decode(entry, content)
    if len(decoded) > MAX_DECODED_GROWTH * entry.original_bytes:
        why = f"'{entry.name}' decodes to {len(decoded):,} bytes where the manifest says {entry.original_bytes:,}"
        raise ArchiveDamaged(why, UNDAMAGED_COPY_HINT)
    return decoded


def hash_pixels(values: Array) -> str:
    """Return the first half of the SHA-256 of pixel values, row by row, in little-endian bytes."""
    return hashlib.sha256(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"))).data).hexdigest()[:32]


def _encode_lossy(
    content: bytes,
    fidelity: str,
    exact: EncodedContent | None,
    encode_preview: Callable[[bytes], EncodedContent | None],
) -> EncodedContent | None:
    """Return the smallest lossy picture or preview; None if it isn't smaller than the lossless picture `exact`."""
    max_bytes = len(content) if exact is None else exact.cost
    if fidelity == PREVIEW:
        return None if max_bytes <= MAX_PREVIEW_BYTES else encode_preview(content)
    return _from_candidate(smallest_lossy(content, TARGET_SCORES[fidelity], max_bytes))


def _encode_preview(content: bytes, artifact_remover: "ArtifactRemover | None") -> EncodedContent | None:
    preview = _from_candidate(best_preview(content, artifact_remover), artifact_remover)
    if preview is None:
        return None
    header = read_header(Source(io.BytesIO(content), "the file", len(content), lossless.MAX_PICTURE_BYTES))
    return replace(preview, lost=list_preview_losses(content, header) or None)


def _from_candidate(
    candidate: LossyCandidate | None, artifact_remover: "ArtifactRemover | None" = None
) -> EncodedContent | None:
    if candidate is None:
        return None
    encoded = EncodedContent(
        candidate.content,
        candidate.codec,
        PICTURE,
        candidate.format,
        candidate.shape,
        score=candidate.score,
        conditioning=candidate.conditioning,
    )
    if artifact_remover is None or candidate.conditioning is None:
        return encoded
    return replace(encoded, model=artifact_remover.name)


def _encode_pixels(content: bytes, effort: str) -> EncodedContent | None:
    """Encode a picture other than a JPEG: its pixel values with a lossless codec, and the remainder of its file."""
    split = container_split.split_file(content)
    if split is None or len(split.remainder) > MAX_REMAINDER_BYTES:
        return None
    max_bytes = MAX_GROWTH * len(content)
    outcome = check_join(split, content, max_bytes)
    if outcome is None or outcome.bytes > max_bytes:
        return None
    shape = _shape_of(split.values)
    if (smallest := _smallest_lossless(split.values, shape, effort)) is None:
        return None
    codec, encoded = smallest
    returns = BYTES if outcome.is_identical else PIXELS
    digest = hash_pixels(split.values)
    return EncodedContent(encoded, codec, returns, split.format, shape, digest, split.remainder, split.layout)


def _smallest_lossless(values: Array, shape: Shape, effort: str) -> tuple[str, bytes] | None:
    """Return codec and content of the smallest lossless picture that decodes to the same values; None if none does."""
    reduced = lossless.drop_redundancy(values)
    encoded = [(name, try_codec(encode, reduced)) for name, encode in choose_encoders(reduced, effort)]
    candidates = [(name, content) for name, content in encoded if content is not None]
    for name, content in sorted(candidates, key=lambda candidate: len(candidate[1])):
        decoded = try_codec(partial(lossless.decode_values, codec=name, shape=shape), content)
        if decoded is not None and decoded.dtype == values.dtype and np.array_equal(decoded, values):
            return name, content
    return None if effort == BEST else _smallest_lossless(values, shape, BEST)


def _shape_of(values: Array) -> Shape:
    height, width, channels = values.shape
    return height, width, channels, 8 * values.dtype.itemsize


def _decode(entry: Entry, content: bytes) -> bytes:
    """Decode an entry without a limit on the size of the result."""
    try:
        if entry.codec == JPEG:
            return lossless.restore_jpeg(content)
        if entry.codec == JPEG_TAIL:
            return lossless.restore_jpeg_with_tail(content)
        if entry.codec == LAYERED:
            return decode_layered(content, entry.original_bytes)
        if entry.codec not in lossless.LOSSLESS_CODECS or entry.shape is None or entry.remainder is None:
            raise ArchiveDamaged(f"'{entry.name}' was encoded by '{entry.codec}'", "a newer Pochade may read it")
        if entry.row_layout is not None and entry.returns != BYTES:
            raise ValueError("its rows would not be the original's")
        values = lossless.decode_values(content, entry.codec, entry.shape)
        if hash_pixels(values) != entry.pixels:
            raise ValueError("its pixels differ from the original's")
        return container_split.join_file(entry.format, values, entry.remainder, entry.row_layout)
    except BaseException as error:  # a panic in a Rust library is not an Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | ArchiveDamaged):
            raise
        why = f"'{entry.name}' can't be decoded: {first_line(error)}"
        raise ArchiveDamaged(why, UNDAMAGED_COPY_HINT) from error
