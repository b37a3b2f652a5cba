"""XCF, the format of GIMP: its visible layers, laid over each other in 8 bits.

GIMP stores no merged picture. Opacity, masks and groups count, and the blend modes that treat each channel by itself;
modes of hue and saturation are treated as the normal one.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import zlib

import numpy as np
from PIL import Image

from pochade.images.base.picture import Header
from pochade.images.base.pixel_values import Array
from pochade.images.base.source import Source
from pochade.images.base.tone_curves import srgb_of_light
from pochade.images.formats import layer_blending as blend
from pochade.images.formats.layer_blending import NORMAL, BlendFunction, Blending, lay_on_canvas
from pochade.images.formats.raw_image import RawImage, valid_dpi
from pochade.images.formats.xcf_layers import (
    INDEXED,
    XcfDrawable,
    XcfLayer,
    XcfPicture,
    read_xcf_picture,
)

_BLEND_NOTE = "some of its layers are blended in ways that Pochade does not know, and were laid over the others"
_NORMAL_MODES = {0, 28}  # normal, in its older and its newer form
_LAST_OLD_MODE = 22  # of GIMP up to 2.8
_FUNCTION_BY_MODE: dict[int, BlendFunction] = {
    3: blend.multiply, 4: blend.screen, 5: blend.soft_light_of_gimp, 6: blend.difference, 7: np.add, 8: np.subtract,
    9: np.minimum, 10: np.maximum, 15: blend.divide, 16: blend.dodge, 17: blend.burn, 18: blend.hard_light,
    19: blend.soft_light_of_gimp, 20: blend.grain_extract, 21: blend.grain_merge, 23: blend.overlay,
    30: blend.multiply, 31: blend.screen, 32: blend.difference, 33: np.add, 34: np.subtract, 35: np.minimum,
    36: np.maximum, 41: blend.divide, 42: blend.dodge, 43: blend.burn, 44: blend.hard_light,
    45: blend.soft_light_of_gimp, 46: blend.grain_extract, 47: blend.grain_merge, 52: blend.exclusion,
}  # fmt: skip
XCF_UNCOMPRESSED, XCF_RUN_LENGTHS, _ZLIB = 0, 1, 2
XCF_TILE_SIDE = 64
_BYTES_PER_PIXEL = 24  # memory for a pixel of the canvas, and for one of the largest layer
_MAX_PIXELS = 2_000_000_000  # of all layers together, because decoding takes time


def read_xcf_header(source: Source) -> Header:
    """Read the header of an XCF."""
    picture = read_xcf_picture(source)
    return Header("XCF", picture.width, picture.height, 8 * picture.sample_bytes, 3, True, 1)


def read_xcf(source: Source, _header: Header, _side: int | None) -> RawImage:
    """Lay the visible layers over each other."""
    picture = read_xcf_picture(source)
    layers = _visible_layers(picture)
    sizes = [layer.drawable.width * layer.drawable.height for layer, _ in layers]
    share = 1 + max(sizes, default=0) / (picture.width * picture.height)
    source.check_memory(picture.width, picture.height, _BYTES_PER_PIXEL * share)
    if sum(sizes) > _MAX_PIXELS:
        raise source.size_error(f"its layers have {sum(sizes):,} pixels")
    canvas = Image.new("RGBA", (picture.width, picture.height))
    for number, (layer, opacity) in enumerate(reversed(layers)):
        image = _read_layer_image(source, picture, layer)
        blending = _blending(layer) if number else NORMAL  # the lowest layer has nothing to be blended with
        lay_on_canvas(canvas, image, (layer.x, layer.y), opacity, blending)
    unknown = any(layer.mode not in _NORMAL_MODES | _FUNCTION_BY_MODE.keys() for layer, _ in layers)
    return RawImage(canvas, icc=picture.icc, dpi=valid_dpi(picture.dpi), notes=(_BLEND_NOTE,) if unknown else ())


def _blending(layer: XcfLayer) -> Blending:
    """How a layer is blended; the old modes and files that say nothing about light use the tone curve."""
    function = _FUNCTION_BY_MODE.get(layer.mode)
    if layer.mode <= _LAST_OLD_MODE:
        return NORMAL if function is None else Blending(function, stays_on_backdrop=True)
    return Blending(function, layer.blends_light, layer.mixes_light, stays_on_backdrop=function is not None)


def _visible_layers(picture: XcfPicture) -> list[tuple[XcfLayer, float]]:
    """The layers that are seen, from the top down, with their opacity and that of the groups around them."""
    groups, top_level, seen = dict[tuple[int, ...], float](), 0, list[tuple[XcfLayer, float]]()
    for layer in picture.layers:  # a group precedes its members
        path = layer.path or (top_level,)
        top_level += len(path) == 1
        opacity = groups.get(path[:-1], 1.0) * layer.opacity * layer.visible
        if layer.is_group:
            groups[path] = opacity
        elif opacity > 0:
            seen.append((layer, opacity))
    return seen


def _read_layer_image(source: Source, picture: XcfPicture, layer: XcfLayer) -> Image.Image:
    """A layer with its mask, as RGBA."""
    values = _read_pixels(source, picture, layer.drawable)  # (H, W, 1 to 4)
    channels = values.shape[-1]
    alpha = values[..., -1] if channels % 2 == 0 else np.full(values.shape[:2], 255, np.uint8)
    if layer.mask is not None and (layer.mask.width, layer.mask.height) == (
        layer.drawable.width,
        layer.drawable.height,
    ):
        mask = _read_pixels(source, picture, layer.mask)[..., 0]
        alpha = ((alpha.astype(np.uint16) * mask + 127) // 255).astype(np.uint8)
    colours = values[..., : channels - 1 + channels % 2]
    if picture.mode == INDEXED:
        palette = np.zeros((256, 3), np.uint8)
        stored = np.frombuffer(picture.palette[: len(picture.palette) // 3 * 3], np.uint8).reshape(-1, 3)[:256]
        palette[: len(stored)] = stored
        colours = palette[colours[..., 0]]
    return Image.fromarray(np.dstack([np.broadcast_to(colours, (*alpha.shape, 3)), alpha]))


def _read_pixels(source: Source, picture: XcfPicture, drawable: XcfDrawable) -> Array:
    """Read the tiles of a drawable: (H, W, C) uint8, colours in sRGB's tone curve."""
    pixels = np.empty((drawable.height, drawable.width, drawable.channels), np.uint8)
    tiles = iter(drawable.tiles)
    for top in range(0, drawable.height, XCF_TILE_SIDE):
        for left in range(0, drawable.width, XCF_TILE_SIDE):
            place = pixels[top : top + XCF_TILE_SIDE, left : left + XCF_TILE_SIDE]
            content = read_xcf_tile(source, picture, next(tiles), place.size // drawable.channels, drawable.channels)
            place[:] = _to_8_bit(content, picture, drawable.channels).reshape(place.shape)
    return pixels


def read_xcf_tile(source: Source, picture: XcfPicture, offset: int, pixels: int, channels: int) -> bytes:
    """Read and decompress the values of a tile, pixel by pixel."""
    length = pixels * channels * picture.sample_bytes
    if picture.compression == XCF_UNCOMPRESSED:
        return source.read_exactly(offset, length)
    content = source.read_at(offset, 2 * length + 1024)  # compression never doubles a tile
    if picture.compression == _ZLIB:
        content = zlib.decompressobj().decompress(content, length)
    elif picture.compression == XCF_RUN_LENGTHS:
        content = _decode_planes(content, pixels, channels * picture.sample_bytes)
    else:
        raise source.damage_error(f"its pixels have an unknown compression, {picture.compression}")
    if len(content) < length:
        raise source.damage_error("a tile of it has too few pixels")
    return content


def _decode_planes(content: bytes, pixels: int, planes: int) -> bytes:
    """Decode run lengths: one plane after another, each with a byte for every pixel; b"" if they are broken."""
    result, place = np.empty((pixels, planes), np.uint8), 0
    for number in range(planes):
        plane = bytearray()
        while len(plane) < pixels and place + 1 < len(content):
            code = content[place]
            place += 1
            if code in {127, 128}:
                count = int.from_bytes(content[place : place + 2])
                place += 2
            else:
                count = code + 1 if code < 127 else 256 - code
            if code < 128:
                plane += content[place : place + 1] * count
                place += 1
            else:
                plane += content[place : place + count]
                place += count
        if len(plane) != pixels:
            return b""
        result[:, number] = np.frombuffer(plane, np.uint8)
    return result.tobytes()


def _to_8_bit(content: bytes, picture: XcfPicture, channels: int) -> Array:
    """The values of a tile (N, C) as uint8, colours in sRGB's tone curve."""
    if not picture.is_float and not picture.is_linear:  # the first byte is the highest
        return np.frombuffer(content, np.uint8).reshape(-1, channels, picture.sample_bytes)[..., 0]
    kind = f">{'f' if picture.is_float else 'u'}{picture.sample_bytes}"
    values = np.frombuffer(content, kind).reshape(-1, channels).astype(np.float32)
    values = np.nan_to_num(values if picture.is_float else values / np.float32(256**picture.sample_bytes - 1)).clip(
        0, 1
    )
    if picture.is_linear and picture.mode != INDEXED:
        colours = channels - 1 + channels % 2
        values[:, :colours] = srgb_of_light(values[:, :colours])
    return (values * 255 + 0.5).astype(np.uint8)
