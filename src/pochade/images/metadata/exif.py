"""Read and edit single EXIF values in place: the orientation and the resolution.

An EXIF block is a small TIFF file. Writing it again would break the private notes of camera makers, which contain
offsets into the block. The orientation is therefore overwritten in place, and a longer directory is added at the end.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from fractions import Fraction

EXIF_PREFIX = b"Exif\x00\x00"
_ORIENTATION_TAG = 0x0112
_X_RESOLUTION_TAG, _Y_RESOLUTION_TAG, _RESOLUTION_UNIT_TAG = 0x011A, 0x011B, 0x0128
_RESOLUTION_TAGS = {_X_RESOLUTION_TAG, _Y_RESOLUTION_TAG, _RESOLUTION_UNIT_TAG}
_UNIT_INCH = 2
_EMPTY_EXIF = b"II*\x00\x08\x00\x00\x00" + 6 * b"\x00"  # a block with an empty directory
_FIRST_SIDEWAYS_ORIENTATION = 5  # from this one on, width and height change places


def add_exif_prefix(exif: bytes | None) -> bytes | None:
    """Add the prefix that Pillow's writers expect; None for a missing or empty block."""
    if not exif:
        return None
    return exif if exif.startswith(EXIF_PREFIX) else EXIF_PREFIX + exif


def read_orientation(exif: bytes | None) -> int:
    """Read the orientation of the stored pixels: 1 to 8 as EXIF defines it, 1 (upright) if none is stated."""
    offset = _find_orientation(exif or b"")
    if exif is None or offset is None:
        return 1
    value = struct.unpack_from(_byte_order(exif) + "H", exif, offset)[0]
    return int(value) if 1 <= value <= 8 else 1


def reset_orientation(exif: bytes | None) -> bytes | None:
    """Set the orientation of a block to 1, because its pixels have been turned upright."""
    offset = _find_orientation(exif or b"")
    if exif is None or offset is None:
        return exif
    return exif[:offset] + struct.pack(_byte_order(exif) + "H", 1) + exif[offset + 2 :]


def oriented_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height after an EXIF orientation (1 to 8) is applied."""
    return (height, width) if orientation >= _FIRST_SIDEWAYS_ORIENTATION else (width, height)


def add_resolution(exif: bytes | None, dpi: tuple[float, float] | None) -> bytes | None:
    """Add a resolution to an EXIF block that states none.

    Args:
        exif: The block; None starts a new one.
        dpi: Dots per inch, across and down; None adds nothing.

    Returns:
        The longer block with its prefix; or `exif` itself if it already states a resolution or is truncated.
    """
    if dpi is None:
        return exif
    block = (exif or _EMPTY_EXIF).removeprefix(EXIF_PREFIX)
    order = _byte_order(block)
    try:
        directory = struct.unpack_from(order + "I", block, 4)[0]
        count = struct.unpack_from(order + "H", block, directory)[0]
        entries = [block[directory + 2 + 12 * number :][:12] for number in range(count)]
        next_directory = block[directory + 2 + 12 * count :][:4].ljust(4, b"\x00")
        if _RESOLUTION_TAGS & {struct.unpack_from(order + "H", entry)[0] for entry in entries}:
            return exif
    except struct.error:
        return exif
    block += len(block) % 2 * b"\x00"
    fractions_offset = len(block) + 2 + 12 * (count + 3) + 4  # behind the new directory
    entries += _resolution_entries(order, fractions_offset)
    entries.sort(key=lambda entry: int(struct.unpack_from(order + "H", entry)[0]))
    directory_content = struct.pack(order + "H", len(entries)) + b"".join(entries) + next_directory
    block = block[:4] + struct.pack(order + "I", len(block)) + block[8:]  # refers to the new directory
    return EXIF_PREFIX + block + directory_content + _pack_fractions(order, dpi)


def _resolution_entries(order: str, fractions_offset: int) -> list[bytes]:
    return [
        struct.pack(order + "HHII", _X_RESOLUTION_TAG, 5, 1, fractions_offset),
        struct.pack(order + "HHII", _Y_RESOLUTION_TAG, 5, 1, fractions_offset + 8),
        struct.pack(order + "HHIHH", _RESOLUTION_UNIT_TAG, 3, 1, _UNIT_INCH, 0),
    ]


def _pack_fractions(order: str, dpi: tuple[float, float]) -> bytes:
    fractions = [Fraction(dots).limit_denominator(1000).as_integer_ratio() for dots in dpi]
    return b"".join(struct.pack(order + "II", *fraction) for fraction in fractions)


def _byte_order(exif: bytes) -> str:
    return ">" if exif.removeprefix(EXIF_PREFIX)[:2] == b"MM" else "<"


def _find_orientation(exif: bytes) -> int | None:
    """Find the offset of the orientation's value in the first directory; None if it is missing or cut short."""
    start, order = len(EXIF_PREFIX) if exif.startswith(EXIF_PREFIX) else 0, _byte_order(exif)
    try:
        directory = start + struct.unpack_from(order + "I", exif, start + 4)[0]
        count = struct.unpack_from(order + "H", exif, directory)[0]
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(order + "HH", exif, entry)
            if tag == _ORIENTATION_TAG and kind == 3 and entry + 12 <= len(exif):  # 3: 16-bit numbers
                return entry + 8
    except struct.error:
        pass
    return None
