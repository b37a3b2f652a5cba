"""The weights of the technique model: a logistic regression on the pictures judged by eye that are not held out.

    python -m experiments.train.technique_weights

Every input is brought to mean 0 and spread 1, and each kind of input then gets the same weight, however many numbers it
has. Both become part of the weights. The strength of the regularisation is chosen by cross-validation.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold

from experiments.shared.record import record
from experiments.train.onnx_export import export_onnx
from experiments.train.technique_model import TechniqueModel
from experiments.truth.judged_techniques import JudgedTechnique, load_judged_techniques, write_judged_pictures
from pochade.embedding.technique_classifier import measure_pictures
from pochade.embedding.theme_embedder import theme_embedder
from pochade.images.base.picture import Array
from pochade.images.features.technique import TECHNIQUES
from pochade.images.io.read import read_preview
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.models import weights

STRENGTHS = np.logspace(-1, 1, 5)  # inverse strengths of the regularisation that are compared
FOLDS = 5
MIN_SPREAD = 1e-6  # of an input; one that never changes says nothing


class Scale(NamedTuple):
    """The linear map by which inputs are made comparable: (inputs - mean) * factor."""

    mean: NDArray[np.float64]  # (D,)
    factor: NDArray[np.float64]  # (D,)


def read_pictures(judged: list[JudgedTechnique]) -> list[Array]:
    """The pictures as `learn` sees them: pixels (h, w, 3) of at most 256 pixels on the longer side, on white."""
    with tempfile.TemporaryDirectory() as folder:
        return [read_preview(path, THUMBNAIL_PIXELS).pixels for path in write_judged_pictures(judged, Path(folder))]


def fit_scale(blocks: list[NDArray[np.float32]]) -> Scale:
    """The scale of the kinds of inputs (n, d), one after another."""
    means = [block.mean(0, dtype=np.float64) for block in blocks]
    factors = [1 / (np.maximum(block.std(0, dtype=np.float64), MIN_SPREAD) * block.shape[1] ** 0.5) for block in blocks]
    return Scale(np.concatenate(means), np.concatenate(factors))


def fit_model(blocks: list[NDArray[np.float32]], techniques: list[str]) -> tuple[TechniqueModel, float]:
    """The model, and the share of right answers in cross-validation at the strength that was chosen."""
    scale = fit_scale(blocks)
    inputs = (np.concatenate(blocks, 1) - scale.mean) * scale.factor
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    fitted = LogisticRegressionCV(
        Cs=STRENGTHS, l1_ratios=(0.0,), cv=folds, max_iter=5_000, class_weight="balanced", scoring="accuracy",
        use_legacy_attributes=False,
    ).fit(inputs, techniques)  # fmt: skip
    assert tuple(fitted.classes_) == TECHNIQUES
    model, matrix = TechniqueModel(), fitted.coef_ * scale.factor
    with torch.no_grad():
        model.linear.weight.copy_(torch.from_numpy(matrix))
        model.linear.bias.copy_(torch.from_numpy(fitted.intercept_ - matrix @ scale.mean))
    return model, float(fitted.scores_.mean(0).max())


def main() -> None:
    """Write the weights into the package, and the figures to `results/technique_weights.json`."""
    torch.set_num_threads(1)
    judged = [picture for picture in load_judged_techniques() if picture.half == "train"]
    pictures = read_pictures(judged)
    features = theme_embedder().embed(pictures)
    blocks = [features.embeddings, features.statistics, measure_pictures(pictures)]
    model, accuracy = fit_model(blocks, [picture.technique for picture in judged])
    export_onnx(
        model, tuple(torch.from_numpy(block[:2]) for block in blocks), weights.FOLDER / weights.TECHNIQUE_FILE,
        ("embeddings", "statistics", "measures"), ("probabilities",), any_batch=True,
    )  # fmt: skip
    record("technique_weights", {"n": len(judged), "cross_validated_accuracy": accuracy})


if __name__ == "__main__":
    main()
