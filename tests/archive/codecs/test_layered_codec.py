"""Layered files become smaller than xz makes them, and come back byte for byte; hostile ones are refused."""

import io
import json
import lzma
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.layered_codec import PARTS_NAME, REST_NAME, decode_layered, encode_layered, xz_may_win
from pochade.archive.codecs.xz_codec import pack_bytes
from pochade.errors import ArchiveDamaged
from pochade.images.base.picture import Array
from pochade.images.layered.layer_stack import StackedLayer, lay_stack
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


def parts_of(encoded: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(lzma.decompress(members(encoded)[PARTS_NAME]))
    return fields


@cache
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
    assert list(files) == ["1.webp", "2.jxl", "3.webp", REST_NAME, PARTS_NAME]  # ground, mask, differences
    assert files["1.webp"][8:12] == b"WEBP"
    assert files["2.jxl"].startswith((b"\xff\x0a", b"\0\0\0\x0cJXL "))


def merged(layers: list[MadeLayer]) -> Array:
    """What the layers look like together."""
    stack = [StackedLayer(number, layer.top, layer.left, 255, "normal") for number, layer in enumerate(layers)]
    return lay_stack(90, 150, stack, lambda number: layers[number].values)


def test_a_merged_picture_that_its_layers_predict_takes_next_to_nothing() -> None:
    layers = [layer._replace(mask=None) for layer in painted_layers()]
    content = make_layered_psd(layers, merged(layers))
    encoded = encode_layered(content, len(content))
    assert encoded is not None
    assert parts_of(encoded)["pictures"][2]["stack"]
    assert len(members(encoded)[parts_of(encoded)["pictures"][2]["file"]]) < 300
    assert decode_layered(encoded, len(content)) == content


def test_a_wrong_prediction_is_not_used() -> None:
    layers = [layer._replace(mask=None) for layer in painted_layers()]
    content = make_layered_psd([layers[0], layers[1]._replace(top=0, left=0)], painting(90, 150)[::-1].copy())
    encoded = encode_layered(content, len(content))
    assert encoded is not None
    assert "stack" not in str(parts_of(encoded)["pictures"])
    assert decode_layered(encoded, len(content)) == content


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
    encoded = encoded_content()
    fields = parts_of(encoded) | changes
    return zipped(members(encoded) | {PARTS_NAME: lzma.compress(json.dumps(fields).encode())})


def shape(*numbers: int) -> list[dict[str, Any]]:
    return [{"shape": numbers}]


LAYER: dict[str, Any] = {"picture": 0, "top": 0, "left": 0, "opacity": 255, "mode": "normal", "masks": []}


def with_stack(*layers: dict[str, Any], copies: int = 1) -> bytes:
    """The pictures of the content, and a large one that is predicted by layers."""
    pictures = parts_of(encoded_content())["pictures"]
    return with_fields(pictures=[*pictures, {"shape": (90, 150, 3, 8), "file": "1.webp", "stack": layers * copies}])


HOSTILE = {
    "a newer format": with_fields(format="pochade-layered-3"),
    "a picture of another codec": with_fields(pictures=[{"shape": (90, 150, 3, 8), "file": PARTS_NAME}]),
    "a stack of itself": with_stack(LAYER | {"picture": 4}),
    "a stack of a picture that is missing": with_stack(LAYER | {"picture": 99}),
    "a stack of grey": with_stack(LAYER | {"picture": 2}),
    "a stack with a channel that is missing": with_stack(LAYER | {"masks": [[2, 1, 0, 0, 0]]}),
    "a stack of an unknown mode": with_stack(LAYER | {"mode": "lighter"}),
    "a stack far away": with_stack(LAYER | {"top": 2**40}),
    "a stack of too many layers": with_stack(LAYER, copies=10_001),
    "a stack of too many samples": with_stack(LAYER | {"masks": [[0, 0, 0, 0, 0]] * 9}, copies=2_700),
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


def test_honest_stacks_pass_the_checks_of_hostile_ones() -> None:
    assert decode_layered(with_stack(LAYER | {"masks": [[1, 3, 5, 5, 0]]}), len(CONTENT)) == CONTENT


def test_xz_is_tried_where_it_may_win() -> None:
    noise = np.random.default_rng(1).integers(0, 64, 2**21, np.uint8).tobytes()
    assert not xz_may_win(noise, len(noise) // 3)
    assert xz_may_win(noise, 2 * len(noise) // 3)
    assert xz_may_win(noise[:1000], 1)


@pytest.mark.parametrize("best", [False, True])
def test_both_efforts_come_back(best: bool) -> None:
    encoded = encode_layered(CONTENT, len(CONTENT), best=best)
    assert encoded is not None
    assert decode_layered(encoded, len(CONTENT)) == CONTENT


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
