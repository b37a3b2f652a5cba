"""Decodes the samples of a place in a PSD, and finds the part that encodes them to the same bytes again."""

from collections.abc import Callable
from typing import NamedTuple

import imagecodecs
import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.parts import Channel, PackBitsPart, Part, SamplesPart
from pochade.images.layered.psd_channels import PACK_BITS, RAW, ChannelPlace
from pochade.images.layered.run_length_learning import find_exceptions, learn_rules
from pochade.images.layered.run_length_rules import MAX_ROW_BYTES, RunLengthRules, encode_rows, split_content

SAMPLE_ROWS = 192  # from which the rules are learned
MAX_EXCEPTION_SHARE = 0.25  # of a place's bytes; more is not worth taking apart


class DecodedPlace(NamedTuple):
    """The samples of a place, and how they become the bytes of the file."""

    planes: list[Array]  # of each channel, the bytes of its rows; (N, W) uint8
    make_parts: Callable[[list[Channel]], list[Part]]  # from where the samples are
    rest: bytes  # what these parts take from the rest
    rules: RunLengthRules | None = None  # how its rows are encoded


class _Rows(NamedTuple):
    """The rows of a place."""

    samples: Array  # (N, W) uint8
    rules: RunLengthRules  # how most of them are encoded
    exceptions: dict[int, bytes]  # those that are encoded otherwise, by number


def decode_place(
    content: bytes, place: ChannelPlace, sample_bytes: int, *, large: bool, usual: RunLengthRules | None = None
) -> DecodedPlace | None:
    """Decode a place.

    Args:
        content: The bytes of the place.
        place: The place.
        sample_bytes: 1 or 2.
        large: Whether the file is a PSB.
        usual: The rules of another place of the file, which hold for this one, too, if one program saved the file.

    Returns:
        The samples; None if they can't be encoded to the same bytes again.
    """
    if place.shape[1] * sample_bytes > MAX_ROW_BYTES:
        return None
    try:
        if place.compression == PACK_BITS:
            return _decode_pack_bits(content, place, sample_bytes, 4 if large else 2, usual)
        if place.compression == RAW:
            return _decode_raw(content, place, sample_bytes)
    except imagecodecs.PackbitsError:
        return None
    return None  # deflated: another version of zlib might not make the same bytes again


def _decode_raw(content: bytes, place: ChannelPlace, sample_bytes: int) -> DecodedPlace | None:
    height, width = place.shape
    if len(content) != height * width * sample_bytes * len(place.channels):
        return None
    rows = np.frombuffer(content, np.uint8).reshape(len(place.channels), height, width * sample_bytes)
    return DecodedPlace(list(rows), lambda channels: [SamplesPart(channel) for channel in channels], b"")


def _decode_pack_bits(
    content: bytes, place: ChannelPlace, sample_bytes: int, count_bytes: int, usual: RunLengthRules | None
) -> DecodedPlace | None:
    height, width = place.shape
    sizes = _row_sizes(content, height * len(place.channels), count_bytes)
    if sizes is None:
        return None
    packed, row_bytes, left = content[len(sizes) * count_bytes :], width * sample_bytes, place.bounds[1] * sample_bytes
    rows = None if usual is None else _decode_as_usual(packed, sizes, row_bytes, usual.at(left))
    rows = rows or _decode_and_learn(packed, sizes, row_bytes, left)
    if rows is None or sum(map(len, rows.exceptions.values())) > MAX_EXCEPTION_SHARE * len(content):
        return None
    planes = list(rows.samples.reshape(len(place.channels), height, -1))
    exceptions = tuple((row, len(exception)) for row, exception in rows.exceptions.items())

    def make_parts(channels: list[Channel]) -> list[Part]:
        return [PackBitsPart(tuple(channels), count_bytes, rows.rules, exceptions)]

    return DecodedPlace(planes, make_parts, b"".join(rows.exceptions.values()), rows.rules)


def _decode_as_usual(packed: bytes, sizes: Array, row_bytes: int, rules: RunLengthRules) -> _Rows | None:
    """Decode rows that are all encoded as the rules say; None if a row is not."""
    decoded = imagecodecs.packbits_decode(packed, out=len(sizes) * row_bytes + 1)
    if len(decoded) != len(sizes) * row_bytes:
        return None
    samples = np.frombuffer(decoded, np.uint8).reshape(-1, row_bytes)
    encoded, encoded_sizes = encode_rows(samples, rules)
    return _Rows(samples, rules, {}) if encoded == packed and np.array_equal(encoded_sizes, sizes) else None


def _decode_and_learn(packed: bytes, sizes: Array, row_bytes: int, left: int) -> _Rows | None:
    """Decode rows, and learn from some of them how they are encoded; None if a row is damaged."""
    rows = split_content(packed, sizes)
    decoded = [imagecodecs.packbits_decode(row, out=row_bytes + 1) for row in rows]
    if any(len(row) != row_bytes for row in decoded):
        return None
    samples = np.frombuffer(b"".join(decoded), np.uint8).reshape(-1, row_bytes)
    step = -(-len(rows) // SAMPLE_ROWS)
    rules = learn_rules(rows[::step], samples[::step], left)
    return _Rows(samples, rules, {row: rows[row] for row in find_exceptions(rows, samples, rules)})


def _row_sizes(content: bytes, count: int, count_bytes: int) -> Array | None:
    """The bytes of each row of a place; None if they do not add up to the place's."""
    if len(content) < count * count_bytes:
        return None
    sizes = np.frombuffer(content, f">u{count_bytes}", count).astype(np.int64)
    return sizes if count * count_bytes + sizes.sum() == len(content) and sizes.all() else None
