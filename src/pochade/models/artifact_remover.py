"""The artifact remover: restores what a lossy codec took from a decoded picture.

    decoded pixels ─►┤overlapping tiles├─►┤Denoiser, conditioned on the quality├─►┤cores of tiles├─► pixels

The overlap is as wide as the model's receptive field, so tiles give the same result as the whole picture would. If the
model's config says so, a grey picture stays grey: to people and to SSIMULACRA2, a colour cast is worse than the lost
detail.
"""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.images.geometry.tiles import Tile, tile_grid
from pochade.models import weights
from pochade.models.packed_file import read_packed
from pochade.models.runnable_model import RunnableModel

TILE_PIXELS = 512  # per side of a tile's core
CONDITIONING_SCALE = 100  # `apply` takes percents, the model takes shares

Bytes = NDArray[np.uint8]


class ArtifactRemover:
    """A denoiser for decoded pictures, in the packed form in which it travels in an archive.

    Its result may differ by one level of 255 between machines, because it is computed in floats.

    Args:
        content: The packed model; see `models/packed_weights.py`.

    Raises:
        CheckpointDamaged: The content can't be read.
        UsageError: Its sizes are unusual, and torch is not installed.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.name = _content_hash(content)
        self._model = RunnableModel(read_packed(content))
        self._model.prepare("denoise")  # raises if the weights do not fit
        self.config = self._model.config
        self.margin = -(-self.config.reach // self.config.multiple) * self.config.multiple  # the reach, rounded up

    def apply(self, pixels: Bytes, conditioning: tuple[int, ...]) -> Bytes:
        """Estimate a picture as it was before it was encoded.

        Args:
            pixels: The decoded picture (H, W, 3) of any size.
            conditioning: How it was encoded: one number from 0 to 100 for each conditioning plane of the model. The
                first is the quality.

        Returns:
            The restored picture (H, W, 3).

        Raises:
            ValueError: The conditioning has more or fewer numbers than the model has planes.
        """
        planes = self.config.planes
        if len(conditioning) != planes:
            raise ValueError(f"the model takes {planes} conditioning numbers, not {len(conditioning)}")
        grey = self.config.keeps_grey and bool((pixels == pixels[..., :1]).all())
        restored = np.empty_like(pixels)
        for tile in tile_grid(pixels.shape[0], pixels.shape[1], TILE_PIXELS, self.margin):
            restored[tile.core] = self._restore_tile(pixels, tile, conditioning, grey=grey)
        return restored

    def _restore_tile(self, pixels: Bytes, tile: Tile, conditioning: tuple[int, ...], *, grey: bool) -> Bytes:
        """The core of a restored tile (h, w, 3); in a grey picture all channels get the mean change."""
        padded = pixels[tile.padded]
        height, width = padded.shape[:2]
        multiple = self.config.multiple
        padded = np.pad(padded, ((0, -height % multiple), (0, -width % multiple), (0, 0)), "edge")
        x = np.ascontiguousarray(padded.transpose(2, 0, 1)[None].astype(np.float32)) / np.float32(255)  # (1, 3, h, w)
        shares = np.array(conditioning, np.float32)[None, :, None, None] / np.float32(CONDITIONING_SCALE)
        planes = np.tile(shares, (1, 1, *x.shape[2:]))
        change = self._model.run("denoise", x, planes)[0]
        change = change.mean(1, keepdims=True) if grey else change
        restored = np.rint((x + change)[0, :, :height, :width].clip(0, 1) * np.float32(255)).astype(np.uint8)
        return restored.transpose(1, 2, 0)[tile.core_in_padded]


@cache
def shipped_artifact_remover(file: str = weights.AVIF_FILE) -> ArtifactRemover:
    """Load a model that comes with the package, once."""
    return read_artifact_remover(weights.FOLDER / file)


def read_artifact_remover(path: Path) -> ArtifactRemover:
    """Read a packed model from a file.

    Raises:
        CheckpointDamaged: The file is missing or damaged.
    """
    try:
        return ArtifactRemover(path.read_bytes())
    except OSError as error:
        raise CheckpointDamaged(f"'{path}' can't be read: {error.strerror}", "install Pochade again") from error


def _content_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[: weights.HASH_DIGITS]
