"""The autoencoders: torch modules, a frozen config beside each, their losses. No files, no printing, no devices."""

from pochade.models.autoencoder import Autoencoder, AutoencoderConfig, reconstruction_loss
from pochade.models.classifier import Classifier, ClassifierConfig, classification_loss
from pochade.models.conv_stacks import ConvConfig
from pochade.models.denoiser import Denoiser, DenoiserConfig
from pochade.models.edge_autoencoder import EdgeAutoencoder, EdgeAutoencoderConfig, edge_histograms, edge_loss
from pochade.models.embedding_model import EmbeddingConfig, EmbeddingModel, disagreement
from pochade.models.flow_matching_vae import FlowMatchingConfig, FlowMatchingVAE, flow_matching_loss
from pochade.models.page_model import PageConfig, PageModel
from pochade.models.pair_model import KINDS, PairConfig, PairModel
from pochade.models.sketch_model import SketchConfig, SketchVAE, coding_loss
from pochade.models.vae import VAE, Posterior, VAEConfig, calibrated_loss, summed_loss

__all__ = [
    "KINDS",
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
    "coding_loss",
    "disagreement",
    "edge_histograms",
    "edge_loss",
    "flow_matching_loss",
    "reconstruction_loss",
    "summed_loss",
]
