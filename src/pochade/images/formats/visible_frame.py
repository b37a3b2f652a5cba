"""The frame of an animation that stands for it on screens: the first one that shows something.

Many animations begin with a black, white or transparent frame. Its preview would tell nothing.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.geometry.resize import shrink

Notes = tuple[str, ...]

_SIDE = 48  # pixels of the longest side of a frame while it is judged
_EMPTY_RANGE = 12  # of 255: a frame whose levels differ by less shows nothing
_CLEAR_RANGE = 64  # of 255: a frame whose levels differ by more need not be compared with later ones
_MAX_FRAMES = 60  # that are judged
_MAX_PIXELS = 200_000_000  # of all judged frames, because decoding takes time
_DAMAGE = (EOFError, OSError, ValueError, SyntaxError, IndexError, TypeError)  # what Pillow raises in damaged frames


def open_frame(
    plugin: Callable[[BinaryIO], Image.Image], file: BinaryIO, frames: int, side: int | None
) -> tuple[Image.Image, Notes]:
    """Open an animation at its first frame, or for a preview at the frame that stands for it.

    Args:
        plugin: Pillow's class for the format.
        file: The file; it is read from its start.
        frames: The number of frames that the file states.
        side: Pixels of the longest side of the preview; None for the whole picture, which is always the first frame.

    Returns:
        The opened image, and a note if it is not the first frame.
    """

    def open_image() -> Image.Image:
        file.seek(0)
        return plugin(file)

    if side is None or frames < 2:  # noqa: PLR2004
        return open_image(), ()
    number = find_visible_frame(_seek_frames(open_image(), frames))
    image = open_image()
    if number:
        image.seek(number)
    return image, frame_notes(number)


def frame_notes(number: int) -> Notes:
    """A note if an animation is shown by another frame than the first; `number` counts from 0."""
    return (f"is shown by frame {number + 1}, because its first frame is empty",) if number else ()


def find_visible_frame(frames: Iterator[Image.Image]) -> int:
    """The number of the frame, from 0, that stands for an animation: the first clear one.

    If no frame is clear, it is the clearest one. If every frame has a single colour, it is the first one whose colour
    is another one than that of the first frame.

    Args:
        frames: At least one frame; more are taken only as long as none is clear.
    """
    first = _levels(next(frames))
    best, best_range, change = 0, _level_range(first), 0
    if best_range >= _EMPTY_RANGE:
        return 0
    for number, frame in enumerate(frames, 1):
        levels = _levels(frame)
        if not change and np.abs(levels.mean((0, 1)) - first.mean((0, 1))).max() >= _EMPTY_RANGE:
            change = number
        if (level_range := _level_range(levels)) > best_range:
            best, best_range = number, level_range
        if best_range >= _CLEAR_RANGE:
            break
    return best if best_range >= _EMPTY_RANGE else change


def _seek_frames(image: Image.Image, frames: int) -> Iterator[Image.Image]:
    """An opened image at each of its frames, up to a limit or the first damaged one."""
    yield image
    for number in range(1, min(frames, _MAX_FRAMES, _MAX_PIXELS // (image.width * image.height))):
        try:
            image.seek(number)
            image.load()
        except _DAMAGE:
            return
        yield image


def _levels(frame: Image.Image) -> Array:
    """The current frame in a small size, its colours multiplied by alpha, its alpha last; (h, w, 4) float32."""
    frame.load()
    small = shrink(frame, _SIDE)
    straight = small.convert({"La": "LA", "RGBa": "RGBA"}.get(small.mode, "RGB")).convert("RGBA")
    return np.asarray(straight.convert("RGBa"), np.float32)


def _level_range(levels: Array) -> float:
    """The largest difference between two levels of the same channel."""
    return float(np.ptp(levels, axis=(0, 1)).max())
