"""How far one set of pictures is from another, in the features of a frozen net.

The features come from a small classifier of our own, so the distances are called *Fréchet classifier distance* (FCD)
and *kernel classifier distance* (KID's estimator on those features): they can be compared within one table of one run,
never with the FID of a paper.
"""

import warnings
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

KERNEL_SUBSETS = 50
KERNEL_SUBSET_SIZE = 1_000
MANIFOLD_NEIGHBOURS = 5


class SetDistance(NamedTuple):
    """How two sets of pictures differ."""

    frechet: float  # 0 for equal means and covariances of the features
    kernel: float  # unbiased squared maximum mean discrepancy; about 0 for equal sets, and may fall below
    kernel_deviation: float  # over the subsets
    density: float  # about 1 when the samples lie where the real pictures are, towards 0 when they don't
    coverage: float  # share of real pictures with a sample in their neighbourhood; about 0.97 for equal sets


class _Given(nn.Module):
    """Stands where torchmetrics expects a feature net, and passes on features that are there already."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.num_features = width

    def forward(self, features: Tensor) -> Tensor:
        return features


def set_distance(samples: Tensor, real: Tensor, seed: int = 0) -> SetDistance:
    """Compare samples with real pictures by their features.

    Args:
        samples: Features of the samples (N, F).
        real: Features of real pictures (M, F).
        seed: Decides the subsets of the kernel distance.
    """
    kernel, deviation = kernel_distance(samples, real, seed)
    density, coverage = density_and_coverage(samples, real)
    return SetDistance(frechet_distance(samples, real), kernel, deviation, density, coverage)


def frechet_distance(samples: Tensor, real: Tensor) -> float:
    """Squared distance of the means plus distance of the covariances of two feature sets (N, F) and (M, F).

    Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", NeurIPS 2017, with other features.
    """
    metric = FrechetInceptionDistance(feature=_Given(samples.shape[1])).set_dtype(torch.float64)
    metric.update(samples.double(), real=False)
    metric.update(real.double(), real=True)
    return float(metric.compute())


def kernel_distance(samples: Tensor, real: Tensor, seed: int = 0) -> tuple[float, float]:
    """The unbiased squared maximum mean discrepancy under a cubic kernel, mean and deviation over subsets.

    Bińkowski et al., "Demystifying MMD GANs", ICLR 2018, with other features, scaled to a root mean square of one.
    """
    size = min(KERNEL_SUBSET_SIZE, len(samples), len(real))
    scale = real.square().mean().sqrt()  # a cubic kernel would else grow with the sixth power of the features' size
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Metric `Kernel Inception Distance` will save all")
        torch.manual_seed(seed)
        metric = KernelInceptionDistance(feature=_Given(samples.shape[1]), subsets=KERNEL_SUBSETS, subset_size=size)
        metric.update(samples / scale, real=False)
        metric.update(real / scale, real=True)
        mean, deviation = metric.compute()
    return float(mean), float(deviation)


def density_and_coverage(samples: Tensor, real: Tensor) -> tuple[float, float]:
    """Whether samples fall among the real pictures (density), and near how many of them (coverage).

    Each real picture's neighbourhood reaches to its fifth nearest real picture. Density counts the neighbourhoods that
    a sample falls into, over five; coverage is the share of neighbourhoods that any sample falls into
    (Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", ICML 2020).
    """
    fifth = MANIFOLD_NEIGHBOURS + 1  # the nearest of all is the picture itself
    reach = torch.cat(
        [torch.cdist(block, real).topk(fifth, largest=False).values[:, -1] for block in real.split(1_000)]
    )  # (M,)
    inside = torch.zeros(len(real))
    for block in samples.split(1_000):
        inside += (torch.cdist(real, block) < reach[:, None]).sum(1)  # (M,)
    density = inside.sum() / (MANIFOLD_NEIGHBOURS * len(samples))
    return float(density), float((inside > 0).float().mean())
