"""The page: where bare paper is on a sheet, and how it is lit, seen on a thumbnail.

Light and the paper's colour change slowly over the whole sheet, beyond any tile of it, so they are read once, from a
small picture. Where a sheet shows hardly any bare paper nothing can be told, and the net learns to say nothing.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.unet import UNet


@dataclass(frozen=True)
class PageConfig:
    """What a `PageModel` is built from; kept in its checkpoint."""

    side: int = 128  # pixels of the thumbnail, which is padded to a square by repeating its edges
    fold: int = 4  # pixels a side that become channels: what changes slowly needs no fine scale
    widths: tuple[int, ...] = (32, 48, 64, 64)  # feature maps at 1/4, 1/8, 1/16 and 1/32 of the thumbnail
    coarse: int = 8  # pixels of the thumbnail to a number of the light


class PageModel(nn.Module):
    """Thumbnails to light and paper.

        x (B, 3, 128, 128) ──►──┤4 x 4 pixels to channels├──┤U-Net├──┬──┤mean of 2 x 2├──► light (B, 3, 16, 16)
                                                                     └──┤channels to pixels├──► paper (B, 1, 128, 128)

    Light comes as its natural logarithm, paper as the logit of its being bare.

    Args:
        config: Sizes.
    """

    def __init__(self, config: PageConfig | None = None) -> None:
        super().__init__()
        self.config = config or PageConfig()
        folded = self.config.fold**2
        self.unet = UNet(3 * folded, 3 + folded, self.config.widths)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Thumbnails (B, 3, 128, 128) in [0, 1] to the logarithm of light times paper, and the logits of bare paper."""
        fold = self.config.fold
        y = self.unet(functional.pixel_unshuffle(x - 1, fold).contiguous(memory_format=torch.channels_last))
        return functional.avg_pool2d(y[:, :3], self.config.coarse // fold), functional.pixel_shuffle(y[:, 3:], fold)
