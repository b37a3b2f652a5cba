"""Torch modules, each with a frozen config. They read no files, print nothing and choose no device.

The study's small models have their losses beside them; the losses of the shipped models are in `training/losses/`.
"""

from pochade.models.autoencoder import Autoencoder, AutoencoderConfig, reconstruction_loss
from pochade.models.classifier import Classifier, ClassifierConfig, classification_loss
from pochade.models.conv_stacks import ConvConfig
from pochade.models.denoiser import Denoiser, DenoiserConfig
from pochade.models.edge_autoencoder import EdgeAutoencoder, EdgeAutoencoderConfig, edge_histograms, edge_loss
from pochade.models.embedding_model import EmbeddingConfig, EmbeddingModel
from pochade.models.flow_matching_vae import FlowMatchingConfig, FlowMatchingVAE
from pochade.models.page_model import PageConfig, PageModel
from pochade.models.pair_model import PAIR_RELATIONS, PairConfig, PairModel
from pochade.models.sketch_model import SketchConfig, SketchVAE
from pochade.models.vae import VAE, Posterior, VAEConfig, calibrated_loss, summed_loss

__all__ = [
    "PAIR_RELATIONS",
    "VAE",
    "Autoencoder",
    "AutoencoderConfig",
    "Classifier",
    "ClassifierConfig",
    "ConvConfig",
    "Denoiser",
    "DenoiserConfig",
    "EdgeAutoencoder",
    "EdgeAutoencoderConfig",
    "EmbeddingConfig",
    "EmbeddingModel",
    "FlowMatchingConfig",
    "FlowMatchingVAE",
    "PageConfig",
    "PageModel",
    "PairConfig",
    "PairModel",
    "Posterior",
    "SketchConfig",
    "SketchVAE",
    "VAEConfig",
    "calibrated_loss",
    "classification_loss",
    "edge_histograms",
    "edge_loss",
    "reconstruction_loss",
    "summed_loss",
]
