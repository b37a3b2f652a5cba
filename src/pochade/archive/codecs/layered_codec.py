"""Encodes a layered file as pictures and the rest of its bytes, in a ZIP (docs/format.md), and decodes it again."""

import io
import json
import lzma
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from pochade.archive.codecs.xz_codec import pack_bytes, unpack_bytes
from pochade.images.base.picture import Array
from pochade.images.base.source import MAX_SIDE_PIXELS
from pochade.images.codecs.lossless import JPEG_XL_EFFORTS, decode_values, drop_redundancy, encode_jpeg_xl_at
from pochade.images.layered.layered_file import MAX_SAMPLE_BYTES, LayeredFile, put_together
from pochade.images.layered.parts_json import parts_from_json, parts_to_json
from pochade.images.layered.run_length_rules import MAX_ROW_BYTES
from pochade.images.layered.take_apart import take_apart

FORMAT_NAME = "pochade-layered-1"
PARTS_NAME, REST_NAME = "parts.xz", "rest.xz"
EFFORT = 7  # of JPEG XL; see docs/log.md
MAX_JPEG_XL_PIXELS = JPEG_XL_EFFORTS[-1][0]  # more would take too much memory
QUICK_PRESET = 3  # of xz, to see which pictures it packs better than JPEG XL
MAX_PARTS_BYTES = 2**26
MIN_SAMPLE_SHARE = 0.05  # of the file's bytes, as samples; a file with less is packed as it is
EMPTY_SHARE = 0.005  # of a picture's samples; xz packs a nearly empty layer to less, and faster than JPEG XL
MAX_PICTURE_SHARE = 0.6  # of the pictures packed by xz; above it, all of them are also tried in the rest
MAX_CHANNELS = 4  # of a picture
RECENT_PICTURES = 2  # stay decoded, because most files store the channels of one picture after those of another


def encode_layered(content: bytes, max_bytes: int) -> bytes | None:
    """Encode a layered file.

    Args:
        content: The file's bytes.
        max_bytes: The size that the result must stay below.

    Returns:
        The ZIP; None if the file has no layers that can be taken apart, or if the ZIP is not small enough.
    """
    file = take_apart(content)
    if file is None or sum(picture.nbytes for picture in file.pictures) < MIN_SAMPLE_SHARE * len(content):
        return None
    packed = [len(lzma.compress(_planes(picture), preset=QUICK_PRESET)) for picture in file.pictures]
    encoded = [_encode_picture(picture, size) for picture, size in zip(file.pictures, packed, strict=True)]
    candidates = [_write_zip(file, encoded)]
    if len(candidates[0]) > MAX_PICTURE_SHARE * sum(packed):
        candidates.append(_write_zip(file, [None] * len(encoded)))  # xz may find one layer in another
    smallest = min(candidates, key=len)
    if len(smallest) >= max_bytes or decode_layered(smallest, len(content)) != content:
        return None
    return smallest


def decode_layered(content: bytes, original_bytes: int) -> bytes:
    """Decode a layered file, byte for byte.

    Args:
        content: The ZIP.
        original_bytes: The size of the file, which is never exceeded.

    Raises:
        ValueError: The ZIP holds something else, or what it holds does not make a file of that size.
        Exception: The ZIP is damaged; the libraries decide the type.
    """
    archive = _stored_files(content)
    fields = json.loads(unpack_bytes(archive[PARTS_NAME], MAX_PARTS_BYTES))
    if not isinstance(fields, dict) or fields.get("format") != FORMAT_NAME:
        raise ValueError("a newer Pochade wrote its parts")
    rest = unpack_bytes(archive[REST_NAME], MAX_SAMPLE_BYTES + original_bytes)
    pictures = _Pictures(fields["pictures"], archive, rest)
    parts = parts_from_json(fields["parts"], fields["rules"])
    made = bytearray()
    for chunk in put_together(parts, rest[pictures.rest_bytes :], pictures.recent):
        made += chunk
        if len(made) > original_bytes:
            raise ValueError("its parts make more than the original")
    return bytes(made)


