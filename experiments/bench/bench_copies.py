"""How well embeddings find edited copies of a drawing, and finished works from earlier stages.

    python -m experiments.bench.bench_copies

Recall of fourteen edits at 99 % pair precision on held-out drawings, beside perceptual hashes of 256 bits on the same.
"""

import numpy as np

from experiments.shared.edits import EDITS, STAGES
from experiments.shared.held_out_drawings import distinct_pictures, held_out_drawings
from experiments.shared.perceptual_hash import phash
from experiments.shared.record import record
from pochade import fingerprint

PRECISION = 0.99


def _recalls(likeness: np.ndarray) -> dict[str, object]:
    """Recall of each edit at one threshold for all edits, at which 99 % of the pairs that pass are true.

    Args:
        likeness: Of each edit of each original to each original, (N, E, N); larger is nearer.
    """
    count = len(likeness)
    own_likeness = likeness[np.arange(count), :, np.arange(count)]  # (N, E)
    others = likeness.copy()
    others[np.arange(count), :, np.arange(count)] = -np.inf
    wrong_pairs = np.sort(others[np.isfinite(others)])
    thresholds = np.sort(own_likeness.ravel())[::-1]
    true_pairs = np.arange(1, own_likeness.size + 1)
    false_pairs = len(wrong_pairs) - np.searchsorted(wrong_pairs, thresholds)
    precise = np.flatnonzero(true_pairs / (true_pairs + false_pairs) >= PRECISION)
    threshold = thresholds[precise[-1]] if len(precise) else np.inf
    is_nearest = own_likeness > others.max(2)
    return {
        "threshold": float(threshold),
        "recall": float((own_likeness >= threshold).mean()),
        "recall_of_edit": dict(zip(EDITS, (own_likeness >= threshold).mean(0).tolist(), strict=True)),
        "recall_at_1_of_edit": dict(zip(EDITS, is_nearest.mean(0).tolist(), strict=True)),
    }


def main() -> None:
    """Measure and write `results/copies.json`."""
    originals = distinct_pictures(held_out_drawings())
    edits = [[edit(picture) for edit in EDITS.values()] for picture in originals]
    embeddings = fingerprint(originals).embeddings
    edit_embeddings = np.stack([fingerprint(pictures).embeddings for pictures in edits])  # (N, E, 64)
    hashes = np.stack([phash(picture) for picture in originals])
    edit_hashes = np.stack([[phash(picture) for picture in pictures] for pictures in edits])
    numbers, stages = np.arange(len(originals)), {}
    for name, stage in STAGES.items():
        nearest = np.argmax(fingerprint([stage(picture) for picture in originals]).embeddings @ embeddings.T, 1)
        stages[name] = float((nearest == numbers).mean())
    figures = {
        "n": len(originals),
        "look": _recalls(edit_embeddings @ embeddings.T),
        "phash-256": _recalls(edit_hashes @ hashes.T),
        "stages_recall_at_1": stages,
    }
    print(figures)
    record("copies", figures)


if __name__ == "__main__":
    main()
