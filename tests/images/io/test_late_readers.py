"""A file imports the reader of its own format, and of no other: importing all of them takes as long as numpy."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

READERS = frozenset({
    "avif", "bmp", "clip", "exr", "gif", "heic", "jpeg", "jpeg2000", "jpegxl", "pdf", "png", "psd", "svg", "tga",
    "tiff", "webp", "xcf", "zip_formats",
})  # fmt: skip
LIBRARIES = frozenset({
    "PIL.AvifImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.TiffImagePlugin", "PIL.WebPImagePlugin",
    "OpenEXR", "imagecodecs", "pillow_heif", "pillow_jxl", "psd_tools", "pypdfium2", "resvg_py", "tifffile",
})  # fmt: skip
READ = """
import sys
from pochade.images.io.read import read_picture, read_preview
if len(sys.argv) > 1:
    read_preview(sys.argv[1], 32)
    read_picture(sys.argv[1])
print(*sys.modules)
"""


def modules_after_reading(*paths: Path) -> set[str]:
    """Every module that a new process has imported when it has read these files."""
    command = [sys.executable, "-c", READ, *map(str, paths)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def readers_among(modules: set[str]) -> set[str]:
    """The names of the formats' readers among modules."""
    return {name for name in READERS if f"pochade.images.formats.{name}" in modules}


def test_no_reader_is_imported_before_a_file_is_read() -> None:
    modules = modules_after_reading()
    assert not readers_among(modules)
    assert not modules & LIBRARIES


@pytest.mark.parametrize(("suffix", "readers"), [("png", {"png"}), ("jpg", {"jpeg"}), ("gif", {"gif"})])
def test_reading_a_file_imports_the_reader_of_its_format(tmp_path: Path, suffix: str, readers: set[str]) -> None:
    path = tmp_path / f"drawing.{suffix}"
    Image.new("RGB", (40, 30), "red").save(path)
    assert readers_among(modules_after_reading(path)) == readers


def test_reading_a_png_imports_no_library_of_another_format(tmp_path: Path) -> None:
    path = tmp_path / "drawing.png"
    Image.new("RGB", (40, 30), "red").save(path)
    assert not modules_after_reading(path) & LIBRARIES
