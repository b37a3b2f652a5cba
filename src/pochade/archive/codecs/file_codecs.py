"""A file's bytes -> the smallest of all that gives them back, or gives back the same pixels; and the way back.

A coder is a name that the manifest knows. Whatever one gives has been decoded again and compared before it counts.
"""

import hashlib
import lzma
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np

from pochade.archive.codecs.guarded import try_codec
from pochade.archive.codecs.previews import MOST, preview_of
from pochade.archive.codecs.quality_search import WANTED, Tried, smallest_alike, smallest_restored
from pochade.archive.codecs.restored_avif import FRAME, RESTORED, RESTORED_FRAME
from pochade.archive.container.manifest import (
    BYTES,
    JPEG,
    LOSSLESS,
    NET,
    PICTURE,
    PIXELS,
    PREVIEW,
    STORED,
    STRETCH,
    XZ,
    Entry,
)
from pochade.errors import ArchiveDamaged
from pochade.images.base.picture import Array
from pochade.images.base.source import first_line
from pochade.images.codecs import container_split, lossless
from pochade.images.codecs.container_split import RowLayout, SplitFile

if TYPE_CHECKING:  # torch is heavy
    from pochade.models.artifact_remover import ArtifactRemover

BY_A_NET = {RESTORED.name: ".avif", RESTORED_FRAME: ".obu"}  # of which a net makes the piece
ALIKE = {"avif": ".avif", "jpeg-xl-lossy": ".jxl", "webp-lossy": ".webp"}  # which only look like the original
SUFFIXES = {STORED: "", XZ: ".xz", JPEG: ".jxl", "jpeg-xl": ".jxl", "webp": ".webp", "png": ".png"} | ALIKE
SUFFIXES |= BY_A_NET | {FRAME: ".obu", NET: ""}
LARGEST_REST = 2**16  # bytes: it is kept twice, in the manifest
WINDOW = 2**25  # bytes that xz looks back, of which its memory is a dozen times, and a bit more than once to unpack
LEAST_WINDOW = 4096
UNPACKING = 2 * WINDOW
HOPEFUL = 8 * STRETCH  # after so many bytes it is clear whether a file can be packed
HOPELESS = 0.98
GROWN = 2  # times: how much larger a picture's file may come out, with the same pixels
HELD = 2**13  # bytes: whether a file so small fits into a preview's room without loss is worth a try
TOLERATED = 2 * GROWN  # by a reader: other versions of a library may pack less well


class Readable(Protocol):
    """What can be read like a file."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""


@dataclass(frozen=True)
class EncodedFile:
    """What was made of a file through a picture."""

    content: bytes
    coder: str
    returns: str
    format: str
    shape: tuple[int, int, int, int] | None = None
    pixels: str | None = None
    rest: bytes | None = None
    raster: RowLayout | None = None
    score: float | None = None
    net: str | None = None
    told: tuple[int, ...] | None = None

    @property
    def cost(self) -> int:
        """Its bytes in an archive, when no other file has the same rest."""
        return len(self.content) + len(zlib.compress(self.rest or b""))


def as_picture(content: bytes, fidelity: str = LOSSLESS, mender: "ArtifactRemover | None" = None) -> EncodedFile | None:
    """The file as the smallest picture from which it comes back; None where there is none smaller than it.

    Args:
        content: The file's.
        fidelity: At `high` and `medium`, the smallest picture that looks like it may win; at `preview`, what shows
            most of it in a thousand bytes does, where nothing that loses nothing is so small.
        mender: The net that redraws previews, if the archive has one.
    """
    preview = partial(as_preview, mender=mender)
    if fidelity == PREVIEW and len(content) > HELD and (seen := try_codec(preview, content)) is not None:
        return seen
    tried: EncodedFile | None = try_codec(as_jpeg if content.startswith(b"\xff\xd8\xff") else as_pixels, content)
    tried = tried if tried is not None and tried.cost < len(content) else None
    return (
        tried if fidelity == LOSSLESS else try_codec(lambda one: alike(one, fidelity, tried, preview), content) or tried
    )


def alike(
    content: bytes, fidelity: str, lossless_one: EncodedFile | None, preview: Callable[[bytes], EncodedFile | None]
) -> EncodedFile | None:
    """The smallest picture that only looks like a file; None where none is smaller than what loses nothing."""
    most = len(content) if lossless_one is None else lossless_one.cost
    if fidelity == PREVIEW:
        return None if most <= MOST else preview(content)
    return as_coded(smallest_alike(content, WANTED[fidelity], most))


def as_preview(content: bytes, mender: "ArtifactRemover | None") -> EncodedFile | None:
    """A picture's file of a thousand bytes."""
    return as_coded(preview_of(content, mender), mender)


def as_restored(
    content: bytes, fidelity: str, mender: "ArtifactRemover", other: EncodedFile | None
) -> EncodedFile | None:
    """A file as a smaller AVIF that a net restores; None where it isn't smaller than what else was made of it.

    Args:
        content: The file's.
        fidelity: `high` or `medium`.
        mender: The net.
        other: What `as_picture` made of it.
    """
    most = len(content) if other is None else other.cost
    return as_coded(try_codec(lambda one: smallest_restored(one, WANTED[fidelity], most, mender), content), mender)


