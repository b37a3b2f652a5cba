"""One still picture as AV1 alone, without the boxes of an AVIF: of a thousand bytes those took 275.

    AVIF: ftyp, meta: hdlr pitm iloc iinf iprp, mdat: ► the frame ◄

The frame is what the AV1 specification calls the low-overhead bitstream format, and what players know as `.obu`: a
temporal delimiter, a sequence header, a frame, each with its length. All that the boxes say stands in it as well.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import io
import struct
from typing import NamedTuple

from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MOST_BYTES
from pochade.images.formats.isobmff import box, top_boxes

DELIMITER = b"\x12\0"  # an OBU of type 2 with its length, which is 0
SEQUENCE_HEADER = 0x0A  # the first byte of an OBU of type 1 with its length
PROFILE = 1  # of AV1: 8 or 10 bits, colours at every pixel
FIXED = (1, 1)  # it is a still picture, and its header is the short one


class Sequence(NamedTuple):
    """What a sequence header says of the frame."""

    width: int
    height: int
    level: int


def frame_of(pixels: Array, quality: int, speed: int) -> bytes:
    """A picture (H, W, 3) uint8 as an AV1 frame, colours at every pixel.

    The coder is tuned by squared error, which in a thousand bytes gives more by PSNR and by SSIMULACRA2 than its own
    tuning for eyes: docs/log.md, 2026-11-29.

    Args:
        pixels: The picture.
        quality: 0 to 100.
        speed: Of the coder, 0 to 10: slower ones need fewer bytes.
    """
    file = io.BytesIO()
    options = {"quality": quality, "speed": speed, "subsampling": "4:4:4", "max_threads": 1}
    Image.fromarray(pixels).save(file, "AVIF", **options, advanced={"tune": "psnr"})
    source = Source(file, "the file", len(file.getvalue()), MOST_BYTES)
    start, length = next((start, length) for name, start, length in top_boxes(source) if name == b"mdat")
    return source.exactly(start, length)


def as_avif(frame: bytes) -> bytes:
    """The AVIF whose frame this is (ISO/IEC 23008-12; AV1 Image File Format, 2.2).

    Raises:
        ValueError: It isn't a frame of ours.
    """
    found = sequence_of(frame)
    size = full_box(b"ispe", struct.pack(">II", found.width, found.height))
    depth = full_box(b"pixi", bytes([3, 8, 8, 8]))
    decoder = box(b"av1C", bytes([0x81, PROFILE << 5 | found.level, 0, 0]))
    told = full_box(b"ipma", struct.pack(">IHB3B", 1, 1, 3, 1, 2, 0x83))  # the decoder's must be understood
    item = full_box(b"infe", struct.pack(">HH4sx", 1, 0, b"av01"), version=2)
    start = box(b"ftyp", b"avif" + bytes(4) + b"avifmif1miaf")
    before = full_box(b"hdlr", struct.pack(">4x4s12xx", b"pict")) + full_box(b"pitm", struct.pack(">H", 1))
    after = full_box(b"iinf", struct.pack(">H", 1) + item)
    after += box(b"iprp", box(b"ipco", size + depth + decoder) + told)
    place = len(start) + 12 + len(before) + 30 + len(after) + 8
    where = full_box(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, place, len(frame)))
    return start + full_box(b"meta", before + where + after) + box(b"mdat", frame)


def sequence_of(frame: bytes) -> Sequence:
    """What a frame says of itself; ValueError where it is of another kind than ours."""
    if not frame.startswith(DELIMITER + bytes([SEQUENCE_HEADER])) or len(frame) < 14:
        raise ValueError("it doesn't begin like an AV1 frame")
    bits = "".join(f"{byte:08b}" for byte in frame[4:14])
    profile, still, short, level = int(bits[:3], 2), int(bits[3]), int(bits[4]), int(bits[5:10], 2)
    if (profile, still, short) != (PROFILE, *FIXED):
        raise ValueError("it is an AV1 of another kind")
    across, down = int(bits[10:14], 2) + 1, int(bits[14:18], 2) + 1
    width, height = bits[18 : 18 + across], bits[18 + across : 18 + across + down]
    return Sequence(int(width, 2) + 1, int(height, 2) + 1, level)


def full_box(name: bytes, content: bytes, version: int = 0) -> bytes:
    """A box that says its version as well."""
    return box(name, struct.pack(">I", version << 24) + content)
