"""The nets drawn as what flows through them: a box for each shape, an arrow for each layer."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from pochade.models.autoencoder import Autoencoder
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE

BOX, WAIST, ARROW = "#dfe7ea", "#f3c9cf", "#5a6470"
Step = tuple[str, tuple[int, ...], str]  # the arrow's label, the shape that it leads to, the box's colour


def draw_autoencoder(axes: Axes, net: Autoencoder) -> None:
    """The autoencoder, left to right, the latent in another colour."""
    stack = net.config.convolutions
    steps = down(stack)
    if net.config.latent_dim is None:
        steps[-1] = (*steps[-1][:2], WAIST)
    else:
        steps += [("linear", net.latent_shape, WAIST), ("linear", stack.feature_shape, BOX)]
    draw_chain(axes, "autoencoder", steps + up(stack))


def draw_vae(axes: Axes, net: VAE) -> None:
    """The VAE, left to right: mean and log-variance, then one latent drawn from them."""
    stack, (latent,) = net.config.convolutions, net.latent_shape
    waist: list[Step] = [
        ("two linear", (2, latent), WAIST),
        ("draw", (latent,), WAIST),
        ("linear", stack.feature_shape, BOX),
    ]
    draw_chain(axes, "variational autoencoder", down(stack) + waist + up(stack))


def down(stack: ConvConfig) -> list[Step]:
    """The encoder's steps, the picture first."""
    shapes = [(stack.channels, *stack.image_size)]
    shapes += [(width, *size) for width, size in zip(stack.widths, stack.sizes[1:], strict=True)]
    labels = ["", *["conv 3x3"] * len(stack.widths)]
    return [(label, shape, BOX) for label, shape in zip(labels, shapes, strict=True)]


def up(stack: ConvConfig) -> list[Step]:
    """The decoder's steps after its first feature maps."""
    shapes = [shape for _, shape, _ in down(stack)][-2::-1]
    return [("transposed", shape, BOX) for shape in shapes]


def draw_chain(axes: Axes, title: str, steps: Sequence[Step]) -> None:
    """Boxes as high as their pictures, in a row, with an arrow from each to the next."""
    tallest = max(height_of(shape) for _, shape, _ in steps)
    for place, (label, shape, colour) in enumerate(steps):
        height = 0.25 + 0.75 * height_of(shape) / tallest
        axes.add_patch(Rectangle((place - 0.17, -height / 2), 0.34, height, facecolor=colour, edgecolor=ARROW))
        axes.text(place, -height / 2 - 0.05, " x ".join(map(str, shape)), ha="center", va="top", fontsize=8)
        if place:
            ends = (place - 0.82, 0), (place - 0.18, 0)
            axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=9, color=ARROW))
            axes.text(place - 0.5, 0.05, label, ha="center", va="bottom", fontsize=7, rotation=35)
    axes.set(xlim=(-0.6, len(steps) - 0.4), ylim=(-0.75, 0.65))
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_axis_off()


def height_of(shape: tuple[int, ...]) -> int:
    """The height in pixels of what a box stands for; flat latents have one."""
    return shape[1] if len(shape) > 2 else 1  # noqa: PLR2004
