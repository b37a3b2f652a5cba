"""How well `families` finds the copies, edits and stages of works, and tells which they are.

    python -m experiments.bench.bench_families

The folder has 500 held-out works, each with one to six exact copies, resaves, edits or stages, among 3,000 other
drawings. Measured as precision, recall and F1 of pairs, as the share of members whose kind is right, and as the number
of files that are preselected for removal although they are neither exact copies nor resaves. Then the drawings of
openclipart that exist in black and white, too, are put among 1,000 others: how many pairs are one work?
"""

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from experiments.shared.families_folder import FamiliesFolder, choose_works_and_others, make_families_folder
from experiments.shared.openclipart import Drawing, file_digest
from experiments.shared.pair_figures import drawing_names, pair_figures
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from experiments.truth.natural_pairs import load_natural_pairs, load_related_drawings
from pochade import Collection
from pochade.organise.family_model import Family

BLACK_AND_WHITE = "_bw"  # at the end of a drawing's name
OTHERS_OF_BLACK_AND_WHITE = 1_000
REMOVABLE = ("exact", "resave")


def measure_kinds(families: Sequence[Family], folder: FamiliesFolder) -> dict[str, Any]:
    """How often the kind of a member is right, and which files should not have been preselected."""
    kinds, wrong_kinds = Counter[str](), Counter[str]()
    preselected, wrong_files = 0, list[str]()
    for family in families:
        for member in family.members[1:]:
            pair = family.cover.name, member.path.name
            kind = folder.kind(*pair)
            if kind:
                kinds[kind] += 1
                wrong_kinds[f"{kind} as {member.kind}"] += kind != member.kind
            if member.preselected:
                preselected += 1
                if kind not in REMOVABLE:
                    wrong_files.append(drawing_names(folder, pair))
    return {
        "kind_right": 1 - wrong_kinds.total() / max(1, kinds.total()),
        "kinds": dict(kinds),
        "kinds_wrong": {name: count for name, count in sorted(wrong_kinds.items()) if count},
        "preselected": preselected,
        "preselected_wrong": len(wrong_files),
        "preselected_wrong_files": sorted(wrong_files),
    }


def _measure_families(folder: Path, truth: FamiliesFolder) -> dict[str, Any]:
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        begin = time.perf_counter()
        families = collection.families()
        seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        collection.families()
        again = time.perf_counter() - begin
        files = len(collection.pictures())
    pairs = [pair for family in families for pair in combinations([member.path.name for member in family.members], 2)]
    timing = {"files": files, "seconds": seconds, "again": again}
    return pair_figures(pairs, truth) | measure_kinds(families, truth) | timing


def _black_and_white_pairs() -> list[tuple[Path, Path]]:
    """The drawings that exist in black and white, too, each once. Pairs that the truth calls different are left out."""
    different = {frozenset(pair.paths) for pair in load_natural_pairs() if pair.kind == "different"}
    pairs = dict[str, tuple[Path, Path]]()  # by the content of the one in black and white
    for path in sorted(DRAWINGS.rglob(f"*{BLACK_AND_WHITE}.png")):
        coloured = path.with_stem(path.stem.removesuffix(BLACK_AND_WHITE))
        names = frozenset(str(file.relative_to(DRAWINGS)) for file in (path, coloured))
        if coloured.exists() and names not in different:
            pairs.setdefault(file_digest(path), (coloured, path))
    return list(pairs.values())


def _measure_black_and_white(folder: Path, others: Sequence[Drawing]) -> dict[str, Any]:
    """The share of the drawings in black and white that are in a family with the coloured drawing."""
    pairs = _black_and_white_pairs()
    for number, pair in enumerate(pairs):
        for stem, path in zip("ab", pair, strict=True):
            shutil.copyfile(path, folder / f"{number:03d}{stem}.png")
    for number, drawing in enumerate(others[:OTHERS_OF_BLACK_AND_WHITE]):
        shutil.copyfile(drawing.path, folder / f"other{number:04d}.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        families = [{member.path.stem for member in family.members} for family in collection.families()]
    missed = [
        str(path.relative_to(DRAWINGS))
        for number, (_, path) in enumerate(pairs)
        if not any({f"{number:03d}a", f"{number:03d}b"} <= stems for stems in families)
    ]
    return {"n": len(pairs), "recall": 1 - len(missed) / len(pairs), "missed": missed}


def main() -> None:
    """Measure and write `results/families.json`."""
    works, others = choose_works_and_others()
    with tempfile.TemporaryDirectory() as folder:
        truth = make_families_folder(Path(folder), works, others, load_related_drawings())
        figures = _measure_families(Path(folder), truth) | {"works": len(works), "distractors": len(others)}
    record("families", figures)  # so far
    with tempfile.TemporaryDirectory() as folder:
        figures["black_and_white"] = _measure_black_and_white(Path(folder), others)
    print(json.dumps(figures, indent=1))
    record("families", figures)


if __name__ == "__main__":
    main()
