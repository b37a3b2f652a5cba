"""JPEG, through Pillow."""

from PIL import JpegImagePlugin

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage
from pochade.images.metadata.exif import add_exif_prefix, oriented_size, read_orientation


def read_jpeg_header(source: Source) -> Header:
    """Read the header of a JPEG."""
    source.file.seek(0)
    image = JpegImagePlugin.JpegImageFile(source.file)
    if not image.tile:  # the file ends before the first pixel
        raise source.truncation_error()
    orientation = read_orientation(add_exif_prefix(image.info.get("exif")))
    width, height = oriented_size(*image.size, orientation)
    return Header("JPEG", width, height, 8, len(image.getbands()), False, 1)


def read_jpeg(source: Source, _header: Header, _side: int | None) -> RawImage:
    """Open a JPEG without decoding it yet, so that a preview can be decoded at a smaller scale."""
    source.file.seek(0)
    return RawImage.from_pillow(JpegImagePlugin.JpegImageFile(source.file))
