"""The shipped generator: pictures to latents of 64 numbers, and latents to new pictures.

    latents ─►┤FlowMatchingVAE├─► 8 x 8 places ─►┤SketchVAE decoder├─► blocks of 16 pixels ─►┤ArtifactRemover├─► picture

The edges of neighbouring blocks remain visible, with faint ripples beside them. Enlarged AVIF previews have such edges
too, so the artifact remover that was trained on these removes them.
"""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.models import weights
from pochade.models.artifact_remover import shipped_artifact_remover
from pochade.models.model_configs import FlowMatchingConfig, SketchConfig
from pochade.models.runnable_model import RunnableModel, load_runnable
from pochade.models.seeded_noise import seeded_noise
from pochade.models.stored_model import read_stored_model

SAMPLING_STEPS = 16  # more hardly change a picture
UNQUANTISED_LOG_STEPS = 2.0  # the finest steps that the sketch decoder was trained on: the latents are not quantised
BLOCK_EDGE_CONDITIONING = (5, 85)  # low quality, strong enlargement: the best-looking of six settings that were tried
ENCODE_BATCH = 32  # pictures
DECODE_BATCH = 8  # pictures

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


class FlowMatchingGenerator:
    """Encodes and generates pictures of 128 x 128 pixels; it implements `Generator`.

    Args:
        path: The file of the flow-matching model; the shipped one by default.

    Raises:
        CheckpointDamaged: The file is missing or damaged.
    """

    def __init__(self, path: Path = weights.FOLDER / weights.GENERATOR_FILE) -> None:
        stored = read_stored_model(path, FlowMatchingConfig)
        self.path, self.config = path, stored.config
        self._model = RunnableModel(stored)
        self._sketch_model = load_runnable(weights.FOLDER / weights.SKETCH_FILE, SketchConfig)
        self._centre, self._scale = (_per_channel(stored.weights[name]) for name in ("centre", "scale"))
        decoder_files = (str(weights.FOLDER / file) for file in (weights.SKETCH_FILE, weights.PREVIEW_FILE))
        self.name = weights.weights_name(path.parent, (path.name, *decoder_files)) or ""
        self.side = self.config.places * self._sketch_model.config.block

    def encode(self, pictures: Bytes) -> Floats:
        """Map pictures (N, 128, 128, 3) to latents (N, 64), the means of their posteriors."""
        latents = [np.empty((0, self.config.latent_dim), np.float32)]
        for start in range(0, len(pictures), ENCODE_BATCH):
            batch = pictures[start : start + ENCODE_BATCH]
            frames = np.ones((len(batch), 2), np.float32)  # a white border counts as a part of the picture
            (grids,) = self._sketch_model.run("encode_squares", batch, frames)  # (B, 128, 8, 8)
            latents += self._model.run("encode_grids", grids)
        return np.concatenate(latents)

    def draw(self, latents: Floats, seeds: Sequence[int]) -> Bytes:
        """Generate pictures (N, 128, 128, 3) from latents (N, 64); the seeds decide what the latents leave open."""
        pictures = [np.empty((0, self.side, self.side, 3), np.uint8)]
        for start in range(0, len(latents), DECODE_BATCH):
            batch = latents[start : start + DECODE_BATCH].astype(np.float32)
            noise = np.stack([self._noise(seed) for seed in seeds[start : start + DECODE_BATCH]])
            log_steps = np.full(len(batch), UNQUANTISED_LOG_STEPS, np.float32)
            (blocky,) = self._sketch_model.run("decode_latents", self._sample(batch, noise), log_steps)
            pictures += [remove_block_edges(picture)[None] for picture in blocky]  # of (B, 128, 128, 3)
        return np.concatenate(pictures)

    def _sample(self, latents: Floats, noise: Floats) -> Floats:
        """Generate grids from latents (B, 64) and noise (B, 128, 8, 8), as `FlowMatchingVAE.sample` does."""
        x, times = noise, np.linspace(0, 1, SAMPLING_STEPS + 1, dtype=np.float32)
        for time, next_time in pairwise(times):
            (clean,) = self._model.run("predict_clean", x, np.full(len(x), time), latents)
            x = x + (clean - x) * ((next_time - time) / (1 - time))
        return x * self._scale + self._centre

    def _noise(self, seed: int) -> Floats:
        """The noise of one picture (128, 8, 8)."""
        shape = (self.config.channels, self.config.places, self.config.places)
        return seeded_noise(seed, math.prod(shape)).reshape(shape)


def _per_channel(numbers: NDArray[np.generic]) -> Floats:
    """(C,) to (1, C, 1, 1)."""
    return numbers.astype(np.float32)[None, :, None, None]


def remove_block_edges(picture: Bytes) -> Bytes:
    """Remove the edges between the blocks of a decoded picture (128, 128, 3)."""
    remover = shipped_artifact_remover(weights.PREVIEW_FILE)
    return remover.apply(np.ascontiguousarray(picture), BLOCK_EDGE_CONDITIONING)


@cache
def shipped_generator() -> FlowMatchingGenerator:
    """Load the generator that comes with the package, once."""
    return FlowMatchingGenerator()