def as_coded(found: Tried | None, mender: "ArtifactRemover | None" = None) -> EncodedFile | None:
    """What a search found, if it did."""
    if found is None:
        return None
    coded = EncodedFile(
        found.content, found.coder, PICTURE, found.format, found.shape, score=found.score, told=found.told
    )
    return replace(coded, net=mender.name) if mender is not None and found.told is not None else coded


def as_jpeg(content: bytes) -> EncodedFile | None:
    """A JPEG as JPEG XL, where it comes back byte for byte."""
    coded = lossless.jpeg_as_jpeg_xl(content)
    return EncodedFile(coded, JPEG, BYTES, "JPEG") if lossless.jpeg_again(coded) == content else None


def as_pixels(content: bytes) -> EncodedFile | None:
    """Any other picture through the values of its pixels."""
    apart = container_split.taken_apart(content)
    if apart is None or len(apart.rest) > LARGEST_REST:
        return None
    again = container_split.together(apart.format, apart.values, apart.rest, apart.raster)
    if again != content and (apart.raster is not None or not is_same(container_split.taken_apart(again), apart)):
        return None
    if len(again) > GROWN * len(content):
        return None
    shape = shape_of(apart.values)
    if (coded := smallest(apart.values, shape)) is None:
        return None
    returns = BYTES if again == content else PIXELS
    return EncodedFile(
        coded[1], coded[0], returns, apart.format, shape, sha256_of(apart.values), apart.rest, apart.raster
    )


def is_same(again: SplitFile | None, apart: SplitFile) -> bool:
    """Whether a file that was put together holds what the original does."""
    return again is not None and again.rest == apart.rest and np.array_equal(again.values, apart.values)


def smallest(values: Array, shape: tuple[int, int, int, int]) -> tuple[str, bytes] | None:
    """Coder and content: of all that give the values back, the smallest."""
    slim = lossless.reduced(values)
    tried = [(name, try_codec(coder, slim)) for name, coder in lossless.CODERS.items()]
    found = sorted(((name, one) for name, one in tried if one is not None), key=lambda one: len(one[1]))
    for name, content in found:
        back = try_codec(partial(lossless.values_in, coder=name, shape=shape), content)
        if back is not None and back.dtype == values.dtype and np.array_equal(back, values):
            return name, content
    return None


def shape_of(values: Array) -> tuple[int, int, int, int]:
    """Height, width, channels, bits."""
    height, width, channels = values.shape
    return height, width, channels, 8 * values.dtype.itemsize


def sha256_of(values: Array) -> str:
    """Of values, row by row, the lower byte first: the first half, in hexadecimal digits."""
    return hashlib.sha256(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"))).data).hexdigest()[:32]


def pack(stretches: Iterable[bytes], size: int, into: BinaryIO) -> bool:
    """Pack any file of so many bytes; False, and only its beginning written, when that doesn't make it smaller."""
    window = max(LEAST_WINDOW, min(WINDOW, size))
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": window}]
    packer, before = lzma.LZMACompressor(check=lzma.CHECK_CRC32, filters=chain), 0
    for stretch in stretches:
        into.write(packer.compress(stretch))
        before += len(stretch)
        if before >= HOPEFUL and into.tell() > HOPELESS * before:
            return False
    into.write(packer.flush())
    return into.tell() < size


def unpack(packed: Readable, length: int, write: Callable[[bytes], Any]) -> None:
    """The other way, never more than it should be.

    Raises:
        ArchiveDamaged: It is damaged, or of another length.
    """
    unpacker, left = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACKING), length
    try:
        while not unpacker.eof and left >= 0:
            stretch = packed.read(STRETCH) if unpacker.needs_input else b""
            if unpacker.needs_input and not stretch:
                break
            content = unpacker.decompress(stretch, STRETCH)
            left -= len(content)
            write(content[: max(0, left + len(content))])
    except (lzma.LZMAError, EOFError) as error:
        raise ArchiveDamaged(f"it can't be unpacked: {first_line(error)}") from error
    if left or not unpacker.eof:
        raise ArchiveDamaged("what is packed in it has another length than told")


def from_picture(entry: Entry, content: bytes) -> bytes:
    """The original's file, of an entry that is a picture.

    Raises:
        ArchiveDamaged: The entry holds something else than its manifest says, or a newer Pochade made it.
    """
    made = file_of(entry, content)
    if len(made) > TOLERATED * entry.original_bytes:
        raise ArchiveDamaged(f"'{entry.name}' gives {len(made):,} bytes where {entry.original_bytes:,} are told")
    return made


def file_of(entry: Entry, content: bytes) -> bytes:
    """The same, however large."""
    try:
        if entry.coder == JPEG:
            return lossless.jpeg_again(content)
        if entry.coder not in lossless.CODERS or entry.shape is None or entry.rest is None:
            raise ArchiveDamaged(f"'{entry.name}' was made by '{entry.coder}'", "a newer Pochade may read it")
        if entry.raster is not None and entry.returns != BYTES:
            raise ValueError("its rows would not be those that it had")
        values = lossless.values_in(content, entry.coder, entry.shape)
        if sha256_of(values) != entry.pixels:
            raise ValueError("its pixels aren't those that it was made of")
        return container_split.together(entry.format, values, entry.rest, entry.raster)
    except BaseException as error:  # a panic in a Rust library is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | ArchiveDamaged):
            raise
        raise ArchiveDamaged(f"'{entry.name}' can't be decoded: {first_line(error)}") from error
