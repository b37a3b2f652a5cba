"""The stage that counts bytes: what a picture costs as a file, and what it costs as a latent."""

import math
import zlib
from collections.abc import Callable
from statistics import mean
from typing import Any

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.images.base.picture import Array
from pochade.images.codecs.lossless import encode_png, encode_webp
from pochade.images.codecs.round_trip import webp_round_trip
from pochade.models.autoencoder import Autoencoder
from pochade.study.stages.latent_tensors import as_latents
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.study_latents import flat_latents
from pochade.training.evaluation.reconstruction import decode_latents

MEASURED_PICTURES = 432  # test pictures: three sheets
SHEET_SIDE = 12  # pictures per side of a sheet, a single file with many pictures
WEBP_QUALITIES = (0, 20)
FLOAT_BYTES, FINE_BITS, COARSE_BITS = 4, 8, 6  # per number of a latent
RANGE_PERCENTILES = (0.1, 99.9)  # of each number over the training pictures; values beyond are clipped


def measure_file_sizes(inputs: StageInputs) -> StageResult:
    """Count the bytes of test pictures in image formats and as latents, and measure the error that each makes.

    Returns:
        Mean bytes per picture under "bytes", and mean squared errors of pixels in [0, 1] under "mse".
    """
    pictures = inputs.data.test.images[:MEASURED_PICTURES].permute(0, 2, 3, 1).numpy()  # (N, H, W, C)
    sizes = _file_bytes(pictures) | _latent_bytes(inputs)
    return StageResult({
        "bytes": {name: size for name, (size, _) in sizes.items()},
        "mse": {name: error for name, (_, error) in sizes.items()},
        "pictures": len(pictures),
        "sheet_pictures": min(SHEET_SIDE**2, len(pictures)),
    })  # fmt: skip


def _file_bytes(pictures: Array) -> dict[str, tuple[float, float]]:
    """Mean bytes and error of pictures (N, H, W, C) uint8 in image formats."""
    sheets = _make_sheets(pictures)
    lossless: dict[str, Callable[[Array], bytes]] = {"png": encode_png, "webp_lossless": encode_webp}
    sizes = {"raw": (float(pictures[0].size), 0.0)}
    for name, encode in lossless.items():
        sizes[name] = (mean(len(encode(picture)) for picture in pictures), 0.0)
        sizes[f"{name}_sheet"] = (sum(len(encode(sheet)) for sheet in sheets) / len(pictures), 0.0)
    return sizes | {f"webp_q{quality}": _lossy_webp(pictures, quality) for quality in WEBP_QUALITIES}


def _lossy_webp(pictures: Array, quality: int) -> tuple[float, float]:
    """Mean bytes and error as lossy WebP, which has no grey, so grey pictures are stored as colour."""
    trips = [webp_round_trip(np.broadcast_to(picture, (*picture.shape[:2], 3)), quality) for picture in pictures]
    decoded = np.stack([pixels for _, pixels in trips]).astype(np.float32)  # (N, H, W, 3)
    if pictures.shape[-1] == 1:
        decoded = decoded.mean(-1, keepdims=True)
    error = float(np.square((decoded - pictures) / 255).mean())
    return mean(size for size, _ in trips), error


def _make_sheets(pictures: Array) -> list[Array]:
    """Arrange pictures (N, H, W, C) on sheets; the last one is filled up with black."""
    count, height, width, channels = pictures.shape
    per_sheet = min(SHEET_SIDE**2, count)
    sheets = []
    for start in range(0, count, per_sheet):
        part = pictures[start : start + per_sheet]
        side = min(SHEET_SIDE, math.ceil(math.sqrt(len(part))))
        rows = math.ceil(len(part) / side)
        grid = np.zeros((rows * side, height, width, channels), np.uint8)
        grid[: len(part)] = part
        grid = grid.reshape(rows, side, height, width, channels).transpose(0, 2, 1, 3, 4)
        sheets.append(grid.reshape(rows * height, side * width, channels))
    return sheets


def _latent_bytes(inputs: StageInputs) -> dict[str, tuple[float, float]]:
    """Mean bytes and error of test pictures as latents, stored in several ways."""
    autoencoder, narrow, reconstructions = (
        inputs.model("autoencoder"),
        inputs.model("autoencoder_16"),
        inputs.result("reconstructions").numbers,
    )
    plain, vae = reconstructions["autoencoder"], reconstructions["vae"]
    nats_per_byte = 8 * math.log(2)
    return {
        "autoencoder_float32": (float(FLOAT_BYTES * plain["latent_numbers"]), plain["test_mse"]),
        "autoencoder_8bit": _quantised_bytes(inputs, autoencoder, FINE_BITS, deflated=True),
        "autoencoder_16_6bit": _quantised_bytes(inputs, narrow, COARSE_BITS, deflated=False),
        "vae_kl": (vae["kl"] / nats_per_byte, vae["sampled_mse"]),
        "vae_elbo": (-vae["elbo"] / nats_per_byte, 0.0),
    }


def _quantised_bytes(inputs: StageInputs, model: Autoencoder, bits: int, *, deflated: bool) -> tuple[float, float]:
    """Round each number of a latent to 2^bits steps; count bytes, deflated or not, and measure the error."""
    test = inputs.data.test.images[:MEASURED_PICTURES]
    low, high = np.percentile(flat_latents(model, inputs.data.train.images), RANGE_PERCENTILES, axis=0)
    codes, rounded = quantise(flat_latents(model, test), low, high, bits)
    decoded = decode_latents(model, as_latents(rounded, model.latent_shape))
    error = (decoded - test.float() / 255).square().mean().item()
    size = mean(len(zlib.compress(code.tobytes(), 9)) for code in codes) if deflated else codes.shape[1] * bits / 8
    return size, error


def quantise(latents: Floats, low: Floats, high: Floats, bits: int) -> tuple[Any, Floats]:
    """Round latents to equal steps within a range.

    Args:
        latents: (N, D).
        low: The lowest value of each dimension (D,); lower ones are clipped.
        high: The highest value of each dimension (D,).
        bits: Bits per number, at most 8.

    Returns:
        The steps as uint8 (N, D), and the values that they stand for (N, D).
    """
    steps = 2**bits - 1
    span = np.maximum(high - low, 1e-12)
    codes = np.round((latents - low) / span * steps).clip(0, steps).astype(np.uint8)
    values: Floats = (low + codes / steps * span).astype(np.float32)
    return codes, values
