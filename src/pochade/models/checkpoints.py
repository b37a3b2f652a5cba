"""Models on disk: safetensors files with the config inside, never half-written.

A model's file holds its weights. The metadata in its header holds `format`, `net` (the stored name of the class) and
`config` (as JSON).
"""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pochade.errors import CheckpointDamaged
from pochade.models.array_files import read_arrays, write_arrays
from pochade.models.autoencoder import Autoencoder, AutoencoderConfig
from pochade.models.classifier import Classifier, ClassifierConfig
from pochade.models.conv_stacks import ConvConfig
from pochade.models.denoiser import Denoiser
from pochade.models.edge_autoencoder import EdgeAutoencoder, EdgeAutoencoderConfig
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.mark_model import MarkModel
from pochade.models.model_configs import (
    DenoiserConfig,
    EmbeddingConfig,
    FlowMatchingConfig,
    MarkConfig,
    PageConfig,
    PairConfig,
    SketchConfig,
    restore_tuples,
)
from pochade.models.page_model import PageModel
from pochade.models.pair_model import PairModel
from pochade.models.sketch_model import SketchVAE
from pochade.models.stored_model import MODEL_FORMAT
from pochade.models.vae import VAE, VAEConfig

# Classes by their names in files. These names never change, so old checkpoints can always be loaded.
MODEL_CLASSES: dict[str, tuple[Callable[[Any], nn.Module], Callable[..., Any]]] = {
    "Autoencoder": (Autoencoder, AutoencoderConfig),
    "VAE": (VAE, VAEConfig),
    "EdgeNet": (EdgeAutoencoder, EdgeAutoencoderConfig),
    "Classifier": (Classifier, ClassifierConfig),
    "LookEncoder": (EmbeddingModel, EmbeddingConfig),
    "CodeVAE": (SketchVAE, SketchConfig),
    "PairNet": (PairModel, PairConfig),
    "MarkNet": (MarkModel, MarkConfig),
    "Restorer": (Denoiser, DenoiserConfig),
    "PageNet": (PageModel, PageConfig),
    "DiffusionVAE": (FlowMatchingVAE, FlowMatchingConfig),
}
STORED_NAMES = {model_class: name for name, (model_class, _) in MODEL_CLASSES.items()}


def stored_name(model: nn.Module) -> str:
    """The name of a model's class in files; a class that is not in `MODEL_CLASSES` has its Python name."""
    return STORED_NAMES.get(type(model), type(model).__name__)


def save_model(path: Path, model: nn.Module) -> None:
    """Write a model and its config to one safetensors file.

    Args:
        path: The file to write.
        model: A model of one of the classes in `MODEL_CLASSES`.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    config = dataclasses.asdict(model.config)  # type: ignore[call-overload]
    write_tensors(path, MODEL_FORMAT, model.state_dict(), {"net": stored_name(model), "config": json.dumps(config)})


def load_model(path: Path) -> nn.Module:
    """Build the model that a file describes, with its weights, in evaluation mode.

    Raises:
        CheckpointDamaged: The file is missing, cut short, of the wrong kind, or does not fit its own config.
    """
    tensors, metadata = read_tensors(path, MODEL_FORMAT)
    try:
        model_class, config_class = MODEL_CLASSES[metadata["net"]]
        config = restore_tuples(json.loads(metadata["config"]))
        if "convolutions" in config:
            config["convolutions"] = ConvConfig(**restore_tuples(config["convolutions"]))
        model = model_class(config_class(**config))
        model.load_state_dict(tensors)
    except (KeyError, TypeError, RuntimeError, ValueError) as error:
        raise CheckpointDamaged(
            f"'{path}' does not hold a model that this version knows: {error}",
            "train the model again, or use the version of Pochade that wrote the file",
        ) from error
    return model.eval()


def write_tensors(path: Path, file_format: str, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write named tensors and metadata to one safetensors file.

    Args:
        path: The file to write.
        file_format: The name of the format, stored in the metadata as `format`.
        tensors: Tensors by name.
        metadata: Texts by name.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    arrays = {name: torch.as_tensor(tensor).detach().cpu().numpy() for name, tensor in tensors.items()}
    write_arrays(path, file_format, arrays, metadata)


def read_tensors(path: Path, file_format: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the tensors and the metadata of a safetensors file.

    Args:
        path: The file to read.
        file_format: The name of the format; files of other formats are refused.

    Returns:
        Tensors by name, and texts by name.

    Raises:
        CheckpointDamaged: The file is missing, cut short, or of another format.
    """
    arrays, metadata = read_arrays(path, file_format)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}, metadata
