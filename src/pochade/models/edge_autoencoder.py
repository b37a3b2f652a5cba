"""An autoencoder that redraws edges instead of pixels, so that its code says what shape a thing has.

Pixels are a poor target for *organising*: a black shirt and a white one differ in every pixel and are alike. Where
edges run, and in which direction, is what stays; a net that must foretell it has to summarise shape. The target is the
histogram of oriented gradients (Dalal & Triggs, CVPR 2005), as in masked feature prediction (Wei et al., CVPR 2022).
"""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.errors import UsageError
from pochade.models.conv_stacks import ConvConfig, ConvEncoder

DIRECTIONS = 8  # of the gradient, all round: light to dark is not dark to light
CELL = 4  # pixels a side of the cells in which edges are counted
SHARPNESS = 8  # a gradient counts for a direction by the cosine to this power: 29 degrees off counts a third
BLUR = 3  # pixels over which an edge is smeared first, so that a step of one pixel does not change its cell


@dataclass(frozen=True)
class EdgeAutoencoderConfig:
    """What a `EdgeAutoencoder` is built from; kept in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=ConvConfig)
    latent_dim: int = 64  # numbers in a code

    def __post_init__(self) -> None:
        """Refuse pictures without room for a cell.

        Raises:
            UsageError: A side is shorter than a cell.
        """
        if min(self.convolutions.image_size) < CELL:
            raise UsageError(f"pictures need at least {CELL} pixels a side to have edges")

    @property
    def edge_count(self) -> int:
        """Numbers in the edge histograms of one picture."""
        height, width = self.convolutions.image_size
        return DIRECTIONS * (height // CELL) * (width // CELL)


class EdgeAutoencoder(nn.Module):
    """Pictures to codes, and codes to the edges of the pictures.

        x (B, 1, 28, 28) ──►──┤encoder, flatten, linear├──►── code (B, 64) ──►──┤linear├──►── edges (B, 8 * 7 * 7)

    Args:
        config: Sizes.
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
        """Pictures (B, C, H, W) in [0, 1] to codes (B, D)."""
        code: Tensor = self.encoder(x)
        return code

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [0, 1] to what the codes tell of their edges (B, E)."""
        edges: Tensor = self.edges(self.encode(x))
        return edges


def edge_histograms(x: Tensor) -> Tensor:
    """How much edge runs in each of 8 directions in each 4 x 4 pixels, (B, E); roots, so that faint edges count.

    Args:
        x: Pictures (B, C, H, W) in [0, 1]; colours are averaged.
    """
    grey = functional.pad(x.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")  # (B, 1, H + 2, W + 2)
    across = grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2]  # (B, 1, H, W)
    down = grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]
    strength = torch.sqrt(across.square() + down.square()) + 1e-6
    angles = torch.arange(DIRECTIONS, device=x.device) * (2 * math.pi / DIRECTIONS)
    cosine, sine = angles.cos().view(1, -1, 1, 1), angles.sin().view(1, -1, 1, 1)
    towards = functional.relu(across * cosine + down * sine) / strength  # (B, 8, H, W), cosine to each direction
    smeared = functional.avg_pool2d(strength * towards**SHARPNESS, BLUR, 1, BLUR // 2)
    return functional.avg_pool2d(smeared, CELL).sqrt().flatten(1)


def edge_loss(net: EdgeAutoencoder, x: Tensor) -> Tensor:
    """The mean squared error of the edges that the codes tell, beside the edges that the pictures have.

    Args:
        net: The fingerprinter.
        x: Pictures (B, C, H, W) in [0, 1].
    """
    return functional.mse_loss(net(x), edge_histograms(x))
