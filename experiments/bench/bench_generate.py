"""How far 10,000 new pictures of clothes are from real ones: our VAE beside the models of pythae 0.1.2.

    python -m experiments.bench.bench_generate [--cache FOLDER]

It needs `pythae==0.1.2`. Every rival gets what ours has: the same encoder and decoder with the same initial weights, 16
numbers in a latent, two epochs over the same pictures, the same frozen classifier as judge, and seeds 0, 1 and 2.
pythae's own trainer trains them, with Adam at its authors' constant 1e-3 for MNIST and the library's batches of 64, so
in four times as many steps as ours. They are sampled by its normal sampler and its Gaussian mixture of ten components.
WAE-MMD and RAE-L2 run with the library's defaults and with its authors' settings for MNIST; beta-VAE, whose default is
a VAE again, with its authors' 2 and with the small weights that suit a decoder with little noise. The settings of each
model that are best with seed 0 run with the other seeds.

Ours is the VAE of the study with the fast recipe, sampled by the study's mixture and by
`pochade.analysis.prior.LatentPrior`. The tutorial's VAE runs once. The figures of every finished model are a line in
the cache folder, so an interrupted run continues. The folder's name has the commit, so another version starts afresh.
"""

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pythae import models, samplers, trainers
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.pipelines import TrainingPipeline
from pythae.trainers.trainer_utils import set_seed
from torch import Tensor, nn

from experiments.shared.record import COMMIT, record, summary
from pochade.analysis.gaussian_mixture import WhitenedMixture
from pochade.analysis.prior import LatentPrior
from pochade.models.checkpoints import load_model, save_model
from pochade.models.classifier import Classifier, classification_loss
from pochade.models.vae import VAE, calibrated_loss, summed_loss
from pochade.study.fashion_mnist import ImageSet, fashion_mnist
from pochade.study.stages.latent_tensors import as_latents, standard_normal
from pochade.study.stages.sample_stage import MAX_SAMPLES, classifier_accuracy, measure_floor, measure_originality
from pochade.study.stages.study_latents import flat_latents
from pochade.study.study_models import REFERENCE_CLASSIFIER_SEED
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures, reconstruction_error
from pochade.training.evaluation.set_distance import set_distance
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, REFERENCE_CLASSIFIER_RECIPE, TUTORIAL_RECIPE, Recipe

SEEDS = range(3)
RATE, BATCH = 1e-3, 64  # of Adam, for the rivals
RIVALS: dict[str, tuple[Any, Any, dict[str, float]]] = {
    "VAE": (models.VAE, models.VAEConfig, {}),
    "beta-VAE 0.01": (models.BetaVAE, models.BetaVAEConfig, {"beta": 0.01}),
    "beta-VAE 0.1": (models.BetaVAE, models.BetaVAEConfig, {"beta": 0.1}),
    "beta-VAE 2": (models.BetaVAE, models.BetaVAEConfig, {"beta": 2.0}),
    "WAE-MMD": (models.WAE_MMD, models.WAE_MMD_Config, {}),
    "WAE-MMD as for MNIST": (models.WAE_MMD, models.WAE_MMD_Config, {"reg_weight": 1.0, "kernel_bandwidth": 2.0}),
    "RAE-L2": (models.RAE_L2, models.RAE_L2_Config, {}),
    "RAE-L2 as for MNIST": (models.RAE_L2, models.RAE_L2_Config, {"embedding_weight": 1e-2, "reg_weight": 1e-4}),
}
KINDS = tuple(dict.fromkeys(kind for kind, _, _ in RIVALS.values()))
OURS, TUTORIAL, REAL = "ours", "tutorial", "real pictures"
Figures = dict[str, Any]


class PythaeEncoder(BaseEncoder):  # type: ignore[misc]
    """The encoder of our VAE with pythae's interface. Models without a posterior use the mean only."""

    def __init__(self, vae: VAE) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, x: Tensor) -> ModelOutput:
        """Encode pictures (B, C, H, W) as means and logarithms of variances, (B, D) each."""
        posterior = self.vae.encode(x)
        return ModelOutput(embedding=posterior.mean, log_covariance=posterior.log_variance)


