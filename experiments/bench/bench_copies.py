"""How well embeddings find edited copies of a picture, and finished works from earlier stages.

    python -m experiments.bench.bench_copies

Recall of fourteen edits at 99 % precision of pairs, beside perceptual hashes of 256 bits, on held-out drawings and
on painted figures that no model was trained on. The `unrelated` figures leave out pairs that `experiments/truth/` calls
doubles, edits, versions or variants of each other. And how evenly the embeddings use their 64 directions.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from experiments.shared.copy_figures import CopyFigures, copy_figures, least_direction
from experiments.shared.edits import EDITS, STAGES
from experiments.shared.held_out_drawings import distinct_drawings, held_out_drawings
from experiments.shared.paths import DRAWINGS, PAINTED_FIGURES
from experiments.shared.perceptual_hash import phash
from experiments.shared.record import record
from experiments.shared.white_paper import on_white
from experiments.truth.natural_pairs import load_natural_pairs, load_painted_variants
from pochade import fingerprint


def _related(paths: list[Path], pairs: Iterable[tuple[Path, Path]]) -> np.ndarray:
    """Which of some pictures are related (N, N), given pairs of related pictures."""
    rows = {path: row for row, path in enumerate(paths)}
    related = np.zeros((len(paths), len(paths)), bool)
    for pair in pairs:
        first, second = (rows.get(path) for path in pair)
        if first is not None and second is not None:
            related[first, second] = related[second, first] = True
    return related


def _in(folder: Path, pair: tuple[str, str]) -> tuple[Path, Path]:
    return folder / pair[0], folder / pair[1]


def _by_edit(figures: CopyFigures) -> dict[str, Any]:
    return {
        "threshold": figures.threshold,
        "recall": figures.recall,
        "recall_of_edit": dict(zip(EDITS, figures.recalls.tolist(), strict=True)),
        "recall_at_1_of_edit": dict(zip(EDITS, figures.recalls_at_1.tolist(), strict=True)),
    }


def _measure(paths: list[Path], related: np.ndarray) -> dict[str, Any]:
    """The figures of embeddings and of perceptual hashes on one set of pictures."""
    originals = [on_white(Image.open(path)) for path in paths]
    edits = [[edit(picture) for edit in EDITS.values()] for picture in originals]
    embeddings = fingerprint(originals).embeddings
    cosines = np.stack([fingerprint(pictures).embeddings for pictures in edits]) @ embeddings.T  # (N, E, N)
    hashes = np.stack([phash(picture) for picture in originals])
    equal_bits = np.stack([[phash(picture) for picture in pictures] for pictures in edits]) @ hashes.T
    stages = np.stack([fingerprint([stage(picture) for picture in originals]).embeddings for stage in STAGES.values()])
    stages_at_1 = copy_figures((stages @ embeddings.T).transpose(1, 0, 2), related).recalls_at_1
    return {
        "n": len(originals),
        "related_pairs": int(related.sum() // 2),
        "look": _by_edit(copy_figures(cosines)),
        "phash-256": _by_edit(copy_figures(equal_bits)),
        "look_unrelated": _by_edit(copy_figures(cosines, related)),
        "phash-256_unrelated": _by_edit(copy_figures(equal_bits, related)),
        "stages_recall_at_1": dict(zip(STAGES, stages_at_1.tolist(), strict=True)),
        "least_direction": least_direction(embeddings),
    }


def main() -> None:
    """Measure and write `results/copies.json`."""
    drawings = [Path(drawing.path) for drawing in distinct_drawings(held_out_drawings())]
    pairs = [_in(DRAWINGS, pair.paths) for pair in load_natural_pairs() if pair.kind != "different"]
    figures = _measure(drawings, _related(drawings, pairs))
    painted = sorted(PAINTED_FIGURES.rglob("portraits/**/*.png"))
    variants = [_in(PAINTED_FIGURES, pair) for pair in load_painted_variants()]
    figures["painted"] = _measure(painted, _related(painted, variants))
    print(json.dumps(figures, indent=1))
    record("copies", figures)


if __name__ == "__main__":
    main()
