"""The page model: where a scanned sheet shows bare paper, and how it is lit, estimated from a thumbnail.

Light and the colour of paper change slowly over the whole sheet, beyond any tile, so they are estimated once from a
small picture. Where a sheet shows hardly any bare paper, its light is unknown, and the model learns to leave it alone.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.model_configs import PageConfig
from pochade.models.unet import UNet


class PageModel(nn.Module):
    """Thumbnails of sheets to the light on them and the probability of bare paper.

        x (B, 3, 128, 128) ──►──┤4 x 4 pixels to channels├──┤unet├──┬──┤mean of 2 x 2├──► light (B, 3, 16, 16)
                                                                    └──┤channels to pixels├──► paper (B, 1, 128, 128)

    Args:
        config: The sizes.
    """

    def __init__(self, config: PageConfig | None = None) -> None:
        super().__init__()
        self.config = config or PageConfig()
        folded = self.config.fold**2
        self.unet = UNet(3 * folded, 3 + folded, self.config.widths)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate light and bare paper.

        Args:
            x: Thumbnails (B, 3, 128, 128) in [0, 1].

        Returns:
            The natural logarithm of the light times the colour of the paper (B, 3, 16, 16), and the logits of bare
            paper (B, 1, 128, 128).
        """
        fold = self.config.fold
        y = self.unet(functional.pixel_unshuffle(x - 1, fold).contiguous(memory_format=torch.channels_last))
        return functional.avg_pool2d(y[:, :3], self.config.coarse // fold), functional.pixel_shuffle(y[:, 3:], fold)
