"""Encodes a layered file as pictures and the rest of its bytes, in a ZIP (docs/format.md), and decodes it again."""

import io
import json
import lzma
import zipfile
from collections.abc import Sequence
from typing import Any

from pochade.archive.codecs.layered_pictures import (
    EncodedPicture,
    LayeredPictures,
    differences_are_smaller,
    differences_of,
    encode_layer,
    planes_of,
)
from pochade.archive.codecs.repetition import repeat_each_other
from pochade.archive.codecs.xz_codec import pack_bytes, unpack_bytes
from pochade.images.base.picture import Array
from pochade.images.layered.layered_file import MAX_SAMPLE_BYTES, LayeredFile, put_together
from pochade.images.layered.parts_json import parts_from_json, parts_to_json, stack_to_json
from pochade.images.layered.take_apart import take_apart

FORMAT_NAME = "pochade-layered-2"
FORMATS = {"pochade-layered-1", FORMAT_NAME}  # the first one had no WebP and no stacks
PARTS_NAME, REST_NAME = "parts.xz", "rest.xz"
MAX_PARTS_BYTES = 2**26
SMALL_BYTES = 2**20  # packing as much by xz takes no time
SAMPLE_BYTES, SAMPLES_EVERY = 2**16, 16  # a sixteenth of a larger file shows how far xz would pack it
SAMPLE_PRESET = 1  # of xz, which makes of samples 1.1 to 1.5 times what the whole file would take
MAX_SHARE_OF_XZ = 0.6  # of what the samples suggest; below it, the whole file is not packed
MAX_REPEATED_BYTES = 2**26  # of samples; packing more by xz takes minutes, and its window holds half of it
MIN_SAMPLE_SHARE = 0.05  # of the file's bytes, as samples; a file with less is packed as it is


def encode_layered(content: bytes, max_bytes: int, *, best: bool = False) -> bytes | None:
    """Encode a layered file.

    Args:
        content: The file's bytes.
        max_bytes: The size that the result must stay below.
        best: Whether to take several times as long for a smaller result.

    Returns:
        The ZIP; None if the file has no layers that can be taken apart, or if the ZIP is not small enough.
    """
    encoded = _encode(content, best=best)
    if encoded is None or len(encoded) >= max_bytes or decode_layered(encoded, len(content)) != content:
        return None
    return encoded


def _encode(content: bytes, *, best: bool) -> bytes | None:
    """Encode a layered file as a ZIP; None if it has too few samples that can be taken apart."""
    file = take_apart(content)
    if file is None or sum(picture.nbytes for picture in file.pictures) < MIN_SAMPLE_SHARE * len(content):
        return None
    candidates = [_encode_file(file, best=best)]
    if best or _layers_repeat(file):  # xz may find one layer in another
        file.stacks.clear()
        candidates.append(_write_zip(file, file.pictures, [None] * len(file.pictures)))
    return min(candidates, key=len)


def _layers_repeat(file: LayeredFile) -> bool:
    """Return whether layers repeat each other, and xz can find it in bearable time; the first channels say so."""
    if sum(picture.nbytes for picture in file.pictures) > MAX_REPEATED_BYTES:
        return False
    layers = (picture[..., 0] for number, picture in enumerate(file.pictures) if number not in file.stacks)
    return repeat_each_other(layer.tobytes() for layer in layers)


def xz_may_win(content: bytes, encoded_bytes: int) -> bool:
    """Return whether xz may pack a whole file to less than a size, by what it makes of some samples."""
    if len(content) <= SMALL_BYTES:
        return True
    samples = [content[start : start + SAMPLE_BYTES] for start in range(0, len(content), SAMPLES_EVERY * SAMPLE_BYTES)]
    packed_bytes = sum(len(lzma.compress(sample, preset=SAMPLE_PRESET)) for sample in samples)
    return encoded_bytes > MAX_SHARE_OF_XZ * packed_bytes / sum(map(len, samples)) * len(content)


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
    if not isinstance(fields, dict) or fields.get("format") not in FORMATS:
        raise ValueError("a newer Pochade wrote its parts")
    rest = unpack_bytes(archive[REST_NAME], MAX_SAMPLE_BYTES + original_bytes)
    pictures = LayeredPictures(fields["pictures"], archive, rest)
    parts = parts_from_json(fields["parts"], fields["rules"])
    made = bytearray()
    for chunk in put_together(parts, rest[pictures.rest_bytes :], pictures.picture):
        made += chunk
        if len(made) > original_bytes:
            raise ValueError("its parts make more than the original")
    return bytes(made)


def _encode_file(file: LayeredFile, *, best: bool) -> bytes:
    """Encode the parts of a file as a ZIP."""
    stored = list(file.pictures)
    for number in list(file.stacks):
        differences = differences_of(file, number)
        if differences_are_smaller(file.pictures[number], differences):
            stored[number] = differences
        else:
            del file.stacks[number]
    encoded = [encode_layer(samples, best=best) for samples in stored]
    return _write_zip(file, stored, encoded)


def _write_zip(file: LayeredFile, stored: Sequence[Array], encoded: Sequence[EncodedPicture | None]) -> bytes:
    """Write the parts, the rest, and the pictures that have a file of their own."""
    names = dict[EncodedPicture, str]()
    pictures, rest = list[dict[str, Any]](), bytearray()
    for number, (samples, picture) in enumerate(zip(stored, encoded, strict=True)):
        fields: dict[str, Any] = {"shape": (*samples.shape, 8 * samples.itemsize)}
        if number in file.stacks:
            fields["stack"] = stack_to_json(file.stacks[number])
        if picture is None:
            rest += planes_of(samples)
        else:  # a single layer is often equal to the merged picture
            fields["file"] = names.setdefault(picture, f"{len(names) + 1}{picture.suffix}")
        pictures.append(fields)
    rest += file.rest
    rules = list[dict[str, Any]]()
    parts = parts_to_json(file.parts, rules)
    fields = {"format": FORMAT_NAME, "pictures": pictures, "rules": rules, "parts": parts}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for picture, name in names.items():
            archive.writestr(zipfile.ZipInfo(name), picture.content)
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
