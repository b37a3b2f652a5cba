"""Generated pictures are those that the torch modules give, and the edges between their blocks are smoothed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pochade.errors import CheckpointDamaged
from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.generator import (
    SAMPLING_STEPS,
    UNQUANTISED_LOG_STEPS,
    FlowMatchingGenerator,
    remove_block_edges,
    shipped_generator,
)
from pochade.models.sketch_model import SketchVAE


@pytest.mark.slow
def test_pictures_differ_from_those_of_the_torch_modules_by_one_level_at_most() -> None:
    model, sketch_model = (load_model(weights.FOLDER / file) for file in (weights.GENERATOR_FILE, weights.SKETCH_FILE))
    assert isinstance(model, FlowMatchingVAE)
    assert isinstance(sketch_model, SketchVAE)
    latents, seed = torch.randn(1, 64, generator=torch.Generator().manual_seed(1)), 5
    noise = torch.randn(1, 128, 8, 8, generator=torch.Generator().manual_seed(seed))
    grids = model.sample(latents, noise, SAMPLING_STEPS)
    with torch.no_grad():
        expected = sketch_model.decode(grids, torch.tensor([UNQUANTISED_LOG_STEPS])).clamp(0, 1)
    blocky = (expected[0] * 255).round().byte().permute(1, 2, 0).numpy()
    (picture,) = shipped_generator().draw(latents.numpy(), [seed])
    assert np.abs(picture.astype(int) - remove_block_edges(blocky)).max() <= 2


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(CheckpointDamaged, match=r"code\.safetensors"):
        FlowMatchingGenerator(Path(weights.FOLDER / weights.SKETCH_FILE))


def test_block_edges_are_smoothed_and_the_picture_stays() -> None:
    gradient = np.tile(np.linspace(60, 200, 128), (128, 1))
    offsets = np.random.default_rng(0).integers(-8, 9, (8, 8)).repeat(16, 0).repeat(16, 1)
    blocks = (gradient + offsets)[:, :, None].repeat(3, 2).round().astype(np.uint8)
    smoothed = remove_block_edges(blocks)
    edges_before, edges_after = (
        np.abs(np.diff(pixels.astype(float), axis=0))[15::16].mean() for pixels in (blocks, smoothed)
    )
    assert edges_after < edges_before / 2
    assert np.abs(smoothed - gradient[:, :, None]).mean() < np.abs(blocks - gradient[:, :, None]).mean()


@pytest.mark.slow
def test_a_picture_does_not_depend_on_the_others_of_its_batch() -> None:
    latents = np.random.default_rng(0).standard_normal((9, 64), np.float32)
    among, alone = shipped_generator().draw(latents, range(9)), shipped_generator().draw(latents[3:4], [3])
    assert (among[3] == alone[0]).all()
