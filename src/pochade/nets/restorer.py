"""The restorer: one denoising autoencoder for two jobs, scans and what a coder took away.

It redraws a picture without its damage at full resolution (Vincent et al., "Extracting and Composing Robust Features
with Denoising Autoencoders", ICML 2008), and is told through extra planes what there is to undo, and how much of it,
place by place, as FFDNet is told the level of noise (Zhang, Zuo & Zhang, TIP 2018).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.nets.unet import UNet


@dataclass(frozen=True)
class RestorerConfig:
    """What a `Restorer` is built from; kept in its checkpoint."""

    planes: int = 3  # extra planes that tell it what to do
    finds: int = 1  # extra planes that it gives back, as logits: where defects are
    widths: tuple[int, ...] = (24, 48, 96, 128)  # feature maps at 1/2, 1/4, 1/8 and 1/16 of the size

    @property
    def multiple(self) -> int:
        """What height and width are multiples of."""
        return 2 ** len(self.widths)

    @property
    def reach(self) -> int:
        """How many pixels away something may change the result at most; every convolution adds its own radius."""
        last = len(self.widths) - 1
        convolutions = [2 + 2 * (scale < last) + (scale < last) for scale in range(last + 1)]  # down, up, halving
        return sum(count * 2 ** (scale + 1) for scale, count in enumerate(convolutions)) + 2 * 2 + self.multiple


class Restorer(nn.Module):
    """Pictures to pictures without damage.

        x (B, 3, H, W) ──►──┬──┤2 x 2 pixels to channels├──┐
                            │                              ├──┤U-Net├──┬──┤channels to pixels├──(+)──► y (B, 3, H, W)
        told (B, P, H, W) ──│──┤2 x 2 pixels to channels├──┘           └──► defects (B, F, H, W)  │
                            └───────────────────────────────►──────────────────────────────────►──┘

    Args:
        config: Sizes.
    """

    def __init__(self, config: RestorerConfig | None = None) -> None:
        super().__init__()
        self.config = config or RestorerConfig()
        self.unet = UNet(4 * (3 + self.config.planes), 4 * (3 + self.config.finds), self.config.widths)

    def forward(self, x: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """Restore pictures.

        Args:
            x: Pictures (B, 3, H, W) in [0, 1]; H and W multiples of `config.multiple`.
            told: What to undo, and how much, (B, P, H, W) in [0, 1].

        Returns:
            The change to add (B, 3, H, W), and the logits of defects (B, F, H, W).
        """
        both = functional.pixel_unshuffle(torch.cat([x, told], 1), 2)
        changed = functional.pixel_shuffle(self.unet(both.contiguous(memory_format=torch.channels_last)), 2)
        return changed[:, :3], changed[:, 3:]
