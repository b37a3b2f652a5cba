"""How often the technique of a picture is named as a person would name it.

    python -m experiments.bench.bench_technique

Two ways are measured on the held-out half of the pictures judged by eye (`experiments/truth/techniques.json`). The
rules that Pochade uses know only the measures of a thumbnail. A logistic regression on appearance and theme is fitted
to the other half, its regularisation chosen by cross-validation; it is in no command yet.
"""

import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments.shared.record import record
from experiments.truth.judged_techniques import JudgedTechnique, load_judged_techniques, write_judged_pictures
from pochade import Collection
from pochade.analysis.arrays import Floats
from pochade.images.features.technique import classify_technique, measure_technique
from pochade.index.picture_records import PictureFile
from pochade.organise.point_features import compute_features
from pochade.system.progress import ignore_progress

STRENGTHS = np.logspace(-4, 0, 9)  # inverse strengths of the regularisation that are compared
FOLDS = 5


class JudgedFeatures(NamedTuple):
    """The judged pictures, with what Pochade knows of them."""

    judged: list[JudgedTechnique]
    features: Floats  # (N, 312), appearance and theme
    by_rules: list[str]  # the technique by the rules, which don't know photos


def learn_judged_pictures() -> JudgedFeatures:
    """Learn the judged pictures as a collection, and read their features."""
    judged = load_judged_techniques()
    with tempfile.TemporaryDirectory() as folder:
        paths = write_judged_pictures(judged, Path(folder))
        with Collection.open(Path(folder)) as collection:
            collection.learn(minutes=0)
            features = compute_features(collection.models, collection.index.contents(), ignore_progress)
            by_path = {picture.path: picture for picture in collection.pictures()}
            rows = [by_path[path].row for path in paths]
            by_rules = [_technique_by_rules(collection, by_path[path]) for path in paths]
    return JudgedFeatures(judged, np.concatenate([features.style[rows], features.themes[rows]], 1), by_rules)


def _technique_by_rules(collection: Collection, picture: PictureFile) -> str:
    pixels = collection.models.thumbnail_pixels(picture.hash)
    return "" if pixels is None else classify_technique(measure_technique(pixels, picture.has_alpha))


def main() -> None:
    """Measure and write `results/technique.json`."""
    judged, features, by_rules = learn_judged_pictures()
    training = [number for number, picture in enumerate(judged) if picture.half == "train"]
    regression = make_pipeline(StandardScaler(), LogisticRegressionCV(Cs=STRENGTHS, cv=FOLDS, max_iter=2_000))
    regression.fit(features[training], [judged[number].technique for number in training])
    named = regression.predict(features).tolist()
    held_out = [number for number, picture in enumerate(judged) if picture.half == "held_out"]
    confusion = Counter((judged[number].technique, named[number]) for number in held_out)
    record("technique", {
        "n": len(held_out),
        "accuracy": float(np.mean([judged[number].technique == named[number] for number in held_out])),
        "accuracy_of_rules": float(np.mean([judged[number].technique == by_rules[number] for number in held_out])),
        "confusion": [{"judged": truth, "named": name, "n": n} for (truth, name), n in sorted(confusion.items())],
    })  # fmt: skip


if __name__ == "__main__":
    main()
