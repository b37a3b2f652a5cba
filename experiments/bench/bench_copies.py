"""Bars 1 and 2: edited copies found at 99 % pair precision, and finished pieces found from their stages.

Looks beside perceptual hashes on the same drawings: 256 bits of a cosine transform, as `phash` has them.
"""

import numpy as np

from experiments.shared.edits import EDITS, STAGES
from experiments.shared.held_out_drawings import distinct_pictures, held_out_drawings
from experiments.shared.perceptual_hash import phash
from experiments.shared.record import record
from pochade import fingerprint

PRECISION = 0.99


def recalls(likeness: np.ndarray) -> dict[str, object]:
    """Recall of each edit at one threshold for all, at which 99 % of the pairs that pass are true.

    Args:
        likeness: Of each original's each edit to each original (N, E, N); larger is nearer.
    """
    count = len(likeness)
    own = likeness[np.arange(count), :, np.arange(count)]  # (N, E)
    others = likeness.copy()
    others[np.arange(count), :, np.arange(count)] = -np.inf
    wrong = np.sort(others[np.isfinite(others)])
    thresholds = np.sort(own.ravel())[::-1]
    true = np.arange(1, own.size + 1)
    false = len(wrong) - np.searchsorted(wrong, thresholds)
    good = np.flatnonzero(true / (true + false) >= PRECISION)
    threshold = thresholds[good[-1]] if len(good) else np.inf
    first = own > others.max(2)
    return {
        "threshold": float(threshold),
        "recall": float((own >= threshold).mean()),
        "recall_of_edit": dict(zip(EDITS, (own >= threshold).mean(0).tolist(), strict=True)),
        "recall_at_1_of_edit": dict(zip(EDITS, first.mean(0).tolist(), strict=True)),
    }


def main() -> None:
    """Measure and write `results/copies.json`."""
    originals = distinct_pictures(held_out_drawings())
    edited = [[edit(picture) for edit in EDITS.values()] for picture in originals]
    looks = fingerprint(originals).embeddings
    looks_of_edits = np.stack([fingerprint(each).embeddings for each in edited])  # (N, E, 64)
    hashes = np.stack([phash(picture) for picture in originals])
    hashes_of_edits = np.stack([[phash(view) for view in each] for each in edited])
    stages = {
        name: float(
            (
                np.argmax(fingerprint([stage(p) for p in originals]).embeddings @ looks.T, 1) == np.arange(len(looks))
            ).mean()
        )
        for name, stage in STAGES.items()
    }
    figures = {
        "n": len(originals),
        "look": recalls(looks_of_edits @ looks.T),
        "phash-256": recalls(hashes_of_edits @ hashes.T),
        "stages_recall_at_1": stages,
    }
    print(figures)
    record("copies", figures)


if __name__ == "__main__":
    main()
