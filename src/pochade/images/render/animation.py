"""Frames encoded as an animation or a film, and generated pictures as files that state their provenance.

Provenance is stored as XMP if the format allows it, and as readable text if the format has comments. Frames of a
person's own pictures have none.
"""

import io
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pochade._version import __version__
from pochade.errors import UsageError, install_hint
from pochade.images.base.picture import Array
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE, Provenance

STRIP_SUFFIX = ".png"
FILM_SUFFIX = ".mp4"
ANIMATION_SUFFIXES = (".gif", ".webp", FILM_SUFFIX)
FRAMES_PER_SECOND = 20
STRIP_COLUMNS = 10  # frames per row of a strip
STRIP_GAP = 4  # pixels between the frames of a strip
STRIP_COLOUR = (250, 250, 248)  # of the gaps
FILM_SIDE_MULTIPLE = 2  # pixels; films in H.264 have even sides


def encode_still(pixels: Array, provenance: Provenance) -> bytes:
    """Encode one picture (H, W, 3) uint8 as a PNG."""
    return _encode_png(Image.fromarray(pixels), provenance)


def _encode_png(image: Image.Image, provenance: Provenance | None) -> bytes:
    buffer, info = io.BytesIO(), PngInfo()
    info.add_text("Software", f"Pochade {__version__}")
    image.save(buffer, "PNG", pnginfo=provenance.add_to_png(info) if provenance else info)
    return buffer.getvalue()


def encode_strip(frames: Sequence[Array], provenance: Provenance | None, columns: int = STRIP_COLUMNS) -> bytes:
    """Encode frames (H, W, 3) uint8 of one size, arranged in rows, as a PNG; a person's own have no provenance."""
    height, width = frames[0].shape[:2]
    columns = min(columns, len(frames))
    rows = -(-len(frames) // columns)
    step_x, step_y = width + STRIP_GAP, height + STRIP_GAP
    strip = Image.new("RGB", (columns * step_x - STRIP_GAP, rows * step_y - STRIP_GAP), STRIP_COLOUR)
    for number, frame in enumerate(frames):
        strip.paste(Image.fromarray(frame), (number % columns * step_x, number // columns * step_y))
    return _encode_png(strip, provenance)


def encode_frames(frames: Sequence[Array], provenance: Provenance, suffix: str, columns: int = STRIP_COLUMNS) -> bytes:
    """Encode the frames of a morph in the format of a file name's suffix.

    Args:
        frames: (H, W, 3) uint8 each, all of one size.
        provenance: Where the frames come from.
        suffix: `.png` for a strip, or one of `ANIMATION_SUFFIXES`.
        columns: Frames per row of a strip.

    Raises:
        UsageError: The suffix is none of these, or PyAV is missing.
    """
    if suffix == STRIP_SUFFIX:
        return encode_strip(frames, provenance, columns)
    return encode_animation(frames, provenance, suffix)


def can_encode_films() -> bool:
    """Whether PyAV, which encodes films, is installed."""
    return find_spec("av") is not None


def films_unavailable() -> UsageError:
    """Make the error to raise where PyAV is not installed."""
    return UsageError("films need PyAV, which is not installed", f"give .webp, or {install_hint('video')}")


def encode_animation(
    frames: Sequence[Array], provenance: Provenance | None, suffix: str, milliseconds: Sequence[int] | None = None
) -> bytes:
    """Encode frames as an endlessly repeated GIF or WebP, or as an MP4.

    A GIF has 256 colours per frame, and its provenance as text only. Players don't repeat an MP4 by themselves.

    Args:
        frames: (H, W, 3) uint8 each, all of one size.
        provenance: Where generated frames come from; None for frames of a person's own pictures.
        suffix: One of `ANIMATION_SUFFIXES`.
        milliseconds: For how long each frame is shown; 50 each, if it is None.

    Raises:
        UsageError: The suffix is none of `ANIMATION_SUFFIXES`, or PyAV is missing.
    """
    if suffix not in ANIMATION_SUFFIXES:
        raise UsageError(
            f"no animation ends in '{suffix}'", f"give a name that ends in {', '.join(ANIMATION_SUFFIXES)}"
        )
    durations = [1000 // FRAMES_PER_SECOND] * len(frames) if milliseconds is None else list(milliseconds)
    if suffix == FILM_SUFFIX:
        return _encode_film(frames, durations, provenance)
    pictures, buffer = [Image.fromarray(frame) for frame in frames], io.BytesIO()
    options: dict[str, Any] = {"save_all": True, "append_images": pictures[1:], "duration": durations, "loop": 0}
    if suffix == ".gif":
        comment = {"comment": provenance.description.encode()} if provenance else {}
        pictures[0].save(buffer, "GIF", **options, **comment)
    else:
        packet = {"xmp": provenance.xmp} if provenance else {}
        pictures[0].save(buffer, "WEBP", **options, **packet, quality=90, method=4)
    return buffer.getvalue()


def _encode_film(frames: Sequence[Array], durations: Sequence[int], provenance: Provenance | None) -> bytes:
    """Encode frames, each shown for some milliseconds, as an MP4 in H.264; UsageError if PyAV is missing."""
    try:
        import av  # noqa: PLC0415  an extra
    except ImportError as error:
        raise films_unavailable() from error
    height, width = (side // FILM_SIDE_MULTIPLE * FILM_SIDE_MULTIPLE for side in frames[0].shape[:2])
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        if provenance:
            container.metadata["comment"] = provenance.description
            container.metadata["description"] = DIGITAL_SOURCE_TYPE
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame, duration in zip(frames, durations, strict=True):
            pixels = frame[:height, :width].copy()
            for _ in range(max(1, round(duration * FRAMES_PER_SECOND / 1000))):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()
