"""What `families` says about pairs of drawings that nobody made for a measurement (`experiments/truth/`).

    python -m experiments.bench.bench_natural_pairs

All drawings of a half are copied to one folder, under names that give nothing away. The held-out half counts; models
and thresholds may be fitted on the other one.
"""

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, get_args

from experiments.bench.natural_kinds import (
    FoundKinds,
    PreselectedFile,
    kind_figures,
    preselected_figures,
    preselected_recall,
)
from experiments.shared.openclipart import file_digest
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from experiments.truth.natural_pairs import Half, NaturalPair, load_natural_pairs
from pochade import Collection
from pochade.organise.pair_prover import PairProver


def _copy_drawings(pairs: list[NaturalPair], folder: Path) -> dict[str, Path]:
    """Copy all drawings of some pairs, and return the file of each drawing."""
    drawings = sorted({path for pair in pairs for path in pair.paths})
    random.Random(0).shuffle(drawings)
    files = {drawing: folder / f"{number:06d}.png" for number, drawing in enumerate(drawings)}
    for drawing, file in files.items():
        shutil.copyfile(DRAWINGS / drawing, file)
    return files


def _measure_half(pairs: list[NaturalPair], folder: Path) -> dict[str, Any]:
    """The figures of one half of the pairs."""
    files = _copy_drawings(pairs, folder)
    drawings = {file: drawing for drawing, file in files.items()}
    with Collection.open(folder) as collection:
        unreadable = [drawings[problem.path] for problem in collection.learn(minutes=0).problems]
        related = collection.families_and_series()
        found = FoundKinds(related, PairProver(collection.index, collection.models).relations())
    preselected = [
        PreselectedFile(drawings[family.cover], drawings[member.path])
        for family in related.families
        for member in family.members[1:]
        if member.preselected
    ]
    contents = {drawing: file_digest(file) for drawing, file in files.items()}
    return {
        "drawings": len(files),
        "unreadable": unreadable,
        **preselected_figures(preselected, pairs, contents),
        "preselected_recall": preselected_recall(pairs, files, found.families),
        **kind_figures(pairs, [found.kind(*(files[path] for path in pair.paths)) for pair in pairs]),
    }


def main() -> None:
    """Measure and write `results/natural_pairs.json`."""
    pairs, figures = load_natural_pairs(), dict[str, Any]()
    for half in reversed(get_args(Half)):  # what counts comes first
        with tempfile.TemporaryDirectory() as folder:
            figures[half] = _measure_half([pair for pair in pairs if pair.half == half], Path(folder).resolve())
        print(half, json.dumps(figures[half], indent=1))
        for line in (*figures[half]["preselected_wrong"], *figures[half]["preselected_not_judged"]):
            print("look at:", line, file=sys.stderr)
        record("natural_pairs", figures)


if __name__ == "__main__":
    main()
