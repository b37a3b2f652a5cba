"""The search finds the lowest quality that reaches a score."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.archive.codecs.quality_search import LossyCandidate, search_quality, smallest_lossy
from pochade.images.codecs.lossy import LossyCodec, Original, read_original
from pochade.images.codecs.quality_meter import QualityMeter
from tests.support.paintings import painting, save_png


def original_of(content: bytes) -> Original:
    """A picture that may be encoded with loss."""
    original = read_original(content)
    assert original is not None
    return original


SMALL = original_of(save_png(painting(8, 8)))


class ListedScores(QualityMeter):
    """A meter with a given score for each quality, which counts its calls."""

    def __init__(self, scores: list[float]) -> None:
        self.scores, self.calls = scores, 0

    def score(self, content: bytes, quality: int = 0) -> float:  # noqa: ARG002
        """The score of the quality at which the codec makes so many bytes."""
        self.calls += 1
        return self.scores[len(content) // 10 - 1]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 3), min_size=101, max_size=101), st.integers(-20, 60), st.integers(200, 1100))
def test_the_lowest_quality_that_reaches_the_score_is_found(steps: list[float], first: int, max_bytes: int) -> None:
    scores = [min(100.0, float(score)) for score in first + np.cumsum(steps)]
    meter = ListedScores(scores)
    codec = LossyCodec("linear", lambda _, quality: bytes(10 * (quality + 1)), 100, quality_at_70=40, quality_at_90=80)
    candidate = search_quality(codec, SMALL, meter, 90, max_bytes)
    lowest = next((quality for quality, score in enumerate(scores) if score >= 90), None)
    assert meter.calls <= 10
    if lowest is None or 10 * (lowest + 1) >= max_bytes:
        assert candidate is None
    elif meter.calls < 10:
        assert candidate == LossyCandidate(bytes(10 * (lowest + 1)), "linear", scores[lowest], "PNG")
    elif candidate is not None:
        assert candidate.score >= 90


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_a_picture_with_nothing_beside_its_pixels_is_encoded_with_loss(file_format: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(painting()).save(buffer, file_format)
    candidate = smallest_lossy(buffer.getvalue(), 70, len(buffer.getvalue()))
    assert candidate is not None
    assert candidate.score >= 70
