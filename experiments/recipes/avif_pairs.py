"""Pictures as AVIF gives them back, beside what they were: what the restorers of codings learn from.

    python -m experiments.recipes.avif_pairs sheet.png small.png    # contact sheets: coded, and clean below; the second of previews

Half are openclipart's drawings, but for the fixed tenth; the others are made by us. Most are painted over
(`experiments/recipes/repainting.py`), or have the light and shade of a second one laid upon them: flat colour is the rule in clip
art, and rare in paintings. Given real paintings, most parts are of those.
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

from experiments.recipes.paintings import Folders, crop_painting, find_paintings
from experiments.recipes.repaint import repaint
from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.recipes.source_drawings import open_on_ground, training_drawings
from experiments.recipes.synthetic_drawings import draw_synthetic
from experiments.shared.paths import DRAWINGS
from pochade.archive.codecs.previews import preview_conditioning
from pochade.images.codecs.preview_reference import PREVIEW_SIDE, resize_bicubic
from pochade.images.codecs.round_trip import avif_round_trip

SIDE = 192  # pixels
MIN_QUALITY, MAX_QUALITY = 8, 93  # qualities of AVIF
SPEEDS = (4, 6, 6)  # of AVIF's coder: the product's is 6
PAINTING_SHARE = 0.7  # share of the parts that are of paintings, if there are any
PREVIEWS_PER_PICTURE = 4  # pairs of a picture's previews
PREVIEW_SIDE_RANGE = (56, 420)  # pixels of a preview's longer side
MIN_PREVIEW_QUALITY, MAX_PREVIEW_QUALITY = 3, 75  # their qualities
Bytes = np.ndarray
AvifPair = tuple[Bytes, Bytes, tuple[int, ...]]  # coded and clean (S, S, 3), and what the net is told
Generator = np.random.Generator


class AvifPairs(NamedTuple):
    """What the net learns from."""

    coded: Tensor  # (N, 3, S, S) uint8
    clean: Tensor  # (N, 3, S, S) uint8
    told: Tensor  # (N, P, 1, 1) uint8: how it was coded, of 100


def _crop_drawing(path: Path, rng: Generator) -> Bytes:
    """A part (S, S, 3) of a drawing at some size, mostly where something is."""
    whole = open_on_ground(path, rng)
    longest = rng.uniform(0.8 * SIDE, 3.6 * SIDE)
    scale = min(2.0, longest / max(whole.size))
    size = [max(8, round(side * scale)) for side in whole.size]
    part = whole.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    large = Image.new("RGB", (max(SIDE, size[0]), max(SIDE, size[1])), whole.getpixel((0, 0)))
    rooms = large.width - size[0], large.height - size[1]
    large.paste(part, (int(rng.integers(0, rooms[0] + 1)), int(rng.integers(0, rooms[1] + 1))))
    for _ in range(4):
        left, top = int(rng.integers(0, large.width - SIDE + 1)), int(rng.integers(0, large.height - SIDE + 1))
        cut = np.asarray(large.crop((left, top, left + SIDE, top + SIDE)))
        if cut.std() > 20:
            break
    return cut


def _synthetic_crop(rng: Generator) -> Bytes:
    """One that nobody drew (S, S, 3): strokes on paper, or dead leaves and brushes, enlarged or side by side."""
    if rng.random() < 0.5:
        return draw_synthetic(rng, SIDE)
    leaves = Image.fromarray(draw_shape_picture(int(rng.integers(2**31))))
    scale = max(rng.uniform(1, 2), SIDE / min(leaves.size))
    large = leaves.resize((round(leaves.width * scale), round(leaves.height * scale)), Image.Resampling.BICUBIC)
    return np.asarray(large)[-SIDE:, -SIDE:]


def _clean_crop(path: Path, rng: Generator) -> Bytes:
    """A clean part of a picture (S, S, 3)."""
    first = _crop_drawing(path, rng) if rng.random() < 0.55 else _synthetic_crop(rng)
    chance = rng.random()
    if chance < 0.6:
        return repaint(first, rng)
    if chance < 0.75:
        first = _overlay_shade(first, _synthetic_crop(rng), rng)
    if rng.random() < 0.25:
        first = np.asarray(Image.fromarray(first).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2))))
    return first


def _overlay_shade(first: Bytes, second: Bytes, rng: Generator) -> Bytes:
    """The light and shade of the second laid upon the first, where that isn't paper; in some, its colours as well."""
    soft = Image.fromarray(second).filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))
    shade = np.asarray(soft).astype(np.float32) - 128
    shade = shade if rng.random() < 0.4 else shade.mean(2, keepdims=True)
    share = rng.uniform(0.1, 0.6)
    kept = 1.0 if rng.random() < 0.5 else (first.min(2, keepdims=True) < 250).astype(np.float32)
    return (first + kept * share * shade).clip(0, 255).round().astype(np.uint8)


