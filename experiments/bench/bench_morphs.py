"""Ways between pictures of clothes: do their middles lie where real pictures lie, and are their steps even?

    python -m experiments.bench.bench_morphs

The study's VAE with the fast recipe and 16 or 64 numbers in its latent, `pochade.analysis.prior.LatentPrior` fitted to the codes of
the training pictures, and 200 pairs of test pictures, beside straight lines between the same codes. A middle's
percentile is the share of held-out codes that are less dense. A step's size is the distance of the frozen classifier's
features of one frame and the next; a way's evenness, its largest step over its mean step.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.shared.record import record, summary
from pochade.analysis.prior import LatentPrior, as_latents
from pochade.models.classifier import Classifier, classification_loss
from pochade.models.vae import VAE, calibrated_loss
from pochade.study.fashion_mnist import ImageSet, fashion_mnist
from pochade.study.findings import features, flat_codes
from pochade.study.run_study import RULER_SEED
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import decode_latents
from pochade.training.loop import train
from pochade.training.recipe import FAST_RECIPE, REFERENCE_CLASSIFIER

PAIRS, FRAMES, SEED = 200, 31, 0
LATENTS = (16, 64)
Floats = NDArray[np.floating[Any]]


def main() -> None:
    """Measure both, and write results/morphs.json."""
    data = fashion_mnist()
    ruler = StudySettings().ruler(data)
    train(ruler, classification_loss, (data.train.images, data.train.labels), REFERENCE_CLASSIFIER, seed=RULER_SEED)
    figures = {f"{latent} numbers": measured(data, ruler.cpu().eval(), latent) for latent in LATENTS}
    record("morphs", {"pairs": PAIRS, "frames": FRAMES} | figures)


def measured(data: ImageSet, ruler: Classifier, latent: int) -> dict[str, Any]:
    """The ways of one VAE."""
    net = StudySettings(latent_dim=latent).vae(data)
    train(net, calibrated_loss, (data.train.images,), FAST_RECIPE)
    net = net.cpu().eval()
    prior = LatentPrior.fit(flat_codes(net, data.train.images), SEED)
    codes = flat_codes(net, data.test.images)
    pairs = codes[np.random.default_rng(SEED).choice(len(codes), (PAIRS, 2), replace=False)]  # (P, 2, D)
    shares = np.linspace(0, 1, FRAMES)[:, None]
    straight = [start + shares * (end - start) for start, end in pairs]
    ways = {"prior": [prior.path(pair, FRAMES) for pair in pairs], "straight line": straight}
    figures = {name: judged(net, ruler, prior, some) for name, some in ways.items()}
    print(latent, prior.name, {name: {key: one["mean"] for key, one in each.items()} for name, each in figures.items()})
    return {"prior": prior.name, "ways": figures}


def judged(net: VAE, ruler: Classifier, prior: LatentPrior, ways: list[Floats]) -> dict[str, Any]:
    """Percentiles of the middles, and how even steps are."""
    middles = np.stack([way[FRAMES // 2] for way in ways])
    return {
        "middle_percentile": summary([float(one) for one in prior.percentile(middles)]),
        "largest_step_over_mean": summary([evenness(net, ruler, way) for way in ways]),
    }


def evenness(net: VAE, ruler: Classifier, way: Floats) -> float:
    """Of a way (F, D)."""
    seen = features(ruler, decode_latents(net, as_latents(way, net.latent_shape))).numpy()
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    return float(steps.max() / steps.mean())


if __name__ == "__main__":
    main()
