"""Previews of a thousand bytes beside each coder's own best: every size and dial of WebP, AVIF, JPEG XL and JPEG.

    python -m experiments.bench.bench_previews [PIECES]

Drawings of openclipart that no net learnt, then painted figures, of which no net saw any (`make figures`). A coder's
own best is that of its sizes which has the most decibels, at 512 pixels a side, enlarged again; a picture that it can't
make so small counts as white paper. AVIF has colours at every pixel and speed 4. Previews come back through the
net that lies in the archive once.
"""

import io
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from experiments.shared.held_out_drawings import held_out_files
from experiments.shared.paths import PAINTED_FIGURES
from experiments.shared.picture_quality import capped_psnr
from experiments.shared.record import record, summary
from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES, PREVIEW_SIDES, best_preview, largest_fitting
from pochade.archive.codecs.restored_avif import restore_picture
from pochade.images.codecs.av1_frames import wrap_in_avif
from pochade.images.codecs.lossy import AVIF, JPEG_XL, WEBP, LossyCodec, Original
from pochade.images.codecs.preview_reference import PreviewReference
from pochade.images.quality.ssimulacra2 import ssimulacra2
from pochade.models import weights
from pochade.models.artifact_remover import shipped_artifact_remover

PIECES, SEED = 60, 0
SPEED = 4  # of AVIF's coder


def jpeg(original: Original, dial: int) -> bytes:
    """As JPEG, optimised; the dial is its quality."""
    file = io.BytesIO()
    Image.fromarray(original.picture.pixels).save(file, "JPEG", quality=dial, optimize=True, progressive=True)
    return file.getvalue()


def avif(original: Original, dial: int) -> bytes:
    """As AVIF, slowly; the dial is its quality."""
    file = io.BytesIO()
    options = {"quality": dial, "speed": SPEED, "subsampling": "4:4:4", "max_threads": 1}
    Image.fromarray(original.picture.pixels).save(file, "AVIF", **options)
    return file.getvalue()


ALONE = (AVIF._replace(encode=avif), JPEG_XL, WEBP, LossyCodec("jpeg", jpeg, 95, quality_at_70=60, quality_at_90=95))


def best_of(coder: LossyCodec, picture: PreviewReference) -> dict[str, float]:
    """Decibels and SSIMULACRA2 of the size at which a coder alone has most decibels."""
    sides = [side for side in PREVIEW_SIDES if side < picture.longest] + [min(picture.longest, max(PREVIEW_SIDES))]
    files = [largest_fitting(coder, picture.resize(side)) for side in sides]
    shown = [picture.decode(found.content) for found in files if found is not None]
    shown += [] if shown else [np.full_like(picture.pixels, 255)]
    best = max(shown, key=lambda one: capped_psnr(picture.pixels, one))
    return {"decibels": capped_psnr(picture.pixels, best), "ssimulacra2": ssimulacra2(picture.pixels, best)}


def ours(content: bytes, picture: PreviewReference) -> dict[str, float] | None:
    """What `compress --fidelity preview` makes of it; None where that isn't larger than a preview anyway."""
    start, mender = time.perf_counter(), shipped_artifact_remover(weights.PREVIEW_FILE)
    found = best_preview(content, mender)
    if found is None:
        return None
    file = found.content if found.codec == WEBP.name else wrap_in_avif(found.content)
    if found.conditioning is None or found.shape is None:
        shown = picture.decode(file)
    else:
        shown = restore_picture(file, mender, found.conditioning, found.shape).pixels
    return {
        "decibels": capped_psnr(picture.pixels, shown),
        "ssimulacra2": found.score,
        "bytes": len(found.content),
        "restored": float(found.conditioning is not None),
        "seconds": time.perf_counter() - start,
    }


def measured(known: list[str], pieces: int) -> dict[str, Any]:
    """Some of these pictures by every coder."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in ("preview", *(coder.name for coder in ALONE))}
    for path in random.Random(SEED).sample(known, min(pieces, len(known))):
        content = Path(path).read_bytes()
        picture = PreviewReference(content)
        if (found := ours(content, picture)) is None:
            continue
        rows["preview"].append(found)
        for coder in ALONE:
            rows[coder.name].append(best_of(coder, picture))
    figures: dict[str, Any] = {
        name: {measure: summary([row[measure] for row in found]) for measure in found[0]}
        for name, found in rows.items()
    }
    figures["decibels_beyond_the_best_of_all"] = summary(
        [
            row["decibels"] - max(rows[coder.name][number]["decibels"] for coder in ALONE)
            for number, row in enumerate(rows["preview"])
        ]
    )
    figures["ssimulacra2_beyond_the_best_of_all"] = summary(
        [
            row["ssimulacra2"] - max(rows[coder.name][number]["ssimulacra2"] for coder in ALONE)
            for number, row in enumerate(rows["preview"])
        ]
    )
    for name, each in figures.items():
        means = each["mean"] if "n" in each else {measure: value["mean"] for measure, value in each.items()}
        print(name, means, flush=True)
    return {"pieces": len(rows["preview"])} | figures


def main() -> None:
    """Measure, and write results/previews.json."""
    pieces = int(sys.argv[1]) if len(sys.argv) > 1 else PIECES
    known = [str(path) for path in held_out_files() if path.stat().st_size > MAX_PREVIEW_BYTES]
    figures = measured(known, pieces)
    painted = sorted(str(path) for path in PAINTED_FIGURES.rglob("portraits/**/*.png"))
    record("previews", figures | {"painted figures": measured(painted, pieces)})


if __name__ == "__main__":
    main()
