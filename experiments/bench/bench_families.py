"""How well `families` finds the edits and stages of works, and tells which they are.

    python -m experiments.bench.bench_families

The folder has 500 held-out works, each with one to six copies, edits or stages, among 3,000 other drawings. Measured as
precision, recall and F1 of pairs, and as the share of members whose kind is right.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from experiments.shared.edits import EDITS, STAGES
from experiments.shared.held_out_drawings import without_repetitive_folders
from experiments.shared.openclipart import NEAR_BITS, Drawing, load_drawings
from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import distinct_rows, hash_distances
from experiments.shared.record import record
from experiments.shared.white_paper import on_white
from pochade import Collection

WORKS, DISTRACTORS, MAX_VERSIONS = 500, 3_000, 6
ALL_STAGES = STAGES | {
    "flat": lambda picture: ImageOps.posterize(picture.filter(ImageFilter.MedianFilter(5)), 2),
}


def _choose_distinct(drawings: list[Drawing], count: int, others: list[Drawing]) -> list[Drawing]:
    """Choose drawings that are near neither each other nor the other drawings."""
    candidates = without_repetitive_folders(drawings)
    near = hash_distances(np.stack([drawing.grey for drawing in [*others, *candidates]])) < NEAR_BITS
    return [candidates[row - len(others)] for row in distinct_rows(near, count, given=len(others))]


def _save(picture: Image.Image, folder: Path, name: str) -> str:
    """Write a picture into a folder, and return its name."""
    picture.save(folder / name)
    return name


def _make_folder(folder: Path, works: list[Drawing], others: list[Drawing]) -> dict[str, tuple[int, str]]:
    """Make a folder of works, each with copies, edits or stages, and of other drawings. Names give nothing away.

    Returns:
        For each file of a work, the number of the work and the file's relation to it.
    """
    rng, truth = random.Random(0), dict[str, tuple[int, str]]()
    names = [f"{number:06d}.png" for number in range(WORKS * (MAX_VERSIONS + 1) + len(others))]
    rng.shuffle(names)
    for work, drawing in enumerate(works):
        whole = on_white(Image.open(drawing.path))
        truth[_save(whole, folder, names.pop())] = (work, "exact")
        changes = rng.sample([*EDITS, *ALL_STAGES, *ALL_STAGES, "exact"], rng.randint(1, MAX_VERSIONS))
        for name in changes:
            if name == "exact":
                truth[_save(whole, folder, names.pop().replace(".png", ".bmp"))] = (work, "exact")
            else:
                change, relation = (EDITS | ALL_STAGES)[name], "version" if name in ALL_STAGES else "near"
                truth[_save(change(whole), folder, names.pop())] = (work, relation)
    for drawing in others:
        _save(on_white(Image.open(drawing.path)), folder, names.pop())
    return truth


def _measure_families(collection: Collection, truth: dict[str, tuple[int, str]]) -> dict[str, object]:
    """Precision, recall and F1 of pairs, and how often the kind of a member is right."""
    right = wrong = 0
    kinds, wrong_kinds = Counter[str](), Counter[str]()
    for family in collection.families():
        members = [truth.get(member.path.name) for member in family.members]
        for first, second in combinations(members, 2):
            if first is None or second is None or first[0] != second[0]:
                wrong += 1
            else:
                right += 1
        cover = members[0]
        for member, second in zip(family.members[1:], members[1:], strict=True):
            if cover and second and cover[0] == second[0]:
                kind = max((cover[1], second[1]), key=("exact", "near", "version").index)
                kinds[kind] += 1
                wrong_kinds[kind] += kind != member.kind
    sizes = Counter(work for work, _ in truth.values()).values()
    precision, recall = right / (right + wrong), right / sum(size * (size - 1) // 2 for size in sizes)
    return {
        "pairs": right + wrong,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "kind_right": 1 - wrong_kinds.total() / kinds.total(),
        "kinds": dict(kinds),
        "kinds_wrong": dict(wrong_kinds),
    }


def main() -> None:
    """Measure and write `results/families.json`."""
    drawings = load_drawings(DRAWINGS)
    works = _choose_distinct([drawing for drawing in drawings if drawing.held_out], WORKS, [])
    others = _choose_distinct([drawing for drawing in drawings if not drawing.held_out], DISTRACTORS, works)
    with tempfile.TemporaryDirectory() as folder:
        truth = _make_folder(Path(folder), works, others)
        with Collection.open(folder) as collection:
            collection.learn(minutes=0)
            begin = time.perf_counter()
            figures = _measure_families(collection, truth)
            seconds = time.perf_counter() - begin
            begin = time.perf_counter()
            collection.families()
            again = time.perf_counter() - begin
            files = len(collection.pictures())
    figures |= {"works": len(works), "distractors": len(others), "files": files, "seconds": seconds, "again": again}
    print(figures, file=sys.stderr)
    record("families", figures)


if __name__ == "__main__":
    main()
