"""A denoiser as few bytes, in the form in which it travels in an archive. `docs/format.md` describes the format.

Weights are quantised to 8 bits, with one step size for each row of a layer's weights, and compressed by zlib. They take
a quarter of the space of 32-bit floats. No torch is imported; `packed_weights.py` packs and unpacks torch modules.
"""

import dataclasses
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged
from pochade.models.array_files import Arrays
from pochade.models.model_configs import DenoiserConfig, restore_tuples
from pochade.models.stored_model import StoredModel

PACKED_FORMAT = "pochade-restorer-1"
MAX_STEPS = 127  # of a quantised weight, to each side of zero
MIN_STEP = 1e-12  # the step size of a row of zeros
MAX_UNPACKED_BYTES = 2**24  # far more than any model of Pochade's has
MAX_SCALES, MAX_WIDTH, MAX_PLANES = 6, 256, 8  # the shipped ones have 3 scales, 96 feature maps and 2 planes at most


def pack_arrays(config: DenoiserConfig, weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Quantise and compress the weights of a denoiser, by their names in the torch module."""
    shapes, steps, values = [], [], []
    for name, array in weights.items():
        step, quantised = _quantise(array)
        shapes.append([name, list(array.shape)])
        steps.append(step.astype("<f4").tobytes())
        values.append(quantised.tobytes())
    fields = {"format": PACKED_FORMAT, "config": dataclasses.asdict(config), "tensors": shapes}
    header = json.dumps(fields, separators=(",", ":"))
    return header.encode() + b"\n" + zlib.compress(b"".join(steps + values), 9)


def read_packed(content: bytes) -> StoredModel[DenoiserConfig]:
    """Read what `pack_arrays` packed.

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
        return StoredModel(config, _read_arrays(body, fields["tensors"]))
    except (LookupError, ArithmeticError, AttributeError, TypeError, ValueError, zlib.error) as error:
        raise CheckpointDamaged(
            f"the archive's model can't be read: {error}", "look for an undamaged copy of the archive"
        ) from error


def _quantise(array: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """The step size of each row (R,), and the array in whole steps; a bias counts as one row."""
    rows = array.astype(np.float32).reshape(len(array) if array.ndim > 1 else 1, -1)
    step = np.maximum(np.abs(rows).max(1) / np.float32(MAX_STEPS), np.float32(MIN_STEP))
    return step, np.rint(rows / step[:, None]).astype(np.int8).reshape(array.shape)


def _check_sizes(config: DenoiserConfig) -> None:
    """Raise ValueError for a model that would take more memory or time than any of Pochade's."""
    sizes = (config.planes, config.finds, *config.widths)
    valid = all(type(size) is int for size in sizes) and isinstance(config.change, int | float)
    valid = valid and type(config.keeps_grey) is bool
    valid = valid and 0 < len(config.widths) <= MAX_SCALES and all(0 < width <= MAX_WIDTH for width in config.widths)
    if not valid or not (0 < config.planes <= MAX_PLANES and 0 <= config.finds <= MAX_PLANES):
        raise ValueError("no model of Pochade's has such sizes")


def _read_arrays(body: bytes, shapes: list[Any]) -> Arrays:
    """The dequantised arrays by name."""
    unpacked = zlib.decompressobj().decompress(body, MAX_UNPACKED_BYTES)
    row_counts = [shape[0] if len(shape) > 1 else 1 for _, shape in shapes]
    steps = np.frombuffer(unpacked, "<f4", sum(row_counts))
    values = np.frombuffer(unpacked, np.int8, -1, 4 * len(steps))
    arrays, position, row = Arrays(), 0, 0
    for (name, shape), rows in zip(shapes, row_counts, strict=True):
        size = int(np.prod(shape))
        quantised = values[position : position + size].reshape(rows, -1).astype(np.float32)
        arrays[name] = (quantised * steps[row : row + rows, None]).reshape(shape)
        position, row = position + size, row + rows
    return arrays
