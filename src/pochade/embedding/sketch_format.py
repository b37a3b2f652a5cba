"""The bytes of a sketch.

    byte 0       1, the version of this format
    byte 1       the frame: w - 1 for pictures of w x 96 pixels with w <= 96, 95 + h for those of 96 x h with h < 96
    byte 2       the level: how finely the latents are quantised, exp(level / 32 - 4) steps per unit
    byte 3       the sum of bytes 4 to 255, modulo 256
    bytes 4-255  63 little-endian 32-bit words of a range coder

`docs/format.md` is the specification.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.errors import PictureDamaged

SKETCH_VERSION = 1
SKETCH_BYTES = 256
HEADER_BYTES = 4
PAYLOAD_WORDS = (SKETCH_BYTES - HEADER_BYTES) // 4
FRAME_SIDE = 96  # pixels
MAX_FRAME_BYTE = 2 * FRAME_SIDE - 2
LEVELS = 256
LEVEL_BITS = 5  # one level more multiplies the steps per unit by exp(2^-5)
UNIT_LEVEL = 128  # the level of one step per unit

Floats = NDArray[np.float32]
Integers = NDArray[np.integer[Any]]


class Frame(NamedTuple):
    """The size of a picture inside its square, in pixels; one side is 96."""

    width: int
    height: int


def pack_sketch(frame: Frame, level: int, words: NDArray[np.uint32]) -> bytes:
    """Put a header before at most 63 words of the entropy coder, and append zeros up to 256 bytes."""
    payload = np.pad(words, (0, PAYLOAD_WORDS - len(words))).astype("<u4").tobytes()
    return bytes((SKETCH_VERSION, frame_byte(frame), level, _checksum(payload))) + payload


def check_sketch(sketch: bytes) -> None:
    """Check the length, the version, the frame and the checksum of a sketch.

    Raises:
        PictureDamaged: One of these is wrong.
    """
    if len(sketch) != SKETCH_BYTES or sketch[0] != SKETCH_VERSION or sketch[1] > MAX_FRAME_BYTE:
        raise PictureDamaged(
            f"these bytes are not a sketch: a sketch has {SKETCH_BYTES}, and begins with {SKETCH_VERSION}"
        )
    if _checksum(sketch[HEADER_BYTES:]) != sketch[3]:
        raise PictureDamaged("a sketch is damaged: its checksum is wrong")


def sketch_words(sketch: bytes) -> NDArray[np.uint32]:
    """The words of the entropy coder in a sketch (63,)."""
    return np.frombuffer(sketch[HEADER_BYTES:], "<u4").astype(np.uint32)


def _checksum(payload: bytes) -> int:
    return sum(payload) % 256


def frame_byte(frame: Frame) -> int:
    """Encode a frame as byte 1 of a sketch."""
    return frame.width - 1 if frame.height == FRAME_SIDE else FRAME_SIDE - 1 + frame.height


def frame_from_byte(byte: int) -> Frame:
    """Decode the frame in byte 1 of a sketch."""
    return Frame(byte + 1, FRAME_SIDE) if byte < FRAME_SIDE else Frame(FRAME_SIDE, byte - FRAME_SIDE + 1)


def log_steps_at(levels: Integers) -> Floats:
    """The natural logarithm of the quantisation steps per unit at each level."""
    return ((levels - UNIT_LEVEL) / (1 << LEVEL_BITS)).astype(np.float32)


def steps_at(levels: Integers) -> Floats:
    """The quantisation steps per unit at each level."""
    return np.array([math.exp(log_steps) for log_steps in log_steps_at(levels)], np.float32)
