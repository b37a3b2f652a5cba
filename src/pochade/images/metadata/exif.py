"""Read and edit single EXIF values in place: the orientation, the resolution and the colour space.

An EXIF block is a small TIFF file. Writing it again would break the private notes of camera makers, which contain
offsets into the block. The orientation is therefore overwritten in place, and a longer directory is added at the end.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from fractions import Fraction
from typing import NamedTuple

EXIF_PREFIX = b"Exif\x00\x00"
_ORIENTATION_TAG = 0x0112
_X_RESOLUTION_TAG, _Y_RESOLUTION_TAG, _RESOLUTION_UNIT_TAG = 0x011A, 0x011B, 0x0128
_RESOLUTION_TAGS = {_X_RESOLUTION_TAG, _Y_RESOLUTION_TAG, _RESOLUTION_UNIT_TAG}
_UNIT_INCH = 2
_WHOLE_NUMBER_FORMATS = {3: "H", 4: "I"}  # the standard wants 16 bits, and some programs write 32
_SETTINGS_TAG, _INTEROPERABILITY_TAG = 0x8769, 0xA005  # refer to further directories
_COLOUR_SPACE_TAG, _RULE_TAG = 0xA001, 0x0001
_SRGB_NUMBER, _ADOBE_RGB_NUMBER = 1, 2  # of the colour space
_ADOBE_RGB_RULES = {b"R03", b"A98"}
_EMPTY_EXIF = b"II*\x00\x08\x00\x00\x00" + 6 * b"\x00"  # a block with an empty directory
_FIRST_SIDEWAYS_ORIENTATION = 5  # from this one on, width and height change places


def add_exif_prefix(exif: bytes | None) -> bytes | None:
    """Add the prefix that Pillow's writers expect; None for a missing or empty block."""
    if not exif:
        return None
    return exif if exif.startswith(EXIF_PREFIX) else EXIF_PREFIX + exif


def read_orientation(exif: bytes | None) -> int:
    """Read the orientation of the stored pixels: 1 to 8 as EXIF defines it, 1 (upright) if none is stated."""
    place = _find_orientation(exif or b"")
    if exif is None or place is None:
        return 1
    offset, number_format = place
    value = struct.unpack_from(_byte_order(exif) + number_format, exif, offset)[0]
    return int(value) if 1 <= value <= 8 else 1


def reset_orientation(exif: bytes | None) -> bytes | None:
    """Set the orientation of a block to 1, because its pixels have been turned upright."""
    place = _find_orientation(exif or b"")
    if exif is None or place is None:
        return exif
    value = struct.pack(_byte_order(exif) + place[1], 1)
    return exif[: place[0]] + value + exif[place[0] + len(value) :]


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


def _find_orientation(exif: bytes) -> tuple[int, str] | None:
    """Find the orientation in the first directory: the offset of its value, and its format, without the byte order.

    None if it is missing or cut short.
    """
    entry = _find_entry(exif, _directory_at(exif, 4), _ORIENTATION_TAG)
    if entry is None or entry.kind not in _WHOLE_NUMBER_FORMATS:
        return None
    return entry.value_at, _WHOLE_NUMBER_FORMATS[entry.kind]


class _Entry(NamedTuple):
    """An entry of a directory."""

    kind: int  # the type of its values
    value_at: int  # offset of its four bytes of value in the block with its prefix


def _find_entry(exif: bytes, directory: int | None, tag: int) -> _Entry | None:
    """Find an entry in the directory at an offset; None if it is missing or cut short."""
    if directory is None:
        return None
    order = _byte_order(exif)
    try:
        count = struct.unpack_from(order + "H", exif, directory)[0]
        for start in range(directory + 2, directory + 2 + 12 * count, 12):
            number, kind = struct.unpack_from(order + "HH", exif, start)
            if number == tag and start + 12 <= len(exif):
                return _Entry(kind, start + 8)
    except struct.error:
        pass
    return None


def _directory_at(exif: bytes, reference: int) -> int | None:
    """The offset of the directory to which the number at `reference`, counted without the prefix, refers."""
    start = len(EXIF_PREFIX) if exif.startswith(EXIF_PREFIX) else 0
    try:
        return start + int(struct.unpack_from(_byte_order(exif) + "I", exif, start + reference)[0])
    except struct.error:
        return None


def _sub_directory(exif: bytes, directory: int | None, tag: int) -> int | None:
    """The offset of the directory to which an entry refers; None if there is no such entry."""
    entry = _find_entry(exif, directory, tag)
    start = len(EXIF_PREFIX) if exif.startswith(EXIF_PREFIX) else 0
    return None if entry is None else _directory_at(exif, entry.value_at - start)


def says_adobe_rgb(exif: bytes | None) -> bool:
    """Whether a block says that the colours are Adobe RGB, as cameras do instead of adding a profile.

    They name the interoperability rule R03 (DCF option file; some programs write A98), or the colour space 2, which the
    standard does not define. A block that says sRGB (1) is believed.
    """
    if not exif:
        return False
    settings = _sub_directory(exif, _directory_at(exif, 4), _SETTINGS_TAG)
    colour_space = _find_entry(exif, settings, _COLOUR_SPACE_TAG)
    number = (
        0 if colour_space is None else int(struct.unpack_from(_byte_order(exif) + "H", exif, colour_space.value_at)[0])
    )
    if number in {_SRGB_NUMBER, _ADOBE_RGB_NUMBER}:
        return number == _ADOBE_RGB_NUMBER
    rule = _find_entry(exif, _sub_directory(exif, settings, _INTEROPERABILITY_TAG), _RULE_TAG)
    return rule is not None and exif[rule.value_at :][:3] in _ADOBE_RGB_RULES
