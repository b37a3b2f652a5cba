"""The graphs of the shipped models, as `models/runnable_model.py` runs them.

    python -m experiments.train.export_graphs

Run it after the architecture or the config of a shipped model has changed; new weights alone need no new graphs. The
files are the same on every machine with the same versions of torch, onnx and onnxscript.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import Tensor, nn
from torch.export import Dim

from experiments.train.onnx_export import OPSET, drop_notes
from pochade.models import weights
from pochade.models.checkpoints import load_model, stored_name
from pochade.models.model_configs import DenoiserConfig
from pochade.models.model_functions import SIGNATURES
from pochade.models.packed_weights import unpack_model
from pochade.models.runnable_model import GRAPHS_FILE, GRAPHS_FOLDER

WEIGHTS_PLACE = "weights"  # where the graphs say that their weights are; onnxruntime is handed them instead
MAX_INLINE = 512  # numbers in a constant of a graph: anything larger must be a weight
BATCH, SIDE, PLACES = 2, 128, 8  # of the examples


class Export(NamedTuple):
    """One graph to make."""

    name: str
    weights_file: str
    function: str
    examples: tuple[Tensor, ...]
    free: tuple[dict[int, Any], ...]  # of each input, the dimensions that may have any size


def exports() -> list[Export]:
    """Every graph."""
    batch, place = Dim("batch"), Dim("place")
    squares, frames = torch.zeros(BATCH, SIDE, SIDE, 3, dtype=torch.uint8), torch.ones(BATCH, 2)
    grids, latents, times = torch.zeros(BATCH, 128, PLACES, PLACES), torch.zeros(BATCH, 64), torch.zeros(BATCH)
    rows, sides, places = {0: batch}, {0: batch, 1: 16 * place, 2: 16 * place}, {0: batch, 2: place, 3: place}
    return [
        Export("embed", weights.EMBEDDING_FILE, "embed", (squares[:, :96, :96], frames), (rows, rows)),
        Export("sketch-encode", weights.SKETCH_FILE, "encode_squares", (squares, frames), (sides, rows)),
        Export("sketch-decode", weights.SKETCH_FILE, "decode_latents", (grids, times), (places, rows)),
        Export("generator-encode", weights.GENERATOR_FILE, "encode_grids", (grids,), (rows,)),
        Export("generator-step", weights.GENERATOR_FILE, "predict_clean", (grids, times, latents), (rows, rows, rows)),
        Export("page", weights.PAGE_FILE, "estimate_page", (torch.zeros(BATCH, 3, SIDE, SIDE),), (rows,)),
        _denoiser("clean", weights.CLEANER_FILE, DenoiserConfig()),
        _denoiser("avif", weights.AVIF_FILE, DenoiserConfig(planes=1, widths=(32, 64, 96))),
        _denoiser("preview", weights.PREVIEW_FILE, DenoiserConfig(planes=2, widths=(32, 64, 96))),
    ]


def _denoiser(name: str, file: str, config: DenoiserConfig) -> Export:
    """The graph of a denoiser, for pictures of any height and width that its halvings allow."""
    height, width = (config.multiple * Dim(side) for side in ("rows", "columns"))
    sizes = {0: Dim("batch"), 2: height, 3: width}
    examples = tuple(
        torch.zeros(BATCH, planes, 4 * config.multiple, 6 * config.multiple) for planes in (3, config.planes)
    )
    return Export(name, file, "denoise", examples, (sizes, sizes))


def main() -> None:
    """Write every graph, and the list of them."""
    GRAPHS_FOLDER.mkdir(exist_ok=True)
    rows = [json.dumps(export_graph(export, GRAPHS_FOLDER)) for export in exports()]
    (GRAPHS_FOLDER / GRAPHS_FILE).write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


def export_graph(export: Export, folder: Path) -> dict[str, Any]:
    """Write one graph, and return its row in the list."""
    model, signature = load_shipped(export.weights_file), SIGNATURES[export.function]
    graph = trace_graph(export, model)
    shapes = take_out_weights(graph, model.state_dict())
    file = f"{export.name}.onnx"
    (folder / file).write_bytes(graph.SerializeToString(deterministic=True))
    print(f"{file}: {(folder / file).stat().st_size:,} bytes, {len(graph.graph.node)} nodes, {len(shapes)} weights")
    return {
        "file": file,
        "kind": stored_name(model),
        "config": dataclasses.asdict(model.config),  # type: ignore[call-overload]
        "function": export.function,
        "inputs": signature.inputs,
        "outputs": signature.outputs,
        "weights": shapes,
    }


def trace_graph(export: Export, model: nn.Module) -> onnx.ModelProto:
    """Export one function of a model, with its weights, as it is: onnxruntime optimises it when it is loaded.

    It is done in two steps, because `torch.onnx.export` alone fixes a size in silence if the size can't be free.
    """
    signature = SIGNATURES[export.function]
    traced = torch.export.export(signature.module(model).eval(), export.examples, dynamic_shapes=export.free)
    program = torch.onnx.export(
        traced,
        input_names=signature.inputs,
        output_names=signature.outputs,
        opset_version=OPSET,
        dynamo=True,
        optimize=False,
        verbose=False,
    )
    assert program is not None
    graph = program.model_proto
    drop_notes(graph)
    drop_computed_biases(graph)
    return graph


def drop_computed_biases(model: onnx.ModelProto) -> None:
    """Drop the biases of zeros that the exporter adds to convolutions without any.

    It computes them, with the type of the picture, so onnxruntime could not fold a batch normalisation into them.
    """
    stored = {tensor.name for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[2:] and node.input[2] not in stored:
            del node.input[2]


def load_shipped(file: str) -> nn.Module:
    """Load a shipped model from a checkpoint or a packed file."""
    path = weights.FOLDER / file
    return unpack_model(path.read_bytes()) if path.suffix == ".net" else load_model(path)


def take_out_weights(model: onnx.ModelProto, state: dict[str, Tensor]) -> dict[str, list[int]]:
    """Leave only the names and shapes of the weights in a graph.

    Args:
        model: The exported graph of a module whose attribute `model` is the model.
        state: The model's weights by name.

    Returns:
        The shapes by name.

    Raises:
        ValueError: A constant is too large, or a weight has other values than the model's.
    """
    shapes, inline = dict[str, list[int]](), []
    names = {f"model.{name}": name for name in state}
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        name = names.get(tensor.name)
        if name is None:
            if values.size > MAX_INLINE:
                raise ValueError(f"the constant {tensor.name} of {values.shape} is no weight of the model")
            inline.append(tensor)
            continue
        if not np.array_equal(values, state[name].numpy()):
            raise ValueError(f"the exporter changed the weight {name}")
        shapes[name] = list(values.shape)
        inline.append(outside_tensor(name, values.shape))
    del model.graph.initializer[:]
    model.graph.initializer.extend(inline)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    return shapes


def outside_tensor(name: str, shape: tuple[int, ...]) -> TensorProto:
    """A tensor whose values are not in the graph."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", WEIGHTS_PLACE
    return tensor


if __name__ == "__main__":
    main()
