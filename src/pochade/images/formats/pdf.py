"""PDF, and Illustrator's AI, which holds a PDF: the first page, drawn by PDFium."""

# ruff: noqa: PLR2004  # numbers of the file format

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage

_POINTS_PER_INCH, _DOTS_PER_INCH = 72, 150
_MAX_SIDE = 4096  # pixels of the longest side
_PASSWORD_CLUE = "password"  # a word in PDFium's message
_COPIES = 3  # of the drawn pixels in memory


def read_pdf_header(source: Source) -> Header:
    """Read the size at which the first page is drawn: 150 dots per inch, but at most 4096 pixels on the longest side.

    Raises:
        FormatUnknown: It is encrypted.
    """
    with _open_document(source) as document:
        width, height = _page_size(source, document)
        return Header("PDF", width, height, 8, 3, False, len(document))


def read_pdf(source: Source, header: Header, side: int | None) -> RawImage:
    """Draw the first page on white."""
    with _open_document(source) as document:
        longest = max(header.width, header.height)
        target = longest if side is None else min(longest, side)
        scale = _scale(document) * target / longest
        source.check_memory(
            round(header.width * target / longest), round(header.height * target / longest), 4 * _COPIES
        )
        bitmap = document[0].render(scale=scale, may_draw_forms=False)
        image = bitmap.to_pil().convert("RGB")
        size = (header.width, header.height) if side is None else image.size
        return RawImage(image if image.size == size else image.resize(size))


@contextmanager
def _open_document(source: Source) -> Iterator[Any]:
    import pypdfium2  # noqa: PLC0415  # heavy, and rarely needed

    try:
        document = pypdfium2.PdfDocument(source.read_all())
    except pypdfium2.PdfiumError as error:
        if _PASSWORD_CLUE in str(error).lower():
            raise source.format_error("it is a PDF that asks for a password") from error
        raise
    try:
        if not len(document):
            raise source.damage_error("it has no page")
        yield document
    finally:
        document.close()


def _scale(document: Any) -> float:
    """Pixels per point."""
    longest = max(document[0].get_size())
    return min(_DOTS_PER_INCH / _POINTS_PER_INCH, _MAX_SIDE / max(longest, 1))


def _page_size(source: Source, document: Any) -> tuple[int, int]:
    width, height = document[0].get_size()
    if not (0 < width < 1e7 and 0 < height < 1e7):
        raise source.damage_error(f"its first page claims {width} x {height} points")
    scale = _scale(document)
    return max(1, round(width * scale)), max(1, round(height * scale))
