"""Which codec encodes a picture smallest at a fidelity."""

import numpy as np
import pytest
from PIL import Image

from pochade.archive.codecs import quality_search
from pochade.archive.codecs.picture_codecs import decode_picture, encode_picture
from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES
from pochade.archive.codecs.quality_search import TARGET_SCORES
from pochade.errors import ArchiveDamaged
from pochade.images.codecs.extra_data import ExtraData
from pochade.images.quality.ssimulacra2 import ssimulacra2
from tests.support.paintings import decode, painting, save_png
from tests.support.picture_files import encode_with_pillow, make_png_chunk


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


def jpeg_of_noise(quality: int = 97) -> bytes:
    """A JPEG that becomes much smaller with loss."""
    return encode_with_pillow(Image.fromarray(painting(112, 144)), "JPEG", quality=quality, subsampling=0)


def test_a_jpeg_with_a_film_behind_it_is_recompressed_and_comes_back_byte_for_byte() -> None:
    film = b"\0\0\0\x18ftypmp42" + np.random.default_rng(0).bytes(5_000_000)
    content = jpeg_of_noise() + film
    for fidelity in ("lossless", "high"):
        encoded = encode_picture(content, fidelity)
        assert encoded is not None
        assert (encoded.codec, encoded.returns) == ("jpeg-tail", "bytes")
        assert encoded.cost < len(content)
        entry = encoded.entry("pieces/a", 0, 0, fidelity, len(content), "")
        assert decode_picture(entry, encoded.content) == content
        with pytest.raises(ArchiveDamaged):
            decode_picture(entry, encoded.content[:-1000])


@pytest.mark.slow
@pytest.mark.parametrize("fidelity", ["high", "medium"])
def test_text_comments_and_iptc_are_in_the_smaller_picture(fidelity: str) -> None:
    png, jpeg = save_png(painting(112, 144)), jpeg_of_noise()
    text = make_png_chunk(b"tEXt", b"parameters\0a cat in ink, steps 20")
    iptc = b"\xff\xed\x00\x10Photoshop 3.0\0"
    for content, expected in ((png[:33] + text + png[33:], text), (jpeg[:2] + iptc + jpeg[2:], iptc)):
        encoded = encode_picture(content, fidelity)
        assert encoded is not None
        assert encoded.returns == "picture"
        assert expected in encoded.content


@pytest.mark.slow
def test_a_codec_that_loses_text_does_not_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality_search, "read_extra_data", lambda _content: ExtraData(b"PNG ", b"another"))
    encoded = encode_picture(save_png(painting()), "medium")
    assert encoded is not None
    assert encoded.returns != "picture"


@pytest.mark.slow
def test_a_preview_names_what_its_original_held() -> None:
    image = Image.fromarray(painting(300, 400))
    encoded = encode_picture(encode_with_pillow(image, "JPEG", quality=95, comment=b"in ink"), "preview")
    assert encoded is not None
    assert encoded.lost == ("comment",)
    assert encoded.entry("pieces/a", 0, 0, "preview", 1, "").lost == ("comment",)
