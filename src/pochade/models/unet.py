"""A plain residual U-Net: what both the restorer and the reader of pages are made of.

3x3 convolutions and ReLUs without normalisation: on two cores they cost as many seconds as depthwise blocks with a
third of their multiplications, and nothing in them looks at the whole picture, so that tiles agree with the whole.
After Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015, with the residual blocks of Zhang et al., "Plug-and-Play Image
Restoration with Deep Denoiser Prior", PAMI 2021.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

CHANGE = 0.2  # of a residual block at the beginning: without normalisation, full blocks would add up


class PlainResidual(nn.Module):
    """Two convolutions whose result is added to what came in.

        x ──►──┬──┤3x3├──┤ReLU├──┤3x3├──(+)──► y, of the same shape
               └────────────►────────────┘

    Args:
        width: Feature maps.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)
        with torch.no_grad():
            self.second.weight.mul_(CHANGE)

    def forward(self, x: Tensor) -> Tensor:
        """Feature maps (B, C, h, w) to as many."""
        changed: Tensor = self.second(self.first(x).relu_())
        return changed.add_(x)


class UNet(nn.Module):
    """Feature maps to feature maps of the same size, seen at several scales.

        x ──┤3x3├──┤residual├──────────────(+)──┤residual├──┤3x3├──► y
                       └─┤half├─┤…├─┤twice├─┘

    The last convolution begins at zero.

    Args:
        incoming: Channels of what comes in.
        outgoing: Channels of what goes out.
        widths: Feature maps at each scale, the finest first; each scale halves height and width.
    """

    def __init__(self, incoming: int, outgoing: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = list(pairwise(widths))
        self.enter = nn.Conv2d(incoming, widths[0], 3, 1, 1)
        self.down = nn.ModuleList(PlainResidual(width) for width in widths)
        self.shrink = nn.ModuleList(nn.Conv2d(fine, coarse, 3, 2, 1) for fine, coarse in pairs)
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(coarse, fine, 2, 2) for fine, coarse in pairs)
        self.up = nn.ModuleList(PlainResidual(width) for width in widths[:-1])
        self.leave = nn.Conv2d(widths[0], outgoing, 3, 1, 1)
        nn.init.zeros_(self.leave.weight)
        assert self.leave.bias is not None
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, incoming, h, w) to (B, outgoing, h, w); h and w multiples of 2 to the number of halvings."""
        x = self.enter(x)
        kept = []
        for residual, shrink in zip(self.down[:-1], self.shrink, strict=True):
            x = residual(x)
            kept.append(x)
            x = shrink(x).relu_()
        x = self.down[-1](x)
        for residual, enlarge, fine in zip(self.up[::-1], self.enlarge[::-1], kept[::-1], strict=True):
            x = residual(enlarge(x).add_(fine))
        y: Tensor = self.leave(x)
        return y
