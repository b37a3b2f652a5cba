"""Training pictures for the cleaner and the page model: clean art, damaged as scanners and time damage it."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional

from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.recipes.source_drawings import open_on_ground, training_drawings
from experiments.recipes.synthetic_drawings import draw_synthetic
from pochade.cleaning.page_light import downscale, pad_to_square
from pochade.training.augment.scan_damage import DAMAGE_KINDS, HELD_OUT_KINDS, damage_scan

PATCH_SIDE, PAGE_SIDE, THUMBNAIL_SIDE, LIGHT_SIDE = 128, 320, 128, 16  # pixels
RESOLUTIONS = (150, 200, 300, 300, 400, 600)  # dots per inch
CROPS_PER_DRAWING = 4
BARE_PAPER_LEVEL = 248  # of 255: as white as paper
TRAINING_KINDS = DAMAGE_KINDS - HELD_OUT_KINDS
INVISIBLE_IN_THUMBNAILS = frozenset({"dust", "hairs"})  # and slow to draw by the thousand
Image.MAX_IMAGE_PIXELS = None  # only headers of the largest are read
Bytes = np.ndarray
Rng = np.random.Generator


class Patches(NamedTuple):
    """Training data of the cleaner."""

    pictures: Tensor  # (N, 3, 128, 128) uint8
    layers: Tensor  # (N, 9, 128, 128) uint8: without grain; without specks as well; without stains as well
    defects: Tensor  # (N, 1, 128, 128) uint8, 0 or 255


class Pages(NamedTuple):
    """Training data of the page model."""

    thumbnails: Tensor  # (N, 3, 128, 128) uint8
    light: Tensor  # (N, 3, 16, 16), natural logarithm
    paper: Tensor  # (N, 1, 128, 128) uint8, 0 or 255


def _crops(path: Path, rng: Rng) -> Iterator[Bytes]:
    """Cut squares (128, 128, 3) from a drawing at random sizes, mostly where something is drawn."""
    drawing = open_on_ground(path, rng)
    for _ in range(CROPS_PER_DRAWING):
        share = rng.uniform(0.4, 1.0)
        size = [max(8, round(side * share)) for side in drawing.size]
        resized = drawing.resize((size[0], size[1]), Image.Resampling.LANCZOS)
        canvas = Image.new("RGB", (max(PATCH_SIDE, size[0]), max(PATCH_SIDE, size[1])), drawing.getpixel((0, 0)))
        free = canvas.width - size[0], canvas.height - size[1]
        canvas.paste(resized, (int(rng.integers(0, free[0] + 1)), int(rng.integers(0, free[1] + 1))))
        for _ in range(3):
            left, top = (
                int(rng.integers(0, canvas.width - PATCH_SIDE + 1)),
                int(rng.integers(0, canvas.height - PATCH_SIDE + 1)),
            )
            crop = np.asarray(canvas.crop((left, top, left + PATCH_SIDE, top + PATCH_SIDE)))
            if crop.std() > 8:
                break
        yield crop


def _clean_patches(path: Path, rng: Rng) -> Iterator[Bytes]:
    """Clean squares (128, 128, 3): of a drawing, synthetic, or bare; some of them soft."""
    synthetic = [draw_synthetic(rng, PATCH_SIDE) for _ in range(2)]
    if rng.random() < 0.35:
        flat = rng.choice(256, 3) if rng.random() < 0.4 else np.full(3, 255 * (rng.random() < 0.85))
        synthetic.append(np.broadcast_to(flat.astype(np.uint8), (PATCH_SIDE, PATCH_SIDE, 3)).copy())
    if rng.random() < 0.4:
        shapes = draw_shape_picture(int(rng.integers(2**31)))
        top, left = (int(rng.integers(0, max(1, side - PATCH_SIDE + 1))) for side in shapes.shape[:2])
        part = shapes[top : top + PATCH_SIDE, left : left + PATCH_SIDE]
        synthetic.append(
            np.pad(part, [(0, PATCH_SIDE - part.shape[0]), (0, PATCH_SIDE - part.shape[1]), (0, 0)], mode="edge")
        )
    for patch in (*_crops(path, rng), *synthetic):
        if rng.random() < 0.2:
            soft = Image.fromarray(patch).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))
            yield np.asarray(soft)
        else:
            yield patch


def _damage_patch(clean: Bytes, rng: Rng) -> tuple[Bytes, Bytes, Bytes]:
    """Damage a clean square.

    One in eight stays as it is. One in six gets white noise, which scanners hardly make but every denoiser is compared
    by. Of the others, two thirds have no damage of light and paper, as if the light had been evened out before.

    Returns:
        The damaged square (128, 128, 3), its layers (128, 128, 9), and its defects (128, 128, 1), 0 or 255.
    """
    case, no_defects = rng.random(), np.zeros((*clean.shape[:2], 1), np.uint8)
    if case < 0.12:
        return clean, np.concatenate([clean] * 3, 2), no_defects
    if case < 0.28:
        sigma = rng.uniform(2, 55)
        noisy = clean + rng.standard_normal(clean.shape, np.float32) * sigma
        return noisy.clip(0, 255).round().astype(np.uint8), np.concatenate([clean] * 3, 2), no_defects
    kinds = TRAINING_KINDS - {"paper", "light"} if rng.random() < 0.65 else TRAINING_KINDS
    damaged = damage_scan(clean, float(rng.choice(RESOLUTIONS)), rng, kinds)
    layers = np.concatenate([damaged.with_specks, damaged.with_stains, damaged.with_light], 2)
    return damaged.picture, layers, damaged.defects[..., None].astype(np.uint8) * 255


def _patches_of_drawing(job: tuple[Path, int]) -> Bytes:
    """Make squares of one drawing with their layers and defects, (P, 13, 128, 128)."""
    torch.set_num_threads(1)
    path, seed = job
    rng = np.random.default_rng(seed)
    patches = [np.concatenate(_damage_patch(clean, rng), 2) for clean in _clean_patches(path, rng)]
    return np.stack(patches).transpose(0, 3, 1, 2)


def make_patches(folder: Path, count: int, seed: int = 0) -> Patches:
    """Make about this many squares in two processes. Another seed makes other squares."""
    paths = training_drawings(folder)
    rounds = len(paths) * 4  # every drawing is cut and damaged four times, each time differently
    jobs = [
        (paths[number % len(paths)], number + rounds * seed)
        for number in np.random.default_rng(seed).permutation(rounds)
    ]
    rows = np.empty((count, 13, PATCH_SIDE, PATCH_SIDE), np.uint8)
    done = 0
    with ProcessPoolExecutor(2) as pool:
        for batch in pool.map(_patches_of_drawing, jobs[: count // 6], chunksize=8):
            part = batch[: count - done]
            rows[done : done + len(part)] = part
            done += len(part)
    patches = torch.from_numpy(rows[:done])
    return Patches(patches[:, :3], patches[:, 3:12], patches[:, 12:])


def _make_page(path: Path, rng: Rng) -> Bytes:
    """A clean page (h, w, 3), its longer side 320 pixels: drawings on white, or synthetic art to its edges."""
    short = int(PAGE_SIDE * rng.uniform(0.6, 1))
    width, height = (PAGE_SIDE, short) if rng.random() < 0.5 else (short, PAGE_SIDE)
    if rng.random() < 0.25:
        return draw_synthetic(rng, PAGE_SIDE)[:height, :width]
    page = Image.new("RGB", (width, height), (255, 255, 255))
    if rng.random() < 0.06:
        return np.asarray(page)
    for _ in range(int(rng.integers(1, 4))):
        picture = Image.open(path).convert("RGBA")
        picture.thumbnail((int(width * rng.uniform(0.35, 1.05)), int(height * rng.uniform(0.35, 1.05))))
        free = width - picture.width, height - picture.height
        place = [int(rng.integers(min(0, length), max(0, length) + 1)) for length in free]
        page.paste(picture, (place[0], place[1]), picture)
    return np.asarray(page)


def _page_sample(job: tuple[Path, int]) -> tuple[Bytes, Bytes, Bytes]:
    """A thumbnail (3, 128, 128), its light (3, 16, 16) and its paper (1, 128, 128)."""
    torch.set_num_threads(1)
    path, seed = job
    rng = np.random.default_rng(seed)
    clean = _make_page(path, rng)
    kinds = (
        TRAINING_KINDS - INVISIBLE_IN_THUMBNAILS
        if rng.random() < 0.85
        else TRAINING_KINDS - INVISIBLE_IN_THUMBNAILS - {"paper", "light", "grain"}
    )
    damaged = damage_scan(clean, PAGE_SIDE / rng.uniform(150, 420) * 25.4, rng, kinds)
    bare = (clean.min(2) >= BARE_PAPER_LEVEL) & ~damaged.defects
    light = np.log(np.maximum(damaged.light, 0.02)) if bare.mean() > 0.12 else np.zeros(damaged.light.shape, np.float32)
    small, field, paper = (
        pad_to_square(downscale(picture, THUMBNAIL_SIDE), THUMBNAIL_SIDE)[0]
        for picture in (damaged.picture, light, bare[..., None] * 255.0)
    )
    coarse = functional.avg_pool2d(field, THUMBNAIL_SIDE // LIGHT_SIDE)
    return small.round().byte().numpy(), coarse.numpy(), paper.round().byte().numpy()


def make_pages(folder: Path, count: int) -> Pages:
    """Make this many pages in two processes."""
    paths = training_drawings(folder)
    chosen = np.random.default_rng(1).integers(0, len(paths), count).tolist()
    with ProcessPoolExecutor(2) as pool:
        samples = list(
            pool.map(_page_sample, [(paths[number], seed) for seed, number in enumerate(chosen)], chunksize=16)
        )
    return Pages(*(torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True)))
