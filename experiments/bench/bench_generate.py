"""New pictures of clothes, ours beside those of pythae 0.1.2: how far are 10,000 of them from real ones?

    python -m experiments.bench.bench_generate

in an environment with `pythae==0.1.2`. Every rival is given what ours has: the same encoder and decoder with the same
first weights, 16 numbers in a latent, the same pictures as often (two epochs), the same frozen classifier as judge, and
seeds 0, 1 and 2. They are trained by pythae's own trainer, with Adam at its authors' constant 1e-3 for MNIST, in the
library's batches of 64, so in four times as many steps as ours, and drawn from by its normal and its Gaussian mixture
sampler of ten parts. WAE-MMD and RAE-L2 run with the library's defaults and with its authors' settings for MNIST;
beta-VAE, whose default is a VAE again, with its authors' 2 and with the small weights that suit a decoder with little
noise. Each model's best settings with seed 0 are those that it runs with for the other seeds.

Ours is the VAE of the study with the fast recipe, drawn from by the study's mixture and by `pochade.analysis.prior.LatentPrior`.
The tutorial's VAE runs once. Each finished net's figures are a line in the folder given by --cache, so that the
same command goes on after an interruption; the folder's name has the commit, so that another version begins anew.
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
from pochade.analysis.prior import LatentPrior, as_latents, standard_normal
from pochade.models.checkpoints import load_model, save_model
from pochade.models.classifier import Classifier, classification_loss
from pochade.models.vae import VAE, calibrated_loss, summed_loss
from pochade.study.fashion_mnist import ImageSet, fashion_mnist
from pochade.study.findings import SAMPLES, features, flat_codes, originality, ruler_itself
from pochade.study.run_study import RULER_SEED
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import decode_latents, reconstruction_error
from pochade.training.evaluation.set_distance import set_distance
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, REFERENCE_CLASSIFIER, TUTORIAL_RECIPE, Recipe

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
OURS, TUTORIALS, REAL = "ours", "tutorial", "real pictures"
Figures = dict[str, Any]


class Upper(BaseEncoder):  # type: ignore[misc]
    """The encoder of our VAE as pythae wants it; models without clouds look at the mean only."""

    def __init__(self, net: VAE) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> ModelOutput:
        """Pictures (B, C, H, W) to what pythae calls an embedding and a log-covariance."""
        posterior = self.net.encode(x)
        return ModelOutput(embedding=posterior.mean, log_covariance=posterior.log_variance)


class Lower(BaseDecoder):  # type: ignore[misc]
    """The decoder of our VAE as pythae wants it."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, z: Tensor) -> ModelOutput:
        """Latents (B, D) to pictures."""
        return ModelOutput(reconstruction=self.net(z))


@dataclass(frozen=True)
class Judge:
    """What the frozen classifier knows of real pictures."""

    data: ImageSet
    ruler: Classifier
    real: Tensor  # (10000, F) features of test pictures
    learnt: Tensor  # (60000, F) features of training pictures

    def figures(self, net: VAE, pictures: dict[str, Tensor], seed: int) -> Figures:
        """Of a trained net: its error, how far each sampler's pictures (N, C, H, W) are from real ones, and copies."""
        found = {}
        for sampler, drawn in pictures.items():
            seen = features(self.ruler, drawn)
            distance = set_distance(seen, self.real, seed)._asdict()
            found[sampler] = distance | originality(seen, self.real, self.learnt)
        return {"test_mse": reconstruction_error(net, self.data.test.images), "samplers": found}


def main() -> None:
    """Measure what isn't measured yet, and write results/generate.json anew after each seed."""
    parser = argparse.ArgumentParser(description="New pictures, ours beside those of pythae.")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / f"pochade-generate-{COMMIT}")
    cache: Path = parser.parse_args().cache
    cache.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.INFO)  # pythae tells much
    judge = judging(fashion_mnist(), cache / "ruler.safetensors")
    runs = {TUTORIALS: [kept(judge, TUTORIALS, 0, cache)]}
    for seed in SEEDS:
        for name in (OURS, *(RIVALS if seed == SEEDS[0] else best_settings(runs))):
            runs.setdefault(name, []).append(kept(judge, name, seed, cache))
        table = {name: gathered(found) for name, found in runs.items()}
        record("generate", {"verdict": verdict(table), "models": table, "ruler": kept(judge, REAL, RULER_SEED, cache)})


def best_settings(runs: dict[str, list[Figures]]) -> list[str]:
    """Of each of pythae's models the settings with the least FCD, by whichever sampler, with the first seed."""

    def distance(name: str) -> float:
        return min(found["frechet"] for found in runs[name][0]["samplers"].values())

    return [min((name for name in RIVALS if RIVALS[name][0] is kind), key=distance) for kind in KINDS]


def judging(data: ImageSet, path: Path) -> Judge:
    """The judge with the study's own classifier, trained when its file isn't there yet."""
    if not path.exists():
        net = StudySettings().ruler(data)
        train(net, classification_loss, (data.train.images, data.train.labels), REFERENCE_CLASSIFIER, seed=RULER_SEED)
        save_model(path, net.cpu())
    ruler = load_model(path)
    assert isinstance(ruler, Classifier)
    return Judge(data, ruler, features(ruler, data.test.images), features(ruler, data.train.images))