class PythaeDecoder(BaseDecoder):  # type: ignore[misc]
    """The decoder of our VAE with pythae's interface."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, z: Tensor) -> ModelOutput:
        """Decode latents (B, D)."""
        return ModelOutput(reconstruction=self.decoder(z))


@dataclass(frozen=True)
class Judge:
    """A frozen classifier, and its features of real pictures."""

    data: ImageSet
    reference_classifier: Classifier
    real: Tensor  # (10000, F) features of test pictures
    learnt: Tensor  # (60000, F) features of training pictures

    def figures(self, model: VAE, pictures: dict[str, Tensor], seed: int) -> Figures:
        """A model's test error, and for each sampler the distance from real pictures and the share of copies."""
        by_sampler = {}
        for sampler, samples in pictures.items():
            features = encode_pictures(self.reference_classifier, samples)
            distance = set_distance(features, self.real, seed)._asdict()
            by_sampler[sampler] = distance | measure_originality(features, self.real, self.learnt)
        return {"test_mse": reconstruction_error(model, self.data.test.images), "samplers": by_sampler}


def main() -> None:
    """Measure what is not in the cache, and write `results/generate.json` after each seed."""
    parser = argparse.ArgumentParser(description="Measure new pictures of our VAE and of pythae's models.")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / f"pochade-generate-{COMMIT}")
    cache: Path = parser.parse_args().cache
    cache.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.INFO)  # pythae logs every step
    judge = _make_judge(fashion_mnist(), cache / "ruler.safetensors")
    runs = {TUTORIAL: [_cached_figures(judge, TUTORIAL, 0, cache)]}
    for seed in SEEDS:
        for name in (OURS, *(RIVALS if seed == SEEDS[0] else _best_settings(runs))):
            runs.setdefault(name, []).append(_cached_figures(judge, name, seed, cache))
        table = {name: _summarise_runs(model_runs) for name, model_runs in runs.items()}
        record(
            "generate",
            {
                "verdict": _verdict(table),
                "models": table,
                "ruler": _cached_figures(judge, REAL, REFERENCE_CLASSIFIER_SEED, cache),
            },
        )


def _best_settings(runs: dict[str, list[Figures]]) -> list[str]:
    """For each of pythae's models, the settings whose best sampler has the least FCD with the first seed."""

    def distance(name: str) -> float:
        return min(sampler["frechet"] for sampler in runs[name][0]["samplers"].values())

    return [min((name for name in RIVALS if RIVALS[name][0] is kind), key=distance) for kind in KINDS]


def _make_judge(data: ImageSet, path: Path) -> Judge:
    """Load the study's classifier, or train and save it."""
    if not path.exists():
        model = StudySettings().reference_classifier(data)
        train(
            model,
            classification_loss,
            (data.train.images, data.train.labels),
            REFERENCE_CLASSIFIER_RECIPE,
            seed=REFERENCE_CLASSIFIER_SEED,
        )
        save_model(path, model.cpu())
    classifier = load_model(path)
    assert isinstance(classifier, Classifier)
    return Judge(
        data,
        classifier,
        encode_pictures(classifier, data.test.images),
        encode_pictures(classifier, data.train.images),
    )


def _cached_figures(judge: Judge, name: str, seed: int, cache: Path) -> Figures:
    """The figures of a model and seed, from the cache, or measured and added to it."""
    lines = cache / "figures.jsonl"
    for line in lines.read_text(encoding="utf-8").splitlines() if lines.exists() else []:
        figures: Figures = json.loads(line)
        if (figures["name"], figures["seed"]) == (name, seed):
            return figures
    begin = time.perf_counter()
    figures = {"name": name, "seed": seed} | _measure(judge, name, seed)
    figures["seconds"] = time.perf_counter() - begin  # to train, to sample and to judge
    with lines.open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
    print(figures, flush=True)
    return figures


def _measure(judge: Judge, name: str, seed: int) -> Figures:
    """Measure our VAE, a rival, or real pictures."""
    if name == REAL:
        floor = measure_floor(judge.learnt, judge.real, seed)
        return {"floor": floor, "accuracy": classifier_accuracy(judge.reference_classifier, judge.data.test)}
    if name in RIVALS:
        return _measure_rival(judge, name, seed)
    return _measure_ours(
        judge, *((TUTORIAL_RECIPE, summed_loss) if name == TUTORIAL else (FAST_RECIPE, calibrated_loss)), seed
    )


