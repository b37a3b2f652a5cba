"""Decodes the samples of a place in a PSD, and finds the part that encodes them to the same bytes again."""

from collections.abc import Callable
from typing import NamedTuple

import imagecodecs
import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.parts import Channel, PackBitsPart, Part, SamplesPart
from pochade.images.layered.psd_channels import PACK_BITS, RAW, ChannelPlace
from pochade.images.layered.run_length_learning import find_exceptions, learn_rules
from pochade.images.layered.run_length_rules import MAX_ROW_BYTES, RunLengthRules, split_content

SAMPLE_ROWS = 192  # from which the rules are learned
MAX_EXCEPTION_SHARE = 0.25  # of a place's bytes; more is not worth taking apart


class DecodedPlace(NamedTuple):
    """The samples of a place, and how they become the bytes of the file."""

    planes: list[Array]  # of each channel, the bytes of its rows; (N, W) uint8
    make_parts: Callable[[list[Channel]], list[Part]]  # from where the samples are
    rest: bytes  # what these parts take from the rest


def decode_place(content: bytes, place: ChannelPlace, sample_bytes: int, *, large: bool) -> DecodedPlace | None:
    """Decode a place.

    Args:
        content: The bytes of the place.
        place: The place.
        sample_bytes: 1 or 2.
        large: Whether the file is a PSB.

    Returns:
        The samples; None if they can't be encoded to the same bytes again.
    """
    if place.shape[1] * sample_bytes > MAX_ROW_BYTES:
        return None
    try:
        if place.compression == PACK_BITS:
            return _decode_pack_bits(content, place, sample_bytes, 4 if large else 2)
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


def _decode_pack_bits(content: bytes, place: ChannelPlace, sample_bytes: int, count_bytes: int) -> DecodedPlace | None:
    height, width = place.shape
    rows = _split_rows(content, height * len(place.channels), count_bytes)
    if rows is None:
        return None
    decoded = [imagecodecs.packbits_decode(row, out=width * sample_bytes + 1) for row in rows]
    if any(len(row) != width * sample_bytes for row in decoded):
        return None
    samples = np.frombuffer(b"".join(decoded), np.uint8).reshape(-1, width * sample_bytes)
    rules = _learn(rows, samples, place.bounds[1] * sample_bytes)
    exceptions = find_exceptions(rows, samples, rules)
    if sum(len(rows[row]) for row in exceptions) > MAX_EXCEPTION_SHARE * len(content):
        return None
    sizes = tuple((row, len(rows[row])) for row in exceptions)
    planes = list(samples.reshape(len(place.channels), height, -1))
    rest = b"".join(rows[row] for row in exceptions)
    return DecodedPlace(planes, lambda channels: [PackBitsPart(tuple(channels), count_bytes, rules, sizes)], rest)


def _split_rows(content: bytes, count: int, count_bytes: int) -> list[bytes] | None:
    """Split a place into its rows; None if their sizes do not add up to the place's."""
    if len(content) < count * count_bytes:
        return None
    sizes = np.frombuffer(content, f">u{count_bytes}", count).astype(np.int64)
    if count * count_bytes + sizes.sum() != len(content) or not sizes.all():
        return None
    return split_content(content[count * count_bytes :], sizes)


def _learn(rows: list[bytes], samples: Array, left: int) -> RunLengthRules:
    step = -(-len(rows) // SAMPLE_ROWS)
    return learn_rules(rows[::step], samples[::step], left)
