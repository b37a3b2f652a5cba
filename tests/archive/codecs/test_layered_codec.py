"""Layered files become smaller than xz makes them, and come back byte for byte; hostile ones are refused."""

import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.layered_codec import PARTS_NAME, REST_NAME, decode_layered, encode_layered
from pochade.archive.codecs.xz_codec import pack_bytes
from pochade.errors import ArchiveDamaged
from pochade.images.base.picture import Array
from tests.support.layered_files import MadeLayer, make_layered_psd, painted_layers
from tests.support.paintings import painting

CONTENT = make_layered_psd(painted_layers(), painting(90, 150))


def members(encoded: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(encoded)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encoded_content() -> bytes:
    encoded = encode_layered(CONTENT, len(CONTENT))
    assert encoded is not None
    return encoded


def test_a_painted_file_becomes_smaller_than_by_xz_and_comes_back() -> None:
    encoded = encoded_content()
    assert len(encoded) < 0.8 * len(pack_bytes(CONTENT))
    assert decode_layered(encoded, len(CONTENT)) == CONTENT


def test_the_layers_are_pictures_in_a_plain_zip() -> None:
    files = members(encoded_content())
    assert list(files) == ["1.jxl", "2.jxl", REST_NAME, PARTS_NAME]  # the ground is also the merged picture
    assert all(content.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL ")) for name, content in files.items() if "jxl" in name)


def test_equal_layers_are_stored_once() -> None:
    one, two = (make_layered_psd(painted_layers() * times, painting(90, 150)) for times in (1, 2))
    first, second = encode_layered(one, len(one)), encode_layered(two, len(two))
    assert first is not None
    assert second is not None
    assert len(second) < len(first) + 2_000


def test_moved_copies_of_a_layer_are_packed_by_xz() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), np.uint8)
    layers = [MadeLayer(np.roll(noise, shift, 1)) for shift in range(8)]
    content = make_layered_psd(layers, noise, pack=None)
    encoded = encode_layered(content, len(content))
    assert encoded is not None
    assert list(members(encoded)) == [REST_NAME, PARTS_NAME]
    assert decode_layered(encoded, len(content)) == content


@pytest.mark.parametrize(("content", "max_bytes"), [(CONTENT, 1000), (b"8BPS", 10**6), (b"no layers", 10**6)])
def test_what_does_not_become_small_enough_is_not_encoded(content: bytes, max_bytes: int) -> None:
    assert encode_layered(content, max_bytes) is None


def test_compress_takes_a_layered_file_apart_and_extract_puts_it_together(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "figure.psd").write_bytes(CONTENT)
    compress(tmp_path / "art", tmp_path / "art.pochade")
    with open_archive(tmp_path / "art.pochade") as archive:
        (file,) = archive
        assert (file.codec, file.entry.name, file.entry.format) == ("layered", "pieces/figure.zip", "PSD")
        assert archive.read(file) == CONTENT
        assert archive.verify() == []


def with_fields(**changes: Any) -> bytes:
    files = members(encoded_content())
    fields = json.loads(lzma.decompress(files[PARTS_NAME]))
    return zipped(files | {PARTS_NAME: lzma.compress(json.dumps(fields | changes).encode())})


def shape(*numbers: int) -> list[dict[str, Any]]:
    return [{"shape": numbers}]


HOSTILE = {
    "a newer format": with_fields(format="pochade-layered-2"),
    "a huge picture": with_fields(pictures=shape(2**16, 2**16, 4, 8)),
    "a picture with endless rows": with_fields(pictures=shape(1, 2**21, 1, 8)),
    "a negative picture": with_fields(pictures=shape(-1, 8, 3, 8)),
    "a picture that is missing": with_fields(parts=[{"samples": [99, 0]}]),
    "a channel that is missing": with_fields(parts=[{"samples": [0, 9]}]),
    "samples without end": with_fields(parts=[{"samples": [0, 0]}] * 10_000),
    "more rest than there is": with_fields(parts=[{"rest": 10**9}]),
    "no parts": zipped({REST_NAME: lzma.compress(b"")}),
    "parts that unpack to too much": zipped({REST_NAME: b"", PARTS_NAME: lzma.compress(bytes(2**26 + 1))}),
    "compressed files": zipped(members(encoded_content()), zipfile.ZIP_DEFLATED),
    "no ZIP": b"PK",
    "JSON of another form": zipped({REST_NAME: lzma.compress(b""), PARTS_NAME: lzma.compress(b"[]")}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_entry_is_refused(name: str) -> None:
    with pytest.raises((ValueError, KeyError, IndexError, ArchiveDamaged, zipfile.BadZipFile)):
        decode_layered(HOSTILE[name], len(CONTENT))


def values_of(height: int, width: int, channels: int, kind: type) -> Array:
    return np.random.default_rng(0).integers(0, np.iinfo(kind).max, (height, width, channels), kind)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
def test_layers_of_8_and_16_bits_come_back(kind: type, channels: int) -> None:
    values = values_of(20, 30, channels, kind)
    content = make_layered_psd([MadeLayer(values)], values[..., :3], pack=None)
    encoded = encode_layered(content, 2 * len(content))
    assert encoded is not None
    assert decode_layered(encoded, len(content)) == content
