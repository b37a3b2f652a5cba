"""The autoencoders: torch modules, a frozen config beside each, their losses. No files, no printing, no devices."""

from pochade.nets.autoencoder import Autoencoder, AutoencoderConfig, reconstruction_loss
from pochade.nets.blocks import ConvConfig
from pochade.nets.classifier import Classifier, ClassifierConfig, classification_loss
from pochade.nets.code import CodeConfig, CodeVAE, coding_loss
from pochade.nets.diffusion import DiffusionConfig, DiffusionVAE, diffusion_loss
from pochade.nets.edges import EdgeNet, EdgeNetConfig, edge_histograms, edge_loss
from pochade.nets.look import LookConfig, LookEncoder, disagreement
from pochade.nets.page import PageConfig, PageNet
from pochade.nets.pairs import KINDS, PairConfig, PairNet
from pochade.nets.restorer import Restorer, RestorerConfig
from pochade.nets.vae import VAE, Posterior, VAEConfig, calibrated_loss, summed_loss

__all__ = [
    "KINDS",
    "VAE",
    "Autoencoder",
    "AutoencoderConfig",
    "Classifier",
    "ClassifierConfig",
    "CodeConfig",
    "CodeVAE",
    "ConvConfig",
    "DiffusionConfig",
    "DiffusionVAE",
    "EdgeNet",
    "EdgeNetConfig",
    "LookConfig",
    "LookEncoder",
    "PageConfig",
    "PageNet",
    "PairConfig",
    "PairNet",
    "Posterior",
    "Restorer",
    "RestorerConfig",
    "VAEConfig",
    "calibrated_loss",
    "classification_loss",
    "coding_loss",
    "diffusion_loss",
    "disagreement",
    "edge_histograms",
    "edge_loss",
    "reconstruction_loss",
    "summed_loss",
]
