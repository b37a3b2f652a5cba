"""How small archives of a given fidelity are, beside every single codec at the same SSIMULACRA2 score.

    python -m experiments.bench.bench_fidelity [PICTURES]

Measured on held-out drawings of openclipart: a third as they are, a third flattened on white, a third printed and
scanned, which adds grain. The quality of a single codec is searched as the archive does. Where it cannot reach the
score, the lossless file counts. The archive's size includes the manifest; the single codecs' files count alone.
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

PICTURES, SEED, DPI = 36, 0, 200.0
LONGEST_SIDE = 768  # pixels of drawings on white
NO_LIMIT = 2**40  # bytes


def _make_folder(folder: Path, count: int) -> None:
    """Save the drawings in three manners in turns."""
    paths = sorted(drawing.path for drawing in held_out_drawings() if STARS_FOLDER not in drawing.path)
    for number, path in enumerate(random.Random(SEED).sample(paths, count)):
        target, drawing = folder / f"{number:03d}.png", Image.open(path).convert("RGBA")
        drawing.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        white = Image.new("RGBA", drawing.size, (255, 255, 255, 255))
        flat = Image.alpha_composite(white, drawing).convert("RGB")
        if number % 3 == 0:
            target.write_bytes(Path(path).read_bytes())
        elif number % 3 == 1:
            flat.save(target)
        else:
            Image.fromarray(damage_scan(np.asarray(flat), DPI, number).picture).save(target)


def _single_codec_bytes(job: tuple[Path, float]) -> dict[str, int | None]:
    """The size of each codec's smallest file that reaches the score; None where it cannot."""
    path, score = job
    original = read_original(path.read_bytes())
    if original is None:
        return {codec.name: None for codec in LOSSY_CODECS}
    meter = QualityMeter(original)
    results = {codec.name: search_quality(codec, original, meter, score, NO_LIMIT) for codec in LOSSY_CODECS}
    return {name: None if result is None else len(result.content) for name, result in results.items()}


def _measure_fidelity(folder: Path, fidelity: str, lossless_bytes: dict[str, int]) -> dict[str, Any]:
    """Compress at one fidelity, and search every single codec."""
    archive = folder.parent / f"{fidelity}.pochade"
    compress(folder, archive, fidelity)
    with open_archive(archive) as archive_reader:
        scores = [file.score for file in archive_reader if file.score is not None]
        codecs = [file.codec for file in archive_reader]
    paths = sorted(folder.iterdir())
    with ProcessPoolExecutor(2) as pool:
        sizes = list(pool.map(_single_codec_bytes, [(path, TARGET_SCORES[fidelity]) for path in paths]))
    totals = {
        codec.name: sum(
            lossless_bytes[path.name] if results[codec.name] is None else int(results[codec.name] or 0)
            for path, results in zip(paths, sizes, strict=True)
        )
        for codec in LOSSY_CODECS
    }
    archive_bytes, best = archive.stat().st_size, min(totals.values())
    return {
        "bytes": archive_bytes,
        "single": totals,
        "ratio_to_best_single": archive_bytes / best,
        "lowest_score": min(scores, default=None),
        "lossy": len(scores),
        "coders": {name: codecs.count(name) for name in sorted(set(codecs))},
    }


def main() -> None:
    """Measure all fidelities and write `results/fidelity.json`."""
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    with tempfile.TemporaryDirectory() as workspace:
        folder = Path(workspace) / "art"
        folder.mkdir()
        _make_folder(folder, pictures)
        lossless = Path(workspace) / "lossless.pochade"
        compress(folder, lossless)
        with open_archive(lossless) as archive:
            lossless_bytes = {Path(file.path).name: file.bytes for file in archive}
        figures = {fidelity: _measure_fidelity(folder, fidelity, lossless_bytes) for fidelity in TARGET_SCORES}
    record("fidelity", {"pieces": pictures} | figures)
    print(figures)


if __name__ == "__main__":
    main()
