"""A folder of held-out works, each with copies, edits or stages, among other drawings; and what is true of its files.

The names of the files give nothing away.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from experiments.shared.edits import EDITS, STAGES
from experiments.shared.held_out_drawings import without_repetitive_folders
from experiments.shared.openclipart import NEAR_BITS, Drawing, load_drawings
from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import distinct_rows, hash_distances
from experiments.shared.resaves import RESAVES
from experiments.shared.white_paper import on_white

WORKS, DISTRACTORS, MAX_COPIES = 500, 3_000, 6
INVISIBLE = 8  # levels of 255: an edit that changes no pixel by more, such as grey of a grey drawing, is a resave
ALL_STAGES = STAGES | {
    "flat": lambda picture: ImageOps.posterize(picture.filter(ImageFilter.MedianFilter(5)), 2),
}
OTHER_EDITS = {name: edit for name, edit in EDITS.items() if name not in RESAVES}
COPIES = [*OTHER_EDITS, *RESAVES, *ALL_STAGES, *ALL_STAGES, "exact"]  # a stage is chosen twice as often

CopyKind = Literal["exact", "resave", "edit", "version"]
COPY_KINDS: tuple[CopyKind, ...] = ("exact", "resave", "edit", "version")


class CopyOfWork(NamedTuple):
    """A file of a work."""

    work: int  # its number
    change: str  # what was done to the drawing
    kind: CopyKind  # how the file is related to the drawing
    digest: str  # of its pixels


class FamiliesFolder(NamedTuple):
    """What is true of the files of a folder, by their names."""

    copies: dict[str, CopyOfWork]
    drawings: dict[str, str]  # the drawing that each file was made from, as a path in the folder of all drawings
    related_drawings: frozenset[frozenset[str]]  # drawings that are natural copies or versions of each other

    def pairs_of_works(self) -> Iterator[tuple[str, str]]:
        """Every pair of files of one work."""
        works: dict[int, list[str]] = {}
        for name, copy in self.copies.items():
            works.setdefault(copy.work, []).append(name)
        for names in works.values():
            yield from combinations(names, 2)

    def kind(self, first: str, second: str) -> CopyKind | None:
        """How two files are related; None if they are not of one work."""
        copies = [self.copies.get(name) for name in (first, second)]
        if copies[0] is None or copies[1] is None or copies[0].work != copies[1].work:
            return None
        if copies[0].digest == copies[1].digest:
            return "exact"
        return max((copy.kind for copy in copies if copy), key=COPY_KINDS.index)

    def are_related_drawings(self, first: str, second: str) -> bool:
        """Whether two files show drawings that are copies or versions of each other without our doing."""
        return frozenset((self.drawings[first], self.drawings[second])) in self.related_drawings


def choose_works_and_others() -> tuple[list[Drawing], list[Drawing]]:
    """Choose held-out drawings as works, and other drawings that are near neither them nor each other."""
    drawings = load_drawings(DRAWINGS)
    works = _choose_distinct([drawing for drawing in drawings if drawing.held_out], WORKS, [])
    others = _choose_distinct([drawing for drawing in drawings if not drawing.held_out], DISTRACTORS, works)
    return works, others


def _choose_distinct(drawings: list[Drawing], count: int, others: list[Drawing]) -> list[Drawing]:
    """Choose drawings that are near neither each other nor the other drawings."""
    candidates = without_repetitive_folders(drawings)
    near = hash_distances(np.stack([drawing.grey for drawing in [*others, *candidates]])) < NEAR_BITS
    return [candidates[row - len(others)] for row in distinct_rows(near, count, given=len(others))]


def make_families_folder(
    folder: Path, works: Sequence[Drawing], others: Sequence[Drawing], related: Iterable[frozenset[str]]
) -> FamiliesFolder:
    """Fill a folder with works, one to six copies of each, and other drawings.

    Args:
        folder: An empty folder.
        works: The drawings that get copies.
        others: The drawings that stay alone.
        related: Drawings that are natural copies or versions of each other, as paths in the folder of all drawings.
    """
    rng = random.Random(0)
    stems = [f"{number:06d}" for number in range(len(works) * (MAX_COPIES + 1) + len(others))]
    rng.shuffle(stems)
    copies, origins = dict[str, CopyOfWork](), dict[str, str]()
    for work, drawing in enumerate(works):
        for change in ("original", *_choose_changes(rng)):
            path, kind = _write_copy(drawing, change, folder / stems.pop())
            copies[path.name] = CopyOfWork(work, change, kind, _digest(path))
            origins[path.name] = _relative(drawing)
    for drawing in others:
        path, _ = _write_copy(drawing, "original", folder / stems.pop())
        origins[path.name] = _relative(drawing)
    return FamiliesFolder(copies, origins, frozenset(related))


def make_search_folder(folder: Path, works: Sequence[Drawing], others: Sequence[Drawing]) -> dict[str, str]:
    """Fill a folder with drawings alone, and return the drawing of each file, by its name."""
    origins = {}
    for number, drawing in enumerate([*works, *others]):
        path, _ = _write_copy(drawing, "original", folder / f"{number:06d}")
        origins[path.name] = _relative(drawing)
    return origins


def _choose_changes(rng: random.Random) -> list[str]:
    """Choose one to six different changes."""
    shuffled = rng.sample(COPIES, len(COPIES))
    return list(dict.fromkeys(shuffled))[: rng.randint(1, MAX_COPIES)]


def _write_copy(drawing: Drawing, change: str, stem: Path) -> tuple[Path, CopyKind]:
    """Write a copy of a drawing; say where it is, and how it is related to the drawing."""
    with Image.open(drawing.path) as picture:
        if change in RESAVES:
            path = stem.with_suffix(RESAVES[change].suffix)
            RESAVES[change].write(picture, path)
            return path, "resave"
        whole = on_white(picture)
    path = stem.with_suffix(".bmp" if change == "exact" else ".png")
    if change in ("original", "exact"):
        whole.save(path)
        return path, "exact"
    changed = (OTHER_EDITS | ALL_STAGES)[change](whole)
    changed.save(path)
    if _is_invisible(whole, changed):
        return path, "resave"
    return path, "version" if change in ALL_STAGES else "edit"


def _is_invisible(whole: Image.Image, changed: Image.Image) -> bool:
    if whole.size != changed.size:
        return False
    difference = np.asarray(whole, np.int16) - np.asarray(changed, np.int16)
    return bool(np.abs(difference).max() <= INVISIBLE)


def _digest(path: Path) -> str:
    with Image.open(path) as picture:
        pixels = picture.convert("RGB")
    return hashlib.sha256(f"{pixels.size}".encode() + pixels.tobytes()).hexdigest()


def _relative(drawing: Drawing) -> str:
    return str(Path(drawing.path).relative_to(DRAWINGS))
