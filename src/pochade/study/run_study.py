"""The Fashion-MNIST study: every stage in order, then the figures, the report and every number."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from pochade.models.autoencoder import Autoencoder, reconstruction_loss
from pochade.models.checkpoints import save_model
from pochade.models.classifier import Classifier, classification_loss
from pochade.models.edge_autoencoder import EdgeAutoencoder, edge_loss
from pochade.models.vae import VAE, calibrated_loss, summed_loss
from pochade.study import findings
from pochade.study.fashion_mnist import ImageSet
from pochade.study.figures import Curves, draw_figures
from pochade.study.lesson_page import write_report
from pochade.study.provenance import commit, machine
from pochade.study.stage_store import Findings, Stages
from pochade.study.study_settings import StudySettings
from pochade.system.atomic_files import write_atomically
from pochade.training.loop import TrainingProgress, train
from pochade.training.recipe import REFERENCE_CLASSIFIER, Recipe

RULER_SEED = 0  # the same ruler in every study, or their distances could not be compared
KEPT = ".pochade-study"  # where finished stages are, below the folder of results
T_SHIRT, TROUSER, SHIRT, ANKLE_BOOT = 0, 1, 6, 9  # the paths that the tutorial walks
SET_MEASURES = {
    "fcd": "frechet",
    "kid": "kernel",
    "kid_deviation": "kernel_deviation",
    "density": "density",
    "coverage": "coverage",
    "nearest_ratio": "nearest_ratio",
    "copied_share": "copied_share",
}
Net = TypeVar("Net", bound=nn.Module)


class Listener(Protocol):
    """Whoever tells the person how far the study is."""

    def stage(self, name: str) -> None:
        """A stage begins."""

    def progress(self, progress: TrainingProgress) -> None:
        """A training run has come this far."""


class Silence:
    """A listener that says nothing."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def progress(self, progress: TrainingProgress) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Nets:
    """The trained nets."""

    autoencoder: Autoencoder
    vae: VAE
    fingerprinter: Autoencoder | EdgeAutoencoder  # whose codes become fingerprints
    ruler: Classifier


def run_study(data: ImageSet, out: Path, settings: StudySettings, listener: Listener | None = None) -> dict[str, Any]:
    """Run the whole study, or the rest of one that was interrupted, and give all its numbers.

    Writes `report.html`, `figures/*.png`, `metrics.json`, `autoencoder.safetensors` and `vae.safetensors` into `out`;
    finished stages are kept in `out/.pochade-study`, and a study with the same settings and pictures reuses them.

    Args:
        data: The pictures; Fashion-MNIST, or others in ten classes, a few hundred at least.
        out: The folder for the results, created when absent.
        settings: What to train and how.
        listener: Told about stages and progress.

    Raises:
        TrainingDiverged: A loss became infinite or not a number.
        OutputUnwritable: `out` can't be written.
    """
    listener = listener or Silence()
    stages = Stages(out / KEPT, settings.key(data), listener.stage)
    nets, curves = train_nets(data, settings, stages, listener)
    save_model(out / "autoencoder.safetensors", nets.autoencoder)
    save_model(out / "vae.safetensors", nets.vae)
    found = look_at(data, nets, settings, stages)
    listener.stage("report")
    metrics = collected(found, curves, nets, settings, stages.seconds)
    write_atomically(out / "metrics.json", json.dumps(metrics, indent=2).encode())
    figures = draw_figures(out / "figures", data, nets.autoencoder, nets.vae, found, curves)
    write_report(out / "report.html", metrics, figures)
    return metrics


