"""What a coder took away, drawn again: a decoded picture goes through a restorer that is told how it was coded.

    decoded pixels ─►┤tiles with a margin├─►┤Restorer, told quality (and enlargement)├─►┤inner parts├─► pixels

A tile's margin is as wide as the net sees, so that tiles come out as the whole would. A picture without any colour
stays so where the net's description says it: eyes, and SSIMULACRA2, mind a tint more than what the net mends.
"""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from pochade.errors import CheckpointDamaged
from pochade.images.geometry.tiles import Tile, tiles
from pochade.models import weights
from pochade.models.packed_weights import unpacked

TILE = 512  # pixels a side of what is kept of a tile
FULL = 100  # of what is told

Bytes = NDArray[np.uint8]


class ArtifactRemover:
    """A restorer as it travels in an archive.

    What it draws may differ by one level of 255 between machines, as it counts in floats.

    Args:
        content: The net, packed; see `models/packed_weights.py`.

    Raises:
        CheckpointDamaged: It can't be read.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.name = name_of(content)
        self.net = unpacked(content).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        multiple = self.net.config.multiple
        self.margin = -(-self.net.config.reach // multiple) * multiple

    def mended(self, pixels: Bytes, told: tuple[int, ...]) -> Bytes:
        """A decoded picture (H, W, 3) of any size as it was before, as far as the net can tell.

        Args:
            pixels: The picture.
            told: How it was coded, a number from 0 to 100 for each of the net's planes; the first is the quality.

        Raises:
            ValueError: The net wants to be told more or less.
        """
        if len(told) != self.net.config.planes:
            raise ValueError(f"the net is told {self.net.config.planes} numbers, not {len(told)}")
        grey = self.net.config.keeps_grey and bool((pixels == pixels[..., :1]).all())
        whole = np.empty_like(pixels)
        for tile in tiles(pixels.shape[0], pixels.shape[1], TILE, self.margin):
            whole[tile.kept] = self._part(pixels, tile, told, grey=grey)
        return whole

    @torch.inference_mode()
    def _part(self, pixels: Bytes, tile: Tile, told: tuple[int, ...], *, grey: bool) -> Bytes:
        """What is kept of one tile (h, w, 3); of a grey picture, whose colours all change alike, it is grey."""
        x = torch.from_numpy(pixels[tile.read].astype(np.float32) / 255).permute(2, 0, 1)[None]  # (1, 3, h, w)
        height, width = x.shape[2:]
        multiple = self.net.config.multiple
        x = functional.pad(x, (0, -width % multiple, 0, -height % multiple), mode="replicate")
        planes = torch.tensor(told).view(1, -1, 1, 1).expand(-1, -1, *x.shape[2:]) / FULL
        change, _ = self.net(x.contiguous(memory_format=torch.channels_last), planes)
        change = change.mean(1, keepdim=True) if grey else change
        drawn = ((x + change)[0, :, :height, :width].clamp(0, 1) * 255).round().byte()
        return drawn.permute(1, 2, 0).numpy()[tile.inner]


def name_of(content: bytes) -> str:
    """A packed net's name: the beginning of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


@cache
def shipped(file: str = weights.AVIF) -> ArtifactRemover:
    """A net that comes with the package, loaded once."""
    return mender_at(weights.FOLDER / file)


def mender_at(path: Path) -> ArtifactRemover:
    """The packed net of a file.

    Raises:
        CheckpointDamaged: It is missing or damaged.
    """
    try:
        return ArtifactRemover(path.read_bytes())
    except OSError as error:
        raise CheckpointDamaged(f"'{path}' can't be read: {error.strerror}", "install Pochade again") from error
