"""The flow-matching loss of the generator's model, on grids that a frozen sketch model computes from pictures."""

import torch
from torch import Tensor

from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.sketch_model import SketchVAE, encode_on_white
from pochade.training.augment.random_numbers import RandomNumbers

DIVERGENCE_WEIGHT = 3e-5  # of a nat of KL divergence, relative to the mean squared error of the velocity
TIME_LOGIT_MEAN, TIME_LOGIT_DEVIATION = -0.6, 1.0  # times are logistic-normal, more of them near the noise
MIN_REMAINING_TIME = 0.05  # keeps the velocity finite near the clean grid
MIN_SCALE = 1e-3  # the smallest standard deviation of a channel that counts


class FlowMatchingObjective:
    """The loss of a `FlowMatchingVAE` on pictures.

        pictures ──►──┤mirror at random├──►──┤sketch model, frozen├──► grids ──►──┤flow_matching_loss├──► loss

    Args:
        sketch_model: The model that encodes pictures; its parameters are frozen.
    """

    def __init__(self, sketch_model: SketchVAE) -> None:
        self.sketch_model = sketch_model.requires_grad_(False)

    def loss(self, model: FlowMatchingVAE, pictures: Tensor) -> Tensor:
        """The loss of one batch.

        Args:
            model: The model in training.
            pictures: Letterboxed on white (B, 3, 128, 128), in [0, 1].

        Returns:
            A scalar.
        """
        random = RandomNumbers.from_torch(pictures.device)
        mirrored = random.apply(0.5, lambda batch: batch.flip(3), pictures)
        return flow_matching_loss(model, encode_on_white(self.sketch_model, mirrored), DIVERGENCE_WEIGHT)


def flow_matching_loss(model: FlowMatchingVAE, y: Tensor, divergence_weight: float) -> Tensor:
    """The mean squared error of the velocity, plus the weighted KL divergence of the latents from their prior.

    Such a squared error, weighted by the noise level, bounds the likelihood (Kingma & Gao, "Understanding Diffusion
    Objectives as the ELBO with Simple Data Augmentation", NeurIPS 2023).

    Args:
        model: The model in training.
        y: Grids (B, 128, 8, 8).
        divergence_weight: Weight of a nat of the posterior's divergence from the prior.

    Returns:
        A scalar.
    """
    random = RandomNumbers.from_torch(y.device)
    posterior = model.encode(y)
    x = model.normalise(y)
    time = torch.sigmoid(TIME_LOGIT_MEAN + random.normal((len(y),), TIME_LOGIT_DEVIATION))
    t = time.view(-1, 1, 1, 1)
    noisy = random.normal(x.shape).lerp(x, t)
    latents = posterior.mean + (0.5 * posterior.log_variance).exp() * random.normal(posterior.mean.shape)
    error = (model.predict_clean(noisy, time, latents) - x) / (1 - t).clamp(min=MIN_REMAINING_TIME)
    return error.square().mean() + divergence_weight * posterior.divergence().mean()


@torch.no_grad()
def fit_linear_parts(model: FlowMatchingVAE, grids: Tensor) -> None:
    """Compute the buffers of a model that are not learnt: the scale of each channel and the principal components.

    A channel's unit is the square root of its standard deviation. With the deviation itself, faint channels that are
    hard to predict would count as much as light and dark.

    Args:
        model: The model; its buffers change.
        grids: Grids of the training set (N, C, h, w).
    """
    model.centre.copy_(grids.mean((0, 2, 3)))
    model.scale.copy_(grids.std((0, 2, 3)).clamp(min=MIN_SCALE).sqrt())
    x = model.normalise(grids).flatten(1)  # (N, C h w)
    model.middle.copy_(x.mean(0))
    latent = model.config.latent_dim
    _, sizes, directions = torch.svd_lowrank(x - model.middle, q=min(2 * latent, *x.shape), niter=4)
    model.directions.copy_(directions[:, :latent].T)
    model.spread.copy_(sizes[:latent] / len(x) ** 0.5)
    residual = x - model.middle - (x - model.middle) @ model.directions.T @ model.directions
    model.rest.copy_(residual.unflatten(1, grids.shape[1:]).square().mean((0, 2, 3)))
