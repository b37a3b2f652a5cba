"""Only pictures with the same pixels count as exact duplicates."""

from pathlib import Path
from typing import Any, cast

import pytest

from pochade import Collection
from pochade.index.database import Index
from pochade.organise.pixel_duplicates import PixelDuplicates, pixel_digest
from tests.support.drawings import drawing
from tests.support.learnt_collection import families_of_drawings, kinds_by_name
from tests.support.picture_checks import read_content
from tests.support.picture_files import (
    SRGB_PROFILE,
    colour_values,
    encode_png,
    encode_with_pillow,
    make_png_chunk,
    rgb_image,
)
from tests.support.picture_records import picture_record


def test_an_animation_is_no_exact_duplicate_of_its_first_frame(collection: Collection, art: Path) -> None:
    frames = [drawing(6), drawing(7)]
    frames[0].save(art / "moving.png", save_all=True, append_images=frames[1:])
    collection.learn(minutes=0)
    kinds = {name: kind for family in families_of_drawings(collection) for name, kind in kinds_by_name(family).items()}
    covers = {family.cover.name for family in families_of_drawings(collection)}
    assert {"moving.png", "drawing 6.png"} & covers
    assert kinds.get("moving.png", kinds.get("drawing 6.png")) in {"resave", "edit"}


def test_equal_numbers_are_equal_pixels_only_if_they_mean_the_same(tmp_path: Path) -> None:
    plain = encode_png(colour_values())
    srgb_chunk, p3_chunk = make_png_chunk(b"sRGB", b"\0"), make_png_chunk(b"cICP", bytes((12, 13, 0, 1)))
    pq_chunk = make_png_chunk(b"cICP", bytes((9, 16, 0, 1)))
    digests = [
        pixel_digest(read_content(tmp_path, plain[:33] + chunk + plain[33:]))
        for chunk in (b"", srgb_chunk, p3_chunk, pq_chunk)
    ]
    with_profile = encode_with_pillow(rgb_image(), "PNG", icc_profile=SRGB_PROFILE)
    assert digests[0] == digests[1] == pixel_digest(read_content(tmp_path, with_profile))
    assert len(set(digests)) == 3


class StoredHashes:
    """An index in which both pictures have the same hash."""

    def pixel_hashes(self) -> dict[int, str]:
        return {1: "a", 2: "a"}


@pytest.mark.parametrize(
    ("values", "equal"),
    [
        ({}, True),
        ({"notes": ("its end is missing",)}, False),
        ({"notes": ("a part of it is destroyed",)}, False),
        ({"format": "XCF"}, False),
        ({"format": "EXR"}, False),
    ],
)
def test_what_is_damaged_or_read_in_part_is_no_exact_duplicate(values: dict[str, Any], equal: bool) -> None:
    files = {1: [picture_record("a")], 2: [picture_record("b", **values)]}
    duplicates = PixelDuplicates(files, cast("Index", StoredHashes()))
    duplicates.compare([[1, 2]])
    assert duplicates.are_equal(1, 2) is equal
