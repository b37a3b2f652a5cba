"""XCF, the format of GIMP: its header and its layers.

    header, properties -> offsets of the layers -> per layer: properties, offset of its levels -> level -> tiles

Every number is big-endian. From version 11 on, offsets have 64 bits. The specification is `xcf.txt` in GIMP's sources.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pochade.images.base.source import Source

RGB, GREY, INDEXED = 0, 1, 2  # colour modes of the picture
GROUP_PROPERTY, ITEM_PATH_PROPERTY = 29, 30
_END, _COLOUR_MAP, _OPACITY, _MODE, _VISIBLE, _APPLY_MASK, _OFFSETS, _COMPRESSION = 0, 1, 6, 7, 8, 11, 15, 17
_RESOLUTION, _PARASITES, _FLOAT_OPACITY, _COMPOSITE_SPACE, _BLEND_SPACE = 19, 21, 33, 36, 37
_LINEAR_LIGHT = 1  # of the spaces in which layers are mixed
_PROFILE_NAME = b"icc-profile\0"  # of the parasite that holds the colour profile
_BYTES_BY_PRECISION = {100: 1, 150: 1, 175: 1, 200: 2, 225: 2, 250: 2, 275: 2, 300: 4, 325: 4, 350: 4, 375: 4,
    500: 2, 525: 2, 550: 2, 575: 2, 600: 4, 625: 4, 650: 4, 675: 4}  # fmt: skip
_OLD_PRECISIONS = {0: 150, 1: 250, 2: 350, 3: 550, 4: 650}  # of version 4
_MAX_LAYERS, _MAX_PROPERTIES, _MAX_SIDE, _MAX_VERSION = 1000, 1000, 524_288, 100
_TILE_SIDE = 64


@dataclass(frozen=True)
class XcfDrawable:
    """Pixels in tiles: of a layer, or of its mask."""

    width: int
    height: int
    channels: int  # with alpha
    tiles: tuple[int, ...]  # their offsets, by rows


@dataclass(frozen=True)
class XcfLayer:
    """A layer or a group of layers."""

    drawable: XcfDrawable
    mask: XcfDrawable | None  # only if it is applied
    x: int  # of its left edge on the canvas
    y: int
    opacity: float  # 0 to 1
    visible: bool
    mode: int  # how it is blended
    blends_light: bool  # whether that mode works on linear light
    mixes_light: bool  # whether alpha mixes linear light
    is_group: bool
    path: tuple[int, ...]  # its place in the tree of groups; empty outside of groups


@dataclass(frozen=True)
class XcfPicture:
    """The canvas and its layers, from the top down."""

    width: int
    height: int
    mode: int
    precision: int
    compression: int
    palette: bytes  # red, green and blue of each colour
    icc: bytes | None
    dpi: tuple[float, float] | None
    layers: tuple[XcfLayer, ...]

    @property
    def sample_bytes(self) -> int:
        """Bytes of a value."""
        return _BYTES_BY_PRECISION[self.precision]

    @property
    def is_float(self) -> bool:
        """Whether values are floats; else they are whole numbers."""
        return self.precision >= 500

    @property
    def is_linear(self) -> bool:
        """Whether values are linear light; else they have a tone curve."""
        return self.precision % 100 == 0


class _Reader:
    """Reads numbers one after another."""

    def __init__(self, source: Source, offset: int, offset_bytes: int) -> None:
        self.source, self.offset, self.offset_bytes = source, offset, offset_bytes

    def number(self, length: int = 4, *, signed: bool = False) -> int:
        """Read a number of some bytes."""
        self.offset += length
        return int.from_bytes(self.source.read_exactly(self.offset - length, length), signed=signed)

    def place(self) -> int:
        """Read an offset."""
        return self.number(self.offset_bytes)

    def skip_name(self) -> None:
        """Skip a text, which begins with its length."""
        length = self.number()
        self.offset += length

    def places(self, most: int) -> Iterator[int]:
        """Read offsets up to a zero, at most `most`."""
        for _ in range(most):
            if not (place := self.place()):
                return
            yield place

    def properties(self) -> Iterator[tuple[int, bytes]]:
        """Read the number and content of each property."""
        for _ in range(_MAX_PROPERTIES):
            kind, length = self.number(), self.number()
            if kind == _END:
                return
            self.offset += length
            yield kind, self.source.read_exactly(self.offset - length, length)
        raise self.source.damage_error("it has too many properties")


def read_xcf_picture(source: Source) -> XcfPicture:
    """Read the header and all layers.

    Raises:
        PictureDamaged: They are invalid or end too early.
    """
    version_text = source.read_exactly(9, 5)
    version = (
        0 if version_text == b"file\0" else int(version_text[1:4]) if version_text[1:4].isdigit() else _MAX_VERSION
    )
    reader = _Reader(source, 14, 8 if version >= 11 else 4)
    width, height, mode = reader.number(), reader.number(), reader.number()
    precision = reader.number() if version >= 4 else 150
    precision = _OLD_PRECISIONS.get(precision, 0) if version == 4 else precision
    valid_sides = 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE
    if version >= _MAX_VERSION or not valid_sides or mode > INDEXED or precision not in _BYTES_BY_PRECISION:
        raise source.damage_error("its header has invalid values")
    compression, palette, icc, dpi = 0, b"", None, None
    for kind, content in reader.properties():
        if kind == _COMPRESSION:
            compression = content[0] if content else 0
        elif kind == _COLOUR_MAP:
            palette = content[4:]
        elif kind == _PARASITES:
            icc = _find_profile(content)
        elif kind == _RESOLUTION and len(content) == 8:
            dpi = _read_floats(content)
    layers = tuple(_read_layer(source, place, reader.offset_bytes) for place in reader.places(_MAX_LAYERS))
    return XcfPicture(width, height, mode, precision, compression, palette, icc, dpi, layers)


def _find_profile(content: bytes) -> bytes | None:
    """Find the colour profile among the parasites, each with its name, flags and content."""
    offset = 0
    while offset + 4 <= len(content):
        end_of_name = offset + 4 + int.from_bytes(content[offset : offset + 4])
        start, size = end_of_name + 8, int.from_bytes(content[end_of_name + 4 : end_of_name + 8])
        if content[offset + 4 : end_of_name] == _PROFILE_NAME:
            return content[start : start + size] or None
        offset = start + size
    return None


def _read_floats(content: bytes) -> tuple[float, float]:
    across, down = struct.unpack(">ff", content)
    return across, down


def _read_layer(source: Source, offset: int, offset_bytes: int) -> XcfLayer:
    reader = _Reader(source, offset, offset_bytes)
    width, height, kind = reader.number(), reader.number(), reader.number()
    reader.skip_name()
    values: dict[int, bytes] = dict(reader.properties())
    hierarchy, mask = reader.place(), reader.place()
    if kind > 5:
        raise source.damage_error("a layer of it has an unknown type")
    channels = (3, 4, 1, 2, 1, 2)[kind]
    is_group = GROUP_PROPERTY in values
    drawable = XcfDrawable(
        width, height, channels, () if is_group else _read_tiles(source, hierarchy, width, height, offset_bytes)
    )
    path = values.get(ITEM_PATH_PROPERTY, b"")
    places = values.get(_OFFSETS, bytes(8))
    return XcfLayer(
        drawable,
        _read_mask(source, mask, offset_bytes) if mask and _flag(values, _APPLY_MASK) else None,
        int.from_bytes(places[:4], signed=True),
        int.from_bytes(places[4:8], signed=True),
        _opacity(values),
        _flag(values, _VISIBLE),
        int.from_bytes(values.get(_MODE, bytes(4))),
        _is_linear_space(values, _BLEND_SPACE),
        _is_linear_space(values, _COMPOSITE_SPACE),
        is_group,
        tuple(int.from_bytes(path[place : place + 4]) for place in range(0, len(path), 4)),
    )


def _flag(values: dict[int, bytes], kind: int) -> bool:
    """A property that is on unless the file says otherwise."""
    return any(values.get(kind, b"\1"))


def _is_linear_space(values: dict[int, bytes], kind: int) -> bool:
    """Whether a property names linear light; GIMP writes its own choice as a negative number."""
    return abs(int.from_bytes(values.get(kind, b""), signed=True)) == _LINEAR_LIGHT


def _opacity(values: dict[int, bytes]) -> float:
    if len(exact := values.get(_FLOAT_OPACITY, b"")) == 4:
        return min(1.0, max(0.0, _read_floats(exact * 2)[0]))
    return min(255, int.from_bytes(values.get(_OPACITY, b"\xff"))) / 255


def _read_mask(source: Source, offset: int, offset_bytes: int) -> XcfDrawable:
    reader = _Reader(source, offset, offset_bytes)
    width, height = reader.number(), reader.number()
    reader.skip_name()
    for _ in reader.properties():
        pass
    return XcfDrawable(width, height, 1, _read_tiles(source, reader.place(), width, height, offset_bytes))


def _read_tiles(source: Source, hierarchy: int, width: int, height: int, offset_bytes: int) -> tuple[int, ...]:
    """The offsets of the tiles of the first level, which is the only one that is used."""
    level = _Reader(source, _Reader(source, hierarchy + 12, offset_bytes).place(), offset_bytes)
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE) or (level.number(), level.number()) != (width, height):
        raise source.damage_error("a layer of it has an impossible size")
    count = -(-width // _TILE_SIDE) * -(-height // _TILE_SIDE)
    if level.offset + count * offset_bytes > source.size:
        raise source.truncation_error(level.offset + count * offset_bytes)
    tiles = tuple(level.places(count))
    if len(tiles) < count:
        raise source.damage_error("a layer of it lacks tiles")
    return tiles
