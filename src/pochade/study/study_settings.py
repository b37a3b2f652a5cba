"""What a person can change about the study, and what follows from it."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from pochade.errors import UsageError
from pochade.models.autoencoder import Autoencoder, AutoencoderConfig
from pochade.models.classifier import Classifier, ClassifierConfig
from pochade.models.conv_stacks import ConvConfig
from pochade.models.edge_autoencoder import EdgeAutoencoder, EdgeAutoencoderConfig
from pochade.models.vae import VAE, VAEConfig
from pochade.study.fashion_mnist import ImageSet
from pochade.study.provenance import code_digest
from pochade.training.recipe import FAST_RECIPE, Recipe

FINGERPRINT_DIM = 64
WIDEST_LATENT = 2_500  # 60,000 codes of more would not fit an ordinary laptop several times over
Net = TypeVar("Net", bound=nn.Module)


@dataclass(frozen=True)
class StudySettings:
    """One study: which nets, trained how, from which seed."""

    recipe: Recipe = FAST_RECIPE
    latent_dim: int | None = None  # None: the autoencoder keeps its feature maps, the VAE has 16 numbers
    widths: tuple[int, ...] = (16, 32, 64)  # feature maps of each layer, outermost first
    seed: int = 0

    def key(self, data: ImageSet) -> str:
        """What decides the study's outcome, as JSON: the settings, the pictures and the code."""
        digest = hashlib.sha256()
        for split in (data.train, data.test):
            digest.update(split.images.numpy().tobytes())
            digest.update(split.labels.numpy().tobytes())
        return json.dumps(dataclasses.asdict(self) | {"data": digest.hexdigest(), "code": code_digest()})

    def convolutions(self, data: ImageSet) -> ConvConfig:
        """The stack that suits the data's size and channels."""
        channels, height, width = data.train.images.shape[1:]
        return ConvConfig((height, width), channels, self.widths)

    def autoencoder(self, data: ImageSet) -> Autoencoder:
        """The untrained autoencoder.

        Raises:
            UsageError: Its latent is wider than the study can look at.
        """
        config = AutoencoderConfig(self.convolutions(data), self.latent_dim)
        width = config.latent_dim or config.convolutions.feature_count
        if width > WIDEST_LATENT:
            raise UsageError(
                f"a latent of {width:,} numbers is too wide to be looked at",
                f"give --latent-dim, or more layers in --widths; {WIDEST_LATENT:,} numbers at most",
            )
        return initialised(lambda: Autoencoder(config), self.seed)

    def fingerprinter(self, data: ImageSet) -> EdgeAutoencoder:
        """The untrained net whose codes become fingerprints."""
        config = EdgeAutoencoderConfig(self.convolutions(data), FINGERPRINT_DIM)
        return initialised(lambda: EdgeAutoencoder(config), self.seed)

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
