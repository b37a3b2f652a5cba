"""The loss of the net that makes new pieces: from what a `SketchVAE` sees in pictures to latents, and back."""

import torch
from torch import Tensor

from pochade.models.flow_matching_vae import FlowMatchingVAE, flow_matching_loss
from pochade.models.sketch_model import SketchVAE, encode_on_white
from pochade.training.augment.augmentations import sometimes

PRICE = 3e-5  # of a nat of the latent, beside the mean squared error of one number


class FlowMatchingObjective:
    """Teaches a `FlowMatchingVAE` on what another net, which stays as it is, sees in pictures.

    Args:
        code: That net.
    """

    def __init__(self, code: SketchVAE) -> None:
        self.code = code.requires_grad_(False)

    def loss(self, net: FlowMatchingVAE, pictures: Tensor) -> Tensor:
        """One number: the error of the way to the pictures, some of them mirrored, and the price of the latents.

        Args:
            net: The net that learns.
            pictures: Letterboxed on white (B, 3, 128, 128), in [0, 1].
        """
        return flow_matching_loss(
            net, encode_on_white(self.code, sometimes(0.5, lambda part: part.flip(3), pictures)), PRICE
        )


@torch.no_grad()
def measured(net: FlowMatchingVAE, grids: Tensor) -> None:
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
