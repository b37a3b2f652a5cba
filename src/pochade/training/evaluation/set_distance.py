"""Distances between two sets of pictures in the feature space of a frozen classifier.

The features come from Pochade's own small classifier, so the distances are called *Fréchet classifier distance* (FCD)
and *kernel classifier distance* (KID's estimator on those features). They can be compared within one table of
one run, but never with the FID of a paper.
"""

import warnings
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

KERNEL_SUBSETS = 50
KERNEL_SUBSET_SIZE = 1_000  # pictures, of each set
MANIFOLD_NEIGHBOURS = 5  # the k of density and coverage
BLOCK_ROWS = 1_000  # features whose distances are computed at once


class SetDistance(NamedTuple):
    """How two sets of pictures differ; the study stores it under these field names."""

    frechet: float  # 0 for equal means and covariances of the features
    kernel: float  # unbiased squared maximum mean discrepancy; about 0 for equal sets, and may be negative
    kernel_deviation: float  # standard deviation of `kernel` over the subsets
    density: float  # about 1 if the samples lie among the real pictures, near 0 if they lie elsewhere
    coverage: float  # share of the real pictures with a sample in their neighbourhood; about 0.97 for equal sets


class _PrecomputedFeatures(nn.Module):
    """Replaces the feature extractor of torchmetrics by the identity, for features that are already computed."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.num_features = width

    def forward(self, features: Tensor) -> Tensor:
        return features


def set_distance(samples: Tensor, real: Tensor, seed: int = 0) -> SetDistance:
    """Compare generated pictures with real ones by their features.

    Args:
        samples: Features of the generated pictures (N, F).
        real: Features of real pictures (M, F).
        seed: Decides the subsets of the kernel distance.

    Returns:
        The Fréchet and the kernel distance, density and coverage.
    """
    kernel, deviation = kernel_distance(samples, real, seed)
    density, coverage = density_and_coverage(samples, real)
    return SetDistance(frechet_distance(samples, real), kernel, deviation, density, coverage)


def frechet_distance(samples: Tensor, real: Tensor) -> float:
    """The squared distance of the means plus the distance of the covariances of features (N, F) and (M, F).

    It follows Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", NeurIPS 2017, with other features.
    """
    metric = FrechetInceptionDistance(feature=_PrecomputedFeatures(samples.shape[1])).set_dtype(torch.float64)
    metric.update(samples.double(), real=False)
    metric.update(real.double(), real=True)
    return float(metric.compute())


def kernel_distance(samples: Tensor, real: Tensor, seed: int = 0) -> tuple[float, float]:
    """The unbiased squared maximum mean discrepancy under a cubic kernel.

    It follows Bińkowski et al., "Demystifying MMD GANs", ICLR 2018, with other features, scaled to a root mean square
    of one.

    Args:
        samples: Features of the generated pictures (N, F).
        real: Features of real pictures (M, F).
        seed: Decides the subsets.

    Returns:
        Mean and standard deviation over random subsets.
    """
    size = min(KERNEL_SUBSET_SIZE, len(samples), len(real))
    scale = real.square().mean().sqrt()  # a cubic kernel grows with the sixth power of the features' scale
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Metric `Kernel Inception Distance` will save all")
        torch.manual_seed(seed)
        metric = KernelInceptionDistance(
            feature=_PrecomputedFeatures(samples.shape[1]), subsets=KERNEL_SUBSETS, subset_size=size
        )
        metric.update(samples / scale, real=False)
        metric.update(real / scale, real=True)
        mean, deviation = metric.compute()
    return float(mean), float(deviation)


def density_and_coverage(samples: Tensor, real: Tensor) -> tuple[float, float]:
    """Density: how close samples are to real pictures. Coverage: how many real pictures have a sample near them.

    The neighbourhood of a real picture reaches to its fifth nearest real picture. Density is the number of
    neighbourhoods around a sample, divided by five. Coverage is the share of neighbourhoods with any sample (Naeem et
    al., "Reliable Fidelity and Diversity Metrics for Generative Models", ICML 2020).

    Args:
        samples: Features of the generated pictures (N, F).
        real: Features of real pictures (M, F).

    Returns:
        Density and coverage.
    """
    neighbours = MANIFOLD_NEIGHBOURS + 1  # the nearest one is the picture itself
    radii = torch.cat(
        [torch.cdist(block, real).topk(neighbours, largest=False).values[:, -1] for block in real.split(BLOCK_ROWS)]
    )  # (M,)
    samples_inside = torch.zeros(len(real))
    for block in samples.split(BLOCK_ROWS):
        samples_inside += (torch.cdist(real, block) < radii[:, None]).sum(1)  # (M,)
    density = samples_inside.sum() / (MANIFOLD_NEIGHBOURS * len(samples))
    return float(density), float((samples_inside > 0).float().mean())
