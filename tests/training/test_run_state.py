"""A run resumes from its own file only, and also from a file that an older version wrote."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pochade.models.autoencoder import Autoencoder, reconstruction_loss
from pochade.models.denoiser import Denoiser
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.page_model import PageModel
from pochade.models.sketch_model import SketchVAE
from pochade.models.vae import VAE, calibrated_loss, summed_loss
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.losses.denoising import artifact_removal_loss, page_loss, scan_denoising_loss
from pochade.training.losses.flow_matching import FlowMatchingObjective
from pochade.training.losses.rate_distortion import rate_distortion_loss
from pochade.training.recipe import Recipe
from pochade.training.run_state import TrainingState, describe_run, resume_run, save_run

RECIPE = Recipe("fast", 4, 64, "muon", 5e-2, one_cycle=True)

# What the first version stored: the names of the model's class and of the loss.
STORED_RUNS: dict[str, tuple[Callable[[], nn.Module], Callable[..., Tensor], str, str]] = {
    "autoencoder": (Autoencoder, reconstruction_loss, "Autoencoder", "reconstruction_loss"),
    "summed VAE": (VAE, summed_loss, "VAE", "summed_loss"),
    "calibrated VAE": (VAE, calibrated_loss, "VAE", "calibrated_loss"),
    "embedding": (EmbeddingModel, ContrastiveLoss(2, 64).loss, "LookEncoder", "Agreement.loss"),
    "sketch": (SketchVAE, rate_distortion_loss, "CodeVAE", "coding"),
    "generator": (FlowMatchingVAE, FlowMatchingObjective(SketchVAE()).loss, "DiffusionVAE", "Creating.loss"),
    "artifact remover": (Denoiser, artifact_removal_loss, "Restorer", "uncoded"),
    "cleaner": (Denoiser, scan_denoising_loss, "Restorer", "restored"),
    "page": (PageModel, page_loss, "PageNet", "page_read"),
}


@pytest.mark.parametrize("run", STORED_RUNS.values(), ids=list(STORED_RUNS))
def test_a_run_has_the_description_that_the_first_version_stored(
    run: tuple[Callable[[], nn.Module], Callable[..., Tensor], str, str],
) -> None:
    build, loss, model_name, loss_name = run
    description = json.loads(describe_run(build(), loss, (torch.zeros(3, 1, 4, 4),), RECIPE, 7))
    assert list(description) == ["net", "config", "loss", "shapes", "recipe", "seed"]
    assert (description["net"], description["loss"]) == (model_name, loss_name)
    assert (description["shapes"], description["seed"]) == ([[3, 1, 4, 4]], 7)
    assert description["recipe"] == {
        "name": "fast", "epochs": 4, "batch_size": 64, "optimiser": "muon", "learning_rate": 0.05, "one_cycle": True,
    }  # fmt: skip


def test_a_description_is_the_exact_text_of_the_first_version() -> None:
    description = describe_run(Autoencoder(), reconstruction_loss, (torch.zeros(3, 1, 4, 4),), RECIPE, 7)
    assert description == (
        '{"net": "Autoencoder", "config": {"convolutions": {"image_size": [28, 28], "channels": 1, '
        '"widths": [16, 32, 64]}, "latent_dim": null}, "loss": "reconstruction_loss", "shapes": [[3, 1, 4, 4]], '
        '"recipe": {"name": "fast", "epochs": 4, "batch_size": 64, "optimiser": "muon", "learning_rate": 0.05, '
        '"one_cycle": true}, "seed": 7}'
    )


def test_a_run_resumes_with_its_weights_optimiser_and_state(tmp_path: Path) -> None:
    model, state = Autoencoder(), TrainingState().after_epoch([3.0, 1.0], 2.5)
    optimiser = RECIPE.optimiser_for(model.parameters())
    reconstruction_loss(model, torch.rand(4, 1, 28, 28)).backward()
    optimiser.step()
    save_run(tmp_path / "run", model, optimiser, state, "a run")

    resumed = Autoencoder()
    resumed_optimiser = RECIPE.optimiser_for(resumed.parameters())
    assert resume_run(tmp_path / "run", resumed, resumed_optimiser, "a run") == state
    for parameter, resumed_parameter in zip(model.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(parameter, resumed_parameter)
        for name, value in optimiser.state[parameter].items():
            assert torch.equal(value, resumed_optimiser.state[resumed_parameter][name])


def test_another_runs_file_changes_nothing(tmp_path: Path) -> None:
    model = Autoencoder()
    save_run(tmp_path / "run", model, RECIPE.optimiser_for(model.parameters()), TrainingState(2), "a run")
    other = Autoencoder()
    before = {name: tensor.clone() for name, tensor in other.state_dict().items()}
    state = resume_run(tmp_path / "run", other, RECIPE.optimiser_for(other.parameters()), "another run")
    assert state == TrainingState()
    assert all(torch.equal(tensor, before[name]) for name, tensor in other.state_dict().items())
