"""Checks that a split file can be joined again, without the time that joining takes.

Joining compresses all pixels of a PNG twice, at 0.8 seconds of processor time per megapixel: as long as encoding takes.
That the parts hold everything is seen as well from a PNG that is compressed quickly.
"""

import struct
from typing import NamedTuple

import numpy as np

from pochade.images.codecs.container_split import PngRemainder, SplitFile, join_file, split_file
from pochade.images.codecs.png_rows import compress_rows_quickly, may_compress_to


class JoinOutcome(NamedTuple):
    """What `join_file` makes of the parts of a split file."""

    is_identical: bool  # to the original, byte for byte; otherwise it has the same pixels and remainder
    bytes: int  # of the joined file; about the most that they can be if it is not identical


def check_join(split: SplitFile, content: bytes, enough_bytes: int) -> JoinOutcome | None:
    """Find out what joining a split file would give.

    Args:
        split: The split file.
        content: The original.
        enough_bytes: A joined file of at most so many bytes need not be measured more exactly.

    Returns:
        The outcome; None if something of the original would be lost.
    """
    if split.format == "PNG" and not _may_be_identical(split, content):
        joined = PngRemainder.read(split.remainder).join(split.values, compress_rows_quickly)
        if not _holds_same(joined, split):
            return None
        if len(joined) <= enough_bytes:
            return JoinOutcome(is_identical=False, bytes=len(joined))
    joined = join_file(split.format, split.values, split.remainder, split.layout)
    is_identical = joined == content
    if not is_identical and (split.layout is not None or not _holds_same(joined, split)):
        return None
    return JoinOutcome(is_identical, len(joined))


def _may_be_identical(split: SplitFile, content: bytes) -> bool:
    """Return whether the pixels of a PNG may be compressed as `join_file` compresses them."""
    parts = PngRemainder.read(split.remainder)
    (length,) = struct.unpack_from(">I", content, parts.idat_start)
    pixels = content[parts.idat_start + 8 : parts.idat_start + 8 + length]
    return may_compress_to(pixels, parts.samples(split.values), parts.header)


def _holds_same(content: bytes, original: SplitFile) -> bool:
    """Return whether a joined file has the same remainder and pixel values as the original."""
    joined = split_file(content)
    return (
        joined is not None and joined.remainder == original.remainder and np.array_equal(joined.values, original.values)
    )
