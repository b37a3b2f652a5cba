"""What a preview loses is named."""

import io
import zlib

import numpy as np
from PIL import Image

from pochade.images.base.source import Source
from pochade.images.codecs.preview_losses import DEPTH, EVERYTHING_ELSE, FRAMES, TAIL, list_preview_losses
from pochade.images.io.identify import read_header
from tests.support.paintings import painting, save_png
from tests.support.picture_files import encode_png, encode_with_pillow, make_exif, make_png_chunk


def losses_of(content: bytes) -> tuple[str, ...]:
    """What a preview of a file loses."""
    return list_preview_losses(content, read_header(Source(io.BytesIO(content), "", len(content), 2**30)))


def test_a_plain_picture_loses_nothing_but_size() -> None:
    assert losses_of(save_png(painting())) == ()
    assert losses_of(encode_with_pillow(Image.fromarray(painting()), "JPEG")) == ()


def test_metadata_is_named() -> None:
    image = Image.fromarray(painting())
    jpeg = encode_with_pillow(image, "JPEG", exif=make_exif(), xmp=b"<x/>", comment=b"c", icc_profile=b"p" * 200)
    assert losses_of(jpeg + b"more") == ("EXIF", "XMP", "comment", "profile", TAIL)
    png = save_png(painting())
    text = make_png_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b"))
    assert losses_of(png[:33] + text + png[33:]) == ("zTXt",)


def test_frames_depth_and_other_formats_are_named() -> None:
    frames = [Image.fromarray(painting()), Image.fromarray(painting()[::-1])]
    gif = encode_with_pillow(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert losses_of(gif) == (EVERYTHING_ELSE, FRAMES)
    assert losses_of(encode_png(painting().astype(np.uint16) * 257)) == (DEPTH,)
