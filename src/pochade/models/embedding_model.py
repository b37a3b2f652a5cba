"""The look: where a picture lies among pictures, whatever has been done to it.

Views of one piece (a crop, a scan, a mirrored copy, its line art) get nearly the same unit vector, other pieces get
vectors far away (contrastive learning: Chen et al., "A Simple Framework for Contrastive Learning of Visual
Representations", ICML 2020; for copies: Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection", 2022).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

CROWDED = 1e-3  # of an even direction's share: what counts as none
POWER = 3.0  # of the pooling: 1 is the mean, infinity the maximum


@dataclass(frozen=True)
class EmbeddingConfig:
    """What a `EmbeddingModel` is built from; kept in its checkpoint."""

    side: int = 96  # pixels a side of what it looks at
    widths: tuple[int, ...] = (16, 48, 96, 192)  # feature maps after each halving
    head: int = 384  # features that are pooled over the picture
    latent_dim: int = 64  # numbers in a look


class Convolution(nn.Sequential):
    """A 3x3 convolution, batch normalisation and ReLU.

    Args:
        incoming: Feature maps before.
        outgoing: Feature maps after.
        stride: 1 keeps the size, 2 halves it.
    """

    def __init__(self, incoming: int, outgoing: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(incoming, outgoing, 3, stride, 1, bias=False), nn.BatchNorm2d(outgoing), nn.ReLU(inplace=True)
        )


class Residual(nn.Module):
    """Two convolutions whose result is added to what came in (He et al., CVPR 2016).

        x ──►──┬──┤convolution├──┤convolution├──(+)──► y, of the same shape
               └────────────────►────────────────┘

    Args:
        width: Feature maps.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(Convolution(width, width), Convolution(width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Feature maps (B, C, h, w) to as many."""
        changed: Tensor = self.convolutions(x)
        return x + changed


class EmbeddingModel(nn.Module):
    """Pictures to looks.

        x (B, 4, 96, 96) ──►──┤halvings, residuals├──►── (B, 384, 6, 6) ──►──┤pool├──┤linear, unit length├──► (B, 64)

    The pooling is a mean of cubes: strong features count for more than their area, which keeps crops alike
    (Radenović, Tolias & Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", PAMI 2019).

    Args:
        config: Sizes.
    """

    def __init__(self, config: EmbeddingConfig | None = None) -> None:
        super().__init__()
        self.config = config or EmbeddingConfig()
        a, b, c, d = self.config.widths
        self.features = nn.Sequential(
            Convolution(4, a, 2),  # 48 x 48
            Convolution(a, b, 2),  # 24 x 24
            Convolution(b, c, 2),  # 12 x 12
            Residual(c),
            Convolution(c, d, 2),  # 6 x 6
            Residual(d),
            nn.Conv2d(d, self.config.head, 1),
            nn.ReLU(inplace=True),
        )
        self.linear = nn.Linear(self.config.head, self.config.latent_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures and their frames (B, 4, 96, 96) in [0, 1] to unit vectors (B, 64)."""
        features = self.features(oriented(x))  # (B, 384, 6, 6)
        pooled = features.clamp(min=1e-4).pow(POWER).mean((2, 3)).pow(1 / POWER)  # (B, 384)
        return functional.normalize(self.linear(pooled))


def oriented(x: Tensor) -> Tensor:
    """Pictures mirrored and turned by quarters so that their edges weigh most to the right, then to the bottom.

    Of the eight ways in which a copy can lie, the net then sees one, but for pictures whose edges are in balance.

    Args:
        x: Pictures and frames (B, 4, S, S); S a multiple of 4.
    """
    small = functional.avg_pool2d(x[:, :3], 4)  # grain is averaged away
    across, down = small.diff(dim=3).abs().sum((1, 2)), small.diff(dim=2).abs().sum((1, 3))  # (B, S / 4 - 1) each
    between = torch.linspace(-1, 1, across.shape[1], device=x.device)
    along = torch.linspace(-1, 1, small.shape[2], device=x.device)
    right = across @ between + small.diff(dim=2).abs().sum((1, 2)) @ along  # (B,)
    bottom = down @ between + small.diff(dim=3).abs().sum((1, 3)) @ along
    x = torch.where((right < 0).view(-1, 1, 1, 1), x.flip(3), x)
    x = torch.where((bottom < 0).view(-1, 1, 1, 1), x.flip(2), x)
    return torch.where((bottom.abs() > right.abs()).view(-1, 1, 1, 1), x.mT, x).contiguous(
        memory_format=torch.channels_last
    )


def crowding(looks: Tensor) -> Tensor:
    """How far looks (B, D) are from filling all directions evenly: 0 when they do, in nats a direction.

    The negative logarithm of the volume that they span (the coding rate of Yu et al., "Learning Diverse and
    Discriminative Representations via the Principle of Maximal Coding Rate Reduction", NeurIPS 2020). Without it a
    third of the directions does all the work, and strangers come too near.
    """
    spread = looks.T @ looks * (looks.shape[1] / len(looks))  # (D, D), the identity when even
    return -torch.logdet(spread + CROWDED * torch.eye(len(spread), device=looks.device)) / len(spread)


def disagreement(first: Tensor, second: Tensor, others: Tensor, same: Tensor, temperature: float) -> Tensor:
    """How hard it is to tell which look belongs to the same piece, among all others: InfoNCE, in nats.

    Args:
        first: Looks of one view of each piece (B, D), unit length.
        second: Looks of another view of each (B, D).
        others: Looks of more pieces (M, D), from earlier steps.
        same: Which of the B + M pieces show the same as each of the B, itself included (B, B + M): they are no others.
        temperature: Differences in cosine below it hardly count.
    """
    one_way = told_apart(first, second, others, same, temperature)
    return (one_way + told_apart(second, first, others, same, temperature)) / 2


def told_apart(asked: Tensor, answers: Tensor, others: Tensor, same: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of each asked look's own answer among the answers and the others."""
    own = (asked * answers).sum(1, keepdim=True)  # (B, 1)
    rest = torch.cat([asked @ answers.T, asked @ others.T], 1).masked_fill(same, -torch.inf)  # (B, B + M)
    among = asked @ asked.T
    among = among.masked_fill(same[:, : len(asked)], -torch.inf)  # (B, B)
    logits = torch.cat([own, rest, among], 1) / temperature
    return functional.cross_entropy(logits, torch.zeros(len(asked), dtype=torch.long, device=asked.device))
