"""The autoencoders: torch modules, a frozen config beside each, their losses. No files, no printing, no devices."""

from pochade.nets.autoencoder import Autoencoder, AutoencoderConfig, reconstruction_loss
from pochade.nets.blocks import ConvConfig
from pochade.nets.classifier import Classifier, ClassifierConfig, classification_loss
from pochade.nets.fingerprint import Fingerprinter, FingerprinterConfig, edge_histograms, edge_loss
from pochade.nets.vae import VAE, Posterior, VAEConfig, calibrated_loss, summed_loss

__all__ = [
    "VAE",
    "Autoencoder",
    "AutoencoderConfig",
    "Classifier",
    "ClassifierConfig",
    "ConvConfig",
    "Fingerprinter",
    "FingerprinterConfig",
    "Posterior",
    "VAEConfig",
    "calibrated_loss",
    "classification_loss",
    "edge_histograms",
    "edge_loss",
    "reconstruction_loss",
    "summed_loss",
]
