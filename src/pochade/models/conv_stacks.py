"""The convolutions that both study nets share: a stack that halves a picture, and its mirror.

    (B, C, H, W) ──►──┤ConvEncoder├──►── (B, widths[-1], h, w) ──►──┤ConvDecoder├──►── (B, C, H, W)

Every layer is a 3x3 convolution with stride 2. All but the last pad by one pixel, so 28 -> 14 -> 7 -> 3.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from pochade.errors import UsageError

KERNEL = 3
STRIDE = 2


@dataclass(frozen=True)
class ConvConfig:
    """The shape of the convolution stack; the rest is derived from it in sight."""

    image_size: tuple[int, int] = (28, 28)  # height, width in pixels
    channels: int = 1  # 1 for grey, 3 for colour
    widths: tuple[int, ...] = (16, 32, 64)  # feature maps after each layer, outermost first

    def __post_init__(self) -> None:
        """Refuse a stack that can't be built, before any memory is taken.

        Raises:
            UsageError: No layer, a width or size below 1, or more halvings than the picture has pixels for.
        """
        if not self.widths or min(self.widths) < 1 or self.channels < 1:
            raise UsageError(
                f"widths {self.widths} and channels {self.channels} must be whole numbers from 1",
                "for example --widths 16,32,64",
            )
        if len(self.widths) > self.most_layers:
            raise UsageError(
                f"{len(self.widths)} layers are too many for pictures of "
                f"{self.image_size[0]} x {self.image_size[1]} pixels",
                f"each layer halves the picture; give at most {self.most_layers} widths",
            )

    @property
    def most_layers(self) -> int:
        """How many layers the picture has pixels for: the last one needs three a side."""
        side, layers = min(self.image_size), 0
        while side >= KERNEL:
            side, layers = halved(side, padding=1), layers + 1
        return layers

    @property
    def paddings(self) -> tuple[int, ...]:
        """Pixels of padding in each layer: one, but none in the last, where borders would outweigh content."""
        return (1,) * (len(self.widths) - 1) + (0,)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Height and width before the first layer and after each one, outermost first."""
        sizes = [self.image_size]
        for padding in self.paddings:
            height, width = sizes[-1]
            sizes.append((halved(height, padding), halved(width, padding)))
        return tuple(sizes)

    @property
    def feature_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of what the encoder gives for one picture."""
        return (self.widths[-1], *self.sizes[-1])

    @property
    def feature_count(self) -> int:
        """Numbers in what the encoder gives for one picture."""
        channels, height, width = self.feature_shape
        return channels * height * width


def halved(side: int, padding: int) -> int:
    """The side, in pixels, after one convolution of the stack."""
    return (side + 2 * padding - KERNEL) // STRIDE + 1


def missing(outer: int, inner: int, padding: int) -> int:
    """The `output_padding` with which a transposed convolution leads from `inner` pixels back to `outer`."""
    return outer - ((inner - 1) * STRIDE - 2 * padding + KERNEL)


class ConvEncoder(nn.Sequential):
    """Pictures to feature maps: one convolution and ReLU a layer.

        x (B, C, H, W) ──►──┤conv, ReLU├──►── … ──►── (B, widths[-1], h, w)

    Args:
        config: The shape of the stack.
    """

    def __init__(self, config: ConvConfig) -> None:
        layers: list[nn.Module] = []
        incoming = config.channels
        for width, padding in zip(config.widths, config.paddings, strict=True):
            layers += [nn.Conv2d(incoming, width, KERNEL, STRIDE, padding), nn.ReLU()]
            incoming = width
        super().__init__(*layers)


class ConvDecoder(nn.Sequential):
    """Feature maps to pictures: the encoder's mirror in transposed convolutions, a sigmoid at the end.

        (B, widths[-1], h, w) ──►──┤transposed, ReLU├──►── … ──┤transposed, sigmoid├──►── (B, C, H, W) in [0, 1]

    Args:
        config: The shape of the encoder that this mirrors.
    """

    def __init__(self, config: ConvConfig) -> None:
        layers: list[nn.Module] = []
        outgoing = (config.channels, *config.widths[:-1])
        for layer in reversed(range(len(config.widths))):
            layers += [self._enlarge(config, layer, outgoing[layer]), nn.ReLU()]
        layers[-1] = nn.Sigmoid()
        super().__init__(*layers)

    @staticmethod
    def _enlarge(config: ConvConfig, layer: int, outgoing: int) -> nn.ConvTranspose2d:
        """The transposed convolution that undoes the encoder's layer of that number."""
        padding = config.paddings[layer]
        outer, inner = config.sizes[layer], config.sizes[layer + 1]
        lost = (missing(outer[0], inner[0], padding), missing(outer[1], inner[1], padding))
        return nn.ConvTranspose2d(config.widths[layer], outgoing, KERNEL, STRIDE, padding, output_padding=lost)


class Bottleneck(nn.Module):
    """A linear layer from a flat latent to the decoder's first feature maps.

        z (B, D) ──►──┤linear├──►──┤reshape├──►── (B, widths[-1], h, w)

    Args:
        latent_dim: Numbers in a latent, D.
        config: The shape of the stack that follows.
    """

    def __init__(self, latent_dim: int, config: ConvConfig) -> None:
        super().__init__()
        self.linear = nn.Linear(latent_dim, config.feature_count)
        self.shape = config.feature_shape

    def forward(self, latent: Tensor) -> Tensor:
        """Latents (B, D) to feature maps (B, widths[-1], h, w)."""
        features: Tensor = self.linear(latent)  # (B, widths[-1] * h * w)
        return features.unflatten(1, self.shape)  # (B, widths[-1], h, w)
