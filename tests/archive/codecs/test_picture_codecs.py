"""Which codec encodes a picture smallest at a fidelity."""

import numpy as np
import pytest
from PIL import Image

from pochade.archive.codecs.picture_codecs import encode_picture
from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES
from pochade.archive.codecs.quality_search import TARGET_SCORES
from pochade.images.quality.ssimulacra2 import ssimulacra2
from tests.support.paintings import decode, painting, save_png
from tests.support.picture_files import (
    encode_with_pillow,
)


@pytest.mark.slow
@pytest.mark.parametrize("fidelity", ["high", "medium"])
def test_a_painting_becomes_smaller_and_reaches_the_score(fidelity: str) -> None:
    content = save_png(painting())
    encoded, lossless = encode_picture(content, fidelity), encode_picture(content)
    assert encoded is not None
    assert lossless is not None
    assert encoded.returns == "picture"
    assert encoded.cost < lossless.cost
    assert encoded.score is not None
    assert encoded.score >= TARGET_SCORES[fidelity]
    assert ssimulacra2(painting(), decode(encoded.content).on_paper()) == pytest.approx(encoded.score, abs=0.01)


def test_line_art_is_smallest_without_loss() -> None:
    lines = np.full((64, 64, 3), 255, np.uint8)
    lines[8:56, ::8] = (20, 30, 90)
    encoded = encode_picture(save_png(lines), "medium")
    assert encoded is not None
    assert encoded.returns != "picture"
    assert encoded.score is None


def test_a_jpeg_is_never_larger_than_its_lossless_form() -> None:
    content = encode_with_pillow(Image.fromarray(painting(112, 144)), "JPEG", quality=90)
    encoded, exact = encode_picture(content, "high"), encode_picture(content)
    assert encoded is not None
    assert exact is not None
    assert encoded.cost <= exact.cost


def test_a_picture_that_fits_into_a_preview_without_loss_loses_nothing() -> None:
    flat = save_png(np.full((64, 64, 3), (200, 30, 30), np.uint8))
    encoded = encode_picture(flat, "preview")
    assert encoded is not None
    assert encoded.returns in {"bytes", "pixels"}
    assert encoded.score is None
    assert encoded.cost <= MAX_PREVIEW_BYTES


@pytest.mark.slow
def test_a_jpeg_becomes_a_preview_too() -> None:
    encoded = encode_picture(encode_with_pillow(Image.fromarray(painting(300, 400)), "JPEG", quality=95), "preview")
    assert encoded is not None
    assert encoded.score is not None
    assert (encoded.returns, encoded.format) == ("picture", "JPEG")
    assert len(encoded.content) <= MAX_PREVIEW_BYTES
