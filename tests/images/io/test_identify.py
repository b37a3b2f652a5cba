"""Formats are recognized by their content, and headers state size, alpha and frames."""

from pathlib import Path

import pytest

from pochade.errors import FormatUnknown
from pochade.images.io.identify import identify
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import HEIGHT, WIDTH, files_of_every_format

FILES = files_of_every_format()
PREVIEW_ONLY = ["KRZ", "CLIP", "PROCREATE"]


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_identified_by_its_content(name: str, tmp_path: Path) -> None:
    assert identify(write_file(tmp_path, FILES[name])).format == name.split(":", maxsplit=1)[0]


@pytest.mark.parametrize("name", sorted(set(FILES) - {"SVG", "PDF", "HEIC", *PREVIEW_ONLY}))
def test_the_header_states_the_size(name: str, tmp_path: Path) -> None:
    header = identify(write_file(tmp_path, FILES[name]))
    assert (header.width, header.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("name", FILES)
def test_the_header_and_the_picture_agree_on_alpha(name: str, tmp_path: Path) -> None:
    picture = read_content(tmp_path, FILES[name])
    assert identify(tmp_path / "picture").has_alpha == (picture.alpha is not None)


@pytest.mark.parametrize("name", ["APNG", "GIF", "WebP:animated"])
def test_the_header_of_an_animation_counts_its_frames(name: str, tmp_path: Path) -> None:
    assert identify(write_file(tmp_path, FILES[name])).frames == 2


@pytest.mark.parametrize("name", PREVIEW_ONLY)
def test_the_header_of_a_preview_states_the_canvas_size(name: str, tmp_path: Path) -> None:
    header = identify(write_file(tmp_path, FILES[name]))
    assert (header.width, header.height) == (2400, 1600)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Dear diary, today", "it begins with 'Dear diary, toda'$"),
        (bytes(range(200, 216)), "the bytes c8 c9 ca cb cc cd ce cf$"),
        (b"<html><svg></svg></html>", "begins with <html>"),
    ],
)
def test_another_file_is_no_picture(content: bytes, message: str, tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, content), FormatUnknown, message)
