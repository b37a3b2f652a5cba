"""Whether paths between pictures of clothes stay where real pictures are, and whether their steps are even.

    python -m experiments.bench.bench_morphs

The paths are those of `pochade.analysis.prior.LatentPrior`, beside straight lines between the same latents: 200 pairs
of test pictures, the study's VAE with the fast recipe, 16 or 64 numbers in a latent. The percentile of a path's middle
is the share of held-out latents that are less dense. The size of a step is the distance between the frozen classifier's
features of two frames; evenness is the largest step over the mean step.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.shared.record import record, summary
from pochade.analysis.prior import LatentPrior
from pochade.models.classifier import Classifier, classification_loss
from pochade.models.vae import VAE, calibrated_loss
from pochade.study.fashion_mnist import ImageSet, fashion_mnist
from pochade.study.stages.latent_tensors import as_latents
from pochade.study.stages.study_latents import flat_latents
from pochade.study.study_models import REFERENCE_CLASSIFIER_SEED
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, REFERENCE_CLASSIFIER_RECIPE

PAIRS, FRAMES, SEED = 200, 31, 0
LATENT_DIMS = (16, 64)
Floats = NDArray[np.floating[Any]]


def main() -> None:
    """Measure both sizes of latents and write `results/morphs.json`."""
    data = fashion_mnist()
    classifier = StudySettings().reference_classifier(data)
    train(
        classifier,
        classification_loss,
        (data.train.images, data.train.labels),
        REFERENCE_CLASSIFIER_RECIPE,
        seed=REFERENCE_CLASSIFIER_SEED,
    )
    figures = {
        f"{latent_dim} numbers": _measure_vae(data, classifier.cpu().eval(), latent_dim) for latent_dim in LATENT_DIMS
    }
    record("morphs", {"pairs": PAIRS, "frames": FRAMES} | figures)


def _measure_vae(data: ImageSet, classifier: Classifier, latent_dim: int) -> dict[str, Any]:
    """Train one VAE and measure its paths."""
    vae = StudySettings(latent_dim=latent_dim).vae(data)
    train(vae, calibrated_loss, (data.train.images,), FAST_RECIPE)
    vae = vae.cpu().eval()
    prior = LatentPrior.fit(flat_latents(vae, data.train.images), SEED)
    test_latents = flat_latents(vae, data.test.images)
    pairs = test_latents[np.random.default_rng(SEED).choice(len(test_latents), (PAIRS, 2), replace=False)]  # (P, 2, D)
    shares = np.linspace(0, 1, FRAMES)[:, None]
    straight = [start + shares * (end - start) for start, end in pairs]
    paths = {"prior": [prior.path(pair, FRAMES) for pair in pairs], "straight line": straight}
    figures = {name: _measure_paths(vae, classifier, prior, some_paths) for name, some_paths in paths.items()}
    print(
        latent_dim,
        prior.name,
        {name: {key: measure["mean"] for key, measure in measures.items()} for name, measures in figures.items()},
    )
    return {"prior": prior.name, "ways": figures}


def _measure_paths(vae: VAE, classifier: Classifier, prior: LatentPrior, paths: list[Floats]) -> dict[str, Any]:
    """Percentiles of the middles, and how even the steps are."""
    middles = np.stack([path[FRAMES // 2] for path in paths])
    return {
        "middle_percentile": summary([float(percentile) for percentile in prior.percentile(middles)]),
        "largest_step_over_mean": summary([_largest_step_ratio(vae, classifier, path) for path in paths]),
    }


def _largest_step_ratio(vae: VAE, classifier: Classifier, path: Floats) -> float:
    """The largest step of a path (F, D) over its mean step."""
    features = encode_pictures(classifier, decode_latents(vae, as_latents(path, vae.latent_shape))).numpy()
    steps = np.linalg.norm(np.diff(features, axis=0), axis=1)
    return float(steps.max() / steps.mean())


if __name__ == "__main__":
    main()
