"""A layered file taken apart into pictures and the rest of its bytes, and put together again.

    file ──►──┬──┤samples of layers and of the merged picture├──►── pictures, which a picture codec makes small
              └──┤everything else├──────────────────────────────►── the rest, and the order of the parts

Only what comes back byte for byte is taken apart.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.layer_stack import StackedLayer
from pochade.images.layered.parts import Channel, Part, RestPart

MAX_SAMPLE_BYTES = 2**29  # of all pictures of a file; what has more is packed as it is
MAX_BUILT_BYTES = 2**30  # of samples and rest, by all parts of a file


@dataclass
class LayeredFile:
    """The parts of a file, in its order, and what they are built from."""

    parts: list[Part] = field(default_factory=list)
    pictures: list[Array] = field(default_factory=list)  # (H, W, C) uint8 or uint16, C from 1 to 4
    rest: bytearray = field(default_factory=bytearray)
    stacks: dict[int, tuple[StackedLayer, ...]] = field(default_factory=dict)  # that predict pictures, by their numbers

    def keep(self, content: bytes) -> None:
        """Add a part of the rest."""
        if content:
            self.parts.append(RestPart(len(content)))
            self.rest += content


def put_together(parts: Sequence[Part], rest: bytes, picture: Callable[[int], Array]) -> Iterator[bytes]:
    """Put a file together.

    Args:
        parts: Its parts.
        rest: The bytes that no picture holds.
        picture: Returns a picture by its number; (H, W, C) uint8 or uint16.

    Yields:
        The file's bytes.

    Raises:
        ValueError: The rest is too short, a part names a channel that does not exist, or the parts build too much.
    """
    source = _Source(rest, picture)
    for part in parts:
        yield from part.build(source)


class _Source:
    """What parts are built from; see `PartSource`."""

    def __init__(self, rest: bytes, picture: Callable[[int], Array]) -> None:
        self.content, self.end, self.picture, self.built_bytes = rest, 0, picture, 0

    def rest(self, size: int) -> bytes:
        start, self.end = self.end, self.end + size
        if self.end > len(self.content):
            raise ValueError("bytes of the rest are missing")
        return self.content[start : self.end]

    def rows(self, channel: Channel) -> Array:
        picture = self.picture(channel.picture)
        if channel.channel >= picture.shape[2]:
            raise ValueError("a picture has too few channels")
        return self._bytes_of(picture[..., channel.channel])

    def pixels(self, picture: int) -> Array:
        values = self.picture(picture)
        return self._bytes_of(values).reshape(*values.shape[:2], -1)

    def _bytes_of(self, values: Array) -> Array:
        self.built_bytes += values.nbytes
        if self.built_bytes > MAX_BUILT_BYTES:
            raise ValueError("its parts build more than any file of ours")
        return np.ascontiguousarray(values.astype(values.dtype.newbyteorder(">"))).view(np.uint8)
