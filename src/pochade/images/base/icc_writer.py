"""Write small ICC profiles (ISO 15076-1, version 4.3) for colours that a file names in another way, and read tags.

A profile is the one way of naming colours that nearly every format and program understands. What is read with other
names, such as chromaticities, is therefore written again with a profile.
"""

import struct
from collections.abc import Iterator, Sequence

import numpy as np

from pochade.images.base.pixel_values import Array
from pochade.images.base.primaries import D50_XYZ, Chromaticity, Primaries, adaptation_to_d50, matrix_to_xyz
from pochade.images.base.tone_curves import ToneCurve

_HEADER_BYTES, _TAG_ENTRY_BYTES = 128, 12
_PRIMARY_TAGS, _CURVE_TAGS = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
_VERSION = 0x04300000
_DATE = (2026, 1, 1, 0, 0, 0)  # always the same, so that equal colours have equal profiles
_ONE_PARAMETER, _FIVE_PARAMETERS = 0, 3  # kinds of parametric curves
_MAX_TABLE = 4096  # values of a tone curve
_COPYRIGHT = "No copyright, use freely"


def make_rgb_profile(name: str, primaries: Primaries, curve: ToneCurve) -> bytes:
    """Make a profile for RGB.

    Args:
        name: For people, in ASCII.
        primaries: The chromaticities of red, green, blue and white.
        curve: The tone curve of all three channels.

    Raises:
        ValueError: The primaries span no colour space, or a number doesn't fit into a profile.
    """
    adaptation = adaptation_to_d50(primaries.white)
    columns = (adaptation @ matrix_to_xyz(primaries)).T  # (3 primaries, XYZ)
    tags = _common_tags(name, adaptation)
    tags += [(kind, _xyz(column)) for kind, column in zip(_PRIMARY_TAGS, columns, strict=True)]
    tags += [(kind, _parametric_curve(curve)) for kind in _CURVE_TAGS]
    return _assemble(b"RGB ", tags)


def make_grey_profile(name: str, white: Chromaticity, curve: ToneCurve) -> bytes:
    """Make a profile for grey; see `make_rgb_profile`."""
    return _assemble(b"GRAY", [*_common_tags(name, adaptation_to_d50(white)), (b"kTRC", _parametric_curve(curve))])


def make_table_profile(name: str, primaries: Primaries, curves: Array, *, grey: bool) -> bytes:
    """Make a profile whose tone curves are tables.

    Args:
        name: For people, in ASCII.
        primaries: The chromaticities of red, green, blue and white.
        curves: (1 or 3, N) uint16, the light of N values, from the lowest to the highest; one table or three.
        grey: Whether it is for one channel.

    Raises:
        ValueError: As for `make_rgb_profile`.
    """
    adaptation = adaptation_to_d50(primaries.white)
    tables = [_sampled_curve(curve) for curve in np.broadcast_to(curves, (3, curves.shape[-1]))]
    if grey:
        return _assemble(b"GRAY", [*_common_tags(name, adaptation), (b"kTRC", tables[0])])
    tags = _common_tags(name, adaptation)
    tags += [
        (kind, _xyz(column))
        for kind, column in zip(_PRIMARY_TAGS, (adaptation @ matrix_to_xyz(primaries)).T, strict=True)
    ]
    return _assemble(b"RGB ", tags + list(zip(_CURVE_TAGS, tables, strict=True)))


def with_curve(icc: bytes, curve: ToneCurve) -> bytes | None:
    """A profile with the primaries of another one and another tone curve; None if that one states no primaries."""
    places = {kind: (offset, length) for kind, offset, length in _tag_entries(icc)}
    columns = [icc[start : start + length] for start, length in (places.get(kind, (0, 0)) for kind in _PRIMARY_TAGS)]
    if not all(column.startswith(b"XYZ ") and len(column) >= 20 for column in columns):  # noqa: PLR2004
        return None
    tags = [*_common_tags("Other curve", np.eye(3)), *zip(_PRIMARY_TAGS, columns, strict=True)]
    return _assemble(b"RGB ", [*tags, *((kind, _parametric_curve(curve)) for kind in _CURVE_TAGS)])


def _tag_entries(icc: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The name, offset and length of each tag; tags that lie outside of the profile are left out."""
    count = int.from_bytes(icc[_HEADER_BYTES : _HEADER_BYTES + 4])
    end = min(_HEADER_BYTES + 4 + _TAG_ENTRY_BYTES * count, len(icc) - _TAG_ENTRY_BYTES + 1)
    for start in range(_HEADER_BYTES + 4, end, _TAG_ENTRY_BYTES):
        kind, offset, length = struct.unpack_from(">4sII", icc, start)
        if offset + length <= len(icc):
            yield kind, offset, length


def code_points_in_profile(icc: bytes) -> tuple[int, int] | None:
    """The primaries and transfer of ITU-T H.273 that a profile of version 4.4 may hold; None if it holds none."""
    for kind, offset, length in _tag_entries(icc):
        if kind == b"cicp" and length >= 12:  # noqa: PLR2004
            return icc[offset + 8], icc[offset + 9]
    return None


def _common_tags(name: str, adaptation: Array) -> list[tuple[bytes, bytes]]:
    return [
        (b"desc", _text(name)),
        (b"cprt", _text(_COPYRIGHT)),
        (b"wtpt", _xyz(D50_XYZ)),
        (b"chad", b"sf32\0\0\0\0" + _fixed_point(adaptation.reshape(-1))),
    ]


def _assemble(colour_space: bytes, tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The whole profile: header, table of tags, contents; equal contents are stored once."""
    start = _HEADER_BYTES + 4 + _TAG_ENTRY_BYTES * len(tags)
    table, contents, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for kind, content in tags:
        if content not in places:
            places[content] = start + len(contents)
            contents += content + b"\0" * (-len(content) % 4)
        table += struct.pack(">4sII", kind, places[content], len(content))
    size = start + len(contents)
    header = struct.pack(">I4xI4s4s4s6H4s", size, _VERSION, b"mntr", colour_space, b"XYZ ", *_DATE, b"acsp")
    header = header.ljust(68, b"\0") + _fixed_point(D50_XYZ)
    return header.ljust(_HEADER_BYTES, b"\0") + table + contents


def _text(text: str) -> bytes:
    """A text in English as `mluc`."""
    content = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(content), 28) + content


def _xyz(values: Array) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed_point(values)


def _parametric_curve(curve: ToneCurve) -> bytes:
    kind = _ONE_PARAMETER if len(curve) == 1 else _FIVE_PARAMETERS
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + _fixed_point(np.array(curve))


def _sampled_curve(curve: Array) -> bytes:
    """A table (N,) uint16 as `curv`; a long one is thinned out."""
    places = np.rint(np.linspace(0, len(curve) - 1, min(len(curve), _MAX_TABLE))).astype(int)
    return b"curv\0\0\0\0" + struct.pack(">I", len(places)) + curve[places].astype(">u2").tobytes()


def _fixed_point(values: Array) -> bytes:
    """Numbers with 16 bits behind the point; ValueError if one is too large."""
    whole = np.rint(np.asarray(values, np.float64) * 65536)
    if not (np.abs(whole) < 2**31).all():
        raise ValueError("a number doesn't fit into a profile")
    return bytes(whole.astype(">i4").tobytes())
