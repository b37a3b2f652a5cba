"""Families: copies and stages of drawings among others, told apart and said to be what they are."""

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
from experiments.shared.held_out_drawings import PATTERNS_FOLDER
from experiments.shared.openclipart import NEAR_BITS, STARS_FOLDER, Drawing, load_drawings
from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import hash_distances
from experiments.shared.record import record
from experiments.shared.white_paper import on_white
from pochade import Collection

WORKS, DISTRACTORS, MOST = 500, 3_000, 6
ALL_STAGES = STAGES | {
    "flat": lambda picture: ImageOps.posterize(picture.filter(ImageFilter.MedianFilter(5)), 2),
}


def distinct(known: list[Drawing], count: int, beside: list[Drawing]) -> list[Drawing]:
    """Up to so many drawings that look like none of the others, nor like those beside."""
    known = [drawn for drawn in known if STARS_FOLDER not in drawn.path and PATTERNS_FOLDER not in drawn.path]
    same = hash_distances(np.stack([drawn.squares.whole.pixels.mean(2) for drawn in [*beside, *known]])) < NEAR_BITS
    chosen = list(range(len(beside)))
    for number in range(len(beside), len(same)):
        if len(chosen) - len(beside) < count and not same[number, chosen].any():
            chosen.append(number)
    return [known[number - len(beside)] for number in chosen[len(beside) :]]


def saved(picture: Image.Image, folder: Path, name: str) -> str:
    """Write a picture under a name that tells nothing, and give it."""
    picture.save(folder / name)
    return name


def built(folder: Path, works: list[Drawing], others: list[Drawing]) -> dict[str, tuple[int, str]]:
    """A folder of works, each with one to six copies or stages, and of other drawings; what each file is."""
    chance, told = random.Random(0), dict[str, tuple[int, str]]()
    names = [f"{number:06d}.png" for number in range(WORKS * (MOST + 1) + len(others))]
    chance.shuffle(names)
    for work, drawn in enumerate(works):
        whole = on_white(Image.open(drawn.path))
        told[saved(whole, folder, names.pop())] = (work, "exact")
        kinds = chance.sample([*EDITS, *ALL_STAGES, *ALL_STAGES, "exact"], chance.randint(1, MOST))
        for kind in kinds:
            if kind == "exact":
                told[saved(whole, folder, names.pop().replace(".png", ".bmp"))] = (work, "exact")
            else:
                change = (EDITS | ALL_STAGES)[kind]
                told[saved(change(whole), folder, names.pop())] = (work, "version" if kind in ALL_STAGES else "near")
    for drawn in others:
        saved(on_white(Image.open(drawn.path)), folder, names.pop())
    return told


def judged(collection: Collection, told: dict[str, tuple[int, str]]) -> dict[str, object]:
    """Precision, recall and F1 of pairs, and how often the kind is right."""
    right = wrong = 0
    kinds, wrong_kinds = Counter[str](), Counter[str]()
    for family in collection.families():
        for one, other in combinations(family.members, 2):
            first, second = told.get(one.path.name), told.get(other.path.name)
            if first is None or second is None or first[0] != second[0]:
                wrong += 1
            else:
                right += 1
        first = told.get(family.members[0].path.name)
        for member in family.members[1:]:
            second = told.get(member.path.name)
            if first and second and first[0] == second[0]:
                kind = max((first[1], second[1]), key=("exact", "near", "version").index)
                kinds[kind] += 1
                wrong_kinds[kind] += kind != member.kind
    sizes = Counter(work for work, _ in told.values()).values()
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
    known = load_drawings(DRAWINGS)
    works = distinct([drawn for drawn in known if drawn.held_out], WORKS, [])
    others = distinct([drawn for drawn in known if not drawn.held_out], DISTRACTORS, works)
    with tempfile.TemporaryDirectory() as made:
        told = built(Path(made), works, others)
        with Collection.open(made) as collection:
            collection.learn(minutes=0)
            begun = time.perf_counter()
            figures = judged(collection, told)
            seconds = time.perf_counter() - begun
            begun = time.perf_counter()
            collection.families()
            again = time.perf_counter() - begun
            files = len(collection.pieces())
    figures |= {"works": len(works), "distractors": len(others), "files": files, "seconds": seconds, "again": again}
    print(figures, file=sys.stderr)
    record("families", figures)


if __name__ == "__main__":
    main()
