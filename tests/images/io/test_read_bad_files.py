"""Bad files, each with a sentence: nothing crashes, hangs, fills the memory, or passes for a picture."""

import io
import os
import struct
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from experiments.bench.bench_mutations import mutated
from pochade.errors import FileUnreachable, FormatUnknown, PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.base.picture import Picture
from pochade.images.io import read as door
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_files import (
    clip,
    every_format,
    kra,
    png_chunk,
    png_claiming,
    procreate,
    psd,
    rgb,
    saved,
    svg,
)

FORMATS = every_format()


def kept(folder: Path, content: bytes, name: str = "piece") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refused(path: Path, kind: type[PictureUnreadable], words: str) -> None:
    """Whole or as a preview, it is refused with these words."""
    for reading in (lambda: read_picture(path), lambda: read_preview(path, 8)):
        with pytest.raises(kind, match=words) as caught:
            reading()
        assert str(caught.value).startswith("'")
        assert not str(caught.value).endswith(".")


def test_an_empty_file(tmp_path: Path) -> None:
    refused(kept(tmp_path, b""), PictureDamaged, "is empty$")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_is_cut_short_is_never_a_picture(name: str, share: float, tmp_path: Path) -> None:
    path = kept(tmp_path, FORMATS[name][: int(len(FORMATS[name]) * share)])
    with pytest.raises(PictureUnreadable):
        read_picture(path)


@pytest.mark.parametrize(
    "name", ["PNG", "JPEG", "WebP", "AVIF", "HEIC", "GIF", "TIFF", "PSD", "PSB", "KRA", "CLIP", "SVG"]
)
def test_it_is_said_that_a_file_is_cut_short(name: str, tmp_path: Path) -> None:
    refused(kept(tmp_path, FORMATS[name][: len(FORMATS[name]) // 2]), PictureDamaged, "is cut short")


def test_it_is_said_by_how_much(tmp_path: Path) -> None:
    whole = FORMATS["PSB"]
    refused(kept(tmp_path, whole[:500]), PictureDamaged, f"cut short: 500 of {len(whole):,} bytes$")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Dear diary, today", "it begins with 'Dear diary, toda'$"),
        (bytes(range(200, 216)), "the bytes c8 c9 ca cb cc cd ce cf$"),
        (b"<html><svg></svg></html>", "begins with <html>"),
    ],
)
def test_something_else_is_no_picture(content: bytes, words: str, tmp_path: Path) -> None:
    refused(kept(tmp_path, content), FormatUnknown, words)


def test_another_zip_archive_is_no_picture(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "piece", "w") as file:
        file.writestr("letter.txt", "Dear diary")
    refused(tmp_path / "piece", FormatUnknown, "none of a painting program")


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    assert read_picture(kept(tmp_path, FORMATS["PNG"], name)).pixels.shape == (16, 24, 3)
    with pytest.raises(PictureDamaged) as caught:
        read_picture(kept(tmp_path, b"", name))
    assert "caf�.png" in str(caught.value)


def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    refused(tmp_path / "a", FileUnreachable, "is a loop of links$")


def test_a_file_that_vanished(tmp_path: Path) -> None:
    refused(tmp_path / "gone", FileUnreachable, "is gone, or was never there$")


def test_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, FileUnreachable, "is a folder$")


def test_a_pipe_does_not_make_us_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", FileUnreachable, "no ordinary file")


def test_a_device() -> None:
    refused(Path(os.devnull), FileUnreachable, "no ordinary file")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path, FORMATS["PNG"])  # the tests may run as root, who may read everything

    def forbidden(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pochade.images.base.source.without_waiting", forbidden)
    refused(path, FileUnreachable, "no permission$")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path, FORMATS["PNG"])
    reader = door.READERS["PNG"]

    def disturbed(*arguments: Any) -> Any:
        with path.open("ab") as file:
            file.write(b"more")
        return reader(*arguments)

    monkeypatch.setitem(door.READERS, "PNG", disturbed)
    refused(path, FileUnreachable, "changed while it was read$")


