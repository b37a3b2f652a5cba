"""An autoencoder that reconstructs edges instead of pixels, so that its latents describe shape.

Pixels are a poor target for *organising*: a black shirt and a white one differ in every pixel, and yet they are alike.
Where edges run, and in which direction, stays the same. A model that predicts edges must summarise shape. The target
is the histogram of oriented gradients (Dalal & Triggs, CVPR 2005), as in masked feature prediction (Wei et al., CVPR
2022).
"""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.errors import UsageError
from pochade.models.conv_stacks import ConvConfig, ConvEncoder

DIRECTIONS = 8  # of the gradient, over the full circle: light to dark differs from dark to light
CELL_PIXELS = 4  # pixels per side of the cells in which edges are counted
DIRECTION_EXPONENT = 8  # a gradient counts for a direction by cos^8 of the angle between them: a third at 29 degrees
BLUR_PIXELS = 3  # pixels over which edges are averaged first, so that a shift by one pixel does not change the cell


@dataclass(frozen=True)
class EdgeAutoencoderConfig:
    """What an `EdgeAutoencoder` is built from; stored in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=ConvConfig)
    latent_dim: int = 64  # size of a latent

    def __post_init__(self) -> None:
        """Check the size of the pictures.

        Raises:
            UsageError: A side is shorter than a cell.
        """
        if min(self.convolutions.image_size) < CELL_PIXELS:
            raise UsageError(
                f"pictures need at least {CELL_PIXELS} pixels per side to have edges", "take larger pictures"
            )

    @property
    def edge_count(self) -> int:
        """Numbers in the edge histograms of one picture."""
        height, width = self.convolutions.image_size
        return DIRECTIONS * (height // CELL_PIXELS) * (width // CELL_PIXELS)


class EdgeAutoencoder(nn.Module):
    """Pictures to latents, and latents to the edges of the pictures.

        x (B, 1, 28, 28) ──►──┤encoder├──►── z (B, 64) ──►──┤edges├──►── edge histograms (B, 8 * 7 * 7)

    Args:
        config: The sizes.
    """

    def __init__(self, config: EdgeAutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = config or EdgeAutoencoderConfig()
        stack = self.config.convolutions
        self.encoder = nn.Sequential(
            ConvEncoder(stack), nn.Flatten(), nn.Linear(stack.feature_count, self.config.latent_dim)
        )
        self.edges = nn.Linear(self.config.latent_dim, self.config.edge_count)

    def encode(self, x: Tensor) -> Tensor:
        """Map pictures (B, C, H, W) in [0, 1] to latents (B, D)."""
        latents: Tensor = self.encoder(x)
        return latents

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, C, H, W) in [0, 1] to the predicted edge histograms (B, E)."""
        edges: Tensor = self.edges(self.encode(x))
        return edges


def edge_histograms(x: Tensor) -> Tensor:
    """How strong edges are in each of 8 directions in each cell of 4 x 4 pixels.

    Args:
        x: Pictures (B, C, H, W) in [0, 1]; colours are averaged.

    Returns:
        Square roots of the strengths, so that faint edges count (B, E).
    """
    grey = functional.pad(x.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")  # (B, 1, H + 2, W + 2)
    across = grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2]  # (B, 1, H, W)
    down = grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]
    strength = torch.sqrt(across.square() + down.square()) + 1e-6
    angles = torch.arange(DIRECTIONS, device=x.device) * (2 * math.pi / DIRECTIONS)
    cosine, sine = angles.cos().view(1, -1, 1, 1), angles.sin().view(1, -1, 1, 1)
    cosines = functional.relu(across * cosine + down * sine) / strength  # (B, 8, H, W), of the angle to each direction
    blurred = functional.avg_pool2d(strength * cosines**DIRECTION_EXPONENT, BLUR_PIXELS, 1, BLUR_PIXELS // 2)
    return functional.avg_pool2d(blurred, CELL_PIXELS).sqrt().flatten(1)


def edge_loss(model: EdgeAutoencoder, x: Tensor) -> Tensor:
    """The mean squared error of the predicted edge histograms.

    Args:
        model: The autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].

    Returns:
        A scalar.
    """
    return functional.mse_loss(model(x), edge_histograms(x))
