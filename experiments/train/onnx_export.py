"""Torch modules as ONNX files, as `models/onnx_model.py` reads them."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 18
MIN_HALVED = 1_024  # numbers in a tensor; smaller ones stay 32-bit floats


def export_onnx(
    model: nn.Module, example: tuple[Tensor, ...], path: Path, inputs: tuple[str, ...], outputs: tuple[str, ...],
    *, any_batch: bool, halve: bool = False,
) -> None:  # fmt: skip
    """Write a model in evaluation mode to an ONNX file.

    Args:
        model: The model.
        example: One tensor of each input.
        path: The file.
        inputs: Names of the inputs, in order.
        outputs: Names of the outputs, in order.
        any_batch: Whether the first dimension of all inputs may have any size; otherwise it is that of the example.
        halve: Store large tensors as 16-bit floats. They are computed with as 32-bit floats.
    """
    shapes = tuple({0: torch.export.Dim("batch")} for _ in inputs) if any_batch else None
    program = torch.onnx.export(
        model.eval(), example, input_names=inputs, output_names=outputs, opset_version=OPSET, dynamo=True,
        dynamic_shapes=shapes, verbose=False,
    )  # fmt: skip
    assert program is not None
    graph = program.model_proto
    drop_notes(graph)
    if halve:
        halve_tensors(graph)
    onnx.checker.check_model(graph)
    path.write_bytes(graph.SerializeToString(deterministic=True))


def drop_notes(model: onnx.ModelProto) -> None:
    """Delete what the exporter notes about each node, such as the lines of code and the folders of this machine."""
    del model.graph.value_info[:], model.graph.metadata_props[:], model.metadata_props[:]
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.ClearField("doc_string")
        value.ClearField("metadata_props")


def halve_tensors(model: onnx.ModelProto) -> None:
    """Store the large constants of a model as 16-bit floats, each with a node that makes 32-bit floats of them."""
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < MIN_HALVED:
            kept.append(tensor)
            continue
        name = f"{tensor.name}_half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
