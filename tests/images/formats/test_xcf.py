"""XCF: layers, groups, masks and depths are laid over each other; false sizes and damage are refused."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pochade.errors import PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import Array, alpha_values, colour_and_alpha_values, colour_values, make_xcf

OPACITY, MODE, VISIBLE, OFFSETS, GROUP, PATH = 6, 7, 8, 15, 29, 30  # properties
COMPOSITE_SPACE, BLEND_SPACE = 36, 37
RED, BLUE = [255, 0, 0], [0, 0, 255]


def plain(*values: int, height: int = 16, width: int = 24) -> Array:
    return np.broadcast_to(np.array(values, np.uint8), (height, width, len(values))).copy()


def numbers(*values: int) -> bytes:
    return struct.pack(f">{len(values)}i", *values)


@pytest.mark.parametrize("compression", [0, 1, 2])
@pytest.mark.parametrize("version", [1, 4, 11, 14])
def test_a_layer_is_read_from_every_version_and_compression(version: int, compression: int, tmp_path: Path) -> None:
    precision = 0 if version == 4 else 150
    content = make_xcf([(colour_and_alpha_values(), {})], version=version, compression=compression, precision=precision)
    picture = read_content(tmp_path, content)
    visible = alpha_values() > 0
    np.testing.assert_array_equal(picture.alpha, alpha_values())
    np.testing.assert_array_equal(picture.pixels[visible], colour_values()[visible])


def test_runs_of_equal_bytes_are_decoded(tmp_path: Path) -> None:
    content = make_xcf([(plain(*RED), {})])
    literal = struct.pack(">BH", 128, 384) + bytes([255]) * 384
    runs = bytes([126, 255]) * 3 + bytes([2, 255]) + bytes([127, 0, 0, 255])  # 3 x 127, 3, and a long run of none
    assert literal in content
    picture = read_content(tmp_path, content.replace(literal, runs) + bytes(400))
    assert picture.header.format == "XCF"


def test_upper_layers_cover_lower_ones_at_their_place(tmp_path: Path) -> None:
    small = plain(*RED, height=4, width=4)
    picture = read_content(tmp_path, make_xcf([(small, {OFFSETS: numbers(-2, 1)}), (plain(*BLUE), {})]))
    assert picture.pixels[1, 0].tolist() == picture.pixels[4, 1].tolist() == RED
    assert picture.pixels[0, 0].tolist() == picture.pixels[1, 2].tolist() == BLUE


def test_opacity_and_visibility_count(tmp_path: Path) -> None:
    half, hidden = {OPACITY: numbers(128)}, {VISIBLE: numbers(0)}
    picture = read_content(tmp_path, make_xcf([(plain(0, 255, 0), hidden), (plain(*RED), half), (plain(*BLUE), {})]))
    assert picture.pixels[0, 0].tolist() == pytest.approx([128, 0, 127], abs=1)


def test_members_of_a_hidden_group_are_hidden(tmp_path: Path) -> None:
    group = {GROUP: b"", VISIBLE: numbers(0)}
    picture = read_content(
        tmp_path, make_xcf([(None, group), (plain(*RED), {PATH: numbers(0, 0)}), (plain(*BLUE), {})])
    )
    assert picture.pixels[0, 0].tolist() == BLUE


def test_a_palette_and_greys_are_resolved(tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_xcf([(plain(1), {})], mode=1))
    assert picture.pixels[0, 0].tolist() == [1, 1, 1]


def test_sixteen_bits_and_linear_floats_become_eight(tmp_path: Path) -> None:
    deep = make_xcf([(colour_values(16), {})], precision=250)
    assert np.abs(read_content(tmp_path, deep).pixels.astype(int) - colour_values()).max() <= 1
    linear = make_xcf([(np.full((16, 24, 3), 0.5, np.float32), {})], precision=600, compression=2)
    assert read_content(tmp_path, linear).pixels[0, 0].tolist() == [188, 188, 188]


@pytest.mark.parametrize(
    ("properties", "colour"),
    [
        ({MODE: numbers(3)}, [128, 0, 0]),
        ({MODE: numbers(30)}, [128, 0, 0]),
        ({MODE: numbers(30), BLEND_SPACE: numbers(-1)}, [128, 0, 0]),
        ({MODE: numbers(31), BLEND_SPACE: numbers(-2)}, [255, 128, 128]),
        ({MODE: numbers(28), COMPOSITE_SPACE: numbers(-1), OPACITY: numbers(128)}, [204, 92, 92]),
        ({MODE: numbers(28), OPACITY: numbers(128)}, [191, 64, 64]),
    ],
)
def test_blend_modes_count(properties: dict[int, bytes], colour: list[int], tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_xcf([(plain(128, 128, 128), properties), (plain(*RED), {})]))
    assert picture.pixels[0, 0].tolist() == pytest.approx(colour, abs=1)
    assert picture.notes == ()


def test_the_lowest_layer_is_seen_whatever_its_mode(tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_xcf([(plain(*RED), {MODE: numbers(3)})]))
    assert picture.pixels[0, 0].tolist() == RED


def test_an_unknown_blend_mode_is_noted(tmp_path: Path) -> None:
    assert any(
        "blended" in note for note in read_content(tmp_path, make_xcf([(plain(*RED), {MODE: numbers(37)})])).notes
    )


def test_a_canvas_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(make_xcf([(plain(*RED), {})]))
    content[14:22] = struct.pack(">II", 500_000, 500_000)
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "pixels need")


def test_a_layer_that_claims_to_be_huge_is_damage(tmp_path: Path) -> None:
    content = make_xcf([(plain(*RED), {})]).replace(struct.pack(">II", 24, 16), struct.pack(">II", 500_000, 500_000))
    huge = content[:14] + struct.pack(">II", 24, 16) + content[22:]
    assert_unreadable(write_file(tmp_path, huge), PictureDamaged, "is cut short")


@pytest.mark.parametrize("length", [13, 40, 120])
def test_a_cut_file_is_cut_short(length: int, tmp_path: Path) -> None:
    content = make_xcf([(plain(*RED), {})])
    assert_unreadable(write_file(tmp_path, content[:length]), PictureDamaged, "is cut short")


def test_damage_gives_a_picture_or_an_error_of_ours(tmp_path: Path) -> None:
    content = make_xcf([(colour_and_alpha_values(), {}), (plain(*BLUE), {})])
    for place in range(9, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        path = write_file(tmp_path, bytes(damaged))
        try:
            assert read_picture(path, most_bytes=10**7).header == identify(path)
        except PictureUnreadable as error:
            assert str(error)  # noqa: PT017  # an error of ours is as good as a picture
