"""The segments and the end of a JPEG are found whatever its pixels look like."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.images.codecs import lossless
from pochade.images.codecs.jpeg_segments import read_jpeg_parts
from tests.support.paintings import painting
from tests.support.picture_files import encode_with_pillow

NOISE = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}, {"quality": 100}])
def test_the_end_is_the_end_of_the_picture_and_not_of_what_follows(options: dict[str, Any]) -> None:
    jpeg = encode_with_pillow(Image.fromarray(NOISE), "JPEG", **options)
    parts = read_jpeg_parts(jpeg + jpeg)
    assert parts.end == len(jpeg)
    assert {segment.marker for segment in parts.segments} >= {0xE0, 0xDB, 0xC4, 0xDA}


@settings(max_examples=50)
@given(st.binary(max_size=60), st.integers(0, 2000))
def test_damaged_bytes_are_an_error_and_never_an_endless_walk(noise: bytes, place: int) -> None:
    jpeg = encode_with_pillow(Image.fromarray(painting()), "JPEG")
    with suppress(ValueError):
        assert read_jpeg_parts(jpeg[:place] + noise).end <= place + len(noise)


def test_what_is_too_much_for_a_jpeg_xl_is_stored_in_a_box() -> None:
    jpeg = encode_with_pillow(Image.fromarray(painting(300, 400)), "JPEG", quality=95)
    film = b"\0\0\0\x18ftypmp42" + NOISE.tobytes() * 30
    with pytest.raises(RuntimeError):
        lossless.transcode_jpeg(jpeg + film)
    encoded = lossless.transcode_jpeg_with_tail(jpeg + film)
    assert lossless.restore_jpeg_with_tail(encoded) == jpeg + film
    assert len(encoded) < len(jpeg + film)
    with pytest.raises(ValueError, match="missing"):
        lossless.restore_jpeg_with_tail(lossless.transcode_jpeg(jpeg))
    with pytest.raises(ValueError, match="nothing follows"):
        lossless.transcode_jpeg_with_tail(jpeg)
