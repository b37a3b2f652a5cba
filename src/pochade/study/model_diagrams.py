"""Diagrams of models: a box for each shape, an arrow for each layer."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from pochade.models.autoencoder import Autoencoder
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE

BOX_COLOUR, LATENT_COLOUR, ARROW_COLOUR = "#dfe7ea", "#f3c9cf", "#5a6470"
Step = tuple[str, tuple[int, ...], str]  # the label of the arrow, the shape that it leads to, the colour of its box


def draw_autoencoder(axes: Axes, model: Autoencoder) -> None:
    """Draw an autoencoder from input to output, with the latent in another colour."""
    convolutions = model.config.convolutions
    steps = _encoder_steps(convolutions)
    if model.config.latent_dim is None:
        steps[-1] = (*steps[-1][:2], LATENT_COLOUR)
    else:
        steps.append(("linear", model.latent_shape, LATENT_COLOUR))
        steps.append(("linear", convolutions.feature_shape, BOX_COLOUR))
    _draw_chain(axes, "autoencoder", steps + _decoder_steps(convolutions))


def draw_vae(axes: Axes, model: VAE) -> None:
    """Draw a VAE from input to output, with mean and log-variance, and one latent sampled from them."""
    convolutions, (latent_dim,) = model.config.convolutions, model.latent_shape
    bottleneck: list[Step] = [
        ("two linear", (2, latent_dim), LATENT_COLOUR),
        ("sample", (latent_dim,), LATENT_COLOUR),
        ("linear", convolutions.feature_shape, BOX_COLOUR),
    ]
    steps = _encoder_steps(convolutions) + bottleneck + _decoder_steps(convolutions)
    _draw_chain(axes, "variational autoencoder", steps)


def _encoder_steps(convolutions: ConvConfig) -> list[Step]:
    """The steps of the encoder, from the picture."""
    shapes = [(convolutions.channels, *convolutions.image_size)]
    shapes += [(width, *size) for width, size in zip(convolutions.widths, convolutions.sizes[1:], strict=True)]
    labels = ["", *["conv 3x3"] * len(convolutions.widths)]
    return [(label, shape, BOX_COLOUR) for label, shape in zip(labels, shapes, strict=True)]


def _decoder_steps(convolutions: ConvConfig) -> list[Step]:
    """The steps of the decoder after its first feature maps."""
    shapes = [shape for _, shape, _ in _encoder_steps(convolutions)][-2::-1]
    return [("transposed", shape, BOX_COLOUR) for shape in shapes]


def _draw_chain(axes: Axes, title: str, steps: Sequence[Step]) -> None:
    """Draw boxes in a row, each as high as its feature maps, with an arrow from each to the next."""
    tallest = max(_shape_height(shape) for _, shape, _ in steps)
    for place, (label, shape, colour) in enumerate(steps):
        height = 0.25 + 0.75 * _shape_height(shape) / tallest
        axes.add_patch(Rectangle((place - 0.17, -height / 2), 0.34, height, facecolor=colour, edgecolor=ARROW_COLOUR))
        axes.text(place, -height / 2 - 0.05, " x ".join(map(str, shape)), ha="center", va="top", fontsize=8)
        if place:
            ends = (place - 0.82, 0), (place - 0.18, 0)
            axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=9, color=ARROW_COLOUR))
            axes.text(place - 0.5, 0.05, label, ha="center", va="bottom", fontsize=7, rotation=35)
    axes.set(xlim=(-0.6, len(steps) - 0.4), ylim=(-0.75, 0.65))
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_axis_off()


def _shape_height(shape: tuple[int, ...]) -> int:
    """The height of feature maps (C, H, W) in pixels; 1 for a flat latent."""
    return shape[1] if len(shape) > 2 else 1  # noqa: PLR2004
