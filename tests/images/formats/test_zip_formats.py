"""KRA, KRZ, ORA and PROCREATE: embedded previews, zip bombs, damaged members."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pochade.errors import FormatUnknown, PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import assert_unreadable, write_file
from tests.support.picture_files import encode_with_pillow, files_of_every_format, make_kra, make_ora, make_procreate

FILES = files_of_every_format()


@pytest.mark.parametrize("make_file", [make_kra, make_ora])
def test_a_small_preview_comes_from_the_embedded_one(make_file: Callable[..., bytes], tmp_path: Path) -> None:
    content = make_file(FILES["PNG"], encode_with_pillow(Image.new("RGB", (12, 8), "green"), "PNG"))
    path = write_file(tmp_path, content)
    assert (read_preview(path, 12).pixels == [0, 128, 0]).all()
    assert not (read_preview(path, 13).pixels == [0, 128, 0]).all()


def test_another_zip_archive_is_no_picture(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "picture", "w") as file:
        file.writestr("letter.txt", "Dear diary")
    assert_unreadable(tmp_path / "picture", FormatUnknown, "not of a known painting program")


def test_a_zip_bomb_in_a_krita_file_is_refused(tmp_path: Path) -> None:
    path = write_file(tmp_path, make_kra(FILES["PNG"] + bytes(3_000_000), FILES["PNG"]))
    with pytest.raises(PictureTooLarge, match="unpacks to 3,0"):
        read_picture(path, most_bytes=4_000_000)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    content = make_kra(FILES["PNG"] + bytes(3_000_000), FILES["PNG"])
    size = struct.pack("<I", len(FILES["PNG"]) + 3_000_000)
    path = write_file(tmp_path, content.replace(size, struct.pack("<I", 1000)))
    with pytest.raises(PictureUnreadable):
        read_picture(path, most_bytes=4_000_000)


def test_a_krita_file_without_a_png_is_refused(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_kra(b"no PNG", b"")), PictureDamaged, "the picture in it is no PNG$")


def test_a_procreate_file_with_a_damaged_document_still_gives_its_preview(tmp_path: Path) -> None:
    content = make_procreate(FILES["PNG"])
    path = tmp_path / "picture"
    with zipfile.ZipFile(io.BytesIO(content)) as original, zipfile.ZipFile(path, "w") as damaged:
        damaged.writestr("Document.archive", b"bplist00 nothing")
        damaged.writestr("QuickLook/Thumbnail.png", original.read("QuickLook/Thumbnail.png"))
    assert identify(path).width == 24
