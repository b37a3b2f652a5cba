"""Half precision where a device computes faster in it."""

import functools
from typing import TypeVar

import torch
from torch import Tensor, nn

Model = TypeVar("Model", bound=nn.Module)


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies matrices of bfloat16 faster than of float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    capabilities = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def autocast_forward(model: Model, device: torch.device) -> Model:
    """Let a model's forward pass use bfloat16 where that is faster; weights, outputs and losses stay float32."""
    if not computes_bfloat16(device):
        return model
    forward = model.forward

    @functools.wraps(forward)
    def cast_forward(*inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        with torch.autocast(device.type, torch.bfloat16):
            result = forward(*inputs)
        return result.float() if isinstance(result, Tensor) else tuple(part.float() for part in result)

    model.forward = cast_forward
    return model
