"""Sheets to learn cleaning from: clean art cut small, what happens to it, and whole pages with their light."""

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

PATCH, PAGE, THUMBNAIL, LIGHT_SIDE = 128, 320, 128, 16  # pixels a side
RESOLUTIONS = (150, 200, 300, 300, 400, 600)  # dots per inch
CROPS_PER_DRAWING = 4  # patches cut of a drawing
BARE_PAPER_LEVEL = 248  # of 255: as white as paper
TRAINING_KINDS = DAMAGE_KINDS - HELD_OUT_KINDS
INVISIBLE_IN_THUMBNAILS = frozenset({"dust", "hairs"})  # to be seen on a thumbnail, and slow to draw by the thousand
Image.MAX_IMAGE_PIXELS = None  # only headers of the largest are read
Bytes = np.ndarray
Generator = np.random.Generator


class Patches(NamedTuple):
    """What the restorer is trained on."""

    pictures: Tensor  # (N, 3, 128, 128) uint8
    layers: Tensor  # (N, 9, 128, 128) uint8: before grain, before specks too, before smudges too
    defects: Tensor  # (N, 1, 128, 128) uint8, 0 or 255


class Pages(NamedTuple):
    """What the reader of pages is trained on."""

    thumbnails: Tensor  # (N, 3, 128, 128) uint8
    light: Tensor  # (N, 3, 16, 16), natural logarithm
    paper: Tensor  # (N, 1, 128, 128) uint8, 0 or 255


def _crops(path: Path, rng: Generator) -> Iterator[Bytes]:
    """Parts (128, 128, 3) of a drawing at random sizes, mostly where something is."""
    whole = open_on_ground(path, rng)
    for _ in range(CROPS_PER_DRAWING):
        share = rng.uniform(0.4, 1.0)
        size = [max(8, round(side * share)) for side in whole.size]
        part = whole.resize((size[0], size[1]), Image.Resampling.LANCZOS)
        large = Image.new("RGB", (max(PATCH, size[0]), max(PATCH, size[1])), whole.getpixel((0, 0)))
        rooms = large.width - size[0], large.height - size[1]
        large.paste(part, (int(rng.integers(0, rooms[0] + 1)), int(rng.integers(0, rooms[1] + 1))))
        for _ in range(3):
            left, top = int(rng.integers(0, large.width - PATCH + 1)), int(rng.integers(0, large.height - PATCH + 1))
            cut = np.asarray(large.crop((left, top, left + PATCH, top + PATCH)))
            if cut.std() > 8:
                break
        yield cut


def _clean_patches(path: Path, rng: Generator) -> Iterator[Bytes]:
    """Clean patches (128, 128, 3): of a drawing, of our own, of dead leaves, bare ones; some are soft by nature."""
    made = [draw_synthetic(rng, PATCH) for _ in range(2)]
    if rng.random() < 0.35:
        flat = rng.choice(256, 3) if rng.random() < 0.4 else np.full(3, 255 * (rng.random() < 0.85))
        made.append(np.broadcast_to(flat.astype(np.uint8), (PATCH, PATCH, 3)).copy())
    if rng.random() < 0.4:
        leaves = draw_shape_picture(int(rng.integers(2**31)))
        top, left = (int(rng.integers(0, max(1, side - PATCH + 1))) for side in leaves.shape[:2])
        part = leaves[top : top + PATCH, left : left + PATCH]
        made.append(np.pad(part, [(0, PATCH - part.shape[0]), (0, PATCH - part.shape[1]), (0, 0)], mode="edge"))
    for patch in (*_crops(path, rng), *made):
        if rng.random() < 0.2:
            soft = Image.fromarray(patch).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))
            yield np.asarray(soft)
        else:
            yield patch


def _damage_patch(clean: Bytes, rng: Generator) -> tuple[Bytes, Bytes, Bytes]:
    """A patch as the net meets it (128, 128, 3), its layers (128, 128, 9), and its defects (128, 128, 1).

    One in eight is left as it is, one in six gets white noise, which scanners hardly make but all denoisers are
    compared by. Of the others two thirds are as they are once the light has been evened out.
    """
    chance, nothing = rng.random(), np.zeros((*clean.shape[:2], 1), np.uint8)
    if chance < 0.12:
        return clean, np.concatenate([clean] * 3, 2), nothing
    if chance < 0.28:
        sigma = rng.uniform(2, 55)
        noisy = clean + rng.standard_normal(clean.shape, np.float32) * sigma
        return noisy.clip(0, 255).round().astype(np.uint8), np.concatenate([clean] * 3, 2), nothing
    families = TRAINING_KINDS - {"paper", "light"} if rng.random() < 0.65 else TRAINING_KINDS
    made = damage_scan(clean, float(rng.choice(RESOLUTIONS)), rng, families)
    layers = np.concatenate([made.with_specks, made.with_stains, made.with_light], 2)
    return made.picture, layers, made.defects[..., None].astype(np.uint8) * 255


