"""PNG files of any colour type and depth, made from stored samples."""

import struct

import numpy as np

from pochade.images.codecs.png_rows import compress_rows
from tests.support.picture_files import Array, make_png_chunk

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by PNG's colour types without a palette


def encode_png_samples(samples: Array, depth: int, colour_type: int, *extra_chunks: bytes) -> bytes:
    """A PNG of samples (H, W, C), with extra chunks between header and pixels."""
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, colour_type, 0, 0, 0)
    pixels = make_png_chunk(b"IDAT", compress_rows(samples, header))
    chunks = [make_png_chunk(b"IHDR", header), *extra_chunks, pixels, make_png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def random_samples(seed: int, *shape: int, depth: int = 8, levels: int = 2**16) -> Array:
    """Random samples with few or many levels."""
    samples = np.random.default_rng(seed).integers(0, min(levels, 2**depth), shape)
    return samples.astype(np.uint16 if depth == 16 else np.uint8)
