"""A bare AV1 frame shows what an AVIF of it shows, and anything else is refused."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES, PREVIEW_SIDES
from pochade.errors import PictureTooLarge
from pochade.images.base.source import Source
from pochade.images.codecs.av1_frames import DELIMITER, SequenceHeader, encode_frame, read_sequence_header, wrap_in_avif
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.io.identify import read_header
from tests.support.paintings import painting


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 100))
def test_a_wrapped_frame_shows_what_the_encoder_s_own_avif_shows(height: int, width: int, quality: int) -> None:
    pixels, buffer = painting(height, width), io.BytesIO()
    options = {"quality": quality, "speed": 8, "subsampling": "4:4:4", "max_threads": 1, "advanced": {"tune": "psnr"}}
    Image.fromarray(pixels).save(buffer, "AVIF", **options)
    pillow_avif = buffer.getvalue()
    frame = encode_frame(pixels, quality, 8)
    wrapped = wrap_in_avif(frame)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(wrapped))), np.asarray(Image.open(io.BytesIO(pillow_avif))))
    assert read_sequence_header(frame)[:2] == (width, height)
    assert len(frame) < len(wrapped) < len(pillow_avif)


def test_boxes_would_take_a_quarter_of_a_preview() -> None:
    frame = encode_frame(painting(PREVIEW_SIDES[0], PREVIEW_SIDES[0]), 60, 8)
    assert MAX_PREVIEW_BYTES // 5 < len(wrap_in_avif(frame)) - len(frame) < MAX_PREVIEW_BYTES // 3


def as_film(frame: bytes) -> bytes:
    """A frame whose sequence header says that it is not a still picture."""
    return frame[:4] + bytes([frame[4] & 0b11101111]) + frame[5:]


@pytest.mark.parametrize(
    ("break_frame", "message"),
    [
        (lambda _: b"", "does not begin with"),
        (lambda frame: frame[:13], "does not begin with"),
        (lambda frame: frame[2:], "does not begin with"),
        (wrap_in_avif, "does not begin with"),
        (as_film, "of another kind"),
    ],
    ids=["empty", "cut short", "no delimiter", "an AVIF", "a film"],
)
def test_frames_of_other_encoders_are_refused(break_frame: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrap_in_avif(break_frame(encode_frame(painting(20, 20), 50, 8)))


@given(st.sampled_from([0b00111, 0b00011, 0b00110, 0b01011]), st.binary(min_size=10, max_size=64))
def test_any_sequence_header_is_read_or_refused(flags: int, content: bytes) -> None:
    frame = DELIMITER + b"\x0a\x0a" + bytes([flags << 3 | content[0] & 7]) + content[1:]
    if flags != 0b00111:
        with pytest.raises(ValueError, match="of another kind"):
            read_sequence_header(frame)
    else:
        sequence = read_sequence_header(frame)
        assert 1 <= min(sequence[:2]) <= max(sequence[:2]) <= 2**16


def test_a_frame_with_huge_sides_is_refused_before_it_is_decoded() -> None:
    bits = "001" + "11" + "00000" + "1111" * 2 + "1" * 32
    header = int(bits.ljust(80, "0"), 2).to_bytes(10)
    frame = DELIMITER + b"\x0a\x0a" + header + b"\x32\x10" + bytes(16)
    assert read_sequence_header(frame) == SequenceHeader(65536, 65536, 0)
    avif = wrap_in_avif(frame)
    with pytest.raises(PictureTooLarge):
        read_header(Source(io.BytesIO(avif), "the entry", len(avif), MAX_PICTURE_BYTES))
