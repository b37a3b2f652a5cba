"""A frame of AV1 alone holds all that an AVIF of it shows, and what isn't one is refused."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES, PREVIEW_SIDES
from pochade.images.base.source import Source
from pochade.images.codecs.av1_frames import DELIMITER, SequenceHeader, encode_frame, read_sequence_header, wrap_in_avif
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.io.identify import read_header
from tests.support.paintings import painting


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 100))
def test_a_frame_in_boxes_again_shows_what_the_coder_s_own_avif_shows(height: int, width: int, quality: int) -> None:
    pixels, own = painting(height, width), io.BytesIO()
    options = {"quality": quality, "speed": 8, "subsampling": "4:4:4", "max_threads": 1, "advanced": {"tune": "psnr"}}
    Image.fromarray(pixels).save(own, "AVIF", **options)
    frame = encode_frame(pixels, quality, 8)
    again, wanted = (np.asarray(Image.open(io.BytesIO(one))) for one in (wrap_in_avif(frame), own.getvalue()))
    assert np.array_equal(again, wanted)
    assert read_sequence_header(frame)[:2] == (width, height)
    assert len(frame) < len(wrap_in_avif(frame)) < len(own.getvalue())


def test_boxes_would_have_taken_a_quarter_of_a_preview() -> None:
    frame = encode_frame(painting(PREVIEW_SIDES[0], PREVIEW_SIDES[0]), 60, 8)
    assert MAX_PREVIEW_BYTES // 5 < len(wrap_in_avif(frame)) - len(frame) < MAX_PREVIEW_BYTES // 3


def alike(frame: bytes) -> bytes:
    """One with another first number in its sequence header: of a film's."""
    return frame[:4] + bytes([frame[4] & 0b11101111]) + frame[5:]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (lambda _: b"", "doesn't begin like"),
        (lambda frame: frame[:13], "doesn't begin like"),
        (lambda frame: frame[2:], "doesn't begin like"),
        (wrap_in_avif, "doesn't begin like"),
        (alike, "of another kind"),
    ],
    ids=["empty", "cut short", "no delimiter", "an AVIF", "a film"],
)
def test_what_is_no_frame_of_ours_is_refused(broken: Callable[[bytes], bytes], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        wrap_in_avif(broken(encode_frame(painting(20, 20), 50, 8)))


@given(st.sampled_from([0b00111, 0b00011, 0b00110, 0b01011]), st.binary(min_size=10, max_size=64))
def test_any_sequence_header_is_read_or_refused(kind: int, content: bytes) -> None:
    frame = DELIMITER + b"\x0a\x0a" + bytes([kind << 3 | content[0] & 7]) + content[1:]
    if kind != 0b00111:
        with pytest.raises(ValueError, match="of another kind"):
            read_sequence_header(frame)
    else:
        found = read_sequence_header(frame)
        assert 1 <= min(found[:2]) <= max(found[:2]) <= 2**16


def test_one_that_would_be_huge_is_refused_by_the_decoder_s_library() -> None:
    bits = "001" + "11" + "00000" + "1111" * 2 + "1" * 32
    header = int(bits.ljust(80, "0"), 2).to_bytes(10)
    frame = DELIMITER + b"\x0a\x0a" + header + b"\x32\x10" + bytes(16)
    assert read_sequence_header(frame) == SequenceHeader(65536, 65536, 0)
    avif = wrap_in_avif(frame)
    with pytest.raises(SyntaxError):
        read_header(Source(io.BytesIO(avif), "the entry", len(avif), MAX_PICTURE_BYTES))
