"""The keywords inside a picture's file: XMP, IPTC, and the field of Windows.

file ─►┤text_blocks├─► XMP, IPTC, EXIF ─►┤their readers├─► keywords, each with its parents, and a rating
"""

from pathlib import Path

from pochade.errors import FileUnreachable, PictureUnreadable
from pochade.images.base.source import open_source
from pochade.images.metadata.exif_texts import read_exif_keywords
from pochade.images.metadata.iptc import read_iptc_keywords
from pochade.images.metadata.text_blocks import TextBlock, find_text_blocks
from pochade.images.metadata.xmp_keywords import PictureKeywords, keywords_of_xmp
from pochade.images.metadata.xmp_texts import parse_xmp_block

MAX_FILE_BYTES = 2**40
MAX_KEYWORDS = 1000  # of one picture
_MAX_BLOCKS = 1000


def read_keywords(path: Path | str) -> PictureKeywords:
    """Read the keywords and the rating in a picture's file. Damaged ones are left out.

    Args:
        path: A picture, in any format.

    Raises:
        FileUnreachable: The file can't be opened, or changed while it was read.
    """
    parts: list[PictureKeywords] = []
    try:
        with open_source(path, MAX_FILE_BYTES) as source:
            for _, block in zip(range(_MAX_BLOCKS), find_text_blocks(source), strict=False):
                parts.append(_keywords_of(block))
    except FileUnreachable:
        raise
    except PictureUnreadable:
        pass  # the keywords that were found before the damage stay
    paths = dict.fromkeys(path for part in parts for path in part.paths)
    rating = next((part.rating for part in parts if part.rating), 0)
    return PictureKeywords(tuple(paths)[:MAX_KEYWORDS], rating)


def _keywords_of(block: TextBlock) -> PictureKeywords:
    if block.kind == "xmp":
        rdf = parse_xmp_block(block.content)
        return PictureKeywords() if rdf is None else keywords_of_xmp(rdf)
    if block.kind == "iptc":
        words = read_iptc_keywords(block.content)
    else:
        words = read_exif_keywords(block.content) if block.kind == "exif" else []
    return PictureKeywords(tuple((word.strip(),) for word in words if word.strip()))
