"""Ways to save a drawing again: other formats, fewer colours, other sizes. Nothing that was drawn changes."""

from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from experiments.shared.white_paper import LONGEST_SIDE, on_white


class Resave(NamedTuple):
    """A format, and what is lost in it."""

    suffix: str  # of the file's name
    side: int = LONGEST_SIDE  # pixels of the longer side
    quality: int | None = None  # of a lossy format, 0 to 100
    colours: int | None = None  # of a palette

    def write(self, drawing: Image.Image, path: Path) -> None:
        """Flatten a drawing on white and save it."""
        picture = on_white(drawing, self.side)
        if self.colours:
            picture = picture.quantize(self.colours)
        options: dict[str, Any] = {} if self.quality is None else {"quality": self.quality}
        picture.save(path, **options)


RESAVES = {
    "jpeg 30": Resave(".jpg", quality=30),
    "WebP 80": Resave(".webp", quality=80),
    "palette of 128": Resave(".png", colours=128),
    "half size": Resave(".png", side=LONGEST_SIDE // 2),
    "three quarters": Resave(".png", side=LONGEST_SIDE * 3 // 4),
    "larger by half": Resave(".png", side=LONGEST_SIDE * 3 // 2),
}
