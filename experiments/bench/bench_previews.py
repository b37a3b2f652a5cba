"""How good previews of 1,000 bytes are, beside the best that WebP, AVIF, JPEG XL and JPEG can do.

    python -m experiments.bench.bench_previews [PICTURES]

Measured on held-out drawings of openclipart, then on painted figures that no model saw (`make figures`). Each codec is
searched over sizes and qualities for the best PSNR, at 512 pixels a side after enlarging; a picture that does not fit
counts as white paper. AVIF has full chroma resolution and speed 4. Previews are restored by the artifact remover, which
an archive stores once.
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

PICTURES, SEED = 60, 0
AVIF_SPEED = 4  # of the AVIF encoder


def _jpeg(original: Original, quality: int) -> bytes:
    """Encode as optimised JPEG."""
    file = io.BytesIO()
    Image.fromarray(original.picture.pixels).save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return file.getvalue()


def _avif(original: Original, quality: int) -> bytes:
    """Encode as AVIF, slowly."""
    file = io.BytesIO()
    options = {"quality": quality, "speed": AVIF_SPEED, "subsampling": "4:4:4", "max_threads": 1}
    Image.fromarray(original.picture.pixels).save(file, "AVIF", **options)
    return file.getvalue()


SINGLE_CODECS = (
    AVIF._replace(encode=_avif),
    JPEG_XL,
    WEBP,
    LossyCodec("jpeg", _jpeg, 95, quality_at_70=60, quality_at_90=95),
)


def _best_of_codec(codec: LossyCodec, picture: PreviewReference) -> dict[str, float]:
    """PSNR and SSIMULACRA2 at the size where a codec's PSNR is highest."""
    sides = [side for side in PREVIEW_SIDES if side < picture.longest] + [min(picture.longest, max(PREVIEW_SIDES))]
    files = [largest_fitting(codec, picture.resize(side)) for side in sides]
    decoded = [picture.decode(encoded.content) for encoded in files if encoded is not None]
    decoded += [] if decoded else [np.full_like(picture.pixels, 255)]
    best = max(decoded, key=lambda candidate: capped_psnr(picture.pixels, candidate))
    return {"decibels": capped_psnr(picture.pixels, best), "ssimulacra2": ssimulacra2(picture.pixels, best)}


def _best_preview(content: bytes, picture: PreviewReference) -> dict[str, float] | None:
    """Measure what `compress --fidelity preview` makes; None where the original is no larger than a preview."""
    begin, remover = time.perf_counter(), shipped_artifact_remover(weights.PREVIEW_FILE)
    preview = best_preview(content, remover)
    if preview is None:
        return None
    file = preview.content if preview.codec == WEBP.name else wrap_in_avif(preview.content)
    if preview.conditioning is None or preview.shape is None:
        decoded = picture.decode(file)
    else:
        decoded = restore_picture(file, remover, preview.conditioning, preview.shape).pixels
    return {
        "decibels": capped_psnr(picture.pixels, decoded),
        "ssimulacra2": preview.score,
        "bytes": len(preview.content),
        "restored": float(preview.conditioning is not None),
        "seconds": time.perf_counter() - begin,
    }


def _measure(paths: list[str], count: int) -> dict[str, Any]:
    """Measure a random sample of files with every codec."""
    rows: dict[str, list[dict[str, float]]] = {
        name: [] for name in ("preview", *(codec.name for codec in SINGLE_CODECS))
    }
    for path in random.Random(SEED).sample(paths, min(count, len(paths))):
        content = Path(path).read_bytes()
        picture = PreviewReference(content)
        if (measures := _best_preview(content, picture)) is None:
            continue
        rows["preview"].append(measures)
        for codec in SINGLE_CODECS:
            rows[codec.name].append(_best_of_codec(codec, picture))
    figures: dict[str, Any] = {
        name: {measure: summary([row[measure] for row in measures]) for measure in measures[0]}
        for name, measures in rows.items()
    }
    figures["decibels_beyond_the_best_of_all"] = summary(
        [
            row["decibels"] - max(rows[codec.name][number]["decibels"] for codec in SINGLE_CODECS)
            for number, row in enumerate(rows["preview"])
        ]
    )
    figures["ssimulacra2_beyond_the_best_of_all"] = summary(
        [
            row["ssimulacra2"] - max(rows[codec.name][number]["ssimulacra2"] for codec in SINGLE_CODECS)
            for number, row in enumerate(rows["preview"])
        ]
    )
    for name, figure in figures.items():
        means = figure["mean"] if "n" in figure else {measure: value["mean"] for measure, value in figure.items()}
        print(name, means, flush=True)
    return {"pieces": len(rows["preview"])} | figures


def main() -> None:
    """Measure and write `results/previews.json`."""
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    drawings = [str(path) for path in held_out_files() if path.stat().st_size > MAX_PREVIEW_BYTES]
    figures = _measure(drawings, pictures)
    paintings = sorted(str(path) for path in PAINTED_FIGURES.rglob("portraits/**/*.png"))
    record("previews", figures | {"painted figures": _measure(paintings, pictures)})


if __name__ == "__main__":
    main()
