"""The stage that cleans noisy pictures: by blur, by two models that learnt to copy, and by one that learnt to clean."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from pochade.models.autoencoder import NOISE_DEVIATION, add_noise
from pochade.study.stages.reconstruction_stage import first_of_each_class
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures

BLUR_DEVIATIONS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)  # pixels; the best one for the test pictures is reported
PICTURES_SHOWN = 8
DENOISING_NAMES = ("autoencoder", "autoencoder_16", "vae", "denoiser")  # all but the last learnt only to copy


def measure_denoising(inputs: StageInputs) -> StageResult:
    """Add noise to the test pictures, remove it, and measure how close the results are to the clean pictures.

    Returns:
        Decibels (PSNR, from the mean squared error over all pictures), and some pictures before and after.
    """
    clean = inputs.data.test.images.float() / 255
    with torch.random.fork_rng():
        torch.manual_seed(inputs.settings.seed)
        noisy = add_noise(clean)
    blurred = {deviation: blur(noisy, deviation) for deviation in BLUR_DEVIATIONS}
    best = max(blurred, key=lambda deviation: decibels(blurred[deviation], clean))
    results = {"noisy": noisy, "best_blur": blurred[best]}
    for name in DENOISING_NAMES:
        model = inputs.model(name)
        results[name] = decode_latents(model, encode_pictures(model, noisy))
    numbers = {
        "decibels": {name: decibels(pictures, clean) for name, pictures in results.items()},
        "noise_deviation": NOISE_DEVIATION,
        "blur_deviation": best,
    }
    shown = first_of_each_class(inputs.data)[:PICTURES_SHOWN]
    return StageResult(numbers, {"clean": clean[shown]} | {name: result[shown] for name, result in results.items()})


def blur(pictures: Tensor, deviation: float) -> Tensor:
    """Blur pictures (N, C, H, W) with a normal distribution of that deviation in pixels; borders are repeated."""
    radius = math.ceil(3 * deviation)
    positions = torch.arange(-radius, radius + 1)
    weights = torch.exp(-0.5 * (positions / deviation).square())
    channels = pictures.shape[1]
    kernel = (weights / weights.sum()).expand(channels, 1, 1, -1)  # (C, 1, 1, K)
    padded = functional.pad(pictures, (radius,) * 4, mode="replicate")
    across = functional.conv2d(padded, kernel, groups=channels)
    return functional.conv2d(across, kernel.transpose(2, 3), groups=channels)


def decibels(pictures: Tensor, clean: Tensor) -> float:
    """The peak signal-to-noise ratio of pictures in [0, 1], over all of them."""
    return -10 * math.log10((pictures - clean).square().mean().item())
