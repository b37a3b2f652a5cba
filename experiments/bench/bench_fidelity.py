"""Archives that only look like the originals, beside every single coder searched in the same way to the same score.

    python -m experiments.bench.bench_fidelity [PIECES]

Drawings of openclipart that no net learnt: a third as they are, a third laid on white, a third printed and scanned,
which is full of grain. A single coder that can't reach the score keeps the piece as the archive would without loss.
The archive counts whole, with its manifest; the single coders' files count alone.
"""

import random
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from experiments.shared.held_out_drawings import held_out_drawings
from experiments.shared.openclipart import STARS_FOLDER
from experiments.shared.record import record
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.quality_search import TARGET_SCORES, search_quality
from pochade.images.codecs.lossy import LOSSY_CODECS, read_original
from pochade.images.codecs.quality_meter import QualityMeter
from pochade.training.augment.scan_damage import damage_scan

PIECES, SEED, DPI = 36, 0, 200.0
LONGEST = 768  # pixels of the longer side of what is laid on white
MOST = 2**40  # bytes: no limit


def collection(folder: Path, pieces: int) -> None:
    """The drawings, in the three manners."""
    known = sorted(drawing.path for drawing in held_out_drawings() if STARS_FOLDER not in drawing.path)
    for number, path in enumerate(random.Random(SEED).sample(known, pieces)):
        to, drawn = folder / f"{number:03d}.png", Image.open(path).convert("RGBA")
        drawn.thumbnail((LONGEST, LONGEST))
        white = Image.new("RGBA", drawn.size, (255, 255, 255, 255))
        laid = Image.alpha_composite(white, drawn).convert("RGB")
        if number % 3 == 0:
            to.write_bytes(Path(path).read_bytes())
        elif number % 3 == 1:
            laid.save(to)
        else:
            Image.fromarray(damage_scan(np.asarray(laid), DPI, np.random.default_rng(number)).picture).save(to)


def singles(job: tuple[Path, float]) -> dict[str, int | None]:
    """Bytes of each coder's smallest file that reaches the score; None where it reaches it nowhere."""
    path, wanted = job
    original = read_original(path.read_bytes())
    if original is None:
        return {coder.name: None for coder in LOSSY_CODECS}
    judge = QualityMeter(original)
    found = {coder.name: search_quality(coder, original, judge, wanted, MOST) for coder in LOSSY_CODECS}
    return {name: None if one is None else len(one.content) for name, one in found.items()}


def measured(folder: Path, fidelity: str, kept: dict[str, int]) -> dict[str, Any]:
    """The archive and the single coders at one fidelity."""
    archive = folder.parent / f"{fidelity}.pochade"
    compress(folder, archive, fidelity)
    with open_archive(archive) as opened:
        scores = [piece.score for piece in opened if piece.score is not None]
        coders = [piece.codec for piece in opened]
    paths = sorted(folder.iterdir())
    with ProcessPoolExecutor(2) as pool:
        sizes = list(pool.map(singles, [(path, TARGET_SCORES[fidelity]) for path in paths]))
    totals = {
        coder.name: sum(
            kept[path.name] if each[coder.name] is None else int(each[coder.name] or 0)
            for path, each in zip(paths, sizes, strict=True)
        )
        for coder in LOSSY_CODECS
    }
    bytes_, best = archive.stat().st_size, min(totals.values())
    return {
        "bytes": bytes_,
        "single": totals,
        "ratio_to_best_single": bytes_ / best,
        "lowest_score": min(scores, default=None),
        "lossy": len(scores),
        "coders": {name: coders.count(name) for name in sorted(set(coders))},
    }


def main() -> None:
    """Measure both, and write results/fidelity.json."""
    pieces = int(sys.argv[1]) if len(sys.argv) > 1 else PIECES
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "art"
        folder.mkdir()
        collection(folder, pieces)
        lossless = Path(place) / "lossless.pochade"
        compress(folder, lossless)
        with open_archive(lossless) as opened:
            kept = {Path(piece.path).name: piece.bytes for piece in opened}
        figures = {fidelity: measured(folder, fidelity, kept) for fidelity in TARGET_SCORES}
    record("fidelity", {"pieces": pieces} | figures)
    print(figures)


if __name__ == "__main__":
    main()
