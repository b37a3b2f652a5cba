"""The restorer: one denoising autoencoder for two jobs, scans and what a coder took away.

It redraws a picture without its damage at full resolution (Vincent et al., "Extracting and Composing Robust Features
with Denoising Autoencoders", ICML 2008), and is told through extra planes what there is to undo, and how much of it,
place by place, as FFDNet is told the level of noise (Zhang, Zuo & Zhang, TIP 2018).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.unet import UNet

AROUND = 9  # pixels a side of the means from which details are told
DETAIL = 8.0  # times which details are seen: grain is a hundredth of white, and is lost beside it otherwise
GREY = 0.5  # what means are counted from


@dataclass(frozen=True)
class DenoiserConfig:
    """What a `Denoiser` is built from; kept in its checkpoint."""

    planes: int = 3  # extra planes that tell it what to do
    finds: int = 1  # extra planes that it gives back, as logits: where defects are
    widths: tuple[int, ...] = (24, 48, 96, 128)  # feature maps at 1/2, 1/4, 1/8 and 1/16 of the size
    change: float = 1.0  # times which what the U-Net says is added: a coder's losses are a tenth of a scan's damage
    keeps_grey: bool = (
        False  # whether a picture without any colour is given none: see `pochade.models.artifact_remover`
    )

    @property
    def multiple(self) -> int:
        """What height and width are multiples of."""
        return 2 ** len(self.widths)

    @property
    def reach(self) -> int:
        """How many pixels away something may change the result at most; every convolution adds its own radius."""
        last = len(self.widths) - 1
        convolutions = [2 + 2 * (scale < last) + (scale < last) for scale in range(last + 1)]  # down, up, halving
        return (
            sum(count * 2 ** (scale + 1) for scale, count in enumerate(convolutions)) + 2 * 2 + self.multiple + AROUND
        )


class Denoiser(nn.Module):
    """Pictures to pictures without damage.

        x (B, 3, H, W) ──►──┬──┤means, details├──┐
                            │                    ├──┤2 x 2 pixels to channels, U-Net, and back├──┬──► change ──(+)──► y
        told (B, P, H, W) ──│────────────────────┘                                              └──► defects    │
                            └──────────────────────────────────────►────────────────────────────────────────►───┘

    It sees the mean of 9 x 9 pixels and, eight times as strong, what differs from it. From pixels as they are, whose
    whites outweigh all grain, it learnt hardly anything in the same time: see docs/log.md.

    Args:
        config: Sizes.
    """

    def __init__(self, config: DenoiserConfig | None = None) -> None:
        super().__init__()
        self.config = config or DenoiserConfig()
        self.unet = UNet(4 * (6 + self.config.planes), 4 * (3 + self.config.finds), self.config.widths)

    def forward(self, x: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """Restore pictures.

        Args:
            x: Pictures (B, 3, H, W) in [0, 1]; H and W multiples of `config.multiple`.
            told: What to undo, and how much, (B, P, H, W) in [0, 1].

        Returns:
            The change to add (B, 3, H, W), and the logits of defects (B, F, H, W).
        """
        means = means_around(x)
        seen = functional.pixel_unshuffle(torch.cat([DETAIL * (x - means), means - GREY, told - 1], 1), 2)
        changed = functional.pixel_shuffle(self.unet(seen.contiguous(memory_format=torch.channels_last)), 2)
        return self.config.change * changed[:, :3], changed[:, 3:]


def means_around(x: Tensor) -> Tensor:
    """The mean of the 9 x 9 pixels about each one, of as many as there are at a border.

    Sums of two, four and eight neighbours and then one more: a seventh of the time of `functional.avg_pool2d`.

    Args:
        x: Pictures (B, C, H, W) of any size.
    """
    sums = functional.pad(x.contiguous(), (AROUND // 2,) * 4)
    for axis in (3, 2):
        eight = sums
        for step in (1, 2, 4):
            eight = eight.narrow(axis, 0, eight.shape[axis] - step) + eight.narrow(axis, step, eight.shape[axis] - step)
        kept = sums.shape[axis] - AROUND + 1
        sums = eight.narrow(axis, 0, kept) + sums.narrow(axis, AROUND - 1, kept)
    return sums / (counted(x.shape[2]).view(-1, 1) * counted(x.shape[3])).to(x)


def counted(side: int) -> Tensor:
    """How many of nine pixels in a row about each one of a side are within it."""
    before = torch.arange(side)
    return 1 + before.clamp(max=AROUND // 2) + (side - 1 - before).clamp(max=AROUND // 2)
