"""Previews: finds the file of at most a thousand bytes that looks most like a picture.

The search tries several sizes, two codecs and their qualities:

    picture ─►┤shrink├─►┤AV1 or WebP, at the highest quality that fits├─►┤decode, enlarge├─► PSNR and SSIMULACRA2
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pochade.archive.codecs.codec_guard import try_codec
from pochade.archive.codecs.codec_names import FRAME_CODEC, RESTORED_FRAME_CODEC
from pochade.archive.codecs.quality_search import LossyCandidate
from pochade.archive.codecs.restored_avif import restore_picture
from pochade.images.base.picture import Array
from pochade.images.codecs.av1_frames import encode_frame, wrap_in_avif
from pochade.images.codecs.lossy import AVIF, WEBP, LossyCodec, Original
from pochade.images.codecs.preview_reference import PreviewReference
from pochade.images.quality.psnr import psnr
from pochade.images.quality.ssimulacra2 import MIN_SIDE_PIXELS, ssimulacra2

if TYPE_CHECKING:  # onnxruntime is slow to import
    from pochade.models.artifact_remover import ArtifactRemover

MAX_PREVIEW_BYTES = 1000
PREVIEW_SIDES = (64, 96, 128, 192, 256, 384, 512)  # pixels of the longer side
FRAME_CODECS = {FRAME_CODEC, RESTORED_FRAME_CODEC}
FAST_SPEED, SLOW_SPEED = 6, 2  # of the AV1 encoder
SCORE_PER_DECIBEL = 30  # points of SSIMULACRA2 that are worth as much as a decibel of PSNR
SCORED_RANGE_DECIBELS = 1.0  # a candidate whose PSNR is further below the best isn't scored
MAX_SLOW_SIZES = 2  # the best sizes are encoded again by the slow encoder
SLOW_QUALITY_LOSS, SLOW_QUALITY_GAIN = 2, 16  # range that is searched around the fast encoder's quality


def _encode_frame(original: Original, quality: int, speed: int) -> bytes:
    return encode_frame(original.picture.pixels, quality, speed)


FAST_AV1, SLOW_AV1 = (
    LossyCodec(
        FRAME_CODEC,
        partial(_encode_frame, speed=speed),
        AVIF.best_quality,
        quality_at_70=AVIF.quality_at_70,
        quality_at_90=AVIF.quality_at_90,
    )
    for speed in (FAST_SPEED, SLOW_SPEED)
)


class FittingFile(NamedTuple):
    """A file that fits into the bytes of a preview, and its quality."""

    content: bytes
    quality: int


class PreviewCandidate(NamedTuple):
    """A file that was tried as a preview, and how it looks."""

    file: FittingFile
    codec: str
    side: int  # pixels of the longer one
    pixels: Array  # (h, w, 3) uint8, decoded and enlarged
    psnr: float  # dB
    conditioning: tuple[int, int] | None = None  # of the model
    score: float = 0.0  # SSIMULACRA2, once it was measured

    @property
    def worth(self) -> float:
        """What the search maximises: PSNR and SSIMULACRA2, as either alone spoils the other (log of 2026-11-29)."""
        return self.psnr + self.score / SCORE_PER_DECIBEL


def best_preview(content: bytes, artifact_remover: "ArtifactRemover | None" = None) -> LossyCandidate | None:
    """Return a picture's best preview; None if no codec makes one that is small enough.

    Candidates are compared at 512 pixels a side. A file that is shrunk more can be encoded at a higher quality, and the
    best size differs from picture to picture. Errors of the libraries are not caught.

    Args:
        content: The file of any picture.
        artifact_remover: A model that restores small AV1 frames, conditioned on quality and enlargement.
    """
    search = PreviewSearch(PreviewReference(content), artifact_remover)
    ranked = search.rank([*search.encode_all_sizes(WEBP), *search.encode_all_sizes(FAST_AV1)])
    ranked += search.rank(search.encode_slowly(ranked))
    if not ranked:
        return None
    best = max(ranked, key=lambda candidate: candidate.worth)
    shape = None if best.conditioning is None else (*best.pixels.shape[:2], 3, 8)
    file_format = search.reference.header.format
    return LossyCandidate(best.file.content, best.codec, best.score, file_format, best.conditioning, shape)


@dataclass(frozen=True)
class PreviewSearch:
    """The search for one picture's preview."""

    reference: PreviewReference
    artifact_remover: "ArtifactRemover | None"

    @property
    def sides(self) -> list[int]:
        """The sizes to try, as pixels of the longer side."""
        longest = self.reference.longest
        return [side for side in PREVIEW_SIDES if side < longest] + ([longest] if longest <= max(PREVIEW_SIDES) else [])

    def encode_all_sizes(self, codec: LossyCodec) -> list[PreviewCandidate]:
        """Return a codec's best fitting file at each size."""
        return [candidate for side in self.sides for candidate in self.encode(codec, side)]

    def encode(self, codec: LossyCodec, side: int, near_quality: int | None = None) -> list[PreviewCandidate]:
        """Return a codec's best fitting file at one size: once as decoded, and once as restored by the model.

        Args:
            codec: The codec.
            side: Pixels of the longer side.
            near_quality: Search only near this quality; None for all qualities.
        """
        original, pixels = self.reference.resize(side), self.reference.pixels
        bounds = () if near_quality is None else (near_quality - SLOW_QUALITY_LOSS, near_quality + SLOW_QUALITY_GAIN)
        file = largest_fitting(codec, original, *bounds)
        if file is None:
            return []
        picture = wrap_in_avif(file.content) if codec.name == FRAME_CODEC else file.content
        decoded = self.reference.decode(picture)
        candidates = [PreviewCandidate(file, codec.name, side, decoded, psnr(pixels, decoded))]
        if codec.name == FRAME_CODEC and self.artifact_remover is not None:
            conditioning = preview_conditioning(file.quality, original.sides, pixels.shape)
            shape = (*pixels.shape[:2], 3, 8)
            restored = restore_picture(picture, self.artifact_remover, conditioning, shape).pixels
            restored_psnr = psnr(pixels, restored)
            candidates.append(PreviewCandidate(file, RESTORED_FRAME_CODEC, side, restored, restored_psnr, conditioning))
        return candidates

    def rank(self, candidates: list[PreviewCandidate]) -> list[PreviewCandidate]:
        """Score the candidates with nearly the highest PSNR by SSIMULACRA2, and return them, the best first.

        The other candidates are dropped without a score, because SSIMULACRA2 takes longer than PSNR.
        """
        best_psnr = max((candidate.psnr for candidate in candidates), default=0)
        near_best = [candidate for candidate in candidates if candidate.psnr >= best_psnr - SCORED_RANGE_DECIBELS]
        original = _pad_thin(self.reference.pixels)
        scored = [c._replace(score=ssimulacra2(original, _pad_thin(c.pixels))) for c in near_best]
        return sorted(scored, key=lambda candidate: candidate.worth, reverse=True)

    def encode_slowly(self, ranked: list[PreviewCandidate]) -> list[PreviewCandidate]:
        """Encode the best sizes of AV1 again with the slow encoder, which fits more quality into the bytes."""
        qualities: dict[int, int] = {}  # by side
        for candidate in ranked:
            if candidate.codec in FRAME_CODECS:
                qualities.setdefault(candidate.side, candidate.file.quality)
        best_sides = list(qualities)[:MAX_SLOW_SIZES]
        return [candidate for side in best_sides for candidate in self.encode(SLOW_AV1, side, qualities[side])]


