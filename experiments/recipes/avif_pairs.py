"""Pictures before and after AVIF, or after a preview: what the artifact removers learn from.

    python -m experiments.recipes.avif_pairs avif.png previews.png    # contact sheets: decoded, and clean below

Half of the pictures are openclipart's drawings without the held-out tenth; the others are synthetic. Most are repainted
(`experiments/recipes/repaint.py`), or get the light and shade of a second picture, because flat colour is the rule in
clip art and rare in paintings. Where paintings are given, most pictures are cut from those.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor

from experiments.recipes.paintings import Packages, crop_painting, find_paintings
from experiments.recipes.repaint import repaint
from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.recipes.source_drawings import open_on_ground, training_drawings
from experiments.recipes.synthetic_drawings import draw_synthetic
from experiments.shared.contact_sheet import contact_sheet
from experiments.shared.paths import DRAWINGS
from pochade.archive.codecs.previews import preview_conditioning
from pochade.images.codecs.preview_reference import PREVIEW_SIDE, resize_bicubic
from pochade.images.codecs.round_trip import avif_round_trip

SIDE = 192  # pixels
MIN_QUALITY, MAX_QUALITY = 8, 93  # of AVIF
SPEEDS = (4, 6, 6)  # of the AVIF encoder; Pochade encodes with 6
PAINTING_SHARE = 0.7  # of the pairs are cut from paintings, where there are any
PREVIEWS_PER_PICTURE = 4
PREVIEW_SIDE_RANGE = (56, 420)  # pixels of a preview's longer side
MIN_PREVIEW_QUALITY, MAX_PREVIEW_QUALITY = 3, 75
Bytes = np.ndarray
AvifPair = tuple[Bytes, Bytes, tuple[int, ...]]  # decoded and clean (S, S, 3), and the conditioning
Rng = np.random.Generator


class AvifPairs(NamedTuple):
    """Training pairs of an artifact remover."""

    decoded: Tensor  # (N, 3, S, S) uint8
    clean: Tensor  # (N, 3, S, S) uint8
    conditioning: Tensor  # (N, P, 1, 1) uint8: how it was encoded, in percent


def _crop_drawing(path: Path, rng: Rng) -> Bytes:
    """Cut a square (S, S, 3) from a drawing at a random size, mostly where something is drawn."""
    drawing = open_on_ground(path, rng)
    longest = rng.uniform(0.8 * SIDE, 3.6 * SIDE)
    scale = min(2.0, longest / max(drawing.size))
    size = [max(8, round(side * scale)) for side in drawing.size]
    resized = drawing.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (max(SIDE, size[0]), max(SIDE, size[1])), drawing.getpixel((0, 0)))
    free = canvas.width - size[0], canvas.height - size[1]
    canvas.paste(resized, (int(rng.integers(0, free[0] + 1)), int(rng.integers(0, free[1] + 1))))
    for _ in range(4):
        left, top = int(rng.integers(0, canvas.width - SIDE + 1)), int(rng.integers(0, canvas.height - SIDE + 1))
        crop = np.asarray(canvas.crop((left, top, left + SIDE, top + SIDE)))
        if crop.std() > 20:
            break
    return crop


def _synthetic_crop(rng: Rng) -> Bytes:
    """A synthetic square (S, S, 3): strokes on paper, or enlarged shapes."""
    if rng.random() < 0.5:
        return draw_synthetic(rng, SIDE)
    shapes = Image.fromarray(draw_shape_picture(int(rng.integers(2**31))))
    scale = max(rng.uniform(1, 2), SIDE / min(shapes.size))
    enlarged = shapes.resize((round(shapes.width * scale), round(shapes.height * scale)), Image.Resampling.BICUBIC)
    return np.asarray(enlarged)[-SIDE:, -SIDE:]


def _clean_crop(path: Path, rng: Rng) -> Bytes:
    """A clean square (S, S, 3), repainted or shaded in most cases."""
    crop = _crop_drawing(path, rng) if rng.random() < 0.55 else _synthetic_crop(rng)
    case = rng.random()
    if case < 0.6:
        return repaint(crop, rng)
    if case < 0.75:
        crop = _overlay_shade(crop, _synthetic_crop(rng), rng)
    if rng.random() < 0.25:
        crop = np.asarray(Image.fromarray(crop).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2))))
    return crop


def _overlay_shade(first: Bytes, second: Bytes, rng: Rng) -> Bytes:
    """Add the light and shade of the second picture to the first, sometimes with its colours or only off the paper."""
    softened = Image.fromarray(second).filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))
    shade = np.asarray(softened).astype(np.float32) - 128
    shade = shade if rng.random() < 0.4 else shade.mean(2, keepdims=True)
    strength = rng.uniform(0.1, 0.6)
    mask = 1.0 if rng.random() < 0.5 else (first.min(2, keepdims=True) < 250).astype(np.float32)
    return (first + mask * strength * shade).clip(0, 255).round().astype(np.uint8)


def _avif_pair(seed: int, folder: str, paths: list[str], paintings: Packages | None = None) -> list[AvifPair]:
    """One square, encoded at a random quality: of a painting, if there are any, or of a drawing or synthetic."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    if paintings and rng.random() < PAINTING_SHARE:
        clean = crop_painting(paintings, rng)
    else:
        clean = _clean_crop(Path(folder) / paths[int(rng.integers(len(paths)))], rng)
    quality = int(rng.integers(MIN_QUALITY, MAX_QUALITY + 1))
    return [(avif_round_trip(clean, quality, int(rng.choice(SPEEDS))), clean, (quality,))]


