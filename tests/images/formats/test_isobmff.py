"""The colours of an AVIF or HEIC are those of its main picture, not of a thumbnail or gain map beside it."""

import io
import struct

import pytest

from pochade.images.base.hdr import CodePoints
from pochade.images.base.source import Source
from pochade.images.formats.isobmff import make_box, primary_code_points


def file_with_two_items(primary: int, *, wide: bool = False, cut: int = 0) -> Source:
    """A file with two items, whose colours are P3 and BT.2020; `wide` uses the longer numbers of the boxes."""
    colours = [make_box(b"colr", b"nclx" + struct.pack(">HHHB", code, 13, 6, 128)) for code in (12, 9)]
    properties = make_box(b"ipco", make_box(b"ispe", struct.pack(">III", 0, 8, 8)) + b"".join(colours))
    layout = ">IB2H" if wide else ">HB2B"
    essential = 0x8000 if wide else 0x80
    entries = b"".join(struct.pack(layout, item, 2, 1, essential | (1 + item)) for item in (1, 2))
    associations = make_box(b"ipma", bytes((wide, 0, 0, wide)) + struct.pack(">I", 2) + entries)
    first = make_box(b"pitm", bytes((wide, 0, 0, 0)) + struct.pack(">I" if wide else ">H", primary))
    meta = make_box(b"meta", bytes(4) + first + make_box(b"iprp", properties + associations[: len(associations) - cut]))
    return Source(io.BytesIO(meta), "the file", len(meta), 1 << 20)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("primary", "code"), [(1, 12), (2, 9)])
def test_the_main_picture_decides(primary: int, code: int, wide: bool) -> None:
    assert primary_code_points(file_with_two_items(primary, wide=wide)) == CodePoints(code, 13)


def test_a_missing_main_picture_names_no_colours() -> None:
    assert primary_code_points(file_with_two_items(3)) is None


def test_damaged_boxes_name_no_colours() -> None:
    assert primary_code_points(file_with_two_items(2, cut=3)) is None