def test_a_small_png_that_claims_to_be_huge(tmp_path: Path) -> None:
    refused(kept(tmp_path, png_claiming(100_000, 100_000)), PictureTooLarge, "100,000 x 100,000 pixels")


def test_a_png_that_claims_two_sizes(tmp_path: Path) -> None:
    small = FORMATS["PNG"]
    second = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 90_000, 90_000, 8, 6, 0, 0, 0))
    refused(kept(tmp_path, small[:33] + second + small[33:]), PictureDamaged, "two headers$")


def test_a_png_without_pixels(tmp_path: Path) -> None:
    refused(kept(tmp_path, png_claiming(0, 5)), PictureDamaged, "0 x 5 pixels")


def test_a_gif_that_claims_to_be_huge(tmp_path: Path) -> None:
    content = bytearray(FORMATS["GIF"])
    content[6:10] = b"\xff\xff\xff\xff"
    refused(kept(tmp_path, bytes(content)), PictureTooLarge, "65,535 x 65,535")


def test_a_tiff_that_claims_to_be_huge(tmp_path: Path) -> None:
    content = bytearray(FORMATS["TIFF:16"])
    for tag in (256, 257):
        place = content.index(struct.pack("<H", tag), 8)
        content[place + 2 : place + 12] = struct.pack("<HII", 4, 1, 1_000_000)
    with pytest.raises(PictureUnreadable):
        read_picture(kept(tmp_path, bytes(content)))


def test_a_psd_that_claims_to_be_huge(tmp_path: Path) -> None:
    content = bytearray(psd(np.zeros((3, 4, 4), np.uint8)))
    content[14:22] = struct.pack(">II", 30_000, 30_000)
    refused(kept(tmp_path, bytes(content)), PictureTooLarge, "30,000 x 30,000")


def test_a_jpeg_xl_that_claims_to_be_huge(tmp_path: Path) -> None:
    bits = 0 | 3 << 1 | (10**9 - 1) << 3 | 0 << 33 | 3 << 36 | (10**9 - 1) << 38 | 1 << 68
    refused(kept(tmp_path, b"\xff\x0a" + bits.to_bytes(20, "little")), PictureTooLarge, "1,000,000,000 x 1,000,000,000")


@pytest.mark.parametrize(
    "name", ["PNG", "JPEG", "WebP", "AVIF", "JPEG XL", "HEIC", "BMP", "TIFF", "PSD", "KRA", "CLIP"]
)
def test_the_bound_of_memory_is_ours_to_set(name: str, tmp_path: Path) -> None:
    path = kept(tmp_path, FORMATS[name])
    with pytest.raises(PictureTooLarge):
        read_picture(path, most_bytes=1000)


def test_a_zip_bomb_in_a_krita_file(tmp_path: Path) -> None:
    path = kept(tmp_path, kra(FORMATS["PNG"] + bytes(3_000_000), FORMATS["PNG"]))
    with pytest.raises(PictureTooLarge, match="unpacks to 3,0"):
        read_picture(path, most_bytes=4_000_000)


def test_a_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    content = kra(FORMATS["PNG"] + bytes(3_000_000), FORMATS["PNG"])
    size = struct.pack("<I", len(FORMATS["PNG"]) + 3_000_000)
    path = kept(tmp_path, content.replace(size, struct.pack("<I", 1000)))
    with pytest.raises(PictureUnreadable):
        read_picture(path, most_bytes=4_000_000)


def test_a_krita_file_without_a_png(tmp_path: Path) -> None:
    refused(kept(tmp_path, kra(b"no PNG", b"")), PictureDamaged, "the picture in it is no PNG$")


def test_a_clip_that_never_ends_its_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.images.formats.clip.MOST_STEPS", 5)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS ImageData FROM n"
    content = clip(FORMATS["PNG"], "DROP TABLE CanvasPreview", f"CREATE VIEW CanvasPreview AS {endless}")
    refused(kept(tmp_path, content), PictureDamaged, "interrupted")


def test_a_clip_without_a_preview(tmp_path: Path) -> None:
    refused(kept(tmp_path, clip(b"", "DELETE FROM CanvasPreview")), PictureDamaged, "no preview in it$")


