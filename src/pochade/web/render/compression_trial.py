"""One piece coded as `compress` would, to be looked at before and after; in a process with limits."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from pochade.archive.codecs.file_codecs import EncodedFile, as_picture
from pochade.archive.container.manifest import PREVIEW, STORED
from pochade.errors import PictureTooLarge
from pochade.images.base.picture import Array
from pochade.images.codecs.screen_encode import as_png
from pochade.images.codecs.thumbnail_codec import Miniature
from pochade.images.io.read import read_preview
from pochade.web.render.picture_rendering import Showing, check_content, publish

CROP = 1024  # pixels a side, from the middle, at 1:1
MOST = 2**26  # bytes of a file: a larger one takes minutes to code
WHOLE = 2**20  # no picture that is read here is longer: previews are never enlarged


@dataclass(frozen=True)
class Sample:
    """What became of one piece."""

    coder: str
    bytes: int
    original_bytes: int
    score: float | None  # of SSIMULACRA2; None where nothing is lost
    changed: bool  # whether any pixel that is shown differs


@dataclass(frozen=True)
class Sampled(Showing):
    """A piece, to be coded, and both pictures written as PNGs."""

    content: str
    fidelity: str
    before: Path
    after: Path

    def read(self) -> Sample:
        """Who coded it, and how small it became."""
        check_content(self.path, self.content)
        original = self.path.read_bytes()
        if len(original) > MOST:
            raise PictureTooLarge(f"'{self.name}' is too large for a sample: {len(original):,} bytes")
        coded = as_picture(original, self.fidelity)
        shown, again = (middle(pixels) for pixels in self.both(original, coded))
        publish(self.before, as_png(shown))
        publish(self.after, as_png(again))
        changed = not np.array_equal(shown, again)
        if coded is None:
            return Sample(STORED, len(original), len(original), None, changed)
        return Sample(coded.coder, len(coded.content), len(original), coded.score, changed)

    def both(self, original: bytes, coded: EncodedFile | None) -> tuple[Array, Array]:
        """The picture before and after; of a preview, both at the size at which it is looked at."""
        if coded is not None and coded.score is not None and self.fidelity == PREVIEW:
            small = Miniature(original)
            return small.pixels, small.shown_again(coded.content)
        shown = read_preview(self.path, WHOLE).pixels
        return shown, shown if coded is None or coded.score is None else decoded(coded.content, self.after.parent)


def decoded(content: bytes, folder: Path) -> Array:
    """What a coder made, as pixels."""
    with NamedTemporaryFile(dir=folder) as file:
        file.write(content)
        file.flush()
        return read_preview(Path(file.name), WHOLE).pixels


def middle(pixels: Array) -> Array:
    """The middle of a picture, at 1:1."""
    top, left = (max(0, (side - CROP) // 2) for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + CROP, left : left + CROP])
