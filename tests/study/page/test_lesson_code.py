"""The code on the page is the code that runs."""

import torch
from torch.nn import functional

from pochade.models.autoencoder import Autoencoder, reconstruction_loss
from pochade.models.vae import VAE, Posterior
from pochade.study.page.lesson_code import code_blocks, source_of
from tests.support.lesson_sample import lesson_sample


def test_shown_functions_run_and_give_what_the_package_gives() -> None:
    names: dict[str, object] = {"functional": functional, "Autoencoder": Autoencoder, "Tensor": torch.Tensor}
    exec(source_of(reconstruction_loss), names)
    model, pictures = Autoencoder(), torch.rand(2, 1, 28, 28)
    shown = names["reconstruction_loss"]
    assert callable(shown)
    assert shown(model, pictures) == reconstruction_loss(model, pictures)


def test_docstrings_are_left_out_and_nothing_else() -> None:
    assert source_of(Posterior.divergence) == (
        "def divergence(self) -> Tensor:\n"
        "    variance = self.log_variance.exp()\n"
        "    return 0.5 * (self.mean.square() + variance - 1.0 - self.log_variance).sum(1)"
    )


def test_models_are_printed_with_the_layers_of_the_run() -> None:
    settings = lesson_sample(latent_dim=5).metrics["settings"]
    blocks = code_blocks((3, 24, 28), settings)
    assert "Conv2d(3, 16, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))" in blocks["encoder"].source
    assert "out_features=5" in blocks["encoder"].source
    assert "Sigmoid()" in blocks["decoder"].source


def test_each_block_names_its_file() -> None:
    blocks = code_blocks((1, 28, 28), lesson_sample().metrics["settings"])
    assert blocks["forward"].place == "pochade/models/vae.py"
    assert source_of(VAE.forward) == blocks["forward"].source
    assert "optimiser.step()" in blocks["take_step"].source
