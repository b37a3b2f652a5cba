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
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    encode_with_pillow,
    files_of_every_format,
    make_kra,
    make_ora,
    make_png_claiming,
    make_procreate,
    make_zip,
)

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


@pytest.mark.parametrize(("thumbnail", "size"), [((24, 16), (2400, 1600)), ((16, 24), (1600, 2400))])
def test_a_turned_procreate_canvas_has_the_shape_of_its_thumbnail(
    thumbnail: tuple[int, int], size: tuple[int, int], tmp_path: Path
) -> None:
    path = write_file(tmp_path, make_procreate(encode_with_pillow(Image.new("RGB", thumbnail), "PNG")))
    header = identify(path)
    assert (header.width, header.height) == size


def png_of(colour: tuple[int, ...], width: int = 8, height: int = 8) -> bytes:
    return encode_with_pillow(Image.new("RGBA", (width, height), colour), "PNG")


def make_layered_ora(layers: str, **members: bytes) -> bytes:
    """An OpenRaster file of 8 x 8 pixels without a merged picture; keyword `a` becomes `data/a.png`."""
    document = f'<?xml version="1.0"?><image w="8" h="8"><stack>{layers}</stack></image>'.encode()
    files = {f"data/{name}.png": content for name, content in members.items()}
    return make_zip({"mimetype": b"image/openraster", "stack.xml": document} | files)


def test_layers_of_an_openraster_file_without_a_merged_picture_are_laid_over_each_other(tmp_path: Path) -> None:
    layers = '<layer src="data/top.png" x="4" y="-2" opacity="0.5"/><layer src="data/hidden.png" visibility="hidden"/>'
    layers += '<stack x="0"><layer src="data/ground.png"/></stack>'
    members = {"top": png_of((0, 0, 0, 255)), "hidden": png_of((0, 255, 0, 255)), "ground": png_of((255, 0, 0, 255))}
    picture = read_content(tmp_path, make_layered_ora(layers, **members))
    assert picture.pixels[0, 0].tolist() == [255, 0, 0]
    assert picture.pixels[0, 5].tolist() == pytest.approx([127, 0, 0], abs=1)
    assert picture.pixels[7, 5].tolist() == [255, 0, 0]
    assert picture.notes == ("it holds no merged picture, so its layers were laid over each other",)
    assert read_preview(tmp_path / "picture", 4).pixels.shape == (4, 4, 3)


def test_an_unknown_blend_mode_is_noted(tmp_path: Path) -> None:
    layers = '<layer src="data/a.png" composite-op="svg:hue"/>'
    picture = read_content(tmp_path, make_layered_ora(layers, a=png_of((9, 9, 9, 255))))
    assert any("blended" in note for note in picture.notes)


@pytest.mark.parametrize(
    ("mode", "grey"), [("svg:multiply", 64), ("svg:screen", 192), ("svg:difference", 0), ("svg:src-over", 128)]
)
def test_blend_modes_count(mode: str, grey: int, tmp_path: Path) -> None:
    layers = f'<layer src="data/a.png" composite-op="{mode}"/><layer src="data/b.png"/>'
    pixel = png_of((128, 128, 128, 255))
    picture = read_content(tmp_path, make_layered_ora(layers, a=pixel, b=pixel))
    assert picture.pixels[0, 0].tolist() == pytest.approx([grey] * 3, abs=1)
    assert len(picture.notes) == 1


def test_an_openraster_file_with_nothing_in_it_is_damaged(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_layered_ora("")), PictureDamaged, "thumbnail.png' is missing in it")


def test_layers_that_claim_to_be_huge_are_refused(tmp_path: Path) -> None:
    content = make_layered_ora('<layer src="data/a.png"/>', a=make_png_claiming(60_000, 60_000))
    with pytest.raises(PictureTooLarge, match="60,000 x 60,000"):
        read_content(tmp_path, content)


def test_a_list_of_layers_with_entities_is_refused(tmp_path: Path) -> None:
    document = b'<!DOCTYPE image [<!ENTITY a "aaaa">]><image w="8" h="8"><stack/></image>'
    content = make_zip({"mimetype": b"image/openraster", "stack.xml": document})
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "document type")
