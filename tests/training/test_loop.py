"""The loop trains, resumes an interrupted run, and stops at the first loss that is not a number."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pochade.errors import TrainingDiverged
from pochade.models.autoencoder import Autoencoder, reconstruction_loss
from pochade.models.vae import VAE, VAEConfig, calibrated_loss
from pochade.study.fashion_mnist import ImageSet
from pochade.training.loop import TrainingProgress, take_step, train
from pochade.training.recipe import Recipe

pytestmark = pytest.mark.slow

RECIPES = {
    "adam": Recipe("tutorial", 4, 64, "adam", 1e-3, one_cycle=False),
    "muon": Recipe("fast", 4, 64, "muon", 5e-2, one_cycle=True),
}


def untrained_vae() -> VAE:
    torch.manual_seed(0)
    return VAE(VAEConfig(latent_dim=4))


def test_a_step_follows_the_gradient_of_its_own_batch_alone() -> None:
    model = nn.Linear(1, 1, bias=False)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    nn.init.constant_(model.weight, 2.0)
    model.weight.grad = torch.full((1, 1), 100.0)  # left from an earlier batch
    value = take_step(model, lambda model, x: model(x).square().mean(), (torch.ones(4, 1),), optimiser)
    assert value.item() == 4  # before the step
    assert model.weight.item() == pytest.approx(2.0 - 0.1 * 4.0)  # the derivative of w² at 2 is 4


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_loss_falls(pictures: ImageSet, recipe: Recipe) -> None:
    torch.manual_seed(0)
    losses = train(Autoencoder(), reconstruction_loss, (pictures.train.images,), recipe).losses
    assert len(losses) == recipe.epochs
    assert losses[-1] < 0.8 * losses[0]


class PowerCut(Exception):
    """Interrupts a run."""


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_an_interrupted_run_ends_with_the_same_weights(pictures: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    data = (pictures.train.images,)
    uninterrupted, interrupted = untrained_vae(), untrained_vae()
    expected = train(uninterrupted, calibrated_loss, data, recipe, seed=3)

    def cut_the_power(progress: TrainingProgress) -> None:
        if progress.epoch == 3:
            raise PowerCut

    with pytest.raises(PowerCut):
        train(interrupted, calibrated_loss, data, recipe, seed=3, checkpoint=tmp_path / "run", report=cut_the_power)
    resumed = untrained_vae()
    epochs: list[int] = []
    result = train(
        resumed,
        calibrated_loss,
        data,
        recipe,
        seed=3,
        checkpoint=tmp_path / "run",
        report=lambda progress: epochs.append(progress.epoch),
    )
    assert min(epochs) == 3, "the first two epochs were done before"
    assert result.losses == expected.losses
    for parameter, resumed_parameter in zip(uninterrupted.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(parameter, resumed_parameter)


def test_the_checkpoint_of_another_run_is_ignored(pictures: ImageSet, tmp_path: Path) -> None:
    data, checkpoint = (pictures.train.images,), tmp_path / "run"
    train(untrained_vae(), calibrated_loss, data, RECIPES["adam"], seed=1, checkpoint=checkpoint)
    epochs: list[int] = []
    train(
        untrained_vae(),
        calibrated_loss,
        data,
        RECIPES["adam"],
        seed=2,
        checkpoint=checkpoint,
        report=lambda progress: epochs.append(progress.epoch),
    )
    assert min(epochs) == 1


def test_a_damaged_checkpoint_is_ignored(pictures: ImageSet, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run"
    checkpoint.write_bytes(b"half a fi")
    result = train(untrained_vae(), calibrated_loss, (pictures.train.images,), RECIPES["adam"], checkpoint=checkpoint)
    assert len(result.losses) == RECIPES["adam"].epochs


def test_training_leaves_the_random_numbers_of_its_caller_alone(pictures: ImageSet) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    model = untrained_vae()
    torch.manual_seed(5)
    train(model, calibrated_loss, (pictures.train.images,), RECIPES["adam"])
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run_and_names_the_step(pictures: ImageSet, bad: float) -> None:
    calls = 0

    def loss_that_breaks_at_step_3(model: nn.Module, x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return model(x).mean() * (bad if calls == 3 else 1)

    with pytest.raises(TrainingDiverged, match="at step 3 of 40"):
        train(Autoencoder(), loss_that_breaks_at_step_3, (pictures.train.images,), RECIPES["adam"])


def test_the_last_batch_is_trained_on_even_if_it_is_smaller(pictures: ImageSet) -> None:
    batch_sizes: list[int] = []

    def counting_loss(model: Autoencoder, x: Tensor) -> Tensor:
        batch_sizes.append(len(x))
        return reconstruction_loss(model, x)

    recipe = Recipe("tutorial", 1, 256, "adam", 1e-3, one_cycle=False)
    train(Autoencoder(), counting_loss, (pictures.train.images,), recipe)
    assert batch_sizes == [256, 256, 88]