def test_a_procreate_file_with_a_damaged_document_still_gives_its_preview(tmp_path: Path) -> None:
    content = procreate(FORMATS["PNG"])
    path = tmp_path / "piece"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        new.writestr("Document.archive", b"bplist00 nothing")
        new.writestr("QuickLook/Thumbnail.png", old.read("QuickLook/Thumbnail.png"))
    assert identify(path).width == 24


@pytest.mark.parametrize("address", ["{}", "file://{}", "../{}"])
def test_an_svg_reads_no_other_file(address: str, tmp_path: Path) -> None:
    secret = kept(tmp_path, saved(Image.new("RGB", (8, 8), "red"), "PNG"), "secret.png")
    for link in ("href", "xlink:href"):
        image = f'<image {link}="{address.format(secret)}" width="24" height="16"/>'
        alpha = read_picture(kept(tmp_path, svg(image))).alpha
        assert alpha is not None
        assert alpha.max() == 0


def test_an_svg_reads_no_entity_from_a_file(tmp_path: Path) -> None:
    secret = kept(tmp_path, b"secret", "secret.txt")
    start = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    refused(kept(tmp_path, start + svg("<text>&x;</text>")), PictureDamaged, "damaged")


def test_an_svg_whose_entities_multiply(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<!DOCTYPE svg [<!ENTITY e0 "{"a" * 100}">{levels}]>'.encode()
    refused(kept(tmp_path, start + svg("<text>&e9;</text>")), PictureTooLarge, "its entities multiply")


def test_an_svg_whose_shapes_multiply(tmp_path: Path) -> None:
    levels = '<rect id="u0" width="1" height="1"/>' + "".join(
        f'<g id="u{n}">{f"""<use href="#u{n - 1}"/>""" * 10}</g>' for n in range(1, 10)
    )
    refused(kept(tmp_path, svg(levels)), PictureTooLarge, "draws more than 500,000 shapes")


def test_an_svg_that_is_nested_too_deep(tmp_path: Path) -> None:
    refused(kept(tmp_path, svg("<g>" * 1000 + "</g>" * 1000)), PictureTooLarge, "nested too deep")


def test_a_gzipped_svg_that_unpacks_to_too_much(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(svg() + b" " * 30_000_000) + packer.flush()
    refused(kept(tmp_path, packed), PictureTooLarge, "an SVG of more than")


def test_warnings_of_the_libraries_stay_inside(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = saved(rgb(), "PNG", save_all=True, append_images=[rgb()])
    place = content.index(b"acTL") + 4
    broken = png_chunk(b"acTL", bytes(8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_picture(kept(tmp_path, content[: place - 8] + broken + content[place + 12 :]))
    assert capfd.readouterr() == ("", "")


def test_what_stops_the_program_passes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setitem(door.READERS, "PNG", stopped)
    with pytest.raises(KeyboardInterrupt):
        read_picture(kept(tmp_path, FORMATS["PNG"]))


class Panic(BaseException):
    """As Rust's panics come to Python."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Panic("at the disco"), PictureDamaged),
        (RecursionError(), PictureDamaged),
        (SyntaxError("broken"), PictureDamaged),
        (struct.error("short"), PictureDamaged),
        (MemoryError(), PictureTooLarge),
        (OSError(5, "Input/output error"), FileUnreachable),
        (OSError(22, "Invalid argument"), PictureDamaged),
        (OSError("image file is truncated"), PictureDamaged),
    ],
)
def test_every_library_speaks_through_us(
    error: BaseException, kind: type[PictureUnreadable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise error

    monkeypatch.setitem(door.READERS, "PNG", broken)
    with pytest.raises(kind):
        read_picture(kept(tmp_path, FORMATS["PNG"]))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(number=st.integers(0, 10_000))
def test_a_damaged_file_gives_a_picture_or_an_error_of_ours(
    number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, _, content = mutated(FORMATS, number)
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(content)
    try:
        assert isinstance(read_picture(path, most_bytes=2**26), Picture)
    except PictureUnreadable as error:
        assert str(error)  # noqa: PT017  # an error of ours is as good as a picture
