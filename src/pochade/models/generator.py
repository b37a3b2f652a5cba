"""The shipped generator: pictures to latents of 64 numbers, and latents to new pictures.

    latents ─►┤FlowMatchingVAE├─► 8 x 8 places ─►┤SketchVAE decoder├─► blocks of 16 pixels ─►┤ArtifactRemover├─► picture

The edges of neighbouring blocks remain visible, with faint ripples beside them. Enlarged AVIF previews have such edges
too, so the artifact remover that was trained on these removes them.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.errors import CheckpointDamaged
from pochade.models import weights
from pochade.models.artifact_remover import shipped_artifact_remover
from pochade.models.checkpoints import load_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.sketch_model import SketchVAE, encode_on_white

SAMPLING_STEPS = 16  # more hardly change a picture
UNQUANTISED_LOG_STEPS = 2.0  # the finest steps that the sketch decoder was trained on: the latents are not quantised
BLOCK_EDGE_CONDITIONING = (5, 85)  # low quality, strong enlargement: the best-looking of six settings that were tried
ENCODE_BATCH = 32  # pictures
DECODE_BATCH = 8  # pictures; a shorter batch is filled up, so that a picture never depends on the others in its batch

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
        model, sketch_model = load_model(path), load_model(weights.FOLDER / weights.SKETCH_FILE)
        if not isinstance(model, FlowMatchingVAE) or not isinstance(sketch_model, SketchVAE):
            raise CheckpointDamaged(f"'{path}' holds a model that can't generate pictures", "install Pochade again")
        self.model = model
        self.sketch_model = sketch_model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        decoder_files = (str(weights.FOLDER / file) for file in (weights.SKETCH_FILE, weights.PREVIEW_FILE))
        self.name = weights.weights_name(path.parent, (path.name, *decoder_files)) or ""
        self.side = model.config.places * sketch_model.config.block

    @torch.inference_mode()
    def encode(self, pictures: Bytes) -> Floats:
        """Map pictures (N, 128, 128, 3) to latents (N, 64), the means of their posteriors."""
        latents = [np.empty((0, self.model.config.latent_dim), np.float32)]
        for start in range(0, len(pictures), ENCODE_BATCH):
            x = torch.from_numpy(pictures[start : start + ENCODE_BATCH]).permute(0, 3, 1, 2).float() / 255
            latents.append(self.model.encode(encode_on_white(self.sketch_model, x)).mean.numpy())
        return np.concatenate(latents)

    @torch.inference_mode()
    def draw(self, latents: Floats, seeds: Sequence[int]) -> Bytes:
        """Generate pictures (N, 128, 128, 3) from latents (N, 64); the seeds decide what the latents leave open."""
        pictures = [np.empty((0, self.side, self.side, 3), np.uint8)]
        for start in range(0, len(latents), DECODE_BATCH):
            count = min(DECODE_BATCH, len(latents) - start)
            rows = np.arange(start, start + DECODE_BATCH) % len(latents)
            noise = torch.cat([self._noise(seeds[row]) for row in rows.tolist()])
            grids = self.model.sample(torch.from_numpy(latents[rows].astype(np.float32)), noise, SAMPLING_STEPS)
            log_steps = torch.full((DECODE_BATCH,), UNQUANTISED_LOG_STEPS)
            decoded = self.sketch_model.decode(grids, log_steps).clamp(0, 1)
            blocky = (decoded * 255).round().byte().permute(0, 2, 3, 1).numpy()
            pictures += [remove_block_edges(picture)[None] for picture in blocky[:count]]
        return np.concatenate(pictures)

    def _noise(self, seed: int) -> Tensor:
        config = self.model.config
        shape = (1, config.channels, config.places, config.places)
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed))  # (1, 128, 8, 8)


def remove_block_edges(picture: Bytes) -> Bytes:
    """Remove the edges between the blocks of a decoded picture (128, 128, 3)."""
    remover = shipped_artifact_remover(weights.PREVIEW_FILE)
    return remover.apply(np.ascontiguousarray(picture), BLOCK_EDGE_CONDITIONING)


@cache
def shipped_generator() -> FlowMatchingGenerator:
    """Load the generator that comes with the package, once."""
    return FlowMatchingGenerator()
