"""An XCF taken apart: each layer and each mask becomes a picture."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.base.source import Source
from pochade.images.formats.xcf import XCF_RUN_LENGTHS, XCF_TILE_SIDE, XCF_UNCOMPRESSED, read_xcf_tile
from pochade.images.formats.xcf_layers import XcfDrawable, XcfPicture, read_xcf_picture
from pochade.images.layered.gimp_tiles import encode_tiles
from pochade.images.layered.layered_file import MAX_SAMPLE_BYTES, LayeredFile
from pochade.images.layered.parts import GimpTilesPart

XCF_SIGNATURE = b"gimp xcf "
MAX_EXCEPTION_SHARE = 0.25  # of a drawable's bytes; more is not worth taking apart


class _DecodedDrawable(NamedTuple):
    """A layer or mask whose tiles follow each other, and how they become the bytes of the file."""

    start: int  # offset of the first tile
    end: int  # offset behind the last tile
    values: Array  # (H, W, C) uint8 or uint16
    exceptions: tuple[tuple[int, int], ...]  # number and bytes of each tile that GIMP would write otherwise
    rest: bytes  # these tiles


def take_xcf_apart(content: bytes) -> LayeredFile | None:
    """Take an XCF apart; None if it has no tiles that come back byte for byte.

    Raises:
        PictureDamaged: The file is cut short, or its offsets are wrong.
    """
    source = Source(io.BytesIO(content), "the file", len(content), MAX_SAMPLE_BYTES)
    picture = read_xcf_picture(source)
    drawables = list(_drawables(picture))
    total_bytes = (
        sum(drawable.width * drawable.height * drawable.channels for drawable in drawables) * picture.sample_bytes
    )
    is_known = picture.compression in {XCF_RUN_LENGTHS, XCF_UNCOMPRESSED} and picture.sample_bytes in {1, 2}
    if not is_known or total_bytes > MAX_SAMPLE_BYTES:
        return None
    file, end = LayeredFile(), 0
    decoded = filter(None, (_decode(content, source, picture, drawable) for drawable in drawables))
    for layer in sorted(decoded, key=lambda layer: layer.start):
        if layer.start < end:
            raise source.damage_error("its tiles overlap")
        file.keep(content[end : layer.start])
        part = GimpTilesPart(len(file.pictures), picture.compression == XCF_RUN_LENGTHS, layer.exceptions)
        file.parts.append(part)
        file.rest += layer.rest
        file.pictures.append(layer.values)
        end = layer.end
    file.keep(content[end:])
    return file if file.pictures else None


def _drawables(picture: XcfPicture) -> Iterator[XcfDrawable]:
    for layer in picture.layers:
        if layer.drawable.tiles:
            yield layer.drawable
        if layer.mask is not None:
            yield layer.mask


def _decode(content: bytes, source: Source, picture: XcfPicture, drawable: XcfDrawable) -> _DecodedDrawable | None:
    """Decode a drawable; None if its tiles do not follow each other, or are mostly not as GIMP writes them."""
    values = _read_values(source, picture, drawable)
    if values is None:
        return None
    pixels = values.astype(values.dtype.newbyteorder(">")).view(np.uint8)
    starts, rest = [*drawable.tiles, 0], b""
    exceptions = list[tuple[int, int]]()
    end = starts[0]
    for number, tile in enumerate(encode_tiles(pixels, packed=picture.compression == XCF_RUN_LENGTHS)):
        if starts[number] != end:
            return None
        end += len(tile)
        if content[starts[number] : end] != tile:
            if not starts[number] < starts[number + 1]:
                return None  # where the last tile ends is not known
            end = starts[number + 1]
            exceptions.append((number, end - starts[number]))
            rest += content[starts[number] : end]
    if len(rest) > MAX_EXCEPTION_SHARE * (end - starts[0]):
        return None
    return _DecodedDrawable(starts[0], end, values, tuple(exceptions), rest)


def _read_values(source: Source, picture: XcfPicture, drawable: XcfDrawable) -> Array | None:
    """The values of a drawable, (H, W, C) uint8 or uint16; None if a tile is damaged."""
    size = picture.sample_bytes
    values = np.empty((drawable.height, drawable.width, drawable.channels), f">u{size}")
    tiles = iter(drawable.tiles)
    try:
        for top in range(0, drawable.height, XCF_TILE_SIDE):
            for left in range(0, drawable.width, XCF_TILE_SIDE):
                place = values[top : top + XCF_TILE_SIDE, left : left + XCF_TILE_SIDE]
                content = read_xcf_tile(source, picture, next(tiles), place[..., 0].size, drawable.channels)
                place[:] = np.frombuffer(content, f">u{size}").reshape(place.shape)
    except PictureUnreadable:
        return None
    return values.astype(f"u{size}")
