"""AVIF, still or animated: 8 bits through Pillow, 10 and 12 bits through imagecodecs."""

# ruff: noqa: PLR2004  # numbers of the file format

import io
from dataclasses import replace

import numpy as np
from PIL import AvifImagePlugin

from pochade.images.base.picture import Header, stretch_to_16_bit
from pochade.images.base.source import Source
from pochade.images.formats.isobmff import largest_item_shape, primary_code_points
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.visible_frame import open_frame
from pochade.images.metadata.colour_tags import ColourTags
from pochade.images.metadata.exif import oriented_size


def read_avif_header(source: Source) -> Header:
    """Read the header of an AVIF."""
    width, height, depth = largest_item_shape(source)
    source.check_memory(width, height, 1)
    image = _open_avif(source)
    width, height = oriented_size(*image.size, RawImage.from_pillow(image).orientation)
    channels = 1 if image.mode.startswith("L") else 3
    code_points = primary_code_points(source)
    is_hdr = code_points is not None and code_points.is_hdr
    return Header("AVIF", width, height, depth, channels, image.mode in {"LA", "RGBA"}, image.n_frames, is_hdr)


def read_avif(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the first frame of an AVIF, or for a preview the first one that shows something.

    10 and 12 bits are kept only for a whole picture.
    """
    image, notes = open_frame(lambda _: _open_avif(source), source.file, header.frames, side)
    raw = RawImage.from_pillow(image, notes=notes)
    if not image.info.get("icc_profile"):  # a profile counts more than code points, and EXIF counts less
        tags = ColourTags(primary_code_points(source), exif=raw.exif)
        raw = replace(raw, **tags.resolve(grey=header.channels == 1)._asdict())
    if header.depth == 8 or side is not None:
        return raw
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = np.atleast_3d(imagecodecs.avif_decode(source.read_all(), numthreads=1))
    values = values[0] if values.ndim == 4 else values  # the first frame of an animation
    return replace(raw, deep=stretch_to_16_bit(values, header.depth))


def _open_avif(source: Source) -> AvifImagePlugin.AvifImageFile:
    return AvifImagePlugin.AvifImageFile(io.BytesIO(source.read_all()))
