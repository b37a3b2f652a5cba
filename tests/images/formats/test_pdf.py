"""PDF and AI: the first page is drawn on white, in a bounded size."""

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from pochade.errors import PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import encode_with_pillow, files_of_every_format, rgb_image

CONTENT = files_of_every_format()["PDF"]


def empty_pages(*sizes: tuple[float, float]) -> bytes:
    """A PDF with empty pages, in points."""
    document, file = pypdfium2.PdfDocument.new(), io.BytesIO()
    for width, height in sizes:
        document.new_page(width, height)
    document.save(file)
    return file.getvalue()


def test_the_first_page_is_drawn_with_150_dots_per_inch(tmp_path: Path) -> None:
    picture = read_content(tmp_path, empty_pages((144, 72), (50, 50)))
    assert picture.pixels.shape == (150, 300, 3)
    assert (picture.pixels == 255).all()
    assert picture.header.frames == 2


def test_what_is_on_the_page_is_seen(tmp_path: Path) -> None:
    large = rgb_image().resize((240, 160))
    preview = read_preview(write_file(tmp_path, encode_with_pillow(large, "PDF", quality=95)), 240)
    assert preview.pixels.shape == (160, 240, 3)
    assert np.abs(preview.pixels.astype(int) - np.asarray(large)).mean() < 6


def test_a_large_page_is_drawn_smaller(tmp_path: Path) -> None:
    header = identify(write_file(tmp_path, empty_pages((14_000, 7000))))
    assert (header.width, header.height) == (4096, 2048)


def test_an_illustrator_file_is_a_pdf_by_another_name(tmp_path: Path) -> None:
    assert read_picture(write_file(tmp_path, CONTENT, "drawing.ai")).notes == ()


def test_the_memory_is_bounded_before_the_page_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(PictureTooLarge):
        read_picture(write_file(tmp_path, empty_pages((2000, 2000))), most_bytes=10**6)


def test_what_is_no_document_is_damaged(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, b"%PDF-1.7 and nothing else"), PictureDamaged, "is damaged")


def test_a_document_without_a_page_is_damaged(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, empty_pages()), PictureDamaged, "is damaged")


def test_damage_gives_a_picture_or_an_error_of_ours(tmp_path: Path) -> None:
    for place in range(5, len(CONTENT), 40):
        content = bytearray(CONTENT)
        content[place] ^= 0x55
        try:
            assert read_picture(write_file(tmp_path, bytes(content)), most_bytes=10**8).header.format == "PDF"
        except PictureUnreadable as error:
            assert str(error)  # noqa: PT017  # an error of ours is as good as a picture
