"""Diagrams of models name the shapes and the layers that the models have."""

import matplotlib as mpl
from matplotlib.figure import Figure

from pochade.models.autoencoder import Autoencoder, AutoencoderConfig
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE, VAEConfig
from pochade.study.figures.model_diagrams import draw_autoencoder, draw_vae
from pochade.study.figures.svg_files import STYLE


def texts_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_default_autoencoder() -> None:
    with mpl.rc_context(STYLE):
        texts = texts_of(draw_autoencoder(Autoencoder()))
    assert texts[0] == "picture: 1 × 28 × 28"
    assert "latent: 64 × 3 × 3" in texts
    assert texts[-2:] == ["reconstruction: 1 × 28 × 28", "↓ transposed, stride 2, output padding 1; sigmoid"]
    assert "↓ convolution, stride 2, padding 0; ReLU" in texts


def test_a_narrow_autoencoder_of_colour_pictures() -> None:
    stack = ConvConfig((24, 28), 3, (4, 8))
    texts = texts_of(draw_autoencoder(Autoencoder(AutoencoderConfig(stack, latent_dim=5))))
    assert {"picture: 3 × 24 × 28", "latent: 5", "↓ linear layer, reshape", "reconstruction: 3 × 24 × 28"} <= set(texts)


def test_the_vae_has_a_mean_a_log_variance_and_a_sample() -> None:
    texts = texts_of(draw_vae(VAE(VAEConfig(latent_dim=7))))
    assert {"mean: 7, log-variance: 7", "latent: 7", "↓ sample: mean + deviation × noise"} <= set(texts)
