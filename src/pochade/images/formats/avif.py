"""AVIF, still or animated: 8 bits through Pillow, 10 and 12 bits through imagecodecs."""

# ruff: noqa: PLR2004  # numbers of the file format

import io

import numpy as np
from PIL import AvifImagePlugin

from pochade.images.base.picture import Header, stretch_to_16_bit
from pochade.images.base.source import Source
from pochade.images.formats.isobmff import largest_item_shape
from pochade.images.formats.raw_image import RawImage
from pochade.images.metadata.exif import oriented_size


def read_avif_header(source: Source) -> Header:
    """Read the header of an AVIF."""
    width, height, depth = largest_item_shape(source)
    source.check_memory(width, height, 1)
    image = _open_avif(source)
    width, height = oriented_size(*image.size, RawImage.from_pillow(image).orientation)
    channels = 1 if image.mode.startswith("L") else 3
    return Header("AVIF", width, height, depth, channels, image.mode in {"LA", "RGBA"}, image.n_frames)


def read_avif(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the first frame of an AVIF; 10 and 12 bits are kept only for a whole picture."""
    image = _open_avif(source)
    if header.depth == 8 or side is not None:
        return RawImage.from_pillow(image)
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = np.atleast_3d(imagecodecs.avif_decode(source.read_all(), numthreads=1))
    values = values[0] if values.ndim == 4 else values  # the first frame of an animation
    return RawImage.from_pillow(image, deep=stretch_to_16_bit(values, header.depth))


def _open_avif(source: Source) -> AvifImagePlugin.AvifImageFile:
    return AvifImagePlugin.AvifImageFile(io.BytesIO(source.read_all()))
