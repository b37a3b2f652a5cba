"""HEIC and HEIF (ISO/IEC 23008-12), through pillow-heif; only the primary picture is read."""

# ruff: noqa: PLR2004  # numbers of the file format

import io

import numpy as np
from PIL import Image

from pochade.images.base.picture import Header, stretch_to_16_bit
from pochade.images.base.source import Source
from pochade.images.formats.isobmff import largest_item_shape, primary_code_points
from pochade.images.formats.raw_image import RawImage
from pochade.images.metadata.colour_tags import ColourTags
from pochade.images.metadata.exif import add_exif_prefix, reset_orientation


def read_heic_header(source: Source) -> Header:
    """Read the header of a HEIC or HEIF."""
    width, height, _ = largest_item_shape(source)
    source.check_memory(width, height, 1)
    import pillow_heif  # noqa: PLC0415  # heavy, and rarely needed

    image = pillow_heif.open_heif(io.BytesIO(source.read_all()), convert_hdr_to_8bit=False)
    channels = 1 if image.mode.startswith(("L", "I")) else 3
    depth = int(image.info["bit_depth"])
    return Header("HEIC", image.size[0], image.size[1], depth, channels, image.has_alpha, 1)


def read_heic(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the pixels of a HEIC; its own boxes define the orientation, and EXIF's orientation is ignored."""
    import pillow_heif  # noqa: PLC0415  # heavy, and rarely needed

    pillow_heif.options.DECODE_THREADS = 1  # there is one worker process per core already
    keep_depth = header.depth > 8 and side is None
    image = pillow_heif.open_heif(io.BytesIO(source.read_all()), convert_hdr_to_8bit=not keep_depth)
    icc, exif = image.info.get("icc_profile"), reset_orientation(add_exif_prefix(image.info.get("exif")))
    tags = ColourTags(None if icc else primary_code_points(source), icc, exif=exif)
    icc, hdr = tags.resolve(grey=header.channels == 1)
    if not keep_depth:
        return RawImage(image.to_pillow(), icc=icc, exif=exif, hdr=hdr)
    values = np.atleast_3d(np.asarray(image)) >> (16 - header.depth)  # libheif puts the bits at the top of 16
    deep = stretch_to_16_bit(values, header.depth)
    return RawImage(Image.new("L", (1, 1)), deep, icc=icc, exif=exif, hdr=hdr)
