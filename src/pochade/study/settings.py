"""What a person can change about the study, and what follows from it."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from pochade.learn.data import ImageSet
from pochade.learn.recipe import FAST, Recipe
from pochade.nets import (
    VAE,
    Autoencoder,
    AutoencoderConfig,
    Classifier,
    ClassifierConfig,
    ConvConfig,
    Fingerprinter,
    FingerprinterConfig,
    VAEConfig,
)

FINGERPRINT_DIM = 64
Net = TypeVar("Net", bound=nn.Module)


@dataclass(frozen=True)
class Settings:
    """One study: which nets, trained how, from which seed."""

    recipe: Recipe = FAST
    latent_dim: int | None = None  # None: the autoencoder keeps its feature maps, the VAE has 16 numbers
    widths: tuple[int, ...] = (16, 32, 64)  # feature maps of each layer, outermost first
    seed: int = 0

    def key(self, data: ImageSet) -> str:
        """What decides the study's outcome, as JSON: the settings and the pictures."""
        pictures = hashlib.sha256(data.train.images.numpy().tobytes()).hexdigest()
        return json.dumps(dataclasses.asdict(self) | {"pictures": pictures})

    def convolutions(self, data: ImageSet) -> ConvConfig:
        """The stack that suits the data's size and channels."""
        channels, height, width = data.train.images.shape[1:]
        return ConvConfig((height, width), channels, self.widths)

    def autoencoder(self, data: ImageSet) -> Autoencoder:
        """The untrained autoencoder."""
        config = AutoencoderConfig(self.convolutions(data), self.latent_dim)
        return initialised(lambda: Autoencoder(config), self.seed)

    def fingerprinter(self, data: ImageSet) -> Fingerprinter:
        """The untrained net whose codes become fingerprints."""
        config = FingerprinterConfig(self.convolutions(data), FINGERPRINT_DIM)
        return initialised(lambda: Fingerprinter(config), self.seed)

    def vae(self, data: ImageSet) -> VAE:
        """The untrained VAE."""
        config = VAEConfig(self.convolutions(data), self.latent_dim or VAEConfig().latent_dim)
        return initialised(lambda: VAE(config), self.seed)

    def ruler(self, data: ImageSet) -> Classifier:
        """The untrained classifier that measures samples: the same in every study of the same data."""
        widths = ClassifierConfig().convolutions.widths
        stack = dataclasses.replace(self.convolutions(data), widths=widths)
        return initialised(lambda: Classifier(ClassifierConfig(stack, len(data.classes))), seed=0)


def initialised(build: Callable[[], Net], seed: int) -> Net:
    """A net whose first weights depend on the seed only."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build()
