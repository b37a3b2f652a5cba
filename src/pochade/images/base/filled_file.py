"""A file whose end was missing, and from which share of its pixels on the rest is filled in."""

from typing import NamedTuple

MIN_SHARE = 1 / 16  # of a picture: less shows nothing, and may be a lie about its size


class FilledFile(NamedTuple):
    """A file that decoders read to its end."""

    content: bytes
    lacks_pixels: bool  # whether some of its pixels are filled in