def _patches_of_drawing(job: tuple[Path, int]) -> Bytes:
    """Patches of one drawing with what is known of each, (P, 13, 128, 128)."""
    torch.set_num_threads(1)
    path, seed = job
    rng = np.random.default_rng(seed)
    made = [np.concatenate(_damage_patch(clean, rng), 2) for clean in _clean_patches(path, rng)]
    return np.stack(made).transpose(0, 3, 1, 2)


def make_patches(folder: Path, count: int, seed: int = 0) -> Patches:
    """About so many patches, made by two processes; others with another seed."""
    paths = training_drawings(folder)
    times = len(paths) * 4  # that a drawing is cut and harmed, each time otherwise
    jobs = [
        (paths[number % len(paths)], number + times * seed) for number in np.random.default_rng(seed).permutation(times)
    ]
    kept = np.empty((count, 13, PATCH, PATCH), np.uint8)
    done = 0
    with ProcessPoolExecutor(2) as pool:
        for some in pool.map(_patches_of_drawing, jobs[: count // 6], chunksize=8):
            part = some[: count - done]
            kept[done : done + len(part)] = part
            done += len(part)
    whole = torch.from_numpy(kept[:done])
    return Patches(whole[:, :3], whole[:, 3:12], whole[:, 12:])


def _make_page(path: Path, rng: Generator) -> Bytes:
    """A clean page (h, w, 3) with its longer side of 320 pixels: a drawing or some on it, or art to its edges."""
    short = int(PAGE * rng.uniform(0.6, 1))
    width, height = (PAGE, short) if rng.random() < 0.5 else (short, PAGE)
    if rng.random() < 0.25:
        return draw_synthetic(rng, PAGE)[:height, :width]
    page = Image.new("RGB", (width, height), (255, 255, 255))
    if rng.random() < 0.06:
        return np.asarray(page)
    for _ in range(int(rng.integers(1, 4))):
        picture = Image.open(path).convert("RGBA")
        picture.thumbnail((int(width * rng.uniform(0.35, 1.05)), int(height * rng.uniform(0.35, 1.05))))
        rooms = width - picture.width, height - picture.height
        place = [int(rng.integers(min(0, room), max(0, room) + 1)) for room in rooms]
        page.paste(picture, (place[0], place[1]), picture)
    return np.asarray(page)


def _page_sample(job: tuple[Path, int]) -> tuple[Bytes, Bytes, Bytes]:
    """A thumbnail (3, 128, 128), its light (3, 16, 16) and its paper (1, 128, 128)."""
    torch.set_num_threads(1)
    path, seed = job
    rng = np.random.default_rng(seed)
    clean = _make_page(path, rng)
    families = TRAINING_KINDS - INVISIBLE_IN_THUMBNAILS if rng.random() < 0.85 else TRAINING_KINDS - INVISIBLE_IN_THUMBNAILS - {"paper", "light", "grain"}
    made = damage_scan(clean, PAGE / rng.uniform(150, 420) * 25.4, rng, families)
    bare = (clean.min(2) >= BARE_PAPER_LEVEL) & ~made.defects
    light = np.log(np.maximum(made.light, 0.02)) if bare.mean() > 0.12 else np.zeros(made.light.shape, np.float32)
    small, field, paper = (
        pad_to_square(downscale(each, THUMBNAIL), THUMBNAIL)[0]
        for each in (made.picture, light, bare[..., None] * 255.0)
    )
    coarse = functional.avg_pool2d(field, THUMBNAIL // LIGHT_SIDE)
    return small.round().byte().numpy(), coarse.numpy(), paper.round().byte().numpy()


def make_pages(folder: Path, count: int) -> Pages:
    """So many pages, made by two processes."""
    paths = training_drawings(folder)
    chosen = np.random.default_rng(1).integers(0, len(paths), count).tolist()
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(_page_sample, [(paths[number], seed) for seed, number in enumerate(chosen)], chunksize=16))
    return Pages(*(torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True)))
