"""Diagrams of models from top to bottom: a bar for each shape, and the layer that leads to it."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn

from pochade.models.autoencoder import Autoencoder
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE
from pochade.study.figures.svg_files import AUTOENCODER, INK, MUTED, SURFACE, WIDTH
from pochade.study.figures.svg_files import VAE as VAE_COLOUR

Step = tuple[str, str, float, bool]  # layer, shape after it, width of its bar, is it the latent?
ROW_INCHES = 0.62
FLAT_BAR = 0.16  # of a list of numbers, as a share of the widest


def draw_autoencoder(model: Autoencoder) -> Figure:
    """Draw an autoencoder from the picture to the reconstruction."""
    stack = model.config.convolutions
    steps = _encoder_steps(stack)
    if model.config.latent_dim is None:
        layer, shape, width, _ = steps[-1]
        steps[-1] = (layer, f"latent: {shape}", width, True)
    else:
        steps.append(("flatten, linear layer", f"latent: {model.config.latent_dim}", FLAT_BAR, True))
        steps.append(_bottleneck_step(stack))
    return _draw_steps(steps + _decoder_steps(stack, model.decoder), AUTOENCODER)


def draw_vae(model: VAE) -> Figure:
    """Draw a VAE, with mean and log-variance, and the latent that is sampled from them."""
    stack, (size,) = model.config.convolutions, model.latent_shape
    middle: list[Step] = [
        ("flatten, two linear layers", f"mean: {size}, log-variance: {size}", 2 * FLAT_BAR, True),
        ("sample: mean + deviation × noise", f"latent: {size}", FLAT_BAR, True),
        _bottleneck_step(stack),
    ]
    return _draw_steps(_encoder_steps(stack) + middle + _decoder_steps(stack, model.decoder), VAE_COLOUR)


def _bottleneck_step(stack: ConvConfig) -> Step:
    """The linear layer from a flat latent to the decoder's first feature maps."""
    return ("linear layer, reshape", _shape_text(stack.feature_shape), _bar_width(stack, stack.sizes[-1]), False)


def _encoder_steps(stack: ConvConfig) -> list[Step]:
    """The steps of the encoder, from the picture."""
    picture = (stack.channels, *stack.image_size)
    steps: list[Step] = [("", f"picture: {_shape_text(picture)}", 1.0, False)]
    for width, padding, size in zip(stack.widths, stack.paddings, stack.sizes[1:], strict=True):
        label = f"convolution, stride 2, padding {padding}; ReLU"
        steps.append((label, _shape_text((width, *size)), _bar_width(stack, size), False))
    return steps


def _decoder_steps(stack: ConvConfig, decoder: nn.Module) -> list[Step]:
    """The steps of the decoder after its first feature maps."""
    layers = [layer for layer in decoder.modules() if isinstance(layer, nn.ConvTranspose2d)]
    steps: list[Step] = []
    for number, (layer, size) in enumerate(zip(layers, stack.sizes[-2::-1], strict=True)):
        is_last = number == len(layers) - 1
        end = "sigmoid" if is_last else "ReLU"
        extra = max(int(side) for side in layer.output_padding)
        shape = _shape_text((layer.out_channels, *size))
        label = f"transposed, stride 2, output padding {extra}; {end}"
        steps.append((label, f"reconstruction: {shape}" if is_last else shape, _bar_width(stack, size), False))
    return steps


def _shape_text(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _bar_width(stack: ConvConfig, size: tuple[int, int]) -> float:
    """The width of a bar, to scale: the width of feature maps as a share of the picture's."""
    return size[1] / stack.image_size[1]


def _draw_steps(steps: Sequence[Step], latent_colour: str) -> Figure:
    figure = Figure((WIDTH, ROW_INCHES * (len(steps) - 0.35)))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    for row, step in enumerate(steps):
        _draw_step(axes, row, step, latent_colour)
    axes.set(xlim=(-0.505, 0.505), ylim=(len(steps) - 0.7, -0.35))
    axes.set_axis_off()
    return figure


def _draw_step(axes: Axes, row: int, step: Step, latent_colour: str) -> None:
    """Draw the name of a layer, an arrow, and the bar that it leads to."""
    label, shape, width, is_latent = step
    edge, line = (latent_colour, 2.0) if is_latent else (MUTED, 1.0)
    bar = Rectangle((-width / 2, row - 0.26), width, 0.52, facecolor=SURFACE, edgecolor=edge, linewidth=line)
    axes.add_patch(bar)
    fits = width > 0.05 + 0.021 * len(shape)
    x, alignment = (0.0, "center") if fits else (width / 2 + 0.02, "left")
    axes.text(x, row, shape, ha=alignment, va="center", color=latent_colour if is_latent else INK)
    if label:
        axes.text(-0.47, row - 0.5, f"↓ {label}", ha="left", va="center", color=MUTED, fontsize=11.5)
