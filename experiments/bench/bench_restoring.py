"""Restored AVIF beside AVIF: what the net saves at the same decibels, and at the same SSIMULACRA2.

    python -m experiments.bench.bench_restoring [MINUTES]

Both have the same file beneath: AVIF 4:4:4, speed 4. Measured on drawings of openclipart that no net learnt; on painted
figures of one group of artists, of which the shipped net saw nothing (Debian's package wesnoth-1.16-data, `make
figures`); and on half of these after the net was trained further on the other half, so many minutes, 20 if none are
given. BD-rates are by monotone cubics over what both reach. What restoring takes is measured by `bench_mending`.
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
MEASURED, LONGEST, SPEED = 16, 640, 4
MINUTES = 20.0
Row = tuple[float, float, float, float, float]  # bits a pixel, dB and SSIMULACRA2 of AVIF, and restored


class Art(NamedTuple):
    """Pictures to measure on."""

    originals: list[np.ndarray]  # (H, W, 3) uint8

    @classmethod
    def of(cls, paths: list[Path]) -> "Art":
        """Some of these files, on white, at most 640 pixels a side."""
        chosen = random.Random(0).sample(sorted(paths), min(MEASURED, len(paths)))
        return cls([read_preview(path, LONGEST).pixels for path in chosen])


def coded(pixels: np.ndarray, quality: int) -> tuple[np.ndarray, int]:
    """A picture as AVIF gives it back, and the file's bytes."""
    file, image, options = io.BytesIO(), Image.fromarray(pixels), {"quality": quality, "speed": SPEED}
    image.save(file, "AVIF", subsampling="4:4:4", max_threads=1, **options)
    return np.asarray(Image.open(file).convert("RGB")), len(file.getvalue())


def row(pixels: np.ndarray, quality: int, mender: ArtifactRemover) -> Row:
    """One picture at one quality."""
    plain, size = coded(pixels, quality)
    better = mender.apply(plain, (quality,))
    bits = 8 * size / (pixels.shape[0] * pixels.shape[1])
    worth = [capped_psnr(pixels, one) for one in (plain, better)]
    return bits, worth[0], ssimulacra2(pixels, plain), worth[1], ssimulacra2(pixels, better)


def bd_rate(bits: np.ndarray, worth: np.ndarray, better: np.ndarray) -> float:
    """How many percent of bits the second curve needs more than the first, over what both reach."""
    low, high = max(worth.min(), better.min()), min(worth.max(), better.max())
    at = np.linspace(low, high, 200)
    first, second = (PchipInterpolator(one, np.log(bits))(at) for one in (worth, better))
    return 100 * float(np.exp(np.mean(second - first)) - 1)


def measured(art: Art, mender: ArtifactRemover) -> dict[str, Any]:
    """Mean curves of both, and what the net saves."""
    means = np.array([np.mean([row(one, quality, mender) for one in art.originals], 0) for quality in QUALITIES])
    bits, psnr, score, better_psnr, better_score = means.T
    figures = {
        "pictures": len(art.originals),
        "bd_rate_psnr": bd_rate(bits, psnr, better_psnr),
        "bd_rate_ssimulacra2": bd_rate(bits, score, better_score),
        "qualities": QUALITIES,
        "bits_per_pixel": bits.tolist(),
        "psnr": [psnr.tolist(), better_psnr.tolist()],
        "ssimulacra2": [score.tolist(), better_score.tolist()],
    }
    print({name: figures[name] for name in ("pictures", "bd_rate_psnr", "bd_rate_ssimulacra2")}, flush=True)
    return figures


def tuned_on(paths: list[Path], minutes: float) -> ArtifactRemover:
    """The net trained further on these."""
    held = paths[::10]
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        learnt = [path for path in paths if path not in held]
        net, said = finetune_artifact_remover(Path(home), learnt, held, minutes, lambda _: None)
    print(said, f"{(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
    return shipped_artifact_remover() if net is None else ArtifactRemover(pack_model(net))


def main() -> None:
    """Measure, and write results/restoring.json."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    figures: dict[str, Any] = {"minutes": minutes}
    figures["drawings"] = measured(Art.of(held_out_files()), shipped_artifact_remover())
    paths = sorted(PAINTED_FIGURES.rglob("portraits/**/*.png"))
    random.Random(1).shuffle(paths)
    half, others = paths[: len(paths) // 2], paths[len(paths) // 2 :]
    figures["figures, never seen"] = measured(Art.of(others), shipped_artifact_remover())
    figures["figures, after training on others"] = measured(Art.of(others), tuned_on(half, minutes))
    record("restoring", figures)


if __name__ == "__main__":
    main()
