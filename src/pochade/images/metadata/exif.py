"""The three things we need of EXIF, without rewriting it: which way is up, that this has been done, and dots per inch.

EXIF is a small TIFF file; writing it anew would lose the makers' private notes, which say where in it they stand. So
the one value is changed in place, and a longer directory stands behind all else.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import struct
from fractions import Fraction

PREFIX = b"Exif\x00\x00"
ORIENTATION = 0x0112
ACROSS, DOWN, UNIT = 0x011A, 0x011B, 0x0128  # tags of the resolution
INCHES = 2
EMPTY = b"II*\x00\x08\x00\x00\x00" + 6 * b"\x00"  # a block that says nothing


def with_prefix(exif: bytes | None) -> bytes | None:
    """The block as Pillow's writers want it; None when there is none."""
    if not exif:
        return None
    return exif if exif.startswith(PREFIX) else PREFIX + exif


def orientation_of(exif: bytes | None) -> int:
    """1 to 8 as EXIF counts: how the stored rows and columns lie; 1, upright, when it doesn't say."""
    place = orientation_place(exif or b"")
    if exif is None or place is None:
        return 1
    value = struct.unpack_from(byte_order(exif) + "H", exif, place)[0]
    return int(value) if 1 <= value <= 8 else 1


def upright(exif: bytes | None) -> bytes | None:
    """The same block, saying that nothing needs to be turned any more."""
    place = orientation_place(exif or b"")
    if exif is None or place is None:
        return exif
    return exif[:place] + struct.pack(byte_order(exif) + "H", 1) + exif[place + 2 :]


def byte_order(exif: bytes) -> str:
    """Of the block's numbers, as `struct` writes it."""
    return ">" if exif.removeprefix(PREFIX)[:2] == b"MM" else "<"


def orientation_place(exif: bytes) -> int | None:
    """Where the orientation's value stands in the first directory; None when it stands nowhere."""
    start, order = len(PREFIX) if exif.startswith(PREFIX) else 0, byte_order(exif)
    try:
        directory = start + struct.unpack_from(order + "I", exif, start + 4)[0]
        count = struct.unpack_from(order + "H", exif, directory)[0]
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(order + "HH", exif, entry)
            if tag == ORIENTATION and kind == 3 and entry + 12 <= len(exif):  # 3: 16-bit numbers
                return entry + 8
    except struct.error:
        pass  # cut short: then it says nothing
    return None


def with_resolution(exif: bytes | None, dpi: tuple[float, float] | None) -> bytes | None:
    """The same block, saying also how many dots an inch has, across and down; as it is where it says so already."""
    if dpi is None:
        return exif
    block = (exif or EMPTY).removeprefix(PREFIX)
    order = byte_order(block)
    try:
        directory = struct.unpack_from(order + "I", block, 4)[0]
        count = struct.unpack_from(order + "H", block, directory)[0]
        entries = [block[directory + 2 + 12 * each :][:12] for each in range(count)]
        after = block[directory + 2 + 12 * count :][:4].ljust(4, b"\x00")
        if {ACROSS, DOWN, UNIT} & {struct.unpack_from(order + "H", entry)[0] for entry in entries}:
            return exif
    except struct.error:
        return exif  # cut short: who knows what it says
    block += len(block) % 2 * b"\x00"
    values = len(block) + 2 + 12 * (count + 3) + 4  # behind the new directory
    entries += [struct.pack(order + "HHII", tag, 5, 1, values + 8 * place) for place, tag in enumerate((ACROSS, DOWN))]
    entries.append(struct.pack(order + "HHIHH", UNIT, 3, 1, INCHES, 0))
    entries.sort(key=lambda entry: int(struct.unpack_from(order + "H", entry)[0]))
    parts = [Fraction(dots).limit_denominator(1000).as_integer_ratio() for dots in dpi]
    numbers = b"".join(struct.pack(order + "II", *part) for part in parts)
    moved = block[:4] + struct.pack(order + "I", len(block)) + block[8:]
    return PREFIX + moved + struct.pack(order + "H", len(entries)) + b"".join(entries) + after + numbers
