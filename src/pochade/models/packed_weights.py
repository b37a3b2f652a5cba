"""A net <-> few bytes: what travels in an archive, so that it needs nothing else. `docs/format.md` has the format.

Each number is kept in 8 bits: whole multiples of a step, one step for each row of a layer's weights, and what is left
packed by zlib: a quarter of the size of floats.
"""

import dataclasses
import json
import zlib
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.errors import CheckpointDamaged
from pochade.models import Denoiser, DenoiserConfig
from pochade.models.checkpoints import frozen

FORMAT = "pochade-restorer-1"
MOST = 127  # steps to each side
LARGEST = 2**24  # bytes of a net's numbers: no net of ours comes near it
SCALES, WIDEST, PLANES = 6, 256, 8  # of a net: ours have three scales, 96 maps and two planes at most
HINT = "look for an undamaged copy"


def packed(net: Denoiser) -> bytes:
    """A restorer as few bytes."""
    config, shapes, steps, values = dataclasses.asdict(net.config), [], [], []
    for name, tensor in net.state_dict().items():
        step, whole = rounded(tensor)
        shapes.append([name, list(tensor.shape)])
        steps.append(step.numpy().astype("<f4").tobytes())
        values.append(whole.numpy().tobytes())
    head = json.dumps({"format": FORMAT, "config": config, "tensors": shapes}, separators=(",", ":"))
    return head.encode() + b"\n" + zlib.compress(b"".join(steps + values), 9)


def rounded(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """The steps (R,) of a layer's rows, and the numbers in them (R, …), int8; biases have one step in all."""
    rows = tensor.detach().float().reshape(len(tensor) if tensor.dim() > 1 else 1, -1)
    step = (rows.abs().amax(1) / MOST).clamp(min=1e-12)
    return step, (rows / step[:, None]).round().to(torch.int8).reshape(tensor.shape)


def unpacked(content: bytes) -> Denoiser:
    """The restorer that was packed, ready to be used.

    Raises:
        CheckpointDamaged: It is damaged, or a newer version's.
    """
    head, _, body = content.partition(b"\n")
    try:
        said = json.loads(head)
        if said["format"] != FORMAT:
            raise ValueError(f"it is of the format {said['format']!a}")
        config = DenoiserConfig(**frozen(said["config"]))
        check(config)
        with torch.device("meta"):  # no memory, whatever sizes a stranger says
            net = Denoiser(config)
        net.load_state_dict(dict(tensors_in(body, said["tensors"])), assign=True)
    except (LookupError, ArithmeticError, AttributeError, TypeError, ValueError, RuntimeError, zlib.error) as error:
        raise CheckpointDamaged(f"the archive's net can't be read: {error}", HINT) from error
    return net.eval()


def check(config: DenoiserConfig) -> None:
    """Nothing, or ValueError for a net that would take more memory or time than any of ours."""
    numbers = (config.planes, config.finds, *config.widths)
    right = all(type(one) is int for one in numbers) and isinstance(config.change, int | float)
    right = right and type(config.keeps_grey) is bool
    small = right and 0 < len(config.widths) <= SCALES and all(0 < width <= WIDEST for width in config.widths)
    if not small or not (0 < config.planes <= PLANES and 0 <= config.finds <= PLANES):
        raise ValueError("no net of Pochade's has such sizes")


def tensors_in(body: bytes, shapes: list[Any]) -> list[tuple[str, Tensor]]:
    """Every tensor by its name."""
    unpacker = zlib.decompressobj()
    numbers = unpacker.decompress(body, LARGEST)
    counts = [shape[0] if len(shape) > 1 else 1 for _, shape in shapes]
    steps = np.frombuffer(numbers, "<f4", sum(counts))
    values, place, first, found = np.frombuffer(numbers, np.int8, -1, 4 * len(steps)), 0, 0, []
    for (name, shape), count in zip(shapes, counts, strict=True):
        size = int(np.prod(shape))
        whole = values[place : place + size].reshape(count, -1).astype(np.float32)
        found.append((name, torch.from_numpy(whole * steps[first : first + count, None]).reshape(shape)))
        place, first = place + size, first + count
    return found
