"""How many bytes the artifact remover saves: restored AVIF beside AVIF at equal PSNR and at equal SSIMULACRA2.

    python -m experiments.bench.bench_restoring [MINUTES]

Both decode the same file: AVIF 4:4:4 at speed 4. Measured on held-out drawings of openclipart; on painted figures of
one group of artists, which the shipped model never saw (Debian's package wesnoth-1.16-data, `make figures`); and on
half of these after fine-tuning on the other half, for some minutes (20 by default). BD-rates use monotone cubics over
the range that both reach. `bench_mending` measures time and memory.
"""

import io
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from scipy.interpolate import PchipInterpolator

from experiments.shared.held_out_drawings import held_out_files
from experiments.shared.paths import PAINTED_FIGURES
from experiments.shared.picture_quality import capped_psnr
from experiments.shared.record import record
from pochade.images.io.read import read_preview
from pochade.images.quality.ssimulacra2 import ssimulacra2
from pochade.learn.finetune_artifact_remover import finetune_artifact_remover
from pochade.models.artifact_remover import ArtifactRemover, shipped_artifact_remover
from pochade.models.packed_weights import pack_model

QUALITIES = (20, 30, 40, 50, 60, 70, 80, 90)
SAMPLE_SIZE, LONGEST_SIDE, SPEED = 16, 640, 4
MINUTES = 20.0
# Bits per pixel; PSNR and SSIMULACRA2 of the AVIF; PSNR and SSIMULACRA2 of the restored picture.
Row = tuple[float, float, float, float, float]


class Art(NamedTuple):
    """Pictures to measure on."""

    originals: list[np.ndarray]  # (H, W, 3) uint8

    @classmethod
    def sample(cls, paths: list[Path]) -> "Art":
        """Read a random sample of files, on white, at most 640 pixels a side."""
        chosen = random.Random(0).sample(sorted(paths), min(SAMPLE_SIZE, len(paths)))
        return cls([read_preview(path, LONGEST_SIDE).pixels for path in chosen])


def _avif_round_trip(pixels: np.ndarray, quality: int) -> tuple[np.ndarray, int]:
    """Encode a picture as AVIF; return the decoded picture and the file's size in bytes."""
    file, image, options = io.BytesIO(), Image.fromarray(pixels), {"quality": quality, "speed": SPEED}
    image.save(file, "AVIF", subsampling="4:4:4", max_threads=1, **options)
    return np.asarray(Image.open(file).convert("RGB")), len(file.getvalue())


def _measure_picture(pixels: np.ndarray, quality: int, remover: ArtifactRemover) -> Row:
    """Measure one picture at one quality."""
    plain, size = _avif_round_trip(pixels, quality)
    restored = remover.apply(plain, (quality,))
    bits = 8 * size / (pixels.shape[0] * pixels.shape[1])
    decibels = [capped_psnr(pixels, candidate) for candidate in (plain, restored)]
    return bits, decibels[0], ssimulacra2(pixels, plain), decibels[1], ssimulacra2(pixels, restored)


def _bd_rate(bits: np.ndarray, first_scores: np.ndarray, second_scores: np.ndarray) -> float:
    """By how many percent the second curve needs more bits than the first, over the range that both reach."""
    low, high = max(first_scores.min(), second_scores.min()), min(first_scores.max(), second_scores.max())
    scores = np.linspace(low, high, 200)
    first_bits, second_bits = (
        PchipInterpolator(curve, np.log(bits))(scores) for curve in (first_scores, second_scores)
    )
    return 100 * float(np.exp(np.mean(second_bits - first_bits)) - 1)


def _measure(art: Art, remover: ArtifactRemover) -> dict[str, Any]:
    """Mean curves of both, and the BD-rates."""
    means = np.array(
        [
            np.mean([_measure_picture(picture, quality, remover) for picture in art.originals], 0)
            for quality in QUALITIES
        ]
    )
    bits, psnr, score, restored_psnr, restored_score = means.T
    figures = {
        "pictures": len(art.originals),
        "bd_rate_psnr": _bd_rate(bits, psnr, restored_psnr),
        "bd_rate_ssimulacra2": _bd_rate(bits, score, restored_score),
        "qualities": QUALITIES,
        "bits_per_pixel": bits.tolist(),
        "psnr": [psnr.tolist(), restored_psnr.tolist()],
        "ssimulacra2": [score.tolist(), restored_score.tolist()],
    }
    print({name: figures[name] for name in ("pictures", "bd_rate_psnr", "bd_rate_ssimulacra2")}, flush=True)
    return figures


def _finetune(paths: list[Path], minutes: float) -> ArtifactRemover:
    """Fine-tune the shipped model on files, one in ten held out."""
    held_out = paths[::10]
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as workspace:
        training = [path for path in paths if path not in held_out]
        model, outcome = finetune_artifact_remover(Path(workspace), training, held_out, minutes, lambda _: None)
    print(outcome, f"{(time.perf_counter() - begin) / 60:.1f} minutes", flush=True)
    return shipped_artifact_remover() if model is None else ArtifactRemover(pack_model(model))


def main() -> None:
    """Measure and write `results/restoring.json`."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    figures: dict[str, Any] = {"minutes": minutes}
    figures["drawings"] = _measure(Art.sample(held_out_files()), shipped_artifact_remover())
    paths = sorted(PAINTED_FIGURES.rglob("portraits/**/*.png"))
    random.Random(1).shuffle(paths)
    half, others = paths[: len(paths) // 2], paths[len(paths) // 2 :]
    figures["figures, never seen"] = _measure(Art.sample(others), shipped_artifact_remover())
    figures["figures, after training on others"] = _measure(Art.sample(others), _finetune(half, minutes))
    record("restoring", figures)


if __name__ == "__main__":
    main()
