"""Models as plain data for the scripts of the lesson: a list of layers with their weights in half precision.

    nn.Sequential ──►──┤export_layers├──►── [{"kind": "conv", …}, {"kind": "relu"}, …] ──►── scripts/models.js

Half precision changes a decoded pixel by less than a thousandth, and halves the size of the page.
"""

import base64
from typing import Any

import numpy as np
from torch import Tensor, nn

from pochade.analysis.arrays import Floats
from pochade.models.autoencoder import Autoencoder
from pochade.models.conv_stacks import Bottleneck
from pochade.models.vae import VAE

Layer = dict[str, Any]  # "kind", and the sizes and base64 arrays that this kind needs


def export_model(model: Autoencoder | VAE, *, with_encoder: bool) -> dict[str, Any]:
    """Export a model; the encoder of a VAE maps to the mean of the posterior.

    Args:
        model: The trained model.
        with_encoder: Whether to export the encoder, too.

    Returns:
        The shape of a latent under "latent", and the layers under "decoder" and "encoder".
    """
    exported = {"latent": list(model.latent_shape), "decoder": export_layers(model.decoder)}
    if with_encoder:
        heads = export_layers(model.mean) if isinstance(model, VAE) else []
        exported["encoder"] = export_layers(model.encoder) + heads
    return exported


def export_layers(module: nn.Module) -> list[Layer]:
    """Export a module and all modules in it, in the order in which they run.

    Raises:
        TypeError: The module contains a layer that the scripts don't know.
    """
    match module:
        case nn.Conv2d():
            return [{"kind": "conv", "padding": module.padding[0], **_convolution(module)}]
        case nn.ConvTranspose2d():
            sizes = {"padding": module.padding[0], "output_padding": list(module.output_padding)}
            return [{"kind": "transposed", **sizes, **_convolution(module)}]
        case nn.Linear():
            sizes = {"in": module.in_features, "out": module.out_features}
            return [{"kind": "linear", **sizes, **_weights(module)}]
        case Bottleneck():
            return [*export_layers(module.linear), {"kind": "unflatten", "shape": list(module.shape)}]
        case nn.Sequential():
            return [layer for child in module for layer in export_layers(child)]
        case nn.ReLU() | nn.Sigmoid() | nn.Flatten():
            return [{"kind": type(module).__name__.lower()}]
    raise TypeError(f"the scripts of the lesson don't know the layer {type(module).__name__}")


def _convolution(module: nn.Conv2d | nn.ConvTranspose2d) -> Layer:
    sizes = {"in": module.in_channels, "out": module.out_channels}
    return {**sizes, "kernel": module.kernel_size[0], "stride": module.stride[0], **_weights(module)}


def _weights(module: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> Layer:
    assert module.bias is not None  # every layer of the study has one
    return {"weight": _half_precision(module.weight), "bias": _half_precision(module.bias)}


def _half_precision(values: Tensor) -> str:
    return encode_array(values.detach().cpu().contiguous().numpy(), "<f2")


def encode_array(values: Floats | Any, dtype: str) -> str:
    """Encode an array as base64 text, row by row, after converting it to a numpy type such as '<f2' or '<u2'."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode()
