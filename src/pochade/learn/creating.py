"""The loss of the net that makes new pieces: from what a `CodeVAE` sees in pictures to latents, and back."""

import torch
from torch import Tensor

from pochade.learn.views import sometimes
from pochade.nets.code import CodeVAE
from pochade.nets.diffusion import DiffusionVAE, diffusion_loss

PRICE = 3e-5  # of a nat of the latent, beside the mean squared error of one number


class Creating:
    """Teaches a `DiffusionVAE` on what another net, which stays as it is, sees in pictures.

    Args:
        code: That net.
    """

    def __init__(self, code: CodeVAE) -> None:
        self.code = code.requires_grad_(False)

    def loss(self, net: DiffusionVAE, pictures: Tensor) -> Tensor:
        """One number: the error of the way to the pictures, some of them mirrored, and the price of the latents.

        Args:
            net: The net that learns.
            pictures: Letterboxed on white (B, 3, 128, 128), in [0, 1].
        """
        return diffusion_loss(net, self.grids(sometimes(0.5, lambda part: part.flip(3), pictures)), PRICE)

    @torch.no_grad()
    def grids(self, pictures: Tensor) -> Tensor:
        """What is seen in pictures (B, 3, 128, 128): (B, 128, 8, 8). White about them counts as theirs."""
        whole = torch.cat([pictures, torch.ones_like(pictures[:, :1])], 1)
        return self.code.to(pictures.device).encode(whole.contiguous(memory_format=torch.channels_last))


@torch.no_grad()
def measured(net: DiffusionVAE, grids: Tensor) -> None:
    """Set what of a net is not learnt but measured on grids (N, C, h, w): its units, and principal components.

    A channel's unit is the root of its deviation. With the deviation itself, what is faint and hard to foretell would
    count as much as light and dark.
    """
    net.centre.copy_(grids.mean((0, 2, 3)))
    net.scale.copy_(grids.std((0, 2, 3)).clamp(min=1e-3).sqrt())
    x = net.normal(grids).flatten(1)  # (N, C h w)
    net.middle.copy_(x.mean(0))
    latent = net.config.latent_dim
    _, sizes, directions = torch.svd_lowrank(x - net.middle, q=min(2 * latent, *x.shape), niter=4)
    net.directions.copy_(directions[:, :latent].T)
    net.spread.copy_(sizes[:latent] / len(x) ** 0.5)
    left = x - net.middle - (x - net.middle) @ net.directions.T @ net.directions
    net.rest.copy_(left.unflatten(1, grids.shape[1:]).square().mean((0, 2, 3)))
