"""Bar 3: pictures of 96 pixels redrawn from 256 bytes, beside WebP, AVIF and JPEG XL at 256 or their fewest bytes."""

import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_jxl  # noqa: F401  teaches Pillow JPEG XL
from PIL import Image

from experiments.shared.held_out_drawings import held_out_drawings
from experiments.shared.record import record, summary
from pochade import fingerprint, redraw
from pochade.embedding.sketch_format import SKETCH_BYTES

QUALITIES = {"WEBP": range(0, 101, 10), "AVIF": range(0, 101, 10), "JXL": (1, *range(10, 100, 10))}
PICTURES = 200
SHOWN, COLUMNS = 24, 6  # of them, in the documentation
SKETCHES = Path(__file__).parents[2] / "docs" / "images" / "sketches.png"
SIDES = (96, 64, 48, 32, 24)  # pixels to which a picture is shrunk before it is squeezed
LINEAR_BELOW = 0.0031308  # of sRGB's curve
COMPONENTS = (9, 9)  # of BlurHash, its most: 164 characters


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    """In dB, of pictures of 8 bits; 48 for the same."""
    error = float(np.square(first.astype(np.float32) - second).mean())
    return 10 * math.log10(255**2 / max(error, 1.0))


def squeezed(picture: np.ndarray, form: str, sides: tuple[int, ...]) -> tuple[int, np.ndarray]:
    """The best that a format does in 256 bytes; where it can't, its smallest file."""
    tried = []
    for side in sides:
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES[form]:
            buffer = io.BytesIO()
            small.save(buffer, form, quality=quality)
            drawn = Image.open(buffer).convert("RGB").resize(picture.shape[1::-1], Image.Resampling.BICUBIC)
            tried.append((len(buffer.getvalue()), np.asarray(drawn)))
    fitting = [each for each in tried if each[0] <= SKETCH_BYTES]
    if not fitting:
        return min(tried, key=lambda each: each[0])
    return max(fitting, key=lambda each: psnr(picture, each[1]))


def blurhash(picture: np.ndarray) -> tuple[int, np.ndarray]:
    """A truncated cosine transform in linear light with 9 x 9 components: what BlurHash keeps, without its rounding."""
    level = picture / 255
    linear = np.where(level <= LINEAR_BELOW * 12.92, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    places = (np.arange(96) + 0.5) * math.pi / 96
    bases = [
        np.cos(np.arange(count)[:, None] * places) * np.where(np.arange(count)[:, None], 2, 1) / 96
        for count in COMPONENTS
    ]
    components = np.einsum("ay,bx,yxc->abc", bases[1], bases[0], linear)
    waves = [np.cos(np.arange(count)[:, None] * places) for count in COMPONENTS]
    drawn = np.einsum("ay,bx,abc->yxc", waves[1], waves[0], components).clip(0, 1)
    back = np.where(drawn <= LINEAR_BELOW, drawn * 12.92, 1.055 * drawn ** (1 / 2.4) - 0.055)
    return 164, (back * 255).round().astype(np.uint8)


def draw(pictures: list[np.ndarray], redrawn: np.ndarray, to: Path) -> None:
    """Some of the pictures, each beside what was redrawn from its 256 bytes."""
    pairs = [np.hstack(pair) for pair in zip(pictures, redrawn, strict=True)][:: len(pictures) // SHOWN][:SHOWN]
    rows = [np.hstack(pairs[start : start + COLUMNS]) for start in range(0, SHOWN, COLUMNS)]
    Image.fromarray(np.vstack(rows)).save(to, optimize=True)


def main() -> None:
    """Measure and write `results/codes.json`; draw `docs/images/sketches.png`."""
    pictures = [drawn.squares.whole.pixels for drawn in held_out_drawings()][:PICTURES]
    redrawn = redraw(fingerprint(pictures).sketches)
    draw(pictures, redrawn, SKETCHES)
    rivals: dict[str, Callable[[np.ndarray], tuple[int, np.ndarray]]] = {"BlurHash, unrounded": blurhash}
    for form in QUALITIES:
        rivals[form] = lambda picture, form=form: squeezed(picture, form, SIDES[:1])  # type: ignore[misc]
        rivals[f"{form}, shrunk first"] = lambda picture, form=form: squeezed(picture, form, SIDES)  # type: ignore[misc]
    figures: dict[str, object] = {
        "n": len(pictures),
        "pochade": summary([psnr(*pair) for pair in zip(pictures, redrawn, strict=True)]),
    }
    for name, rival in rivals.items():
        drawn = [rival(picture) for picture in pictures]
        figures[name] = {
            "bytes": summary([float(size) for size, _ in drawn]),
            "psnr": summary([psnr(picture, each) for picture, (_, each) in zip(pictures, drawn, strict=True)]),
        }
    for name, figure in figures.items():
        if isinstance(figure, dict):
            figure.pop("values", None)
            for part in ("bytes", "psnr"):
                figure.get(part, {}).pop("values", None)
        print(name, figure, flush=True)
    record("codes", figures)


if __name__ == "__main__":
    main()