def _avif_pair(seed: int, folder: str, paths: list[str], painted: Folders | None = None) -> list[AvifPair]:
    """One part, coded at some quality: of a painting, if there are any, or else of a drawing or made by us."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    if painted and rng.random() < PAINTING_SHARE:
        clean = crop_painting(painted, rng)
    else:
        clean = _clean_crop(Path(folder) / paths[int(rng.integers(len(paths)))], rng)
    quality = int(rng.integers(MIN_QUALITY, MAX_QUALITY + 1))
    return [(avif_round_trip(clean, quality, int(rng.choice(SPEEDS))), clean, (quality,))]


def _preview_pairs(seed: int, folder: str, paths: list[str]) -> list[AvifPair]:
    """Parts of one picture as a preview gives it back: shrunk, coded, enlarged."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    whole = _preview_picture(Path(folder) / paths[int(rng.integers(len(paths)))], rng)
    height, width = whole.shape[:2]
    found: list[AvifPair] = []
    for _ in range(PREVIEWS_PER_PICTURE):
        side, quality = int(rng.integers(*PREVIEW_SIDE_RANGE)), int(rng.integers(MIN_PREVIEW_QUALITY, MAX_PREVIEW_QUALITY + 1))
        shape = [max(8, round(one * side / max(height, width))) for one in (width, height)]
        shrunk = np.asarray(Image.fromarray(whole).resize((shape[0], shape[1]), Image.Resampling.LANCZOS))
        again = resize_bicubic(avif_round_trip(shrunk, quality), height, width)
        top, left = int(rng.integers(0, height - SIDE + 1)), int(rng.integers(0, width - SIDE + 1))
        place = slice(top, top + SIDE), slice(left, left + SIDE)
        found.append((again[place], whole[place], preview_conditioning(quality, (shape[1], shape[0]), whole.shape)))
    return found


def _preview_picture(path: Path, rng: Generator) -> Bytes:
    """A picture (H, W, 3) as previews are looked at: 512 pixels a side at most, and no less than a part has."""
    if rng.random() < 0.2:
        return np.asarray(Image.fromarray(_synthetic_crop(rng)).resize((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BICUBIC))
    drawing = open_on_ground(path, rng)
    scale = PREVIEW_SIDE / max(drawing.size)
    drawing = drawing.resize([max(SIDE, round(side * scale)) for side in drawing.size], Image.Resampling.LANCZOS)
    pixels = np.asarray(drawing)
    return _overlay_shade(pixels, _shade_like(pixels, rng), rng) if rng.random() < 0.3 else pixels


def _shade_like(pixels: Bytes, rng: Generator) -> Bytes:
    """One that nobody drew, as large as another picture (H, W, 3)."""
    return np.asarray(Image.fromarray(_synthetic_crop(rng)).resize(pixels.shape[1::-1], Image.Resampling.BICUBIC))


def make_avif_pairs(folder: Path, count: int, seed: int = 0, *, small: bool = False, painted: Path | None = None) -> AvifPairs:
    """So many pairs, made by two processes; others with another seed.

    Args:
        folder: Of drawings.
        count: Of pairs.
        seed: Decides everything.
        small: Whether they are of previews.
        painted: A folder of what `recipes/fetch-paintings.sh` fetched, for pairs that aren't of previews.
    """
    paths = [str(path.relative_to(folder)) for path in training_drawings(folder)]
    seeds = range(seed * 10**6, seed * 10**6 + count // (PREVIEWS_PER_PICTURE if small else 1))
    found: list[AvifPair] = []
    with ProcessPoolExecutor(2) as pool:
        make = partial(_preview_pairs, folder=str(folder), paths=paths)
        if not small:
            make = partial(_avif_pair, folder=str(folder), paths=paths, painted=find_paintings(painted) if painted else None)
        for some in pool.map(make, seeds, chunksize=16):
            found += some
    coded, clean = (torch.from_numpy(np.stack([one[kind] for one in found])).permute(0, 3, 1, 2) for kind in (0, 1))
    told = torch.tensor([one[2] for one in found], dtype=torch.uint8)[:, :, None, None]
    return AvifPairs(coded.contiguous(), clean.contiguous(), told)


def _contact_sheet(columns: int = 8, rows: int = 3, *, small: bool = False) -> Image.Image:
    """Some pairs: coded, and clean below."""
    some = make_avif_pairs(DRAWINGS, columns * rows, small=small)
    both = torch.cat([some.coded.unflatten(0, (rows, columns)), some.clean.unflatten(0, (rows, columns))], 3)
    return Image.fromarray(both.permute(0, 3, 1, 4, 2).reshape(rows * 2 * SIDE, columns * SIDE, 3).numpy())


if __name__ == "__main__":
    _contact_sheet().save(sys.argv[1])
    _contact_sheet(small=True).save(sys.argv[2])
