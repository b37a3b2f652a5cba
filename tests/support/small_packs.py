"""Small data packs of drawings, for tests of what reads packs."""

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from experiments.pack.pack_file import PackEntry, join_blobs, write_pack
from pochade.archive.codecs.previews import preview_conditioning
from pochade.models.model_configs import PAIR_RELATIONS
from tests.support.drawings import drawing

PICTURES, HELD_OUT_EVERY = 32, 4
CROP_SIDE, PATCH_SIDE, PAGE_SIDE = 192, 128, 320  # pixels
QUALITIES = (20, 60)
PREVIEW_SIDES = (60, 120)  # pixels


def encoded(picture: Image.Image, file_format: str, **options: object) -> bytes:
    """The file of a picture."""
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def entry(picture: Image.Image, number: int) -> PackEntry:
    """A picture as an entry; one in four is held out."""
    content = encoded(picture, "WEBP", lossless=True)
    folder = "openclipart" if number < PICTURES // 2 else "package"
    return PackEntry(f"{folder}/{number}.png", content, number % HELD_OUT_EVERY == 0, number)


def write_small_packs(folder: Path) -> None:
    """Write packs of all purposes to a folder."""
    drawings = [drawing(seed, PAGE_SIDE) for seed in range(PICTURES)]
    art = [picture.resize((160, 120 + number)) for number, picture in enumerate(drawings)]
    write_pack(folder / "art.pack", "art", [entry(picture, number) for number, picture in enumerate(art)])
    write_crops(folder / "crops.pack", [picture.crop((60, 60, 252, 252)) for picture in drawings])
    write_scans(folder / "scans.pack", drawings)
    write_pairs(folder / "pairs.pack", drawings)


def write_crops(path: Path, squares: list[Image.Image]) -> None:
    """Write a pack of squares with two AVIF encodings and two previews of each."""
    avif = [encoded(square, "AVIF", quality=quality, speed=9) for square in squares for quality in QUALITIES]
    small = [square.resize((side, side)) for square in squares for side in PREVIEW_SIDES]
    previews = [encoded(square, "AVIF", quality=QUALITIES[0], speed=9) for square in small]
    conditioning = [preview_conditioning(QUALITIES[0], square.size, squares[0].size) for square in small]
    extra = {
        "avif_conditioning": torch.tensor(QUALITIES * len(squares), dtype=torch.uint8).view(-1, 1),
        "preview_conditioning": torch.tensor(conditioning, dtype=torch.uint8),
    }
    for kind, contents in (("avif", avif), ("preview", previews)):
        extra[f"{kind}_blobs"], extra[f"{kind}_ends"] = join_blobs(contents)
        extra[f"{kind}_rows"] = torch.arange(len(squares)).repeat_interleave(2)
    write_pack(path, "crops", [entry(square, number) for number, square in enumerate(squares)], extra)


def write_pairs(path: Path, drawings: list[Image.Image]) -> None:
    """Write a pack of works, and of pairs of two of them: the second one mirrored, or another drawing, or a variant."""
    mirrored = [ImageOps.mirror(picture) for picture in drawings[:8]]
    entries = [entry(picture, number) for number, picture in enumerate(drawings + mirrored)]
    pairs = [[number, len(drawings) + number] for number in range(8)] + [[1, 2], [5, 6], [1, 3], [2, 3]]
    names = ["edit"] * 8 + ["different"] * 2 + ["variant"] * 2
    extra = {
        "is_work": torch.arange(len(entries)) < len(drawings),
        "pairs": torch.tensor(pairs),
        "relations": torch.tensor([PAIR_RELATIONS.index(name) for name in names]),
        "judged": torch.tensor([name != "variant" for name in names]),
    }
    write_pack(path, "pairs", entries, extra)


def write_scans(path: Path, drawings: list[Image.Image]) -> None:
    """Write a pack of clean pages, which are higher than wide, and of clean squares cut from them."""
    pages = [
        Image.fromarray(np.asarray(picture)[:, : PAGE_SIDE - 4 * number]) for number, picture in enumerate(drawings)
    ]
    patches = [picture.crop((96, 96, 96 + PATCH_SIDE, 96 + PATCH_SIDE)) for picture in drawings]
    entries = [entry(picture, number % PICTURES) for number, picture in enumerate(pages + patches)]
    is_page = torch.arange(len(entries)) < len(pages)
    write_pack(path, "scans", entries, {"is_page": is_page, "dots_per_inch": torch.full((len(entries),), 300.0)})
