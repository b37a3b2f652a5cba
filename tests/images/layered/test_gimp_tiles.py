"""Tiles of an XCF are encoded as GIMP encodes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.images.layered.gimp_run_lengths import encode_planes
from pochade.images.layered.gimp_tiles import encode_tiles
from tests.support.layered_files import pack_tile_like_gimp


@given(st.lists(st.lists(st.sampled_from([0, 0, 1, 7]), min_size=1, max_size=300), min_size=1, max_size=5))
def test_planes_of_any_size_are_encoded_as_one_by_one(planes: list[list[int]]) -> None:
    flat = np.concatenate([np.array(plane, np.uint8) for plane in planes])
    encoded, sizes = encode_planes(flat, np.array([len(plane) for plane in planes]))
    expected = [pack_tile_like_gimp(bytes(plane)) for plane in planes]
    assert encoded == b"".join(expected)
    assert sizes.tolist() == [len(plane) for plane in expected]


@pytest.mark.parametrize(
    ("plane", "encoded"),
    [
        ([5], [0, 5]),  # alone, a byte is a run
        ([5, 6], [254, 5, 6]),
        ([5, 5, 6], [1, 5, 0, 6]),  # behind a run that ends the plane, too
        ([1, 2, 2, 3], [252, 1, 2, 2, 3]),
        ([1, 2, 2], [255, 1, 1, 2]),
        ([1, 2, 2, 2, 4, 5], [255, 1, 2, 2, 254, 4, 5]),
        ([9] * 128, [127, 0, 128, 9]),
        ([9] * 4096, [127, 16, 0, 9]),
        ([*range(200)], [128, 0, 200, *range(200)]),
    ],
)
def test_a_plane_is_encoded_as_gimp_does(plane: list[int], encoded: list[int]) -> None:
    assert list(encode_planes(np.array(plane, np.uint8), np.array([len(plane)]))[0]) == encoded


def test_tiles_follow_each_other_row_by_row_with_their_planes_apart() -> None:
    pixels = np.arange(70 * 130 * 2).reshape(70, 130, 2).astype(np.uint8)
    tiles = list(encode_tiles(pixels, packed=False))
    assert [len(tile) for tile in tiles] == [64 * 64 * 2, 64 * 64 * 2, 64 * 2 * 2, 6 * 64 * 2, 6 * 64 * 2, 6 * 2 * 2]
    assert tiles[1] == pixels[:64, 64:128].tobytes()
    packed = list(encode_tiles(pixels, packed=True))
    corner = pixels[64:, 128:]
    assert packed[-1] == pack_tile_like_gimp(corner[..., 0].tobytes()) + pack_tile_like_gimp(corner[..., 1].tobytes())
