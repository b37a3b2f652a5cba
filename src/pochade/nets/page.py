"""The page: where bare paper is on a sheet, and how it is lit, seen on a thumbnail.

Light and the paper's colour change slowly over the whole sheet, beyond any tile of it, so they are read once, from a
small picture. Where a sheet shows hardly any bare paper nothing can be told, and the net learns to say nothing.
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from pochade.nets.unet import UNet


@dataclass(frozen=True)
class PageConfig:
    """What a `PageNet` is built from; kept in its checkpoint."""

    side: int = 128  # pixels of the thumbnail, which is padded to a square by repeating its edges
    widths: tuple[int, ...] = (12, 24, 32, 48, 64)  # feature maps at each scale
    coarse: int = 8  # pixels of the thumbnail to a number of the light


class PageNet(nn.Module):
    """Thumbnails to light and paper.

        x (B, 3, 128, 128) ──►──┤U-Net├──┬──┤mean of 8 x 8├──► light (B, 3, 16, 16), natural logarithm
                                         └──► paper (B, 1, 128, 128), logit of being bare

    Args:
        config: Sizes.
    """

    def __init__(self, config: PageConfig | None = None) -> None:
        super().__init__()
        self.config = config or PageConfig()
        self.unet = UNet(3, 4, self.config.widths)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Thumbnails (B, 3, 128, 128) in [0, 1] to the logarithm of light times paper, and the logits of bare paper."""
        y = self.unet(x - 1)
        return functional.avg_pool2d(y[:, :3], self.config.coarse), y[:, 3:]
