"""Restored AVIF: a small AVIF that any viewer shows, and a model that removes its artifacts for `extract`.

    original ─►┤AVIF├─► entry ─►┤decode, enlarge a preview├─►┤ArtifactRemover├─► PNG, scored when encoding

The archive holds the model once, for all entries that depend on it.
"""

import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pochade.archive.codecs.codec_names import RESTORED_AVIF_CODEC, RESTORED_FRAME_CODEC
from pochade.archive.container.manifest_records import Shape
from pochade.images.base.picture import Picture
from pochade.images.base.source import Source
from pochade.images.codecs.av1_frames import wrap_in_avif
from pochade.images.codecs.extra_storage import add_to_png, read_extra_data
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS
from pochade.images.codecs.lossy import AVIF, LossyCodec, Original, read_xmp
from pochade.images.codecs.preview_reference import PREVIEW_SIDE, resize_bicubic
from pochade.images.codecs.quality_meter import QualityMeter
from pochade.images.io.encode import encode_png
from pochade.images.io.identify import read_header
from pochade.images.io.read import picture_from_source

if TYPE_CHECKING:  # onnxruntime is slow to import
    from pochade.models.artifact_remover import ArtifactRemover

RESTORED_AVIF = LossyCodec(RESTORED_AVIF_CODEC, AVIF.encode, AVIF.best_quality, quality_at_70=34, quality_at_90=80)


class RestoredQualityMeter(QualityMeter):
    """Scores AVIFs after a model has removed their artifacts.

    Args:
        original: The picture that was encoded.
        artifact_remover: The model.
    """

    def __init__(self, original: Original, artifact_remover: "ArtifactRemover") -> None:
        super().__init__(original)
        self.artifact_remover = artifact_remover

    def decode(self, content: bytes, quality: int) -> Picture:
        """Decode an AVIF that was encoded at a quality, and remove its artifacts."""
        return remove_artifacts(super().decode(content, quality), self.artifact_remover, (quality,))


def restore_picture(
    avif: bytes, artifact_remover: "ArtifactRemover", conditioning: tuple[int, ...], shape: Shape
) -> Picture:
    """Decode an AVIF, enlarge it to its original's size if it is a preview, and remove its artifacts.

    Args:
        avif: The AVIF file.
        artifact_remover: The model.
        conditioning: How the file was encoded (see `ArtifactRemover.apply`).
        shape: Shape of the result; the AVIF may be smaller.

    Raises:
        ValueError: The file is no AVIF of 8 bits, is too large, or is enlarged more than a preview may be.
    """
    source = Source(io.BytesIO(avif), "the entry", len(avif), MAX_PICTURE_BYTES)
    header = read_header(source)
    must_enlarge = (header.height, header.width) != shape[:2]
    if (header.format, header.depth) != ("AVIF", 8) or header.height * header.width > MAX_PICTURE_PIXELS:
        raise ValueError(f"it is a picture of the format {header.format} with {header.depth} bits")
    if must_enlarge and max(shape[:2]) > PREVIEW_SIDE:
        raise ValueError(f"it is {header.width} x {header.height}, and only previews are enlarged")
    picture = picture_from_source(source)
    if must_enlarge:
        picture = replace(picture, pixels=resize_bicubic(picture.pixels, shape[0], shape[1]), alpha=None)
    return remove_artifacts(picture, artifact_remover, conditioning)


def remove_artifacts(picture: Picture, artifact_remover: "ArtifactRemover", conditioning: tuple[int, ...]) -> Picture:
    """Return a decoded picture without its codec's artifacts; a grey picture stays grey."""
    is_grey = picture.pixels.shape[-1] == 1
    rgb = np.ascontiguousarray(np.broadcast_to(picture.pixels, (*picture.pixels.shape[:2], 3)))
    pixels = artifact_remover.apply(rgb, conditioning)  # (H, W, 3)
    if is_grey:
        pixels = ((pixels.sum(2, keepdims=True, dtype=np.uint16) + 1) // 3).astype(np.uint8)  # (H, W, 1)
    return replace(picture, pixels=pixels)


def restore_png(
    codec: str, content: bytes, artifact_remover: "ArtifactRemover", conditioning: tuple[int, ...], shape: Shape
) -> bytes:
    """Return an entry's restored picture as PNG, with the AVIF's profile, EXIF, XMP, resolution and extra data.

    Args:
        codec: The entry's codec, which says whether it holds an AVIF or only its frame.
        content: The entry's content.
        artifact_remover: The model.
        conditioning: How the entry was encoded (see `ArtifactRemover.apply`).
        shape: Shape of the restored picture.
    """
    avif = wrap_in_avif(content) if codec == RESTORED_FRAME_CODEC else content
    png = encode_png(restore_picture(avif, artifact_remover, conditioning, shape), read_xmp(avif))
    return add_to_png(png, read_extra_data(avif))


@cache
def load_artifact_remover(path: Path) -> "ArtifactRemover":
    """Load the model from a file, once in each process."""
    from pochade.models.artifact_remover import ArtifactRemover  # noqa: PLC0415  onnxruntime is slow to import

    return ArtifactRemover(path.read_bytes())
