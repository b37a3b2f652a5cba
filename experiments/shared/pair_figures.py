"""Precision and recall of the pairs of files that a method calls one work."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from experiments.shared.families_folder import COPY_KINDS, FamiliesFolder

PairNames = tuple[str, str]  # of two files


def pair_figures(pairs: Iterable[PairNames], folder: FamiliesFolder) -> dict[str, Any]:
    """Measure pairs of file names. Natural copies of each other count as neither right nor wrong.

    Args:
        pairs: The pairs that a method calls one work, each once.
        folder: What is true of the files.

    Returns:
        Precision, recall and F1, the recall of each kind, and the drawings of the wrong pairs.
    """
    right, wrong = Counter[str](), list[PairNames]()
    for pair in pairs:
        if kind := folder.kind(*pair):
            right[kind] += 1
        elif not folder.are_related_drawings(*pair):
            wrong.append(pair)
    all_pairs = Counter(folder.kind(*pair) for pair in folder.pairs_of_works())
    precision = right.total() / max(1, right.total() + len(wrong))
    recall = right.total() / max(1, all_pairs.total())
    return {
        "pairs": right.total() + len(wrong),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "recall_of_kind": {kind: right[kind] / all_pairs[kind] for kind in COPY_KINDS if all_pairs[kind]},
        "pairs_of_kind": {kind: all_pairs[kind] for kind in COPY_KINDS},
        "wrong_drawings": sorted({drawing_names(folder, pair) for pair in wrong}),
    }


def drawing_names(folder: FamiliesFolder, pair: PairNames) -> str:
    """The drawings of two files and what was done to each, for a person who wants to look at them."""
    names = (
        f"{folder.drawings[name]} ({folder.copies[name].change})" if name in folder.copies else folder.drawings[name]
        for name in pair
    )
    return " and ".join(sorted(names))
