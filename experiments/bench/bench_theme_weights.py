"""How much themes should count in groups and in labels: chosen on half of openclipart's folders, reported on the other.

    python -m experiments.bench.bench_theme_weights

Of each topmost folder at most 160 drawings are used, so that the large ones don't decide alone. Groups are measured by
the adjusted mutual information with the folders at the best depth, labels by the mean average precision of the ranking
from ten examples of a folder.
"""

import random
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from pochade import Collection
from pochade.analysis.active_learning import score_unlabelled
from pochade.analysis.arrays import Integers
from pochade.analysis.pca import PrincipalComponents
from pochade.analysis.spectral_hierarchy import spectral_hierarchy
from pochade.organise.point_features import OUTLINE_COMPONENTS, STYLE_WEIGHT, PointFeatures, compute_features
from pochade.system.progress import ignore_progress

WEIGHTS = (0.0, 0.5, 0.7, 1.0, 1.4, 2.0)  # of the theme
MAX_DRAWINGS, MIN_DRAWINGS = 160, 40  # of a folder
EXAMPLES, SEEDS = 10, 3


class Half(NamedTuple):
    """The drawings of half of the folders."""

    features: PointFeatures
    folders: Integers  # (N,), the folder of each drawing


def split_folders(features: PointFeatures, folders: list[str]) -> tuple[Half, Half]:
    """Give each second folder to one half, and draw at most 160 of its drawings."""
    rng, halves = random.Random(0), (list[int](), list[int]())
    names = [name for name in sorted(set(folders)) if name != "unsorted" and folders.count(name) >= MIN_DRAWINGS]
    for number, name in enumerate(names):
        rows = [row for row, folder in enumerate(folders) if folder == name]
        halves[number % 2].extend(rng.sample(rows, min(MAX_DRAWINGS, len(rows))))
    numbers = np.unique(folders, return_inverse=True)[1]
    first, second = (
        Half(PointFeatures(*(getattr(features, name)[rows] for name in PointFeatures.__annotations__)), numbers[rows])
        for rows in halves
    )
    return first, second


def agreement(half: Half, weight: float) -> float:
    """The adjusted mutual information of groups and folders at the best depth."""
    outlines = PrincipalComponents.fit(half.features.outlines, OUTLINE_COMPONENTS).unit_components(
        half.features.outlines
    )
    points = np.concatenate([outlines, STYLE_WEIGHT * half.features.style, weight * half.features.themes], 1)
    return max(float(adjusted_mutual_info_score(half.folders, level)) for level in spectral_hierarchy(points))


def precision(half: Half, weight: float) -> float:
    """The mean average precision of the ranking from ten examples of each folder."""
    points = np.concatenate([half.features.embeddings, half.features.style, weight * half.features.themes], 1)
    precisions = []
    for folder in np.unique(half.folders):
        truth = half.folders == folder
        for seed in range(SEEDS):
            examples = random.Random(seed).sample(np.flatnonzero(truth).tolist(), EXAMPLES)
            right = truth[score_unlabelled(points, examples, []).rows]
            precisions.append((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())
    return float(np.mean(precisions))


def measure(features: PointFeatures, folders: list[str]) -> dict[str, object]:
    """The figures of all weights on both halves, and the weights chosen on the first."""
    chosen_on, reported_on = split_folders(features, folders)
    figures: dict[str, object] = {"n": [len(chosen_on.folders), len(reported_on.folders)]}
    for name, score in (("ami", agreement), ("precision", precision)):
        first, second = ({str(weight): score(half, weight) for weight in WEIGHTS} for half in (chosen_on, reported_on))
        best = max(first, key=lambda weight: first[weight])
        figures[name] = {"chosen_on": first, "reported_on": second, "weight": float(best), "reported": second[best]}
    return figures


def main() -> None:
    """Measure and write `results/theme_weights_choice.json`."""
    with tempfile.TemporaryDirectory() as index, Collection.open(DRAWINGS, index=index) as collection:
        collection.learn(minutes=0)
        features = compute_features(collection.models, collection.index.contents(), ignore_progress)
        folder_of = {
            picture.row: picture.path.relative_to(Path(DRAWINGS)).parts[0] for picture in collection.pictures()
        }
        figures = measure(features, [folder_of[row] for row in range(len(folder_of))])
    record("theme_weights_choice", figures)


if __name__ == "__main__":
    main()
