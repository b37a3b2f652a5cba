"""A denoiser as few bytes, in the form in which it travels in an archive. `docs/format.md` describes the format.

Weights are quantised to 8 bits, with one step size for each row of a layer's weights, and compressed by zlib. They take
a quarter of the space of 32-bit floats.
"""

import dataclasses
import json
import zlib
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.errors import CheckpointDamaged
from pochade.models.checkpoints import restore_tuples
from pochade.models.denoiser import Denoiser, DenoiserConfig

PACKED_FORMAT = "pochade-restorer-1"
MAX_STEPS = 127  # of a quantised weight, to each side of zero
MIN_STEP = 1e-12  # the step size of a row of zeros
MAX_UNPACKED_BYTES = 2**24  # far more than any model of Pochade's has
MAX_SCALES, MAX_WIDTH, MAX_PLANES = 6, 256, 8  # the shipped ones have 3 scales, 96 feature maps and 2 planes at most


def pack_model(model: Denoiser) -> bytes:
    """Quantise and compress a denoiser."""
    config, shapes, steps, values = dataclasses.asdict(model.config), [], [], []
    for name, tensor in model.state_dict().items():
        step, quantised = _quantise(tensor)
        shapes.append([name, list(tensor.shape)])
        steps.append(step.numpy().astype("<f4").tobytes())
        values.append(quantised.numpy().tobytes())
    header = json.dumps({"format": PACKED_FORMAT, "config": config, "tensors": shapes}, separators=(",", ":"))
    return header.encode() + b"\n" + zlib.compress(b"".join(steps + values), 9)


def unpack_model(content: bytes) -> Denoiser:
    """Build the denoiser that `pack_model` packed, in evaluation mode.

    Raises:
        CheckpointDamaged: The content is damaged, or of a newer version.
    """
    header, _, body = content.partition(b"\n")
    try:
        fields = json.loads(header)
        if fields["format"] != PACKED_FORMAT:
            raise ValueError(f"its format is {fields['format']!a}")
        config = DenoiserConfig(**restore_tuples(fields["config"]))
        _check_sizes(config)
        with torch.device("meta"):  # allocates no memory, whatever sizes a hostile file claims
            model = Denoiser(config)
        model.load_state_dict(_read_tensors(body, fields["tensors"]), assign=True)
    except (LookupError, ArithmeticError, AttributeError, TypeError, ValueError, RuntimeError, zlib.error) as error:
        raise CheckpointDamaged(
            f"the archive's model can't be read: {error}", "look for an undamaged copy of the archive"
        ) from error
    return model.eval()


def _quantise(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """The step size of each row (R,), and the tensor in whole steps as int8; a bias counts as one row."""
    rows = tensor.detach().float().reshape(len(tensor) if tensor.dim() > 1 else 1, -1)
    step = (rows.abs().amax(1) / MAX_STEPS).clamp(min=MIN_STEP)
    return step, (rows / step[:, None]).round().to(torch.int8).reshape(tensor.shape)


def _check_sizes(config: DenoiserConfig) -> None:
    """Raise ValueError for a model that would take more memory or time than any of Pochade's."""
    sizes = (config.planes, config.finds, *config.widths)
    valid = all(type(size) is int for size in sizes) and isinstance(config.change, int | float)
    valid = valid and type(config.keeps_grey) is bool
    valid = valid and 0 < len(config.widths) <= MAX_SCALES and all(0 < width <= MAX_WIDTH for width in config.widths)
    if not valid or not (0 < config.planes <= MAX_PLANES and 0 <= config.finds <= MAX_PLANES):
        raise ValueError("no model of Pochade's has such sizes")


def _read_tensors(body: bytes, shapes: list[Any]) -> dict[str, Tensor]:
    """The dequantised tensors by name."""
    unpacked = zlib.decompressobj().decompress(body, MAX_UNPACKED_BYTES)
    row_counts = [shape[0] if len(shape) > 1 else 1 for _, shape in shapes]
    steps = np.frombuffer(unpacked, "<f4", sum(row_counts))
    values = np.frombuffer(unpacked, np.int8, -1, 4 * len(steps))
    tensors, position, row = dict[str, Tensor](), 0, 0
    for (name, shape), rows in zip(shapes, row_counts, strict=True):
        size = int(np.prod(shape))
        quantised = values[position : position + size].reshape(rows, -1).astype(np.float32)
        tensors[name] = torch.from_numpy(quantised * steps[row : row + rows, None]).reshape(shape)
        position, row = position + size, row + rows
    return tensors
