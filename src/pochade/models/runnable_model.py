"""Shipped and fine-tuned models, run without torch.

    weights (safetensors) ─►──┐
                              ├─►──┤OnnxModel├──► run(function, arrays) ──► arrays
    graphs/*.onnx ────────►───┘

A graph describes one function of a model, without weights. All models of the same config share it, so fine-tuned
models run as they are stored. A model of any other config runs by torch, if it is installed. `model_functions.py` says
which functions there are, and `python -m experiments.train.export_graphs` makes the graphs from them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged, UsageError, install_hint
from pochade.models.model_configs import STORED_KINDS, ShippedConfig, restore_tuples
from pochade.models.onnx_model import OnnxModel
from pochade.models.stored_model import Config, StoredModel, read_stored_model

GRAPHS_FOLDER = Path(__file__).parent / "graphs"
GRAPHS_FILE = "graphs.json"


class Graph(NamedTuple):
    """One function of all models that have the same config."""

    file: str  # in the folder of graphs
    config: ShippedConfig
    function: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    weights: dict[str, tuple[int, ...]]  # the shape of each array that it needs


class ArrayFunction(Protocol):
    """One function of a model with its weights."""

    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the outputs for one array of each input."""


class RunnableModel(Generic[Config]):
    """A stored model whose functions take and return arrays.

    In a batch of two or more, the result for a picture depends neither on the other pictures nor on the number of
    threads. Between machines it may differ by a rounding error.

    Args:
        stored: The model.
    """

    def __init__(self, stored: StoredModel[Config]) -> None:
        self.config = stored.config
        self._stored = stored
        self._functions: dict[str, ArrayFunction] = {}

    def prepare(self, function: str) -> None:
        """Make one function ready to run, which `run` does otherwise when it is first called.

        Raises:
            CheckpointDamaged: The weights do not fit the config.
            UsageError: No graph has this config, and torch is not installed.
        """
        if function not in self._functions:
            self._functions[function] = _prepare(self._stored, function)

    def run(self, function: str, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """Run one function of the model.

        Args:
            function: Its name in `model_functions.py`.
            arrays: One array of each input.

        Returns:
            One array of each output.

        Raises:
            CheckpointDamaged: The weights do not fit the config.
            UsageError: No graph has this config, and torch is not installed.
        """
        self.prepare(function)
        return self._functions[function].run(*arrays)


def load_runnable(path: Path, config_class: type[Config]) -> RunnableModel[Config]:
    """Load a model from a safetensors file.

    Args:
        path: The file.
        config_class: The config of the expected kind of model.

    Raises:
        CheckpointDamaged: The file is missing, cut short, or holds another kind of model.
    """
    return RunnableModel(read_stored_model(path, config_class))


@cache
def graphs() -> tuple[Graph, ...]:
    """Every graph, as `graphs.json` lists them."""
    rows = json.loads((GRAPHS_FOLDER / GRAPHS_FILE).read_text(encoding="utf-8"))
    return tuple(_graph(row) for row in rows)


def _graph(row: dict[str, Any]) -> Graph:
    config_classes = {kind: config_class for config_class, kind in STORED_KINDS.items()}
    return Graph(
        row["file"],
        config_classes[row["kind"]](**restore_tuples(row["config"])),
        row["function"],
        tuple(row["inputs"]),
        tuple(row["outputs"]),
        {name: tuple(shape) for name, shape in row["weights"].items()},
    )


def _prepare(stored: StoredModel[Any], function: str) -> ArrayFunction:
    """Make one function of a model ready to run: by the graph of its config, or else by torch."""
    for graph in graphs():
        if (graph.config, graph.function) == (stored.config, function):
            return OnnxModel(GRAPHS_FOLDER / graph.file, graph.inputs, graph.outputs, _needed_weights(stored, graph))
    try:
        from pochade.models.model_functions import TorchFunction  # noqa: PLC0415  only models of unusual sizes need it
    except ImportError as error:
        raise UsageError(
            "a model with other sizes than the shipped ones needs torch, which is not installed", install_hint("train")
        ) from error
    return TorchFunction(stored, function)


def _needed_weights(stored: StoredModel[Any], graph: Graph) -> dict[str, NDArray[np.float32]]:
    """The weights that a graph needs, as 32-bit floats.

    Raises:
        CheckpointDamaged: One is missing, or has another shape.
    """
    shapes = {name: stored.weights[name].shape for name in graph.weights if name in stored.weights}
    if shapes != graph.weights:
        raise CheckpointDamaged(
            f"the weights of a model do not fit its {type(stored.config).__name__}",
            "train the model again, or use the version of Pochade that wrote the file",
        )
    return {name: stored.weights[name].astype(np.float32, copy=False) for name in graph.weights}