def preview_conditioning(quality: int, small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, int]:
    """Return the model's conditioning for a preview: its quality, and by how many percent its sides were reduced.

    Args:
        quality: Of the AVIF, 0 to 100.
        small: Height and width of the preview.
        large: Height and width after enlarging.
    """
    return quality, 100 - 100 * max(small) // max(large)


def largest_fitting(codec: LossyCodec, original: Original, low: int = 0, high: int = 100) -> FittingFile | None:
    """Return a codec's file at about the highest quality that fits into a preview; None if no quality fits.

    Args:
        codec: The codec.
        original: The picture, at the size to be encoded.
        low: The lowest quality to try.
        high: The highest quality to try.
    """
    best, fitting, too_high = None, max(low, 0) - 1, min(high, codec.best_quality) + 1
    while too_high - fitting > 1:
        quality = fitting + 1 if best is None else (fitting + too_high) // 2  # if the lowest does not fit, none does
        content = try_codec(partial(codec.encode, original), quality)
        if content is not None and len(content) <= MAX_PREVIEW_BYTES:
            best, fitting = FittingFile(content, quality), quality
        else:
            too_high = quality
    return best


def _pad_thin(pixels: Array) -> Array:
    """Repeat the edges of a thin picture (H, W, 3), so that SSIMULACRA2 can compare it."""
    return np.pad(pixels, [*((0, max(0, MIN_SIDE_PIXELS - side)) for side in pixels.shape[:2]), (0, 0)], mode="edge")
