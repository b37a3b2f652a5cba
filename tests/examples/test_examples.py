"""The examples are short, run by themselves, and are the same models as those of the package."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import autoencoder as autoencoder_example
import vae as vae_example
from pochade.models.autoencoder import Autoencoder, reconstruction_loss
from pochade.models.vae import VAE, summed_loss
from pochade.study.fashion_mnist import ImageSet

EXAMPLES = Path(__file__).parents[2] / "examples"
MODULES = [autoencoder_example, vae_example]
MAX_LINES = 119
Loss = Callable[..., Tensor]
PAIRS: list[tuple[nn.Module, Loss, nn.Module, Loss]] = [
    (autoencoder_example.Autoencoder(), autoencoder_example.reconstruction_loss, Autoencoder(), reconstruction_loss),
    (vae_example.VAE(), vae_example.vae_loss, VAE(), summed_loss),
]


def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Copy weights in their order, whatever their names."""
    target.load_state_dict(dict(zip(target.state_dict(), source.state_dict().values(), strict=True)))


@pytest.mark.parametrize(("example", "_", "model", "__"), PAIRS, ids=["autoencoder", "vae"])
def test_an_example_has_the_weights_of_the_model(example: nn.Module, _: Loss, model: nn.Module, __: Loss) -> None:
    expected = [tensor.shape for tensor in model.state_dict().values()]
    assert [tensor.shape for tensor in example.state_dict().values()] == expected


@pytest.mark.parametrize(("example", "example_loss", "model", "loss"), PAIRS, ids=["autoencoder", "vae"])
def test_an_example_gives_the_outputs_and_the_loss_of_the_model(
    example: nn.Module, example_loss: Loss, model: nn.Module, loss: Loss, pictures: ImageSet
) -> None:
    copy_weights(model, example)
    x = pictures.test.images.float() / 255
    torch.manual_seed(3)
    output, expected_loss = model(x), loss(model, x)
    torch.manual_seed(3)
    example_output = example(x)
    reconstruction, expected = (value if isinstance(value, Tensor) else value[0] for value in (example_output, output))
    torch.testing.assert_close(reconstruction, expected)
    torch.testing.assert_close(example_loss(example, x), expected_loss)


def test_the_example_of_the_vae_gives_the_posteriors_of_the_model(pictures: ImageSet) -> None:
    model, example = VAE(), vae_example.VAE()
    copy_weights(model, example)
    x = pictures.test.images.float() / 255
    for values, expected in zip(example(x)[1:], model.encode(x), strict=True):
        torch.testing.assert_close(values, expected)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_an_example_trains_on_a_few_pictures_and_saves_a_picture(
    module: ModuleType,
    pictures: ImageSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "fashion_mnist", lambda: pictures)
    saved = tmp_path / "out.png"
    monkeypatch.setattr(sys, "argv", ["example", "--epochs", "2", "--pictures", "200", "--out", str(saved)])
    module.main()
    assert "epoch 2: loss" in capsys.readouterr().out
    with Image.open(saved) as image:
        assert image.width >= 8 * 28


@pytest.mark.slow
@pytest.mark.parametrize("name", ["autoencoder.py", "vae.py"])
def test_an_example_can_be_started_from_any_folder(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / name), "--help"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "--pictures" in result.stdout


@pytest.mark.parametrize("name", ["autoencoder.py", "vae.py"])
def test_an_example_is_short_and_imports_no_model_of_the_package(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    assert [line for line in text.splitlines() if "import" in line and "pochade" in line] == [
        "from pochade.study.fashion_mnist import fashion_mnist"
    ]
