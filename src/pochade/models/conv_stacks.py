"""The convolutions that the study's models share: an encoder that halves a picture per layer, and its mirror image.

    (B, C, H, W) ──►──┤ConvEncoder├──►── (B, widths[-1], h, w) ──►──┤ConvDecoder├──►── (B, C, H, W)

Every layer is a 3x3 convolution with stride 2. All layers but the last pad by one pixel: 28 -> 14 -> 7 -> 3.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from pochade.errors import UsageError

KERNEL_SIZE = 3
STRIDE = 2


@dataclass(frozen=True)
class ConvConfig:
    """The shape of the convolution stack; stored in the checkpoints of the models that have one."""

    image_size: tuple[int, int] = (28, 28)  # height, width in pixels
    channels: int = 1  # 1 for grey, 3 for colour
    widths: tuple[int, ...] = (16, 32, 64)  # feature maps after each layer, outermost first

    def __post_init__(self) -> None:
        """Check that the stack can be built.

        Raises:
            UsageError: There is no layer, a width or the number of channels is below 1, or the picture is too small for
                so many layers.
        """
        if not self.widths or min(self.widths) < 1 or self.channels < 1:
            raise UsageError(
                f"widths {self.widths} and channels {self.channels} must be whole numbers from 1",
                "for example --widths 16,32,64",
            )
        if len(self.widths) > self.max_layers:
            raise UsageError(
                f"{len(self.widths)} layers are too many for pictures of "
                f"{self.image_size[0]} x {self.image_size[1]} pixels",
                f"each layer halves the picture; give at most {self.max_layers} widths",
            )

    @property
    def max_layers(self) -> int:
        """The largest number of layers: the input of the last one needs at least three pixels per side."""
        side, layers = min(self.image_size), 0
        while side >= KERNEL_SIZE:
            side, layers = _output_side(side, padding=1), layers + 1
        return layers

    @property
    def paddings(self) -> tuple[int, ...]:
        """Pixels of padding in each layer: one, but none in the last one, where borders would outweigh the content."""
        return (1,) * (len(self.widths) - 1) + (0,)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Height and width before the first layer and after each one, outermost first."""
        sizes = [self.image_size]
        for padding in self.paddings:
            height, width = sizes[-1]
            sizes.append((_output_side(height, padding), _output_side(width, padding)))
        return tuple(sizes)

    @property
    def feature_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the encoder's output for one picture."""
        return (self.widths[-1], *self.sizes[-1])

    @property
    def feature_count(self) -> int:
        """Numbers in the encoder's output for one picture."""
        channels, height, width = self.feature_shape
        return channels * height * width


class ConvEncoder(nn.Sequential):
    """Pictures to feature maps, with one convolution and ReLU per layer.

        x (B, C, H, W) ──►──┤conv, ReLU├──►── … ──►── (B, widths[-1], h, w)

    Args:
        config: The shape of the stack.
    """

    def __init__(self, config: ConvConfig) -> None:
        layers: list[nn.Module] = []
        in_channels = config.channels
        for width, padding in zip(config.widths, config.paddings, strict=True):
            layers += [nn.Conv2d(in_channels, width, KERNEL_SIZE, STRIDE, padding), nn.ReLU()]
            in_channels = width
        super().__init__(*layers)


class ConvDecoder(nn.Sequential):
    """Feature maps to pictures: transposed convolutions that mirror the encoder, and a sigmoid at the end.

        (B, widths[-1], h, w) ──►──┤transposed, ReLU├──►── … ──┤transposed, sigmoid├──►── (B, C, H, W) in [0, 1]

    Args:
        config: The shape of the encoder.
    """

    def __init__(self, config: ConvConfig) -> None:
        layers: list[nn.Module] = []
        out_channels = (config.channels, *config.widths[:-1])
        for layer in reversed(range(len(config.widths))):
            layers += [self._transposed_convolution(config, layer, out_channels[layer]), nn.ReLU()]
        layers[-1] = nn.Sigmoid()
        super().__init__(*layers)

    @staticmethod
    def _transposed_convolution(config: ConvConfig, layer: int, out_channels: int) -> nn.ConvTranspose2d:
        """The mirror image of one layer of the encoder."""
        padding = config.paddings[layer]
        outer, inner = config.sizes[layer], config.sizes[layer + 1]
        output_padding = (
            _output_padding(outer[0], inner[0], padding),
            _output_padding(outer[1], inner[1], padding),
        )
        return nn.ConvTranspose2d(config.widths[layer], out_channels, KERNEL_SIZE, STRIDE, padding, output_padding)


class Bottleneck(nn.Module):
    """A linear layer from a flat latent to the decoder's first feature maps.

        z (B, D) ──►──┤linear├──►──┤reshape├──►── (B, widths[-1], h, w)

    Args:
        latent_dim: The size of a latent, D.
        config: The shape of the decoder that follows.
    """

    def __init__(self, latent_dim: int, config: ConvConfig) -> None:
        super().__init__()
        self.linear = nn.Linear(latent_dim, config.feature_count)
        self.shape = config.feature_shape

    def forward(self, latent: Tensor) -> Tensor:
        """Map latents (B, D) to feature maps (B, widths[-1], h, w)."""
        features: Tensor = self.linear(latent)  # (B, widths[-1] * h * w)
        return features.unflatten(1, self.shape)  # (B, widths[-1], h, w)


def _output_side(side: int, padding: int) -> int:
    """Pixels per side after one convolution of the stack."""
    return (side + 2 * padding - KERNEL_SIZE) // STRIDE + 1


def _output_padding(outer: int, inner: int, padding: int) -> int:
    """The `output_padding` for which a transposed convolution maps `inner` pixels per side back to `outer`."""
    return outer - ((inner - 1) * STRIDE - 2 * padding + KERNEL_SIZE)
