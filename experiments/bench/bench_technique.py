"""How often the technique of a picture is named as a person would name it.

    python -m experiments.bench.bench_technique

Measured on the held-out half of the pictures judged by eye (`experiments/truth/techniques.json`), which
`experiments.train.technique_weights` does not see: they are learnt as a collection, and their stored techniques read.
"""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from experiments.shared.record import record
from experiments.truth.judged_techniques import JudgedTechnique, load_judged_techniques, write_judged_pictures
from pochade import Collection
from pochade.images.features.technique import TECHNIQUES
from pochade.index.text_store import techniques_by_row


def name_techniques(judged: list[JudgedTechnique]) -> list[str]:
    """Learn pictures as a collection, and return the technique of each."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_judged_pictures(judged, Path(folder))
        with Collection.open(Path(folder)) as collection:
            collection.learn(minutes=0)
            stored = techniques_by_row(collection.index)
            by_path = {picture.path: stored[picture.row].technique for picture in collection.pictures()}
    return [by_path[path] for path in paths]


def main() -> None:
    """Measure and write `results/technique.json`."""
    judged = [picture for picture in load_judged_techniques() if picture.half == "held_out"]
    named = name_techniques(judged)
    right = [picture.technique == name for picture, name in zip(judged, named, strict=True)]
    confusion = Counter((picture.technique, name) for picture, name in zip(judged, named, strict=True))
    record("technique", {
        "n": len(judged),
        "accuracy": float(np.mean(right)),
        "recall": {
            technique: confusion[technique, technique] / sum(picture.technique == technique for picture in judged)
            for technique in TECHNIQUES
        },
        "confusion": [{"judged": truth, "named": name, "n": n} for (truth, name), n in sorted(confusion.items())],
    })  # fmt: skip


if __name__ == "__main__":
    main()
