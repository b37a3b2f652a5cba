"""The settings of a study, and the untrained models that follow from them."""

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
from pochade.study.run_environment import code_digest
from pochade.training.recipe import FAST_RECIPE, Recipe

EMBEDDING_DIM = 64
MAX_LATENT_SIZE = 2_500  # larger latents of 60,000 pictures would not fit into an ordinary laptop's memory
Model = TypeVar("Model", bound=nn.Module)


@dataclass(frozen=True)
class StudySettings:
    """What decides a study: the models, how they are trained, and the seed. `metrics.json` stores the fields."""

    recipe: Recipe = FAST_RECIPE
    latent_dim: int | None = None  # None: the feature maps of the autoencoder, and 16 for the VAE
    widths: tuple[int, ...] = (16, 32, 64)  # feature maps of each layer, outermost first
    seed: int = 0

    def key(self, data: ImageSet) -> str:
        """Everything that decides the outcome of the study, as JSON: the settings, the pictures and the code."""
        digest = hashlib.sha256()
        shape, classes = list(data.train.images.shape[1:]), list(data.classes)
        for split in (data.train, data.test):
            digest.update(split.images.numpy().tobytes())
            digest.update(split.labels.numpy().tobytes())
        return json.dumps(
            dataclasses.asdict(self)
            | {"shape": shape, "classes": classes, "data": digest.hexdigest(), "code": code_digest()}
        )

    def convolutions(self, data: ImageSet) -> ConvConfig:
        """The convolutions for pictures of this size and with these channels."""
        channels, height, width = data.train.images.shape[1:]
        return ConvConfig((height, width), channels, self.widths)

    def autoencoder(self, data: ImageSet, latent_dim: int | None = None) -> Autoencoder:
        """Build the untrained autoencoder, or one of the same layers with another size of latent.

        Raises:
            UsageError: Its latents are too large for the study, or the pictures are too small for so many layers.
        """
        config = AutoencoderConfig(self.convolutions(data), latent_dim or self.latent_dim)
        size = config.latent_dim or config.convolutions.feature_count
        if size > MAX_LATENT_SIZE:
            raise UsageError(
                f"a latent of {size:,} numbers is too large for the study",
                f"give --latent-dim, or more layers in --widths; {MAX_LATENT_SIZE:,} numbers at most",
            )
        return build_seeded(lambda: Autoencoder(config), self.seed)

    def edge_autoencoder(self, data: ImageSet) -> EdgeAutoencoder:
        """Build the untrained autoencoder that predicts edges."""
        config = EdgeAutoencoderConfig(self.convolutions(data), EMBEDDING_DIM)
        return build_seeded(lambda: EdgeAutoencoder(config), self.seed)

    def vae(self, data: ImageSet, latent_dim: int | None = None) -> VAE:
        """Build the untrained VAE, or one of the same layers with another size of latent."""
        config = VAEConfig(self.convolutions(data), latent_dim or self.latent_dim or VAEConfig().latent_dim)
        return build_seeded(lambda: VAE(config), self.seed)

    def reference_classifier(self, data: ImageSet) -> Classifier:
        """Build the untrained classifier that measures samples: the same in every study of the same data."""
        widths = ClassifierConfig().convolutions.widths
        convolutions = dataclasses.replace(self.convolutions(data), widths=widths)
        return build_seeded(lambda: Classifier(ClassifierConfig(convolutions, len(data.classes))), seed=0)


def build_seeded(build: Callable[[], Model], seed: int) -> Model:
    """Build a model whose initial weights depend on the seed only."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build()
