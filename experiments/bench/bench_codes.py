"""How well sketches of 256 bytes reconstruct pictures of 96 pixels.

    python -m experiments.bench.bench_codes

The rivals are WebP, AVIF and JPEG XL at their best within 256 bytes (or at their smallest, where they need more), and
BlurHash. Measured as PSNR on 200 held-out drawings.
"""

import io
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pillow_jxl  # noqa: F401  registers JPEG XL with Pillow
from PIL import Image

from experiments.shared.contact_sheet import contact_sheet
from experiments.shared.held_out_drawings import held_out_drawings
from experiments.shared.record import record, summary
from pochade import fingerprint, redraw
from pochade.embedding.sketch_format import SKETCH_BYTES

QUALITIES = {"WEBP": range(0, 101, 10), "AVIF": range(0, 101, 10), "JXL": (1, *range(10, 100, 10))}
PICTURES = 200
SHOWN, COLUMNS = 24, 6  # of the contact sheet in the documentation
CONTACT_SHEET = Path(__file__).parents[2] / "docs" / "images" / "sketches.png"
SIDES = (96, 64, 48, 32, 24)  # pixels to which a picture is shrunk before it is encoded
LINEAR_BELOW = 0.0031308  # where sRGB's curve is linear
COMPONENTS = (9, 9)  # the most that BlurHash can have: 164 characters


def _psnr(first: np.ndarray, second: np.ndarray) -> float:
    """PSNR in decibels of 8-bit pictures, 48 for identical ones."""
    error = float(np.square(first.astype(np.float32) - second).mean())
    return 10 * math.log10(255**2 / max(error, 1.0))


def _smallest_encoding(picture: np.ndarray, format_name: str, sides: tuple[int, ...]) -> tuple[int, np.ndarray]:
    """The best reconstruction of a format in 256 bytes, or of its smallest file; with the file's size."""
    attempts = []
    for side in sides:
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES[format_name]:
            buffer = io.BytesIO()
            small.save(buffer, format_name, quality=quality)
            decoded = Image.open(buffer).convert("RGB").resize(picture.shape[1::-1], Image.Resampling.BICUBIC)
            attempts.append((len(buffer.getvalue()), np.asarray(decoded)))
    fitting = [attempt for attempt in attempts if attempt[0] <= SKETCH_BYTES]
    if not fitting:
        return min(attempts, key=lambda attempt: attempt[0])
    return max(fitting, key=lambda attempt: _psnr(picture, attempt[1]))


def _blurhash(picture: np.ndarray) -> tuple[int, np.ndarray]:
    """A truncated cosine transform in linear light with 9 x 9 components: what BlurHash stores, before rounding."""
    level = picture / 255
    linear = np.where(level <= LINEAR_BELOW * 12.92, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    angles = (np.arange(96) + 0.5) * math.pi / 96
    bases = [
        np.cos(np.arange(count)[:, None] * angles) * np.where(np.arange(count)[:, None], 2, 1) / 96
        for count in COMPONENTS
    ]
    components = np.einsum("ay,bx,yxc->abc", bases[1], bases[0], linear)
    waves = [np.cos(np.arange(count)[:, None] * angles) for count in COMPONENTS]
    reconstruction = np.einsum("ay,bx,abc->yxc", waves[1], waves[0], components).clip(0, 1)
    back = np.where(reconstruction <= LINEAR_BELOW, reconstruction * 12.92, 1.055 * reconstruction ** (1 / 2.4) - 0.055)
    return 164, (back * 255).round().astype(np.uint8)


def _save_contact_sheet(pictures: list[np.ndarray], reconstructions: np.ndarray, target: Path) -> None:
    """Show pictures, each beside its reconstruction from 256 bytes."""
    pairs = [np.hstack(pair) for pair in zip(pictures, reconstructions, strict=True)][:: len(pictures) // SHOWN][:SHOWN]
    contact_sheet([pairs[start : start + COLUMNS] for start in range(0, SHOWN, COLUMNS)]).save(target, optimize=True)


def main() -> None:
    """Measure and write `results/codes.json` and `docs/images/sketches.png`."""
    pictures = [drawing.squares.whole.pixels for drawing in held_out_drawings()][:PICTURES]
    reconstructions = redraw(fingerprint(pictures).sketches)
    _save_contact_sheet(pictures, reconstructions, CONTACT_SHEET)
    figures: dict[str, Any] = {
        "n": len(pictures),
        "pochade": _without_values(summary([_psnr(*pair) for pair in zip(pictures, reconstructions, strict=True)])),
    }
    print("pochade", figures["pochade"], flush=True)
    for name, rival in _rivals().items():
        encoded = [rival(picture) for picture in pictures]
        sizes = summary([float(size) for size, _ in encoded])
        qualities = summary([_psnr(picture, decoded) for picture, (_, decoded) in zip(pictures, encoded, strict=True)])
        figures[name] = {"bytes": _without_values(sizes), "psnr": _without_values(qualities)}
        print(name, figures[name], flush=True)
    record("codes", figures)


def _rivals() -> dict[str, Callable[[np.ndarray], tuple[int, np.ndarray]]]:
    rivals: dict[str, Callable[[np.ndarray], tuple[int, np.ndarray]]] = {"BlurHash, unrounded": _blurhash}
    for name in QUALITIES:
        rivals[name] = partial(_smallest_encoding, format_name=name, sides=SIDES[:1])
        rivals[f"{name}, shrunk first"] = partial(_smallest_encoding, format_name=name, sides=SIDES)
    return rivals


def _without_values(figure: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figure.items() if name != "values"}


if __name__ == "__main__":
    main()
