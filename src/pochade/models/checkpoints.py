"""Nets and training runs on disk: safetensors with their config inside, never half-written.

A net's file holds its weights and, in the header's metadata, `format`, `net` (the class) and `config` (as JSON). A
training run's file holds the weights (`net.*`) and the optimiser's state (`optimiser.<parameter>.<name>`), and in the
metadata what decides the run (`run`) and how far it is (`state`).
"""

import dataclasses
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from pochade.errors import CheckpointDamaged
from pochade.models import (
    VAE,
    Autoencoder,
    AutoencoderConfig,
    Classifier,
    ClassifierConfig,
    ConvConfig,
    Denoiser,
    DenoiserConfig,
    EdgeAutoencoder,
    EdgeAutoencoderConfig,
    EmbeddingConfig,
    EmbeddingModel,
    FlowMatchingConfig,
    FlowMatchingVAE,
    PageConfig,
    PageModel,
    PairConfig,
    PairModel,
    SketchConfig,
    SketchVAE,
    VAEConfig,
)
from pochade.models.recipe import Recipe
from pochade.system.atomic_files import write_atomically

FORMAT = "pochade-net-1"
TRAINING_FORMAT = "pochade-training-1"
TRACED = 25  # parts of an epoch whose mean losses are kept, for the curve
MODELS: dict[str, tuple[Callable[[Any], nn.Module], Callable[..., Any]]] = {
    "Autoencoder": (Autoencoder, AutoencoderConfig),
    "VAE": (VAE, VAEConfig),
    "EdgeNet": (EdgeAutoencoder, EdgeAutoencoderConfig),
    "Classifier": (Classifier, ClassifierConfig),
    "LookEncoder": (EmbeddingModel, EmbeddingConfig),
    "CodeVAE": (SketchVAE, SketchConfig),
    "PairNet": (PairModel, PairConfig),
    "Restorer": (Denoiser, DenoiserConfig),
    "PageNet": (PageModel, PageConfig),
    "DiffusionVAE": (FlowMatchingVAE, FlowMatchingConfig),
}


STORED_NAMES = {build: name for name, (build, _) in MODELS.items()}


def stored_name(model: nn.Module) -> str:
    """The name of a model's class in files: names in files never change, so old checkpoints open for ever."""
    return STORED_NAMES[type(model)]


@dataclass(frozen=True)
class TrainingState:
    """How far a training run is."""

    epochs_done: int = 0
    losses: tuple[float, ...] = ()  # the running mean of the loss, one an epoch
    trace: tuple[float, ...] = ()  # the same over a 25th of an epoch each
    seconds: float = 0.0  # time spent in steps

    def after(self, values: list[float], seconds: float) -> "TrainingState":
        """The state one epoch later, given the loss of each of its steps."""
        size = math.ceil(len(values) / TRACED)
        parts = [mean(values[start : start + size]) for start in range(0, len(values), size)]
        losses, trace = (*self.losses, mean(values)), (*self.trace, *parts)
        return TrainingState(self.epochs_done + 1, losses, trace, self.seconds + seconds)


def save_model(path: Path, net: nn.Module) -> None:
    """Write a net and its config to one safetensors file.

    Raises:
        OutputUnwritable: The file could not be written.
    """
    config = dataclasses.asdict(net.config)  # type: ignore[call-overload]
    write_tensors(path, FORMAT, net.state_dict(), {"net": stored_name(net), "config": json.dumps(config)})


def load_model(path: Path) -> nn.Module:
    """Build the net that a file describes, with its weights, ready to evaluate.

    Raises:
        CheckpointDamaged: The file is missing, cut short, of the wrong kind, or does not fit its own config.
    """
    tensors, metadata = read_tensors(path, FORMAT)
    try:
        build, configure = MODELS[metadata["net"]]
        config = frozen(json.loads(metadata["config"]))
        if "convolutions" in config:
            config["convolutions"] = ConvConfig(**frozen(config["convolutions"]))
        net = build(configure(**config))
        net.load_state_dict(tensors)
    except (KeyError, TypeError, RuntimeError, ValueError) as error:
        raise CheckpointDamaged(
            f"'{path}' does not hold a net that this version knows: {error}",
            "train it again, or use the version that wrote it",
        ) from error
    return net.eval()


def frozen(config: dict[str, Any]) -> dict[str, Any]:
    """A config as JSON gives it, its lists made tuples again."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}


def save_training(path: Path, net: nn.Module, optimiser: Optimizer, state: TrainingState, run: str) -> None:
    """Write everything that an interrupted run needs to end as if it had not been interrupted.

    Raises:
        OutputUnwritable: The file could not be written.
    """
    tensors = {f"net.{name}": tensor for name, tensor in net.state_dict().items()}
    for number, values in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in values.items()}
    metadata = {"run": run, "state": json.dumps(dataclasses.asdict(state))}
    write_tensors(path, TRAINING_FORMAT, tensors, metadata)


def resume(path: Path, net: nn.Module, optimiser: Optimizer, run: str) -> TrainingState:
    """Put a run back where its file says; without a file, or with a damaged or another run's, at its beginning."""
    try:
        tensors, metadata = read_tensors(path, TRAINING_FORMAT)
    except CheckpointDamaged:
        return TrainingState()
    if metadata["run"] != run:
        return TrainingState()
    weights, moments = {}, optimiser.state_dict()
    for name, tensor in tensors.items():
        kind, rest = name.split(".", 1)
        if kind == "net":
            weights[rest] = tensor
        else:
            number, key = rest.split(".")
            moments["state"].setdefault(int(number), {})[key] = tensor
    net.load_state_dict(weights)
    optimiser.load_state_dict(moments)
    state = json.loads(metadata["state"])
    return TrainingState(state["epochs_done"], tuple(state["losses"]), tuple(state["trace"]), state["seconds"])


def described(net: nn.Module, loss: Callable[..., Tensor], data: tuple[Tensor, ...], recipe: Recipe, seed: int) -> str:
    """What decides a run's outcome, as JSON: only a run with the same words goes on from its file."""
    run = {
        "net": stored_name(net),
        "config": dataclasses.asdict(net.config),  # type: ignore[call-overload]
        "loss": loss.__qualname__,
        "shapes": [list(tensor.shape) for tensor in data],
        "recipe": dataclasses.asdict(recipe),
        "seed": seed,
    }
    return json.dumps(run)


def write_tensors(path: Path, form: str, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write named tensors, and texts beside them, to one safetensors file of that format.

    Raises:
        OutputUnwritable: The file could not be written.
    """
    ready = {name: torch.as_tensor(tensor).detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_atomically(path, save(ready, metadata | {"format": form}))


def read_tensors(path: Path, form: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """A safetensors file's tensors and metadata.

    Raises:
        CheckpointDamaged: The file is missing, cut short, or not of the format asked for.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CheckpointDamaged(
            f"'{path}' can't be read as a checkpoint: {error}", f"delete '{path}' and train again"
        ) from error
    if metadata.get("format") != form:
        raise CheckpointDamaged(f"'{path}' is no {form} file", f"delete '{path}' and train again")
    return tensors, metadata
