"""One still picture as a bare AV1 frame, without the 275 bytes of boxes that an AVIF adds.

    boxes of an AVIF: ftyp, meta (hdlr pitm iloc iinf iprp), mdat (the frame)

The frame is stored in AV1's low-overhead bitstream format, which players read from `.obu` files: a temporal delimiter,
a sequence header and a frame, each with its length. The boxes only repeat what the sequence header says.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import io
import struct
from typing import NamedTuple

from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.formats.isobmff import make_box, top_level_boxes

DELIMITER = b"\x12\0"  # an OBU of type 2 with its length, which is 0
SEQUENCE_HEADER_TYPE = 0x0A  # the first byte of an OBU of type 1 with its length
AV1_PROFILE = 1  # 8 or 10 bits, colours at every pixel (4:4:4)
STILL_AND_SHORT = (1, 1)  # the flags still_picture and reduced_still_picture_header


class SequenceHeader(NamedTuple):
    """The fields of AV1's sequence header that the boxes of an AVIF repeat."""

    width: int
    height: int
    level: int  # of AV1: an upper bound on sizes and rates


def encode_frame(pixels: Array, quality: int, speed: int) -> bytes:
    """Encode a picture as an AV1 frame with full colour resolution (4:4:4).

    The encoder is tuned for squared error. For files of a thousand bytes, PSNR and SSIMULACRA2 are higher than with its
    perceptual tuning (docs/log.md, 2026-11-29).

    Args:
        pixels: (H, W, 3) uint8.
        quality: 0 to 100.
        speed: Of the encoder, 0 to 10. Slower encoding needs fewer bytes.
    """
    file = io.BytesIO()
    options = {"quality": quality, "speed": speed, "subsampling": "4:4:4", "max_threads": 1}
    Image.fromarray(pixels).save(file, "AVIF", **options, advanced={"tune": "psnr"})
    source = Source(file, "the file", len(file.getvalue()), MAX_PICTURE_BYTES)
    start, length = next((start, length) for name, start, length in top_level_boxes(source) if name == b"mdat")
    return source.read_exactly(start, length)


def wrap_in_avif(frame: bytes) -> bytes:
    """Wrap a frame in the boxes of an AVIF (ISO/IEC 23008-12; AV1 Image File Format, 2.2).

    Raises:
        ValueError: `encode_frame` can't have made the frame.
    """
    sequence = read_sequence_header(frame)
    size = _full_box(b"ispe", struct.pack(">II", sequence.width, sequence.height))
    depth = _full_box(b"pixi", bytes([3, 8, 8, 8]))
    configuration = make_box(b"av1C", bytes([0x81, AV1_PROFILE << 5 | sequence.level, 0, 0]))
    association = _full_box(b"ipma", struct.pack(">IHB3B", 1, 1, 3, 1, 2, 0x83))  # av1C is marked as essential
    item = _full_box(b"infe", struct.pack(">HH4sx", 1, 0, b"av01"), version=2)
    start = make_box(b"ftyp", b"avif" + bytes(4) + b"avifmif1miaf")
    boxes_before = _full_box(b"hdlr", struct.pack(">4x4s12xx", b"pict")) + _full_box(b"pitm", struct.pack(">H", 1))
    boxes_after = _full_box(b"iinf", struct.pack(">H", 1) + item)
    boxes_after += make_box(b"iprp", make_box(b"ipco", size + depth + configuration) + association)
    offset = len(start) + 12 + len(boxes_before) + 30 + len(boxes_after) + 8  # of the frame in the file
    location = _full_box(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(frame)))
    return start + _full_box(b"meta", boxes_before + location + boxes_after) + make_box(b"mdat", frame)


def read_sequence_header(frame: bytes) -> SequenceHeader:
    """Read the sequence header of a frame.

    Raises:
        ValueError: `encode_frame` can't have made the frame.
    """
    if not frame.startswith(DELIMITER + bytes([SEQUENCE_HEADER_TYPE])) or len(frame) < 14:
        raise ValueError("it does not begin with an AV1 sequence header")
    bits = "".join(f"{byte:08b}" for byte in frame[4:14])
    profile, still, short, level = int(bits[:3], 2), int(bits[3]), int(bits[4]), int(bits[5:10], 2)
    if (profile, still, short) != (AV1_PROFILE, *STILL_AND_SHORT):
        raise ValueError("it is an AV1 frame of another kind")
    width_bits, height_bits = int(bits[10:14], 2) + 1, int(bits[14:18], 2) + 1
    width, height = bits[18 : 18 + width_bits], bits[18 + width_bits : 18 + width_bits + height_bits]
    return SequenceHeader(int(width, 2) + 1, int(height, 2) + 1, level)


def _full_box(name: bytes, content: bytes, version: int = 0) -> bytes:
    """Make a box that also holds its version and flags."""
    return make_box(name, struct.pack(">I", version << 24) + content)
