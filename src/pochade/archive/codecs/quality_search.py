"""The smallest lossy file that reaches an SSIMULACRA2 score: a search over each image codec's quality."""

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pochade.archive.codecs.codec_guard import try_codec
from pochade.archive.codecs.restored_avif import RESTORED_AVIF, RestoredQualityMeter
from pochade.archive.container.manifest_records import Shape
from pochade.images.codecs.extra_storage import read_extra_data
from pochade.images.codecs.lossy import LOSSY_CODECS, LossyCodec, Original, read_original
from pochade.images.codecs.quality_meter import QualityMeter

if TYPE_CHECKING:  # onnxruntime is slow to import
    from pochade.models.artifact_remover import ArtifactRemover

TARGET_SCORES = {"high": 90.0, "medium": 70.0}  # SSIMULACRA2, by fidelity
MAX_TRIES_PER_CODEC = 10
MAX_MODEL_PIXELS = 2**24  # a model takes a second or two per million pixels, so larger pictures do without


class LossyCandidate(NamedTuple):
    """An encoded picture and its score."""

    content: bytes
    codec: str
    score: float
    format: str  # of the original
    conditioning: tuple[int, ...] | None = None  # of the model that restores it
    shape: Shape | None = None  # of the picture that the model returns


def smallest_lossy(content: bytes, target_score: float, max_bytes: int) -> LossyCandidate | None:
    """Return the smallest file of any lossy codec that reaches a score.

    Args:
        content: A picture's file.
        target_score: SSIMULACRA2 (see `images/quality/ssimulacra2.py`).
        max_bytes: The result must have fewer bytes than this.

    Returns:
        The file; None if the picture must not be encoded with loss, or no codec makes it small enough.
    """
    original = read_original(content)
    if original is None:
        return None
    best, meter = None, QualityMeter(original)
    for codec in LOSSY_CODECS:
        candidate = _search_and_compare(codec, original, meter, target_score, max_bytes)
        if candidate is not None:
            best, max_bytes = candidate, len(candidate.content)
    return best


def smallest_for_model(
    content: bytes, target_score: float, max_bytes: int, artifact_remover: "ArtifactRemover"
) -> LossyCandidate | None:
    """Return the smallest AVIF that reaches a score after a model has restored it.

    Args:
        content: A picture's file.
        target_score: SSIMULACRA2 of the restored picture.
        max_bytes: The result must have fewer bytes than this.
        artifact_remover: The model.

    Returns:
        The file; None if the picture must not be encoded with loss, is too large, or doesn't become small enough.
    """
    original = read_original(content)
    if original is None or math.prod(original.sides) > MAX_MODEL_PIXELS:
        return None
    meter = RestoredQualityMeter(original, artifact_remover)
    candidate = _search_and_compare(RESTORED_AVIF, original, meter, target_score, max_bytes)
    shape = (*original.sides, original.picture.pixels.shape[-1], 8)
    return None if candidate is None else candidate._replace(shape=shape)


def _search_and_compare(
    codec: LossyCodec, original: Original, meter: QualityMeter, target_score: float, max_bytes: int
) -> LossyCandidate | None:
    """Return what `search_quality` returns; None if the file's extra data differs from the original's."""
    candidate = search_quality(codec, original, meter, target_score, max_bytes)
    has_same_data = candidate is not None and read_extra_data(candidate.content) == original.extra
    return candidate if has_same_data else None


class QualityProbe(NamedTuple):
    """Score and size of the file at one quality."""

    quality: int
    score: float
    size: int


def search_quality(
    codec: LossyCodec, original: Original, meter: QualityMeter, target_score: float, max_bytes: int
) -> LossyCandidate | None:
    """Return one codec's file at the lowest quality that reaches the score; None if it has `max_bytes` or more."""
    best: LossyCandidate | None = None
    quality = codec.guess_quality(target_score)
    # the highest quality that is known to fail, and the lowest that is known to reach the score
    below, above = QualityProbe(-1, -1, 0), QualityProbe(codec.best_quality + 1, -1, 0)
    for _ in range(MAX_TRIES_PER_CODEC):
        candidate = try_codec(partial(_encode_and_score, codec, original, meter), quality)
        if candidate is None:
            return best
        probe = QualityProbe(quality, candidate.score, len(candidate.content))
        if probe.score < target_score:
            below, is_hopeless = probe, probe.size >= max_bytes  # a file that reaches the score is even larger
        else:
            is_hopeless = probe.size >= max_bytes and _shrinks_too_slowly(probe, above, max_bytes)
            best, max_bytes = (candidate, probe.size) if probe.size < max_bytes else (best, max_bytes)
            above = probe
        if is_hopeless or above.quality - below.quality <= 1:
            return best
        quality = _next_quality(codec, target_score, probe, below, above)
    return best


def _encode_and_score(codec: LossyCodec, original: Original, meter: QualityMeter, quality: int) -> LossyCandidate:
    content = codec.encode(original, quality)
    conditioning = (quality,) if codec is RESTORED_AVIF else None
    score = meter.score(content, quality)
    return LossyCandidate(content, codec.name, score, original.picture.header.format, conditioning)


def _shrinks_too_slowly(probe: QualityProbe, above: QualityProbe, max_bytes: int) -> bool:
    """Return whether even quality 0 would be too large, because sizes shrink more slowly at lower qualities."""
    bytes_per_step = max(0, above.size - probe.size) / (above.quality - probe.quality)
    return above.size > 0 and probe.size - bytes_per_step * probe.quality >= max_bytes


def _next_quality(
    codec: LossyCodec, target_score: float, probe: QualityProbe, below: QualityProbe, above: QualityProbe
) -> int:
    """Interpolate the quality that should just reach the score, strictly between `below` and `above`."""
    are_both_probed = below.quality >= 0 and above.quality <= codec.best_quality and above.score > below.score
    measured_slope = (above.score - below.score) / (above.quality - below.quality)
    step = (target_score - probe.score) / (measured_slope if are_both_probed else codec.score_per_step)
    expected = probe.quality + (int(step) + 1 if step > 0 else min(-1, int(step)))
    return max(below.quality + 1, min(above.quality - 1, expected))
