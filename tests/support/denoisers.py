"""Small untrained models that change what they are given."""

import torch

from pochade.models.denoiser import Denoiser
from pochade.models.model_configs import DenoiserConfig

SMALL_CONFIG = DenoiserConfig(planes=1, finds=0, widths=(8, 16))


def random_denoiser(config: DenoiserConfig = SMALL_CONFIG, seed: int = 0) -> Denoiser:
    """A model with random weights, whose last layer isn't zero as it is before training."""
    torch.manual_seed(seed)
    model = Denoiser(config)
    torch.nn.init.normal_(model.unet.leave.weight, std=0.05)
    return model.eval()
