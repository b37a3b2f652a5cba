"""Files that browsers show although their end is missing are read as far as they go, with a note."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureDamaged, PictureTooLarge
from pochade.images.formats import jpeg_damage
from pochade.images.io.complete_file import END_MISSING_NOTE, PART_DESTROYED_NOTE
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    colour_values,
    encode_with_pillow,
    files_of_every_format,
    make_png_chunk,
    rgb_image,
)

FILES = files_of_every_format()
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 160, 3), np.uint8))
JPEG_KINDS = [
    {"quality": 95},
    {"progressive": True},
    {"optimize": True, "subsampling": 0},
    {"restart_marker_rows": 1},
]


def noisy_jpeg(**options: object) -> bytes:
    return encode_with_pillow(NOISE, "JPEG", **options)


@pytest.mark.parametrize("options", JPEG_KINDS)
def test_a_sound_jpeg_has_no_note(options: dict[str, object], tmp_path: Path) -> None:
    for image in (NOISE, Image.new("RGB", (160, 96), "white"), Image.new("RGB", (160, 96), (128, 128, 128))):
        assert read_content(tmp_path, encode_with_pillow(image, "JPEG", **options)).notes == ()


@pytest.mark.parametrize("options", JPEG_KINDS)
def test_a_jpeg_without_its_end_has_all_pixels_and_a_note(options: dict[str, object], tmp_path: Path) -> None:
    content = noisy_jpeg(**options)
    whole = read_content(tmp_path, content).pixels
    picture = read_content(tmp_path, content[:-2])
    np.testing.assert_array_equal(picture.pixels, whole)
    assert picture.notes == (END_MISSING_NOTE,)
    assert read_preview(tmp_path / "picture", 20).notes == (END_MISSING_NOTE,)


@pytest.mark.parametrize("options", JPEG_KINDS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_of_a_cut_jpeg_the_upper_part_is_read(share: float, options: dict[str, object], tmp_path: Path) -> None:
    content = noisy_jpeg(**options)
    whole = read_content(tmp_path, content).pixels
    picture = read_content(tmp_path, content[: int(len(content) * share)])
    assert picture.notes == (END_MISSING_NOTE, PART_DESTROYED_NOTE)
    if "progressive" not in options:
        np.testing.assert_array_equal(picture.pixels[:16], whole[:16])


@pytest.mark.parametrize("options", JPEG_KINDS)
@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"\x55"])
def test_a_half_erased_jpeg_is_noted(filler: bytes, options: dict[str, object], tmp_path: Path) -> None:
    content = noisy_jpeg(**options)
    half = len(content) // 2
    assert PART_DESTROYED_NOTE in read_content(tmp_path, content[:half] + filler * half).notes


@pytest.mark.parametrize("options", JPEG_KINDS)
def test_a_jpeg_with_foreign_bytes_in_its_second_half_is_noted(options: dict[str, object], tmp_path: Path) -> None:
    content = noisy_jpeg(**options)
    half = len(content) // 2
    noise = np.random.default_rng(1).bytes(len(content) - half)
    assert PART_DESTROYED_NOTE in read_content(tmp_path, content[:half] + noise).notes


@pytest.mark.parametrize("tail", [b"\0" * 500, b"\0\0\0\x18ftypmp42" + bytes(range(256)), "picture", b"some text"])
def test_what_follows_a_jpeg_is_no_damage(tail: bytes | str, tmp_path: Path) -> None:
    content = noisy_jpeg()
    assert read_content(tmp_path, content + (content if isinstance(tail, str) else tail)).notes == ()


def test_a_jpeg_of_which_nothing_is_left_is_cut_short(tmp_path: Path) -> None:
    content = noisy_jpeg()
    pixels = content.index(b"\xff\xda") + 14
    assert_unreadable(write_file(tmp_path, content[:pixels]), PictureDamaged, "is cut short")


@pytest.mark.parametrize("options", JPEG_KINDS)
def test_a_jpeg_of_which_a_few_bytes_are_left_is_cut_short(options: dict[str, object], tmp_path: Path) -> None:
    tall = Image.fromarray(np.random.default_rng(0).integers(0, 256, (1600, 80, 3), np.uint8))
    content = encode_with_pillow(tall, "JPEG", **options)
    pixels = content.index(b"\xff\xda") + 14
    few = pixels + (len(content) - pixels) // (1000 if "progressive" in options else 100)
    assert_unreadable(write_file(tmp_path, content[:few]), PictureDamaged, "is cut short")


def test_a_few_bytes_of_a_jpeg_that_claims_to_be_large_are_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(encode_with_pillow(Image.new("RGB", (8000, 8000), "red"), "JPEG"))
    monkeypatch.setattr(jpeg_damage, "_decode", lambda *_: pytest.fail("decoded"))
    few = content.index(b"\xff\xda") + 100
    assert_unreadable(write_file(tmp_path, bytes(content[:few])), PictureDamaged, "is cut short")


@pytest.mark.parametrize("name", ["PNG", "PNG:16", "PNG:palette"])
def test_a_png_without_its_end_has_all_pixels_and_a_note(name: str, tmp_path: Path) -> None:
    whole = read_content(tmp_path, FILES[name])
    path = write_file(tmp_path, FILES[name][:-12])
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, whole.pixels)
    np.testing.assert_array_equal(picture.alpha, whole.alpha)
    assert picture.notes == (END_MISSING_NOTE,)
    assert identify(path) == whole.header


def test_of_a_cut_png_the_upper_rows_are_read(tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "PNG")
    picture = read_content(tmp_path, content[: len(content) // 2])
    np.testing.assert_array_equal(picture.pixels[:40], np.asarray(NOISE)[:40])
    assert picture.notes == (END_MISSING_NOTE, PART_DESTROYED_NOTE)


def test_a_cut_interlaced_png_is_read(tmp_path: Path) -> None:
    values = np.asarray(NOISE)
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = b"".join(b"\0" + row.tobytes() for x, y, dx, dy in passes for row in values[y::dy, x::dx])
    shape = make_png_chunk(b"IHDR", struct.pack(">IIBBBBB", 160, 96, 8, 2, 0, 0, 1))
    content = b"\x89PNG\r\n\x1a\n" + shape + make_png_chunk(b"IDAT", zlib.compress(rows))
    picture = read_content(tmp_path, content)
    np.testing.assert_array_equal(picture.pixels, values)
    assert picture.notes == (END_MISSING_NOTE,)
    assert read_content(tmp_path, content[: len(content) * 3 // 4]).notes == (END_MISSING_NOTE, PART_DESTROYED_NOTE)


def test_a_cut_apng_shows_its_first_picture(tmp_path: Path) -> None:
    picture = read_content(tmp_path, FILES["APNG"][:-40])
    np.testing.assert_array_equal(picture.pixels, colour_values())
    assert picture.notes == (END_MISSING_NOTE,)


def test_a_png_without_any_pixel_is_cut_short(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, FILES["PNG"][:40]), PictureDamaged, "is cut short")


def test_a_cut_png_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    shape = make_png_chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + shape + make_png_chunk(b"IDAT", zlib.compress(bytes(10**6)))
    assert_unreadable(write_file(tmp_path, content), PictureTooLarge, "pixels need")


@pytest.mark.parametrize(("rows", "is_read"), [(4, False), (8, True)])
def test_a_cut_png_is_completed_only_if_a_sixteenth_is_there(rows: int, is_read: bool, tmp_path: Path) -> None:
    shape = make_png_chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 0, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + shape + make_png_chunk(b"IDAT", zlib.compress(bytes(101 * rows)))
    if is_read:
        assert read_content(tmp_path, content).notes == (END_MISSING_NOTE, PART_DESTROYED_NOTE)
    else:
        assert_unreadable(write_file(tmp_path, content), PictureDamaged, "is cut short")


def test_a_gif_that_ends_within_a_later_frame_is_read(tmp_path: Path) -> None:
    frames = [rgb_image().quantize(16), NOISE.resize((24, 16)).quantize(16)]
    content = encode_with_pillow(frames[0], "GIF", save_all=True, append_images=frames[1:])
    for cut in (content[:-1], content[:-30]):
        picture = read_content(tmp_path, cut)
        np.testing.assert_array_equal(picture.pixels, np.asarray(frames[0].convert("RGB")))
        assert picture.notes == (END_MISSING_NOTE,)
