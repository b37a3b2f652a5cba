"""Code a picture as a given JPEG file was coded, so that both have the same coding errors where they show the same."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, JpegImagePlugin

from pochade.images.base.picture import Array
from pochade.images.base.source import open_source
from pochade.images.metadata.exif import add_exif_prefix, read_orientation

UPRIGHT = 1  # the orientation in which rows and columns are stored as they are shown
MAX_MEAN_STEP = 75.0  # of the luminance: about quality 40; coarser coding may remove what another work differs in
MAX_PIXELS = 16_000_000  # coding more takes too long
SUBSAMPLINGS = (0, 1, 2)  # 4:4:4, 4:2:2 and 4:2:0


@dataclass(frozen=True)
class JpegCoding:
    """How a JPEG file is coded."""

    width: int
    height: int
    is_grey: bool
    tables: dict[int, list[int]]  # by number: the 64 quantization steps, row by row
    subsampling: int  # of the colours

    def apply(self, pixels: Array) -> Array:
        """Resize a picture to the file's size, and code and decode it.

        Args:
            pixels: (H, W, 3) uint8.

        Returns:
            (height, width, 3) uint8.
        """
        image, buffer = Image.fromarray(pixels), io.BytesIO()
        if image.size != (self.width, self.height):
            image = image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        options = {} if self.is_grey else {"subsampling": self.subsampling}
        image.convert("L" if self.is_grey else "RGB").save(buffer, "JPEG", qtables=self.tables, **options)
        return np.asarray(Image.open(buffer).convert("RGB"))


def read_jpeg_coding(path: Path) -> JpegCoding | None:
    """Read how a file is coded.

    Returns:
        The coding; None if the file is no JPEG in grey or colour that is stored upright, if it is very large, or if it
        is coded so coarsely that details are lost.

    Raises:
        PictureUnreadable: The file can't be read.
    """
    with open_source(path, MAX_PIXELS) as source:
        if source.file.read(2) != b"\xff\xd8":
            return None
        source.file.seek(0)
        image = JpegImagePlugin.JpegImageFile(source.file)
        orientation = read_orientation(add_exif_prefix(image.info.get("exif")))
        subsampling = JpegImagePlugin.get_sampling(image)
        is_grey = image.mode == "L"
        if orientation != UPRIGHT or image.width * image.height > MAX_PIXELS or image.mode not in ("L", "RGB"):
            return None
        if not (is_grey or subsampling in SUBSAMPLINGS) or np.mean(image.quantization[0]) > MAX_MEAN_STEP:
            return None
        tables = {number: list(steps) for number, steps in image.quantization.items()}
        return JpegCoding(image.width, image.height, is_grey, tables, subsampling)
