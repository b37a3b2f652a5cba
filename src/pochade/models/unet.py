"""A plain residual U-Net, the body of the denoiser and of the page model.

It has 3x3 convolutions and ReLUs, but no normalisation. On two cores depthwise blocks with a third of the
multiplications would take as long. No layer sees the whole picture, so tiles with enough overlap give the same result
as the whole. After Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015, with the residual blocks of Zhang et al.,
"Plug-and-Play Image Restoration with Deep Denoiser Prior", PAMI 2021.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

INITIAL_RESIDUAL_GAIN = 0.2  # without normalisation, the changes of all blocks would add up


class PlainResidual(nn.Module):
    """Two convolutions with a skip connection.

        x ──►──┬──┤first├──┤ReLU├──┤second├──(+)──► y, of the same shape
               └──────────────►──────────────┘

    Args:
        width: Feature maps.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)
        with torch.no_grad():
            self.second.weight.mul_(INITIAL_RESIDUAL_GAIN)

    def forward(self, x: Tensor) -> Tensor:
        """Map feature maps (B, C, h, w) to feature maps of the same shape."""
        change: Tensor = self.second(self.first(x).relu_())
        return change.add_(x)


class UNet(nn.Module):
    """Feature maps to feature maps of the same height and width, computed at several scales.

        x ──┤enter├──┤down├────────────────────────(+)──┤up├──┤leave├──► y
                       └──┤shrink├──┤…├──┤enlarge├──┘

    The last convolution, `leave`, starts at zero.

    Args:
        in_channels: Input channels.
        out_channels: Output channels.
        widths: Feature maps at each scale, the finest first; each further scale halves height and width.
    """

    def __init__(self, in_channels: int, out_channels: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = list(pairwise(widths))
        self.enter = nn.Conv2d(in_channels, widths[0], 3, 1, 1)
        self.down = nn.ModuleList(PlainResidual(width) for width in widths)
        self.shrink = nn.ModuleList(nn.Conv2d(fine, coarse, 3, 2, 1) for fine, coarse in pairs)
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(coarse, fine, 2, 2) for fine, coarse in pairs)
        self.up = nn.ModuleList(PlainResidual(width) for width in widths[:-1])
        self.leave = nn.Conv2d(widths[0], out_channels, 3, 1, 1)
        nn.init.zeros_(self.leave.weight)
        assert self.leave.bias is not None
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in_channels, h, w) to (B, out_channels, h, w).

        Height and width must be multiples of 2^n for n halvings.
        """
        x = self.enter(x)
        skips = []
        for residual, shrink in zip(self.down[:-1], self.shrink, strict=True):
            x = residual(x)
            skips.append(x)
            x = shrink(x).relu_()
        x = self.down[-1](x)
        for residual, enlarge, fine in zip(self.up[::-1], self.enlarge[::-1], skips[::-1], strict=True):
            x = residual(enlarge(x).add_(fine))
        y: Tensor = self.leave(x)
        return y
