"""The denoiser: one denoising autoencoder for two jobs, cleaning scans and removing the artifacts of a codec.

It removes the damage of a picture at full resolution (Vincent et al., "Extracting and Composing Robust Features with
Denoising Autoencoders", ICML 2008). Extra input planes condition it on what to remove, and how much, at each pixel, as
FFDNet is conditioned on the noise level (Zhang, Zuo & Zhang, TIP 2018).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.model_configs import WINDOW_PIXELS, DenoiserConfig
from pochade.models.unet import UNet

DETAIL_GAIN = 8.0  # amplifies details: the contrast of grain is only a hundredth of white
MID_GREY = 0.5  # subtracted from the local means


class Denoiser(nn.Module):
    """Damaged pictures to the change that removes the damage.

        x (B, 3, H, W) ──►──┤local means, details├──┐
                                                    ├──┤2 x 2 pixels to channels, unet, and back├──┬──► change
        conditioning (B, P, H, W) ───────►──────────┘                                              └──► defects

    The U-Net sees local means of 9 x 9 pixels and the amplified differences from them. With plain pixels as input the
    model learnt hardly anything in the same time, because white outweighs all grain: see docs/log.md.

    Args:
        config: The sizes.
    """

    def __init__(self, config: DenoiserConfig | None = None) -> None:
        super().__init__()
        self.config = config or DenoiserConfig()
        self.unet = UNet(4 * (6 + self.config.planes), 4 * (3 + self.config.finds), self.config.widths)

    def forward(self, x: Tensor, conditioning: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate the damage of pictures.

        Args:
            x: Pictures (B, 3, H, W) in [0, 1]; H and W are multiples of `config.multiple`.
            conditioning: How much of each kind of damage to remove (B, P, H, W), in [0, 1].

        Returns:
            The change to add (B, 3, H, W), and the logits of defects (B, F, H, W).
        """
        means = local_means(x)
        folded = functional.pixel_unshuffle(
            torch.cat([DETAIL_GAIN * (x - means), means - MID_GREY, conditioning - 1], 1), 2
        )
        output = functional.pixel_shuffle(self.unet(folded.contiguous(memory_format=torch.channels_last)), 2)
        return self.config.change * output[:, :3], output[:, 3:]


def local_means(x: Tensor) -> Tensor:
    """The mean of the 9 x 9 pixels around each pixel; at a border, of those that are inside the picture.

    Sums of two, four and eight neighbours are added up, and then the ninth pixel. This takes a seventh of the time of
    `functional.avg_pool2d`.

    Args:
        x: Pictures (B, C, H, W) of any size.

    Returns:
        The means, of the same shape.
    """
    sums = functional.pad(x.contiguous(), (WINDOW_PIXELS // 2,) * 4)
    for axis in (3, 2):
        eight = sums
        for step in (1, 2, 4):
            eight = eight.narrow(axis, 0, eight.shape[axis] - step) + eight.narrow(axis, step, eight.shape[axis] - step)
        length = sums.shape[axis] - WINDOW_PIXELS + 1
        sums = eight.narrow(axis, 0, length) + sums.narrow(axis, WINDOW_PIXELS - 1, length)
    down, across = (_window_sizes(side, x.device) for side in x.shape[2:])
    return sums / (down.view(-1, 1) * across).to(x)


def _window_sizes(side: int, device: torch.device) -> Tensor:
    """How many pixels of the window around each pixel of a row are inside the picture, (side,)."""
    position = torch.arange(side, device=device)
    return 1 + position.clamp(max=WINDOW_PIXELS // 2) + (side - 1 - position).clamp(max=WINDOW_PIXELS // 2)
