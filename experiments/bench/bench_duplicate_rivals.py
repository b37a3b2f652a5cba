"""`families` beside the hashes of other tools, on one folder and on the natural pairs.

    python -m experiments.bench.bench_duplicate_rivals

The folder is that of `bench_families`. Every method says which pairs of files are one work: Pochade by its families,
the others by hashes that differ by no more bits than the tool allows. On the held-out natural pairs that are sure, we
count for each kind how many pairs a tool calls duplicates; what Pochade calls them is in `results/natural_pairs.json`.
The command line of czkawka passes over files below 16 KB; here it sees them.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from PIL import Image

from experiments.bench.duplicate_hashes import DUPLICATE_HASHES, DuplicateHash, close_pairs
from experiments.shared.families_folder import FamiliesFolder, choose_works_and_others, make_families_folder
from experiments.shared.pair_figures import PairNames, pair_figures
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from experiments.shared.white_paper import on_white
from experiments.truth.natural_pairs import load_natural_pairs, load_related_drawings
from pochade import Collection

NATURAL_SIDE = 512  # pixels; flattened on white, as people see them


def _pairs_of_families(folder: Path) -> Iterator[PairNames]:
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        for family in collection.families():
            yield from combinations([member.path.name for member in family.members], 2)


def _pairs_of_hash(paths: list[Path], rival: DuplicateHash) -> Iterator[PairNames]:
    hashes = []
    for path in paths:
        with Image.open(path) as picture:
            hashes.append(rival.compute(picture.convert("RGB")))
    for first, second in close_pairs(hashes, rival.max_distance):
        yield paths[first].name, paths[second].name


def _measure_folder(folder: Path, truth: FamiliesFolder) -> dict[str, Any]:
    """The figures of every method."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    figures = {}
    for name, rival in DUPLICATE_HASHES.items():
        figures[name] = pair_figures(_pairs_of_hash(paths, rival), truth)
    figures["Pochade"] = pair_figures(_pairs_of_families(folder), truth)
    for measured in figures.values():  # hundreds, for some hashes
        measured["wrong_drawings"] = measured["wrong_drawings"][:20]
    return figures


def _measure_natural_pairs() -> dict[str, Any]:
    """For every hash and kind: how many pairs are called duplicates, of how many."""
    pairs = [pair for pair in load_natural_pairs() if pair.half == "held_out" and pair.sure]
    drawings = sorted({path for pair in pairs for path in pair.paths})
    hashes: dict[str, list[Any]] = {name: [] for name in DUPLICATE_HASHES}
    for drawing in drawings:
        with Image.open(DRAWINGS / drawing) as picture:
            flat = on_white(picture, NATURAL_SIDE)
        for name, rival in DUPLICATE_HASHES.items():
            hashes[name].append(rival.compute(flat))
    counts = Counter(pair.kind for pair in pairs)
    figures: dict[str, Any] = {}
    for name, rival in DUPLICATE_HASHES.items():
        close = {frozenset(drawings[row] for row in rows) for rows in close_pairs(hashes[name], rival.max_distance)}
        alike = Counter(pair.kind for pair in pairs if frozenset(pair.paths) in close)
        figures[name] = {kind: {"called_duplicates": alike[kind], "n": count} for kind, count in counts.items()}
    return figures


def main() -> None:
    """Measure and write `results/duplicate_rivals.json`."""
    figures: dict[str, Any] = {"natural": _measure_natural_pairs()}
    works, others = choose_works_and_others()
    with tempfile.TemporaryDirectory() as folder:
        truth = make_families_folder(Path(folder), works, others, load_related_drawings())
        figures["folder"] = _measure_folder(Path(folder), truth)
    print(json.dumps(figures, indent=1))
    record("duplicate_rivals", figures)


if __name__ == "__main__":
    main()