def _measure_ours(judge: Judge, recipe: Recipe, loss: Callable[..., Tensor], seed: int) -> Figures:
    """Train the study's VAE and judge its samples."""
    vae = StudySettings(recipe=recipe, seed=seed).vae(judge.data)
    train(vae, loss, (judge.data.train.images,), recipe, seed=seed)
    train_latents = flat_latents(vae.cpu().eval(), judge.data.train.images)
    prior = LatentPrior.fit(train_latents, seed)
    latents = {
        "normal": standard_normal(MAX_SAMPLES, vae.latent_shape, seed),
        "mixture": as_latents(
            WhitenedMixture.fit(train_latents, seed=seed).sample(MAX_SAMPLES, seed), vae.latent_shape
        ),
        "prior": as_latents(prior.sample(MAX_SAMPLES, seed), vae.latent_shape),
    }
    pictures = {name: decode_latents(vae, sampled) for name, sampled in latents.items()}
    return judge.figures(vae, pictures, seed) | {"prior_kept": prior.name}


def _measure_rival(judge: Judge, name: str, seed: int) -> Figures:
    """Train our VAE, with its initial weights, as one of pythae's models, and judge pythae's samples."""
    kind, config_class, settings = RIVALS[name]
    vae, real = StudySettings(seed=seed).vae(judge.data), judge.data.train.images.float() / 255
    decoder, vae.decoder = vae.decoder, nn.Sequential()  # otherwise both halves would own the decoder's weights
    config = config_class(input_dim=tuple(real.shape[1:]), latent_dim=vae.config.latent_dim, **settings)
    model = kind(config, encoder=PythaeEncoder(vae), decoder=PythaeDecoder(decoder))
    with tempfile.TemporaryDirectory() as folder:
        TrainingPipeline(model, _training_config(kind, folder, seed))(real)
    vae.decoder = decoder
    pictures = {}
    for sampler in (samplers.NormalSampler(model), samplers.GaussianMixtureSampler(model)):
        set_seed(seed)
        sampler.fit(real)
        pictures[type(sampler).__name__] = sampler.sample(MAX_SAMPLES).cpu()
    return judge.figures(vae.cpu().eval(), pictures, seed)


def _training_config(kind: Any, folder: str, seed: int) -> Any:
    """The settings of pythae's trainer. RAE-L2 needs an optimiser for each half."""
    shared = {"output_dir": folder, "seed": seed, "num_epochs": FAST_RECIPE.epochs}
    shared["per_device_train_batch_size"] = BATCH
    if kind is models.RAE_L2:
        rates = {"encoder_learning_rate": RATE, "decoder_learning_rate": RATE}
        return trainers.CoupledOptimizerTrainerConfig(**shared, **rates)
    return trainers.BaseTrainerConfig(**shared, learning_rate=RATE)


def _summarise_runs(runs: list[Figures]) -> Figures:
    """Summarise the seeds of one model, by sampler."""
    by_sampler = {
        sampler: {measure: summary([run["samplers"][sampler][measure] for run in runs]) for measure in measures}
        for sampler, measures in runs[0]["samplers"].items()
    }
    rest = {name: summary([run[name] for run in runs]) for name in ("test_mse", "seconds")}
    return rest | {"samplers": by_sampler, "prior_kept": [run["prior_kept"] for run in runs if "prior_kept" in run]}


def _verdict(table: dict[str, Figures]) -> Figures:
    """Every sampler's means, and ours beside the rival of least FCD and beside the tutorial's VAE."""
    means = {
        f"{name}, {sampler}": {measure: ratios[measure]["mean"] for measure in ("frechet", "density", "coverage")}
        for name, model in table.items()
        for sampler, ratios in model["samplers"].items()
    }
    rival_variants = [variant for variant in means if not variant.startswith((OURS, TUTORIAL))]
    best = min(rival_variants, key=lambda variant: means[variant]["frechet"])
    ratios: Figures = {"best_rival": best}
    for variant_of_ours in (f"{OURS}, mixture", f"{OURS}, prior"):
        ratios[variant_of_ours] = {
            "fcd_over_best_rival": means[variant_of_ours]["frechet"] / means[best]["frechet"],
            "density_over_best_rival": means[variant_of_ours]["density"] / means[best]["density"],
            "coverage_over_best_rival": means[variant_of_ours]["coverage"] / means[best]["coverage"],
            "fcd_over_tutorial": means[variant_of_ours]["frechet"] / means[f"{TUTORIAL}, normal"]["frechet"],
        }
    return ratios | {"means": means}


if __name__ == "__main__":
    main()