def train_nets(data: ImageSet, settings: StudySettings, stages: Stages, listener: Listener) -> tuple[Nets, Curves]:
    """Train every net that the study needs, each going on from its checkpoint; with its losses.

    Raises:
        UsageError: One of the nets can't be built for these pictures, or its latent is too wide to be looked at.
    """
    curves: Curves = {}
    pictures, recipe = data.train.images, settings.recipe
    tutorial = recipe.name == "tutorial"
    untrained = Nets(
        settings.autoencoder(data), settings.vae(data), settings.fingerprinter(data), settings.ruler(data)
    )  # all of them first: one that can't be built fails before the long work

    def trained(name: str, net: Net, loss: Callable[..., Tensor], recipe: Recipe, seed: int, *others: Tensor) -> Net:
        checkpoint = stages.folder / f"{name}.training.safetensors"

        def stage() -> Findings:
            training = train(
                net,
                loss,
                (pictures, *others),
                recipe,
                seed=seed,
                checkpoint=checkpoint,
                report=listener.progress,
            )
            return Findings(dataclasses.asdict(training), net.cpu().state_dict())

        kept = stages.run(name, stage)
        checkpoint.unlink(missing_ok=True)
        curves[name] = kept.numbers
        net.load_state_dict({key: torch.as_tensor(value) for key, value in kept.arrays.items()})
        return net.eval()

    autoencoder = trained("autoencoder", untrained.autoencoder, reconstruction_loss, recipe, settings.seed)
    vae = trained("vae", untrained.vae, summed_loss if tutorial else calibrated_loss, recipe, settings.seed)
    fingerprinter: Autoencoder | EdgeAutoencoder = autoencoder  # the tutorial knows no other
    if not tutorial:
        fingerprinter = trained("fingerprinter", untrained.fingerprinter, edge_loss, recipe, settings.seed)
    labels = data.train.labels
    ruler = trained("ruler", untrained.ruler, classification_loss, REFERENCE_CLASSIFIER, RULER_SEED, labels)
    return Nets(autoencoder, vae, fingerprinter, ruler), curves


def look_at(data: ImageSet, nets: Nets, settings: StudySettings, stages: Stages) -> dict[str, Findings]:
    """Everything that the study measures about the trained nets, in the order in which the report tells it."""
    seed, autoencoder, vae, ruler = settings.seed, nets.autoencoder, nets.vae, nets.ruler
    found: dict[str, Findings] = {}

    def measure(name: str, stage: Callable[[], Findings]) -> Findings:
        found[name] = stages.run(name, stage)
        return found[name]

    measure("copies", lambda: findings.copies(data, autoencoder, vae, seed))
    measure("probes", lambda: findings.classes_known(data, nets.fingerprinter, autoencoder, vae))
    measure("groups", lambda: findings.grouping(data, nets.fingerprinter, seed))
    lost = measure("autoencoder points", lambda: findings.random_points(data, autoencoder, seed)).arrays
    measure("map", lambda: findings.map_of_codes(data, autoencoder, lost["points"], seed))
    measure("autoencoder morph", lambda: findings.morphs(data, autoencoder, (T_SHIRT, TROUSER), lost["centre"]))
    kept = measure("vae points", lambda: findings.random_points(data, vae, seed)).arrays
    measure("vae morph", lambda: findings.morphs(data, vae, (ANKLE_BOOT, SHIRT), kept["centre"]))
    measure("autoencoder samples", lambda: findings.samples(data, autoencoder, ruler, lost["mixture"], seed))
    measure("vae samples", lambda: findings.samples(data, vae, ruler, kept["mixture"], seed))
    measure("ruler itself", lambda: findings.ruler_itself(data, ruler, seed))
    return found


def collected(
    found: dict[str, Findings],
    curves: Curves,
    nets: Nets,
    settings: StudySettings,
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Every number of the study, as it stands in `metrics.json`."""
    copies, probes = found["copies"].numbers, found["probes"].numbers
    own = {"autoencoder": nets.autoencoder, "vae": nets.vae}
    return {
        "settings": dataclasses.asdict(settings),
        "pixels": copies["pixels"],
        **{name: copies[name] | {"parameters": parameters(net)} | curves[name] for name, net in own.items()},
        "pca": copies["pca"],
        "knn_accuracy": probes["fingerprint"]["knn_accuracy"],
        "probes": probes,
        "clustering": found["groups"].numbers,
        "empty_point": found["autoencoder points"].numbers | {"vae": found["vae points"].numbers},
        **{key: by_sampler(found, measure) for key, measure in SET_MEASURES.items()},
        "ruler": {"accuracy": found["ruler itself"].numbers["accuracy"]},
        "seconds": seconds | {"total": sum(seconds.values())},
        "machine": machine(),
        "commit": commit(),
    }


def by_sampler(found: dict[str, Findings], measure: str) -> dict[str, Any]:
    """One measure of the samples: its floor on real pictures, then by net and sampler."""
    table: dict[str, Any] = {"floor": found["ruler itself"].numbers["floor"][measure]}
    for net in ("autoencoder", "vae"):
        samplers = found[f"{net} samples"].numbers
        table[net] = {name: numbers[measure] for name, numbers in samplers.items() if measure in numbers}
    return table


def parameters(net: nn.Module) -> int:
    """How many numbers a net learns."""
    return sum(parameter.numel() for parameter in net.parameters())