def kept(judge: Judge, name: str, seed: int, cache: Path) -> Figures:
    """The figures of a name and seed, from their line in the cache, or measured and written there."""
    lines = cache / "figures.jsonl"
    for line in lines.read_text(encoding="utf-8").splitlines() if lines.exists() else []:
        told: Figures = json.loads(line)
        if (told["name"], told["seed"]) == (name, seed):
            return told
    begun = time.perf_counter()
    told = {"name": name, "seed": seed} | measured(judge, name, seed)
    told["seconds"] = time.perf_counter() - begun  # to train, to draw and to judge
    with lines.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")
    print(told, flush=True)
    return told


def measured(judge: Judge, name: str, seed: int) -> Figures:
    """The figures of one of our recipes, of a rival, or of real pictures."""
    if name == REAL:
        return ruler_itself(judge.data, judge.ruler, seed).numbers
    if name in RIVALS:
        return rivals(judge, name, seed)
    return ours(judge, *((TUTORIAL_RECIPE, summed_loss) if name == TUTORIALS else (FAST_RECIPE, calibrated_loss)), seed)


def ours(judge: Judge, recipe: Recipe, loss: Callable[..., Tensor], seed: int) -> Figures:
    """Train the study's VAE and judge what is drawn from it."""
    net = StudySettings(recipe=recipe, seed=seed).vae(judge.data)
    train(net, loss, (judge.data.train.images,), recipe, seed=seed)
    codes = flat_codes(net.cpu().eval(), judge.data.train.images)
    prior = LatentPrior.fit(codes, seed)
    latents = {
        "normal": standard_normal(SAMPLES, net.latent_shape, seed),
        "mixture": as_latents(WhitenedMixture.fit(codes, seed=seed).sample(SAMPLES, seed), net.latent_shape),
        "prior": as_latents(prior.sample(SAMPLES, seed), net.latent_shape),
    }
    pictures = {name: decode_latents(net, drawn) for name, drawn in latents.items()}
    return judge.figures(net, pictures, seed) | {"prior_kept": prior.name}


def rivals(judge: Judge, name: str, seed: int) -> Figures:
    """Train our untrained VAE as one of pythae's models, in place, and judge what pythae draws from it."""
    kind, configured, settings = RIVALS[name]
    net, real = StudySettings(seed=seed).vae(judge.data), judge.data.train.images.float() / 255
    decoder, net.decoder = net.decoder, nn.Sequential()  # else both halves would hold the decoder's weights
    config = configured(input_dim=tuple(real.shape[1:]), latent_dim=net.config.latent_dim, **settings)
    model = kind(config, encoder=Upper(net), decoder=Lower(decoder))
    with tempfile.TemporaryDirectory() as out:
        TrainingPipeline(model, training(kind, out, seed))(real)
    net.decoder = decoder
    pictures = {}
    for sampler in (samplers.NormalSampler(model), samplers.GaussianMixtureSampler(model)):
        set_seed(seed)
        sampler.fit(real)
        pictures[type(sampler).__name__] = sampler.sample(SAMPLES).cpu()
    return judge.figures(net.cpu().eval(), pictures, seed)


def training(kind: Any, out: str, seed: int) -> Any:
    """How pythae is to train: RAE-L2 asks for an optimiser for each half."""
    shared = {"output_dir": out, "seed": seed, "num_epochs": FAST_RECIPE.epochs}
    shared["per_device_train_batch_size"] = BATCH
    if kind is models.RAE_L2:
        rates = {"encoder_learning_rate": RATE, "decoder_learning_rate": RATE}
        return trainers.CoupledOptimizerTrainerConfig(**shared, **rates)
    return trainers.BaseTrainerConfig(**shared, learning_rate=RATE)


def gathered(runs: list[Figures]) -> Figures:
    """The seeds' figures of one model, summed up by sampler."""
    by_sampler = {
        sampler: {measure: summary([run["samplers"][sampler][measure] for run in runs]) for measure in measures}
        for sampler, measures in runs[0]["samplers"].items()
    }
    rest = {name: summary([run[name] for run in runs]) for name in ("test_mse", "seconds")}
    return rest | {"samplers": by_sampler, "prior_kept": [run["prior_kept"] for run in runs if "prior_kept" in run]}


def verdict(table: dict[str, Figures]) -> Figures:
    """Every sampler's means, and ours beside the rival's of least FCD, and beside the tutorial's VAE."""
    means = {
        f"{name}, {sampler}": {measure: found[measure]["mean"] for measure in ("frechet", "density", "coverage")}
        for name, model in table.items()
        for sampler, found in model["samplers"].items()
    }
    theirs = [place for place in means if not place.startswith((OURS, TUTORIALS))]
    best = min(theirs, key=lambda place: means[place]["frechet"])
    found: Figures = {"best_rival": best}
    for mine in (f"{OURS}, mixture", f"{OURS}, prior"):
        found[mine] = {
            "fcd_over_best_rival": means[mine]["frechet"] / means[best]["frechet"],
            "density_over_best_rival": means[mine]["density"] / means[best]["density"],
            "coverage_over_best_rival": means[mine]["coverage"] / means[best]["coverage"],
            "fcd_over_tutorial": means[mine]["frechet"] / means[f"{TUTORIALS}, normal"]["frechet"],
        }
    return found | {"means": means}


if __name__ == "__main__":
    main()
