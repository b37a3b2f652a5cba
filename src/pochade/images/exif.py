"""The two things we need of EXIF, without rewriting it: which way is up, and to say that this has been done.

EXIF is a small TIFF file; writing it anew would lose the makers' private notes, so the one value is changed in place.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import struct

PREFIX = b"Exif\x00\x00"
ORIENTATION = 0x0112


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
