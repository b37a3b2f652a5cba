"""The embedding model: a picture becomes a unit vector that barely changes when the picture is edited.

Two augmentations of one picture (a crop, a scan, a mirrored copy, its line art) get nearly the same vector, and
different pictures get vectors far apart. This is contrastive learning (Chen et al., "A Simple Framework for
Contrastive Learning of Visual Representations", ICML 2020), used to detect copies (Pizzi et al., "A Self-Supervised
Descriptor for Image Copy Detection", CVPR 2022). The loss is in `training/losses/contrastive.py`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.model_configs import EmbeddingConfig

POOLING_POWER = 3.0  # of generalised-mean pooling: 1 is the mean, infinity the maximum
MIN_FEATURE = 1e-4  # keeps the gradient of the root in the pooling finite


class ConvBlock(nn.Sequential):
    """A 3x3 convolution, batch normalisation and ReLU.

    Args:
        in_channels: Input channels.
        out_channels: Output channels.
        stride: 1 keeps the size, 2 halves it.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two convolutions with a skip connection (He et al., CVPR 2016).

        x ──►──┬──┤convolutions├──(+)──► y, of the same shape
               └────────►──────────┘

    Args:
        width: Feature maps.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(ConvBlock(width, width), ConvBlock(width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Map feature maps (B, C, h, w) to feature maps of the same shape."""
        change: Tensor = self.convolutions(x)
        return x + change


class EmbeddingModel(nn.Module):
    """Pictures to embeddings.

        x (B, 4, 96, 96) ──►──┤orient├──►──┤features├──► (B, 384, 6, 6) ──►──┤pool├──► (B, 384)
                                                                                        │
                                        embedding (B, 64) ◄──┤unit length├──◄──┤linear├─┘

    The pooling is a generalised mean: strong features count for more than their area, so crops stay similar
    (Radenović, Tolias & Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", PAMI 2019).

    Args:
        config: The sizes.
    """

    def __init__(self, config: EmbeddingConfig | None = None) -> None:
        super().__init__()
        self.config = config or EmbeddingConfig()
        a, b, c, d = self.config.widths
        self.features = nn.Sequential(
            ConvBlock(4, a, 2),  # 48 x 48
            ConvBlock(a, b, 2),  # 24 x 24
            ConvBlock(b, c, 2),  # 12 x 12
            ResidualBlock(c),
            ConvBlock(c, d, 2),  # 6 x 6
            ResidualBlock(d),
            nn.Conv2d(d, self.config.head, 1),
            nn.ReLU(inplace=True),
        )
        self.linear = nn.Linear(self.config.head, self.config.latent_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures with their frame masks (B, 4, 96, 96) in [0, 1] to unit vectors (B, 64)."""
        features = self.features(orient(x))  # (B, 384, 6, 6)
        pooled = features.clamp(min=MIN_FEATURE).pow(POOLING_POWER).mean((2, 3)).pow(1 / POOLING_POWER)  # (B, 384)
        return functional.normalize(self.linear(pooled))


def orient(x: Tensor) -> Tensor:
    """Mirror and transpose pictures so that most of their edges are on the right and, less strongly, at the bottom.

    A copy can have any of eight orientations, but the model sees all of them in the same one, unless the edges are
    evenly balanced.

    Args:
        x: Pictures with frame masks (B, 4, S, S); S is a multiple of 4.

    Returns:
        The oriented pictures (B, 4, S, S).
    """
    small = functional.avg_pool2d(x[:, :3], 4)  # averages grain away
    across, down = small.diff(dim=3).abs(), small.diff(dim=2).abs()  # steps between columns, steps between rows
    gap_positions = torch.linspace(-1, 1, across.shape[3], device=x.device)  # (S / 4 - 1,)
    pixel_positions = torch.linspace(-1, 1, small.shape[2], device=x.device)  # (S / 4,)
    # (B,) each; above 0 where most edges are on the right, or at the bottom
    rightward = across.sum((1, 2)) @ gap_positions + down.sum((1, 2)) @ pixel_positions
    downward = down.sum((1, 3)) @ gap_positions + across.sum((1, 3)) @ pixel_positions
    x = torch.where((rightward < 0).view(-1, 1, 1, 1), x.flip(3), x)
    x = torch.where((downward < 0).view(-1, 1, 1, 1), x.flip(2), x)
    x = torch.where((downward.abs() > rightward.abs()).view(-1, 1, 1, 1), x.mT, x)
    return x.contiguous(memory_format=torch.channels_last)
