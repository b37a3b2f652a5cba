"""Pictures as the page shows them: with their transparency if they can be seen on the page's ground, else on a card.

Each picture is asked for a light or a dark ground: black ink on transparency can't be seen on a dark one, nor white ink
on a light one. Such a picture gets a ground of its own: where the page is light, that of `choose_ground`, and where it
is dark, a light card.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from pochade.images.base.ground import choose_ground
from pochade.images.base.picture import Array, Colour, Preview
from pochade.images.base.pixel_values import lay_on_colour
from pochade.images.codecs.screen_encode import encode_screen_jpeg, encode_screen_webp
from pochade.images.io.read import read_preview
from pochade.system.atomic_files import write_without_flush
from pochade.web.render.picture_rendering import RenderTask, check_content

GroundKind = Literal["light", "dark"]
CARD: Colour = (208, 208, 204)  # under a picture that can't be seen on a dark ground
LOSSLESS_SIDE = 1024  # pixels: from here on, a person looks at single lines
DARK_GROUND = 38  # of 255: the lightest of the page's dark grounds
CLEAR_CONTRAST = 60  # of 255, between the ground and what is seen on it without effort
MIN_CLEAR_SHARE = 0.5  # of what is drawn; below it, outlines and whole figures are lost


@dataclass(frozen=True)
class RenderCutoutTask(RenderTask):
    """Writes a picture with its transparency: a WebP, or a JPEG if it is opaque or can't be seen on the ground."""

    side: int  # pixels of the longer side, at most
    target: Path
    ground: GroundKind
    sha256: str  # of the file's content, which must not have changed

    def render(self) -> None:
        """Write the file `target`."""
        check_content(self.path, self.sha256)
        preview = read_preview(self.path, self.side, cutout=True)
        check_content(self.path, self.sha256)
        write_without_flush(self.target, encode_for_ground(preview, self.ground, lossless=self.side >= LOSSLESS_SIDE))


def encode_for_ground(preview: Preview, ground: GroundKind, *, lossless: bool) -> bytes:
    """Encode a preview for a ground of the page.

    Args:
        preview: The picture; its `cutout` is None if it is opaque.
        ground: What the picture will stand on.
        lossless: Whether a cut-out keeps every value.
    """
    cutout = preview.cutout
    if cutout is None:
        return encode_screen_jpeg(preview.pixels)
    if ground == "light":
        is_hidden = choose_ground(cutout[..., :3], cutout[..., 3]).differs
        return encode_screen_jpeg(preview.pixels) if is_hidden else encode_screen_webp(cutout, lossless=lossless)
    if is_clear_on_dark(cutout):
        return encode_screen_webp(cutout, lossless=lossless)
    return encode_screen_jpeg(lay_on_colour(cutout[..., :3], cutout[..., 3], CARD))


def is_clear_on_dark(cutout: Array) -> bool:
    """Tell whether most of a cut-out (h, w, 4) uint8 is clearly lighter than the page's dark grounds."""
    opacity = cutout[..., 3].astype(np.float32) / 255  # (h, w)
    contrast = (cutout[..., :3].max(axis=-1) - np.float32(DARK_GROUND)) * opacity
    return float(opacity[contrast >= CLEAR_CONTRAST].sum()) >= MIN_CLEAR_SHARE * float(opacity.sum())


def media_type_of(path: Path) -> str:
    """Return the media type of a file that `RenderCutoutTask` wrote, by its first bytes."""
    with path.open("rb") as file:
        return "image/webp" if file.read(4) == b"RIFF" else "image/jpeg"
