"""The loop learns, goes on where it was, and stops at the first loss that is not a number."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pochade.errors import CheckpointDamaged, OutputUnwritable, TrainingDiverged
from pochade.models import (
    VAE,
    Autoencoder,
    AutoencoderConfig,
    Classifier,
    ConvConfig,
    VAEConfig,
    calibrated_loss,
    reconstruction_loss,
)
from pochade.models.checkpoints import load_model, read_tensors, save_model
from pochade.models.muon import orthogonalised
from pochade.models.recipe import FAST, TUTORIAL, Recipe
from pochade.study.fashion_mnist import ImageSet
from pochade.system.atomic_files import write_atomically
from pochade.training.loop import Progress, train

SHORT = {
    "adam": Recipe("tutorial", 4, 64, "adam", 1e-3, one_cycle=False),
    "muon": Recipe("fast", 4, 64, "muon", 5e-2, one_cycle=True),
}


def fresh_vae() -> VAE:
    torch.manual_seed(0)
    return VAE(VAEConfig(latent_dim=4))


@pytest.mark.parametrize("recipe", SHORT.values(), ids=SHORT)
def test_the_loss_falls(pictures: ImageSet, recipe: Recipe) -> None:
    torch.manual_seed(0)
    losses = train(Autoencoder(), reconstruction_loss, (pictures.train.images,), recipe).losses
    assert len(losses) == recipe.epochs
    assert losses[-1] < 0.8 * losses[0]


class Stopped(Exception):
    """Stands for a person who pulls the plug."""


@pytest.mark.parametrize("recipe", SHORT.values(), ids=SHORT)
def test_an_interrupted_run_ends_with_the_same_weights(pictures: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    data = (pictures.train.images,)
    whole, halved = fresh_vae(), fresh_vae()
    expected = train(whole, calibrated_loss, data, recipe, seed=3)

    def pull_the_plug(progress: Progress) -> None:
        if progress.epoch == 3:
            raise Stopped

    with pytest.raises(Stopped):
        train(halved, calibrated_loss, data, recipe, seed=3, checkpoint=tmp_path / "run", report=pull_the_plug)
    again = fresh_vae()
    epochs: list[int] = []
    found = train(
        again,
        calibrated_loss,
        data,
        recipe,
        seed=3,
        checkpoint=tmp_path / "run",
        report=lambda progress: epochs.append(progress.epoch),
    )
    assert min(epochs) == 3, "the first two epochs were done before"
    assert found.losses == expected.losses
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_checkpoint_of_another_run_is_not_gone_on_from(pictures: ImageSet, tmp_path: Path) -> None:
    data, checkpoint = (pictures.train.images,), tmp_path / "run"
    train(fresh_vae(), calibrated_loss, data, SHORT["adam"], seed=1, checkpoint=checkpoint)
    epochs: list[int] = []
    train(
        fresh_vae(),
        calibrated_loss,
        data,
        SHORT["adam"],
        seed=2,
        checkpoint=checkpoint,
        report=lambda progress: epochs.append(progress.epoch),
    )
    assert min(epochs) == 1


def test_a_damaged_checkpoint_is_passed_over(pictures: ImageSet, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run"
    checkpoint.write_bytes(b"half a fi")
    training = train(fresh_vae(), calibrated_loss, (pictures.train.images,), SHORT["adam"], checkpoint=checkpoint)
    assert len(training.losses) == SHORT["adam"].epochs


def test_training_leaves_the_random_numbers_of_its_caller_alone(pictures: ImageSet) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    net = fresh_vae()
    torch.manual_seed(5)
    train(net, calibrated_loss, (pictures.train.images,), SHORT["adam"])
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run_and_names_the_step(pictures: ImageSet, bad: float) -> None:
    calls = 0

    def breaks_at_the_third(net: nn.Module, x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return net(x).mean() * (bad if calls == 3 else 1)

    with pytest.raises(TrainingDiverged, match="at step 3 of 40"):
        train(Autoencoder(), breaks_at_the_third, (pictures.train.images,), SHORT["adam"])


def test_a_last_batch_that_is_not_full_is_learnt_too(pictures: ImageSet) -> None:
    seen: list[int] = []

    def counting(net: Autoencoder, x: Tensor) -> Tensor:
        seen.append(len(x))
        return reconstruction_loss(net, x)

    recipe = Recipe("tutorial", 1, 256, "adam", 1e-3, one_cycle=False)
    train(Autoencoder(), counting, (pictures.train.images,), recipe)
    assert seen == [256, 256, 88]


def test_the_tutorial_recipe_is_the_tutorials_to_the_letter() -> None:
    assert Recipe("tutorial", 10, 64, "adam", 1e-3, one_cycle=False) == TUTORIAL
    assert {TUTORIAL.rate_at(share) for share in (0, 0.5, 0.99)} == {1e-3}


def test_one_cycle_rises_for_a_fifth_and_falls_to_almost_nothing() -> None:
    rates = [FAST.rate_at(step / 100) for step in range(100)]
    assert max(rates) == rates[20] == FAST.learning_rate
    assert rates[0] == pytest.approx(0.01 * FAST.learning_rate)
    assert rates[99] < 0.02 * FAST.learning_rate


@pytest.mark.parametrize("shape", [(5, 20), (20, 5), (7, 7)])
def test_orthogonalising_keeps_directions_and_evens_strengths(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    left, strengths, right = torch.linalg.svd(orthogonalised(matrix), full_matrices=False)
    assert strengths.min() > 0.6
    assert strengths.max() < 1.3
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.trace((left @ right).T @ (u @ v)) / min(shape) == pytest.approx(1, abs=1e-3)


NETS = {
    "autoencoder": Autoencoder(),
    "flat autoencoder": Autoencoder(AutoencoderConfig(ConvConfig((9, 14), 3, (4, 5)), 6)),
    "vae": VAE(),
    "classifier": Classifier(),
}


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_a_net_comes_back_from_its_file_as_it_was(net: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_model(path, net)
    again = load_model(path)
    assert type(again) is type(net)
    assert again.config == net.config
    assert not again.training
    for name, tensor in net.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_model(path, Autoencoder())
    content = path.read_bytes()
    for damaged in (b"", content[:100], content[:-10], b"\xff" * 64):
        path.write_bytes(damaged)
        with pytest.raises(CheckpointDamaged, match=r"net\.safetensors"):
            load_model(path)
    with pytest.raises(CheckpointDamaged):
        load_model(tmp_path / "missing.safetensors")


def test_a_net_that_does_not_fit_its_own_config_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_model(path, Autoencoder())
    path.write_bytes(path.read_bytes().replace(b"[16, 32, 64]", b"[16, 32, 65]"))
    with pytest.raises(CheckpointDamaged, match="does not hold a net"):
        load_model(path)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_model(path, Autoencoder())
    with pytest.raises(CheckpointDamaged, match="pochade-training-1"):
        read_tensors(path, "pochade-training-1")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "result"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputUnwritable, match="No space left on device"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_the_folder_should_be_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(OutputUnwritable):
        write_atomically(tmp_path / "taken" / "result", b"new")