def _preview_pairs(seed: int, folder: str, paths: list[str]) -> list[AvifPair]:
    """Squares of one picture as a preview restores it: shrunk, encoded, enlarged."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    picture = _preview_picture(Path(folder) / paths[int(rng.integers(len(paths)))], rng)
    height, width = picture.shape[:2]
    pairs: list[AvifPair] = []
    for _ in range(PREVIEWS_PER_PICTURE):
        side, quality = (
            int(rng.integers(*PREVIEW_SIDE_RANGE)),
            int(rng.integers(MIN_PREVIEW_QUALITY, MAX_PREVIEW_QUALITY + 1)),
        )
        size = [max(8, round(length * side / max(height, width))) for length in (width, height)]
        shrunk = np.asarray(Image.fromarray(picture).resize((size[0], size[1]), Image.Resampling.LANCZOS))
        restored = resize_bicubic(avif_round_trip(shrunk, quality), height, width)
        top, left = int(rng.integers(0, height - SIDE + 1)), int(rng.integers(0, width - SIDE + 1))
        window = slice(top, top + SIDE), slice(left, left + SIDE)
        pairs.append(
            (restored[window], picture[window], preview_conditioning(quality, (size[1], size[0]), picture.shape))
        )
    return pairs


def _preview_picture(path: Path, rng: Rng) -> Bytes:
    """A picture (H, W, 3) of the size at which previews are shown: at most 512 pixels a side, at least 192."""
    if rng.random() < 0.2:
        return np.asarray(
            Image.fromarray(_synthetic_crop(rng)).resize((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BICUBIC)
        )
    drawing = open_on_ground(path, rng)
    scale = PREVIEW_SIDE / max(drawing.size)
    drawing = drawing.resize([max(SIDE, round(side * scale)) for side in drawing.size], Image.Resampling.LANCZOS)
    pixels = np.asarray(drawing)
    return _overlay_shade(pixels, _shade_like(pixels, rng), rng) if rng.random() < 0.3 else pixels


def _shade_like(pixels: Bytes, rng: Rng) -> Bytes:
    """A synthetic picture of the same size as another (H, W, 3)."""
    return np.asarray(Image.fromarray(_synthetic_crop(rng)).resize(pixels.shape[1::-1], Image.Resampling.BICUBIC))


def make_avif_pairs(
    folder: Path, count: int, seed: int = 0, *, previews: bool = False, paintings: Path | None = None
) -> AvifPairs:
    """Make pairs in two processes.

    Args:
        folder: Folder of drawings.
        count: Number of pairs.
        seed: Another seed makes other pairs.
        previews: Whether the pairs are of previews.
        paintings: Folder of `fetch-paintings.sh`, for pairs that are not of previews.
    """
    names = [str(path.relative_to(folder)) for path in training_drawings(folder)]
    seeds = range(seed * 10**6, seed * 10**6 + count // (PREVIEWS_PER_PICTURE if previews else 1))
    pairs: list[AvifPair] = []
    with ProcessPoolExecutor(2) as pool:
        make_pair = partial(_preview_pairs, folder=str(folder), paths=names)
        if not previews:
            make_pair = partial(
                _avif_pair, folder=str(folder), paths=names, paintings=find_paintings(paintings) if paintings else None
            )
        for batch in pool.map(make_pair, seeds, chunksize=16):
            pairs += batch
    decoded, clean = (torch.from_numpy(np.stack([pair[part] for pair in pairs])).permute(0, 3, 1, 2) for part in (0, 1))
    conditioning = torch.tensor([pair[2] for pair in pairs], dtype=torch.uint8)[:, :, None, None]
    return AvifPairs(decoded.contiguous(), clean.contiguous(), conditioning)


def _contact_sheet(columns: int = 8, rows: int = 3, *, previews: bool = False) -> Image.Image:
    """Show pairs: decoded, and clean below."""
    pairs = make_avif_pairs(DRAWINGS, columns * rows, previews=previews)
    decoded, clean = (list(part.permute(0, 2, 3, 1).numpy()) for part in (pairs.decoded, pairs.clean))
    starts = range(0, columns * rows, columns)
    return contact_sheet([part[start : start + columns] for start in starts for part in (decoded, clean)])


if __name__ == "__main__":
    _contact_sheet().save(sys.argv[1])
    _contact_sheet(previews=True).save(sys.argv[2])
