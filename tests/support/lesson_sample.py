"""A study that was never run: untrained models, random pictures, invented numbers; all keys that the lesson uses."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from pochade.models.autoencoder import Autoencoder, AutoencoderConfig
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE, VAEConfig
from pochade.study.fashion_mnist import CLASSES, ImageSet, Split

VAE_MODELS = ("vae", "vae_calibrated", "vae_kl_4", "vae_kl_0.25", "vae_kl_0.06", "vae_2")
SAMPLED_MODELS = ("autoencoder", "autoencoder_16", "autoencoder_32", "vae", "vae_calibrated")
POINT_MODELS = ("autoencoder", "autoencoder_16", "vae", "vae_calibrated")


@dataclass
class Stage:
    """The invented result of one stage."""

    numbers: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Any] = field(default_factory=dict)


@dataclass
class LessonSample:
    """What a finished study hands to its figures and its page."""

    data: ImageSet
    models: dict[str, Any]
    results: dict[str, Stage]
    curves: dict[str, dict[str, list[float]]]
    metrics: dict[str, Any]
    lesson_data: dict[str, Any]


def lesson_sample(
    shape: tuple[int, int, int] = (1, 28, 28),
    widths: tuple[int, ...] = (16, 32, 64),
    latent_dim: int | None = None,
    recipe: str = "fast",
    epochs: int = 2,
) -> LessonSample:
    """Invent a study.

    Args:
        shape: Channels, height and width of its pictures.
        widths: Feature maps of each layer.
        latent_dim: The numbers in the latents of the plain models; None is the default of the study.
        recipe: The name of the recipe.
        epochs: Passes over the data.
    """
    generator = np.random.default_rng(0)
    models = make_models(shape, widths, latent_dim)
    data = make_data(generator, shape)
    curves = {name: make_curve(name, epochs) for name in models}
    metrics = make_metrics(models, curves, shape)
    metrics["settings"] = {
        "recipe": {
            "name": recipe,
            "epochs": epochs,
            "batch_size": 64 if recipe == "tutorial" else 256,
            "optimiser": "adam" if recipe == "tutorial" else "muon",
            "learning_rate": 1e-3 if recipe == "tutorial" else 5e-2,
            "one_cycle": recipe != "tutorial",
        },
        "latent_dim": latent_dim,
        "widths": list(widths),
        "seed": 0,
    }
    results = make_results(generator, shape, metrics)
    lesson_data = {"classes": list(CLASSES), "shape": list(shape), "models": {}, "note": "</script>"}
    return LessonSample(data, models, results, curves, metrics, lesson_data)


def make_models(shape: tuple[int, int, int], widths: tuple[int, ...], latent_dim: int | None) -> dict[str, Any]:
    """Build every model of a study, untrained."""
    stack = ConvConfig(shape[1:], shape[0], widths)
    sizes = {"autoencoder": latent_dim, "autoencoder_16": 16, "autoencoder_32": 32, "autoencoder_2": 2}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        models: dict[str, Any] = {
            name: Autoencoder(AutoencoderConfig(stack, size)).eval()
            for name, size in (sizes | {"denoiser": latent_dim}).items()
        }
        vae_sizes = {name: 2 if name == "vae_2" else latent_dim or 16 for name in VAE_MODELS}
        return models | {name: VAE(VAEConfig(stack, size)).eval() for name, size in vae_sizes.items()}


def make_data(generator: np.random.Generator, shape: tuple[int, int, int]) -> ImageSet:
    """Make 40 training and 40 test pictures of noise, in ten classes."""

    def split() -> Split:
        images = generator.integers(0, 256, (40, *shape), dtype=np.uint8)
        return Split(torch.from_numpy(images), torch.arange(40) % len(CLASSES))

    return ImageSet(split(), split(), CLASSES)


def make_curve(name: str, epochs: int) -> dict[str, list[float]]:
    """Make losses that fall."""
    start = 100.0 if name.startswith("vae") else 0.1
    trace = [start * (0.25 + 0.75 * 0.95**step) for step in range(25 * epochs)]
    return {"trace": trace, "losses": [float(np.mean(trace[25 * e : 25 * (e + 1)])) for e in range(epochs)]}


def make_metrics(models: dict[str, Any], curves: Any, shape: tuple[int, int, int]) -> dict[str, Any]:
    """Make every number of the data contract, about as large as those of a real run."""
    numbers = {name: _model_numbers(name, model) | curves[name] for name, model in models.items()}
    for name in ("vae", "vae_calibrated"):
        numbers[name]["importance_weighted"] = {
            "bits_per_dimension": 4.34, "elbo_bits_per_dimension": 4.41, "samples": 64, "pictures": 250,
        }  # fmt: skip
    sizes = sorted({2, 8, 16, 32, 64, 128, *(numbers[name]["latent_numbers"] for name in ("autoencoder", "vae"))})
    return {
        **numbers,
        "pixels": int(np.prod(shape)),
        "pca": {"test_mse": {str(size): 0.1 / size**0.6 for size in sizes}},
        "empty_share": {"autoencoder": 1.0, "autoencoder_16": 0.99, "vae": 0.024, "vae_calibrated": 0.73},
        "empty_share_real": {"autoencoder": 0.019, "autoencoder_16": 0.02, "vae": 0.018, "vae_calibrated": 0.021},
        "judged_points": 1_000,
        "empty_point": _point_numbers() | {"vae": _point_numbers(unusual=False)},
        **_sample_numbers(),
        "denoising": {
            "noisy": 14.18, "best_blur": 17.06, "autoencoder": 16.73, "autoencoder_16": 17.31, "vae": 16.9,
            "denoiser": 21.37,
        },
        "denoising_noise": 0.25,
        "denoising_blur_sigma": 0.8,
        **_byte_numbers(),
        "sheet_pictures": 40,
        "bytes_pictures": 40,
        "rate_distortion": _trade_numbers(),
        "clustering": {
            "accuracy": 0.716, "nmi": 0.713, "pictures": 80, "sizes_unknown": {"accuracy": 0.62, "nmi": 0.68},
        },
        "probes": {
            name: {"dimensions": 64, "knn_accuracy": accuracy, "linear_accuracy": accuracy - 0.03}
            for name, accuracy in (
                ("fingerprint", 0.901), ("edge autoencoder", 0.897), ("autoencoder", 0.84), ("vae", 0.82),
                ("pixels, PCA", 0.85), ("edges, PCA", 0.901),
            )
        },
        "knn_accuracy": 0.901,
        "classifier": {"accuracy": 0.92},
        "ruler": {"accuracy": 0.92},
        "seconds": {"autoencoder": 25.1, "vae": 30.2, "total": 55.3},
        "machine": {"processor": "a processor", "cores": 2, "threads": 1, "torch": "2.13.0", "python": "3.13"},
        "commit": "0123456789ab",
    }  # fmt: skip


def _model_numbers(name: str, model: Any) -> dict[str, Any]:
    size = int(np.prod(model.latent_shape))
    numbers = {
        "latent_numbers": size,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "test_mse": 0.04 / size**0.5 if size != 576 else 0.0016,
    }
    if not name.startswith("vae"):
        return numbers
    bound = {"elbo": -2382.0, "bits_per_dimension": 4.38, "divergence": 8.4, "sigma": 0.12}
    return numbers | bound | {"kl": 8.4, "active_units": min(12, size)}


def _point_numbers(*, unusual: bool = True) -> dict[str, Any]:
    bands = {
        "neighbour_distance": (30.0, None, 9.0),
        "mahalanobis": (50.0, 10.0, 40.0),
        "log_density": (-900.0, -300.0, None),
        "cycle_error": (0.9, None, 0.4),
    }
    tests = {
        name: {"value": value if unusual else (high or low), "low": low, "high": high, "unusual": unusual}
        for name, (value, low, high) in bands.items()
    }
    verdict = "empty" if unusual else "not empty"
    return {"verdict": verdict, "tests": tests, "learned_prior": {"verdict": "not empty", "tests": tests}}


def _sample_numbers() -> dict[str, Any]:
    """Measures of samples by model and prior: worse ones from N(0, I), better ones from the learned prior."""
    scales = {
        "fcd": (76.0, 8.0), "kid": (0.5, 0.08), "kid_deviation": (0.01, 0.003), "density": (0.1, 0.9),
        "coverage": (0.1, 0.7),
    }  # fmt: skip
    numbers: dict[str, Any] = {}
    for measure, (normal, mixture) in scales.items():
        table = {
            name: {"normal": normal, "matched": (normal + mixture) / 2, "mixture": mixture, "reconstruction": mixture}
            for name in SAMPLED_MODELS
        }
        trade: dict[str, Any] = {name: {"normal": normal} for name in VAE_MODELS if "kl" in name}
        numbers[measure] = table | trade | {"floor": mixture / 10}
    for measure, value in (("copied_share", 0.005), ("nearest_ratio", 1.1)):
        numbers[measure] = {name: {"mixture": value} for name in SAMPLED_MODELS} | {"floor": 1.0}
    return numbers


def _byte_numbers() -> dict[str, Any]:
    sizes = {
        "raw": 784.0, "png": 509.0, "png_sheet": 407.0, "webp_lossless": 446.0, "webp_lossless_sheet": 396.0,
        "webp_q20": 181.0, "webp_q0": 102.0, "autoencoder_float32": 2304.0, "autoencoder_8bit": 480.0,
        "autoencoder_16_6bit": 12.0, "vae_kl": 8.3, "vae_elbo": 430.0,
    }  # fmt: skip
    lossless = ("raw", "png", "png_sheet", "webp_lossless", "webp_lossless_sheet", "vae_elbo")
    return {"bytes": sizes, "bytes_mse": {name: 0.0 if name in lossless else 0.0114 for name in sizes}}


def _trade_numbers() -> list[dict[str, Any]]:
    rows = [
        ("vae_kl_4", 4.0, 4.1, 0.026, 0.9, 0.3),
        ("vae", 1.0, 8.4, 0.0179, 0.95, 0.38),
        ("vae_kl_0.25", 0.25, 16.0, 0.0141, 0.68, 0.41),
        ("vae_kl_0.06", 0.06, 29.8, 0.0119, 0.26, 0.26),
        ("vae_calibrated", None, 46.1, 0.0114, 0.125, 0.152),
    ]
    keys = ("model", "kl_weight", "kl", "test_mse", "density", "coverage")
    return [dict(zip(keys, row, strict=True)) | {"active_units": 12, "fcd": 30.0} for row in rows]


def make_results(generator: np.random.Generator, shape: tuple[int, int, int], metrics: Any) -> dict[str, Stage]:
    """Make the arrays of every stage that the figures use."""

    def noise(*sizes: int) -> Any:
        return generator.integers(0, 8, (*sizes, *shape)).astype(np.float32) / 7  # eight levels: small as PNG

    quantiles = {"real": list(np.linspace(1, 3, 50)), "random": list(np.linspace(4, 9, 50))}
    points = {"distances": quantiles, "tests": metrics["empty_point"]["tests"], "verdict": "empty"}
    labels = generator.integers(0, 10, (3, 10))
    copies = ("originals", "autoencoder", "autoencoder_16", "vae", "vae_calibrated", "pca")
    cleaned = ("clean", "noisy", "best_blur", "autoencoder", "autoencoder_16", "vae", "denoiser")
    found = {name: noise(3, 10) for name in ("pixels", "autoencoder", "embedding")}
    samples = {
        f"{name} samples": Stage(arrays={key: noise(64) for key in ("normal", "matched", "mixture", "closest")})
        for name in SAMPLED_MODELS
    }
    return {
        "reconstructions": Stage(arrays={name: noise(10) for name in copies}),
        "denoising": Stage(arrays={name: noise(8) for name in cleaned}),
        "neighbours": Stage(
            arrays={
                "queries": noise(3),
                "query_labels": labels[:, 0],
                **found,
                **{f"{name}_labels": labels for name in found},
            }
        ),
        "map": Stage(
            arrays={
                "positions": generator.normal(size=(40, 2)),
                "placed": generator.normal(size=(8, 2)),
                "near": generator.integers(0, 40, (8, 10)),
            }
        ),
        "clusters": Stage(arrays={"groups": np.arange(80) % 10}),
        **{
            f"{name} points": Stage(points, {"decoded": noise(8), "decoded_learned": noise(8)}) for name in POINT_MODELS
        },
        **{
            f"{name} paths": Stage(arrays={"tshirt_trouser": noise(12), "boot_shirt": noise(12)})
            for name in ("autoencoder", "autoencoder_16", "vae")
        },
        **samples,
        **{f"{name} samples": Stage(arrays={"normal": noise(64)}) for name in VAE_MODELS if "kl" in name},
    }
