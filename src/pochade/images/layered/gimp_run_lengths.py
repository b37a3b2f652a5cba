"""The run lengths that GIMP writes for the tiles of an XCF (`xcf.txt` in GIMP's sources).

A plane is a byte of every pixel of a tile. It becomes *runs* of equal bytes and *literals*. A run of one byte begins a
literal, unless it ends the plane behind a run. A literal goes on over single bytes and pairs, up to a run of three or
more, or a pair that ends the plane.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

from typing import NamedTuple

import numpy as np

from pochade.images.base.picture import Array

LONG_TOKEN = 128  # bytes; from here on, a token's length takes two bytes more


class _Tokens(NamedTuple):
    starts: Array  # (T,) offsets in the planes
    lengths: Array  # (T,)
    is_run: Array  # (T,) bool


def encode_planes(flat: Array, sizes: Array) -> tuple[bytes, Array]:
    """Encode planes.

    Args:
        flat: The planes, one behind the other; (N,) uint8.
        sizes: The bytes of each plane, at least 1; (P,) integers.

    Returns:
        The encoded planes, one behind the other, and the bytes of each; (P,) integers.
    """
    plane_starts = np.cumsum(sizes) - sizes
    is_first = np.zeros(len(flat), bool)
    is_first[plane_starts] = True
    tokens = _find_tokens(flat, is_first)
    return _write_tokens(flat, tokens, plane_starts)


def _find_tokens(flat: Array, is_first: Array) -> _Tokens:
    begins = is_first.copy()
    begins[1:] |= flat[1:] != flat[:-1]
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=len(flat))
    first = is_first[starts]
    in_literal = _in_literal(lengths, first)
    token_begins = ~in_literal | first
    token_begins[1:] |= ~in_literal[:-1]
    at = np.flatnonzero(token_begins)
    return _Tokens(starts[at], np.diff(starts[at], append=len(flat)), ~in_literal[at])


def _in_literal(lengths: Array, first: Array) -> Array:
    """Whether each run of equal bytes is part of a literal; (R,) bool.

    A pair is if the run before it is, so the last run that is no such pair decides.
    """
    last = np.append(first[1:], True)
    follows = (lengths == 2) & ~last & ~first
    decisive = np.maximum.accumulate(np.where(follows, 0, np.arange(len(lengths))))
    in_literal = (lengths == 1)[decisive] & ~(last & first)[decisive]
    ends_behind_run = (lengths == 1) & last & ~first
    ends_behind_run[1:] &= ~in_literal[:-1]
    return in_literal & ~ends_behind_run


def _write_tokens(flat: Array, tokens: _Tokens, plane_starts: Array) -> tuple[bytes, Array]:
    starts, lengths, is_run = tokens
    is_long = lengths >= LONG_TOKEN
    header_sizes = np.where(is_long, 3, 1)
    sizes = header_sizes + np.where(is_run, 1, lengths)
    places = np.cumsum(sizes) - sizes
    long_places = places[is_long]
    is_written = np.repeat(~is_run, lengths)  # of a run only the first byte
    is_written[starts] = True
    is_sample = np.ones(int(sizes.sum()), bool)
    is_sample[places] = is_sample[long_places + 1] = is_sample[long_places + 2] = False
    encoded = np.empty(len(is_sample), np.uint8)
    encoded[places] = np.where(is_long, np.where(is_run, 127, 128), np.where(is_run, lengths - 1, 256 - lengths))
    encoded[long_places + 1] = lengths[is_long] >> 8
    encoded[long_places + 2] = lengths[is_long] & 255
    encoded[is_sample] = flat[is_written]
    token_of_plane = np.searchsorted(starts, plane_starts)
    bounds = np.append(places, len(encoded))[np.append(token_of_plane, len(starts))]
    return encoded.tobytes(), np.diff(bounds)