class _Pictures:
    """The pictures of a layered file, each decoded when it is needed."""

    def __init__(self, fields: Any, archive: dict[str, bytes], rest: bytes) -> None:
        self.shapes = [_read_shape(picture["shape"]) for picture in fields]
        self.names = [picture.get("file") for picture in fields]
        self.archive, self.rest = archive, rest
        sizes = [height * width * channels * bits // 8 for height, width, channels, bits in self.shapes]
        if sum(sizes) > MAX_SAMPLE_BYTES:
            raise ValueError("its pictures are too large")
        in_rest = [size if name is None else 0 for size, name in zip(sizes, self.names, strict=True)]
        self.ends = np.cumsum([0, *in_rest]).tolist()
        self.recent = lru_cache(RECENT_PICTURES)(self.decode)

    @property
    def rest_bytes(self) -> int:
        """Bytes at the start of the rest that belong to pictures."""
        return int(self.ends[-1])

    def decode(self, number: int) -> Array:
        """Return a picture; (H, W, C) uint8 or uint16."""
        height, width, channels, bits = self.shapes[number]
        if (name := self.names[number]) is not None:
            return decode_values(self.archive[name], "jpeg-xl", self.shapes[number])
        samples = np.frombuffer(self.rest[self.ends[number] : self.ends[number + 1]], f">u{bits // 8}")
        return np.moveaxis(samples.reshape(channels, height, width), 0, -1).astype(f"u{bits // 8}")


def _encode_picture(picture: Array, packed_bytes: int) -> bytes | None:
    """Encode a picture as JPEG XL; None if it is nearly empty or huge, or if xz packs it better."""
    if packed_bytes < EMPTY_SHARE * picture.nbytes or picture[..., 0].size > MAX_JPEG_XL_PIXELS:
        return None
    encoded = encode_jpeg_xl_at(drop_redundancy(picture), EFFORT)
    return encoded if len(encoded) < packed_bytes else None


def _read_shape(value: Any) -> tuple[int, int, int, int]:
    height, width, channels, bits = value
    numbers = (height, width, channels, bits)
    is_possible = all(type(number) is int and 0 < number <= MAX_SIDE_PIXELS for number in numbers)
    if not is_possible or channels > MAX_CHANNELS or bits not in {8, 16} or width * bits > 8 * MAX_ROW_BYTES:
        raise ValueError("a picture has an impossible shape")
    return numbers


def _planes(picture: Array) -> bytes:
    """The samples of a picture, channel by channel, big-endian."""
    return np.moveaxis(picture, -1, 0).astype(picture.dtype.newbyteorder(">")).tobytes()


def _write_zip(file: LayeredFile, encoded: Sequence[bytes | None]) -> bytes:
    """Write the parts, the rest, and the pictures that have a file of their own."""
    names = dict[bytes, str]()
    pictures, rest = list[dict[str, Any]](), bytearray()
    for picture, content in zip(file.pictures, encoded, strict=True):
        fields: dict[str, Any] = {"shape": (*picture.shape, 8 * picture.itemsize)}
        if content is None:
            rest += _planes(picture)
        else:  # a single layer is often equal to the merged picture
            fields["file"] = names.setdefault(content, f"{len(names) + 1}.jxl")
        pictures.append(fields)
    rest += file.rest
    rules = list[dict[str, Any]]()
    parts = parts_to_json(file.parts, rules)
    fields = {"format": FORMAT_NAME, "pictures": pictures, "rules": rules, "parts": parts}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for content, name in names.items():
            archive.writestr(zipfile.ZipInfo(name), content)
        archive.writestr(zipfile.ZipInfo(REST_NAME), pack_bytes(bytes(rest)))
        archive.writestr(zipfile.ZipInfo(PARTS_NAME), pack_bytes(json.dumps(fields, separators=(",", ":")).encode()))
    return buffer.getvalue()


def _stored_files(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP that compresses none of them, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its files are compressed")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("its files overlap")
        return {member.filename: archive.read(member) for member in members}
