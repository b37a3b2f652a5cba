"""Pictures to latents of 64 numbers, and latents to pictures: the shipped net that draws what is new.

    latents ─►┤DiffusionVAE├─► 8 x 8 places ─►┤CodeVAE├─► blocks of 16 pixels ─►┤Mender├─► a picture

Blocks that were drawn one beside the other don't quite meet. The net that redraws small AVIFs, enlarged, knows such
edges and the faint waves about them, and takes them for what they are.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.errors import CheckpointDamaged
from pochade.models import FlowMatchingVAE, SketchVAE, weights
from pochade.models.artifact_remover import shipped
from pochade.models.checkpoints import load_model
from pochade.models.sketch_model import encode_on_white

STEPS = 16  # from noise to a picture: more change hardly anything
FINEST = 2.0  # what the code's decoder is told of steps that are none
FINISH = (5, 85)  # what the net that finishes is told: coded badly, and enlarged much; of six ways the nearest to art
BATCH = 32  # pictures read at once
TOGETHER = 8  # pictures drawn at once; a shorter batch is filled up, so that a picture never depends on its company

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


class FlowMatchingGenerator:
    """Reads and draws pictures of 128 x 128 pixels.

    Args:
        path: The net's file; the shipped one by default.

    Raises:
        CheckpointDamaged: It is missing or damaged.
    """

    def __init__(self, path: Path = weights.FOLDER / weights.CREATE) -> None:
        net, code = load_model(path), load_model(weights.FOLDER / weights.CODE)
        if not isinstance(net, FlowMatchingVAE) or not isinstance(code, SketchVAE):
            raise CheckpointDamaged(f"'{path}' holds another net than that which draws", "install Pochade again")
        self.net, self.code = net, code.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        others = (str(weights.FOLDER / file) for file in (weights.CODE, weights.PREVIEW))
        self.name = weights.name_of(path.parent, (path.name, *others)) or ""
        self.side = net.config.places * code.config.block

    @torch.inference_mode()
    def encode(self, pictures: Bytes) -> Floats:
        """Codes (N, 64) of pictures (N, 128, 128, 3): the means of their posteriors."""
        found = [np.empty((0, self.net.config.latent_dim), np.float32)]
        for start in range(0, len(pictures), BATCH):
            x = torch.from_numpy(pictures[start : start + BATCH]).permute(0, 3, 1, 2).float() / 255
            found.append(self.net.encode(encode_on_white(self.code, x)).mean.numpy())
        return np.concatenate(found)

    @torch.inference_mode()
    def draw(self, codes: Floats, seeds: Sequence[int]) -> Bytes:
        """Pictures (N, 128, 128, 3) for codes (N, 64), each with what these leave open drawn from its own seed."""
        found = [np.empty((0, self.side, self.side, 3), np.uint8)]
        for start in range(0, len(codes), TOGETHER):
            some, count = np.arange(start, start + TOGETHER) % len(codes), min(TOGETHER, len(codes) - start)
            noise = torch.cat([self.noise(seeds[place]) for place in some.tolist()])
            grids = self.net.draw(torch.from_numpy(codes[some].astype(np.float32)), noise, STEPS)
            drawn = self.code.decode(grids, torch.full((TOGETHER,), FINEST)).clamp(0, 1)
            blocks = (drawn * 255).round().byte().permute(0, 2, 3, 1).numpy()
            found += [finished(one)[None] for one in blocks[:count]]
        return np.concatenate(found)

    def noise(self, seed: int) -> Tensor:
        """What a way begins with, (1, 128, 8, 8)."""
        config = self.net.config
        shape = (1, config.channels, config.places, config.places)
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def finished(drawn: Bytes) -> Bytes:
    """A picture (128, 128, 3) made of blocks, as one."""
    return shipped(weights.PREVIEW).mended(np.ascontiguousarray(drawn), FINISH)


@cache
def shipped_generator() -> FlowMatchingGenerator:
    """The net that comes with the package, loaded once."""
    return FlowMatchingGenerator()
