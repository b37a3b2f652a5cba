"""BMP, through Pillow."""

from PIL import BmpImagePlugin

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage


def read_bmp_header(source: Source) -> Header:
    """Read the header of a BMP."""
    source.file.seek(0)
    image = BmpImagePlugin.BmpImageFile(source.file)
    channels = 1 if image.mode in {"1", "L"} else 3
    return Header("BMP", *image.size, 8, channels, image.mode == "RGBA", 1)


def read_bmp(source: Source, _header: Header, _side: int | None) -> RawImage:
    """Open a BMP."""
    source.file.seek(0)
    return RawImage.from_pillow(BmpImagePlugin.BmpImageFile(source.file))
