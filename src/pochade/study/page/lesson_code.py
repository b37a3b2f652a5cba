"""Code that the lesson shows: taken from the package when the page is made, so it is the code that ran."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pochade
from pochade.models.autoencoder import Autoencoder, AutoencoderConfig, denoising_loss, reconstruction_loss
from pochade.models.conv_stacks import ConvConfig
from pochade.models.vae import VAE, Posterior, VAEConfig, WeightedLoss, calibrated_loss, summed_loss
from pochade.training import loop


@dataclass(frozen=True)
class CodeBlock:
    """Some lines of the package's source, or a model as torch prints it."""

    source: str
    place: str  # the file, or what was printed


def code_blocks(shape: tuple[int, int, int], settings: dict[str, Any]) -> dict[str, CodeBlock]:
    """Every block of code of the lesson by name.

    Args:
        shape: Channels, height and width of the pictures.
        settings: The settings of the study, as in `metrics.json`.
    """
    stack, latent_dim = ConvConfig(shape[1:], shape[0], tuple(settings["widths"])), settings["latent_dim"]
    autoencoder = Autoencoder(AutoencoderConfig(stack, latent_dim))
    vae = VAE(VAEConfig(stack, latent_dim or VAEConfig().latent_dim))
    printed = {
        "encoder": (autoencoder.encoder, "print(autoencoder.encoder)"),
        "decoder": (autoencoder.decoder, "print(autoencoder.decoder)"),
        "vae": (vae, "print(vae)"),
    }
    shown: dict[str, Callable[..., Any]] = {
        "take_step": loop.take_step,
        "reconstruction_loss": reconstruction_loss,
        "denoising_loss": denoising_loss,
        "encode": VAE.encode,
        "forward": VAE.forward,
        "sample": Posterior.sample,
        "divergence": Posterior.divergence,
        "summed_loss": summed_loss,
        "weighted_loss": WeightedLoss.__call__,
        "calibrated_loss": calibrated_loss,
    }
    return {
        **{name: CodeBlock(repr(model), place) for name, (model, place) in printed.items()},
        **{name: CodeBlock(source_of(function), _place_of(function)) for name, function in shown.items()},
    }


def source_of(function: Callable[..., Any]) -> str:
    """The source of a function without its docstring, line by line as it is in the file."""
    source = textwrap.dedent(inspect.getsource(function))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    lines = source.rstrip().splitlines()
    if ast.get_docstring(definition) is not None:
        docstring = definition.body[0]
        del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines)


def _place_of(function: Callable[..., Any]) -> str:
    """The file of a function, below the folder of the sources."""
    path = Path(inspect.getfile(function)).relative_to(Path(pochade.__file__).parents[1])
    return path.as_posix()
