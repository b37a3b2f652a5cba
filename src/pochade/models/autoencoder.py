"""A plain convolutional autoencoder: copy the input through a bottleneck.

What survives the bottleneck is the summary (Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with
Neural Networks", Science 2006). Nothing says what the space *between* two summaries should hold, which is why a
random latent decodes to nonsense; `vae.py` mends that.
"""

from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.nn import functional

from pochade.errors import UsageError
from pochade.models.conv_stacks import Bottleneck, ConvConfig, ConvDecoder, ConvEncoder


@dataclass(frozen=True)
class AutoencoderConfig:
    """What an `Autoencoder` is built from; kept in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=ConvConfig)
    latent_dim: int | None = None  # numbers in a flat latent; None keeps the feature maps, 64 x 3 x 3

    def __post_init__(self) -> None:
        """Refuse a latent without numbers.

        Raises:
            UsageError: `latent_dim` is below 1.
        """
        if self.latent_dim is not None and self.latent_dim < 1:
            raise UsageError(f"a latent needs at least 1 number, not {self.latent_dim}")


class Autoencoder(nn.Module):
    """Pictures to a latent and back.

        x (B, 1, 28, 28) ──►──┤encoder├──►── z (B, 64, 3, 3) ──►──┤decoder├──►── (B, 1, 28, 28)

    With `latent_dim` D, two linear layers narrow the waist:

        x ──►──┤encoder├──►──┤flatten, linear├──►── z (B, D) ──►──┤linear, reshape├──►──┤decoder├──►── x'

    Args:
        config: Sizes; the default has 46,529 parameters.
    """

    def __init__(self, config: AutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = config or AutoencoderConfig()
        stack, latent_dim = self.config.convolutions, self.config.latent_dim
        self.encoder = nn.Sequential(ConvEncoder(stack))
        self.decoder = nn.Sequential(ConvDecoder(stack))
        if latent_dim is not None:
            self.encoder.extend([nn.Flatten(), nn.Linear(stack.feature_count, latent_dim)])
            self.decoder.insert(0, Bottleneck(latent_dim, stack))

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """The shape of one latent: (64, 3, 3), or (D,) with `latent_dim` D."""
        if self.config.latent_dim is not None:
            return (self.config.latent_dim,)
        return self.config.convolutions.feature_shape

    def encode(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [0, 1] to latents (B, *latent_shape)."""
        latent: Tensor = self.encoder(x)
        return latent

    def decode(self, z: Tensor) -> Tensor:
        """Latents (B, *latent_shape) to pictures (B, C, H, W) in [0, 1]."""
        pictures: Tensor = self.decoder(z)
        return pictures

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [0, 1] to their reconstructions, of the same shape and range."""
        return self.decode(self.encode(x))


def reconstruction_loss(net: Autoencoder, x: Tensor) -> Tensor:
    """The mean squared error over all pixels of all pictures: one number, 0 for a perfect copy.

    Args:
        net: The autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].
    """
    return functional.mse_loss(net(x), x)
