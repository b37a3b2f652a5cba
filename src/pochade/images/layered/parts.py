"""What a layered file consists of, part by part, when it is taken apart.

The parts follow each other as in the file. Samples are in pictures; all other bytes are in the *rest*. `docs/format.md`
specifies how an archive stores parts, pictures and rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.gimp_tiles import encode_tiles
from pochade.images.layered.run_length_rules import RunLengthRules, encode_rows, split_content


class Channel(NamedTuple):
    """A channel of a picture, by number."""

    picture: int
    channel: int


class PartSource(Protocol):
    """What parts are built from."""

    def rest(self, size: int) -> bytes:
        """Return the next bytes of the rest."""

    def rows(self, channel: Channel) -> Array:
        """Return the bytes of a channel's rows, big-endian where samples have two bytes; (N, W) uint8."""

    def pixels(self, picture: int) -> Array:
        """Return the bytes of a picture's pixels, big-endian where samples have two bytes; (H, W, B) uint8."""


class Part(Protocol):
    """Some bytes of a layered file."""

    def build(self, source: PartSource) -> Iterator[bytes]:
        """Yield the bytes."""


@dataclass(frozen=True)
class RestPart:
    """Bytes that are no samples, or could not be taken apart."""

    size: int

    def build(self, source: PartSource) -> Iterator[bytes]:
        """Yield the bytes."""
        yield source.rest(self.size)


@dataclass(frozen=True)
class SamplesPart:
    """The samples of a channel, row by row."""

    channel: Channel

    def build(self, source: PartSource) -> Iterator[bytes]:
        """Yield the bytes."""
        yield source.rows(self.channel).tobytes()


@dataclass(frozen=True)
class PackBitsPart:
    """Channels in PackBits: first the bytes of every row of all channels, then the rows.

    Args:
        channels: The channels.
        count_bytes: Bytes of each number in front of the rows.
        rules: How the rows are encoded.
        exceptions: Number and bytes of each row that the rules encode otherwise; such rows are in the rest.
    """

    channels: tuple[Channel, ...]
    count_bytes: int
    rules: RunLengthRules
    exceptions: tuple[tuple[int, int], ...] = ()

    def build(self, source: PartSource) -> Iterator[bytes]:
        """Yield the bytes."""
        contents = list[bytes]()
        for channel in self.channels:
            contents += split_content(*encode_rows(source.rows(channel), self.rules))
        for row, size in self.exceptions:
            contents[row] = source.rest(size)
        sizes = [len(content) for content in contents]
        yield np.array(sizes, f">u{self.count_bytes}").tobytes()
        yield b"".join(contents)


@dataclass(frozen=True)
class GimpTilesPart:
    """The tiles of a layer or mask of an XCF.

    Args:
        picture: The number of the picture.
        packed: Whether the tiles have run lengths.
        exceptions: Number and bytes of each tile that GIMP would write otherwise; such tiles are in the rest.
    """

    picture: int
    packed: bool
    exceptions: tuple[tuple[int, int], ...] = ()

    def build(self, source: PartSource) -> Iterator[bytes]:
        """Yield the bytes."""
        sizes = dict(self.exceptions)
        for number, tile in enumerate(encode_tiles(source.pixels(self.picture), packed=self.packed)):
            yield source.rest(sizes[number]) if number in sizes else tile
