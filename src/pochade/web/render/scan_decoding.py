"""Tasks that decode scans and masks for the page in a worker process, into array files that can be read in parts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pochade.errors import UsageError
from pochade.images.io.read import read_picture
from pochade.web.render.picture_rendering import RenderTask, check_content

BLACK = (0, 0, 0)


@dataclass(frozen=True)
class ScanHeader:
    """What is known of a decoded scan besides its pixels."""

    width: int
    height: int
    format: str
    depth: int  # bits per channel
    dpi: tuple[float, float] | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DecodeScanTask(RenderTask):
    """Decodes a scan and writes its colours as an array file (H, W, 3), uint8 or uint16."""

    target: Path
    sha256: str | None = None  # of the file's content, if it must not have changed

    def render(self) -> ScanHeader:
        """Write the file `target` and return the scan's header."""
        check_content(self.path, self.sha256)
        picture = read_picture(self.path)
        check_content(self.path, self.sha256)
        height, width = picture.pixels.shape[:2]
        np.save(self.target, np.broadcast_to(picture.pixels, (height, width, 3)))
        return ScanHeader(width, height, picture.header.format, picture.header.depth, picture.dpi, picture.notes)


@dataclass(frozen=True)
class DecodeMaskTask(RenderTask):
    """Decodes a mask and writes it as an array file (H, W) uint8, with 255 where it is white."""

    size: tuple[int, int]  # height and width of the scan
    target: Path

    def render(self) -> None:
        """Write the file `target`.

        Raises:
            UsageError: The mask has another size than the scan.
        """
        pixels = read_picture(self.path).on_paper(BLACK)
        if pixels.shape[:2] != self.size:
            sizes = [f"{width} x {height}" for height, width in (pixels.shape[:2], self.size)]
            why = f"the mask has {sizes[0]} pixels, and the scan has {sizes[1]}"
            raise UsageError(why, "draw the mask in the size of the scan")
        np.save(self.target, pixels.mean(axis=-1).round().astype(np.uint8))
