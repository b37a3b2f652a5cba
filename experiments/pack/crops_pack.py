"""The pack `crops`: clean squares and several encodings of each, for the artifact removers.

    square ──►──┬──►── lossless WebP
                ├──►──┤AVIF at random qualities├──►── avif_blobs
                └──►──┤shrunk, then AVIF├─────────►── preview_blobs

Most squares are cut from paintings; the others are drawings and synthetic ones, most of them painted over. A pair is
made by decoding only: a square, and one of its encodings. One of a preview is enlarged by `resize_bicubic` first.
"""

import io
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from experiments.pack.art_file_list import is_number_held_out, list_art_files
from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import Pack, PackEntry, join_blobs, write_pack
from experiments.recipes.art_files import ArtFiles
from experiments.recipes.clean_squares import painterly_square, painting_square
from pochade.archive.codecs.previews import preview_conditioning
from pochade.images.codecs.preview_reference import PREVIEW_SIDE

SIDE = 192  # pixels
SQUARES = 1_600
SEED = 71
PAINTING_SHARE = 0.7  # of the squares are cut from paintings
AVIFS_PER_SQUARE = 3
MIN_QUALITY, MAX_QUALITY = 8, 93  # of AVIF
SPEEDS = (4, 6, 6)  # of the AVIF encoder; Pochade encodes with 6
PREVIEWS_PER_SQUARE = 3
PREVIEW_SIDES = (56, 420)  # pixels of the longer side of a preview of a picture of 512 pixels
MIN_PREVIEW_QUALITY, MAX_PREVIEW_QUALITY = 3, 75
PREVIEW_SPEED = 6
Rng = np.random.Generator


class Encoding(NamedTuple):
    """A square as an AVIF file."""

    content: bytes
    conditioning: tuple[int, ...]  # of the artifact remover


class EncodedSquare(NamedTuple):
    """A clean square and its encodings."""

    clean: bytes  # of a lossless WebP file
    avifs: list[Encoding]
    previews: list[Encoding]


def write_crops(path: Path, art: Pack, drawings: Path, paintings: Path, processes: int | None = None) -> None:
    """Write the pack; one square in ten is cut from held-out pictures.

    Args:
        path: The file of the pack.
        art: The pack `art`, which says which pictures are used, and which of them are held out.
        drawings: Folder of openclipart's drawings.
        paintings: Folder of packages.
        processes: Worker processes; one for each core when None. The bytes do not depend on it.
    """
    training, held_out = (list_art_files(art, drawings, paintings, held_out=flag) for flag in (False, True))
    make_square = partial(encode_random_square, training=training, held_out=held_out)
    squares = map_in_order(make_square, range(SQUARES), "cut squares", processes)
    entries = [
        PackEntry(f"square {number}", square.clean, is_number_held_out(number), number)
        for number, square in enumerate(squares)
    ]
    extra = _join_encodings("avif", [square.avifs for square in squares])
    extra |= _join_encodings("preview", [square.previews for square in squares])
    write_pack(path, "crops", entries, extra)


def encode_random_square(number: int, training: ArtFiles, held_out: ArtFiles) -> EncodedSquare:
    """Cut the square of this number, and encode it several times."""
    rng = np.random.default_rng([SEED, number])
    files = held_out if is_number_held_out(number) else training
    is_painted = rng.random() < PAINTING_SHARE and bool(files.paintings)
    square = (painting_square if is_painted else painterly_square)(files, SIDE, rng)
    avifs = [_encode_square(square, rng) for _ in range(AVIFS_PER_SQUARE)]
    return EncodedSquare(
        encode_lossless(square), avifs, [_encode_preview(square, rng) for _ in range(PREVIEWS_PER_SQUARE)]
    )


def encode_lossless(pixels: np.ndarray) -> bytes:
    """Encode a picture (h, w, 3) uint8 as lossless WebP: 1 % larger than at the slowest setting, 40 times as fast."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", lossless=True, quality=75, method=4)
    return buffer.getvalue()


def encode_avif(pixels: np.ndarray, quality: int, speed: int) -> bytes:
    """Encode a picture (h, w, 3) uint8 as AVIF with full colour resolution, in one thread."""
    buffer, options = io.BytesIO(), {"quality": quality, "speed": speed}
    Image.fromarray(pixels).save(buffer, "AVIF", subsampling="4:4:4", max_threads=1, **options)
    return buffer.getvalue()


def _encode_square(square: np.ndarray, rng: Rng) -> Encoding:
    quality = int(rng.integers(MIN_QUALITY, MAX_QUALITY + 1))
    return Encoding(encode_avif(square, quality, int(rng.choice(SPEEDS))), (quality,))


def _encode_preview(square: np.ndarray, rng: Rng) -> Encoding:
    """Shrink a square as if it were cut from a picture of 512 pixels, and encode it."""
    side = round(SIDE * rng.uniform(*PREVIEW_SIDES) / PREVIEW_SIDE)
    quality = int(rng.integers(MIN_PREVIEW_QUALITY, MAX_PREVIEW_QUALITY + 1))
    small = np.asarray(Image.fromarray(square).resize((side, side), Image.Resampling.LANCZOS))
    conditioning = preview_conditioning(quality, (side, side), (SIDE, SIDE))
    return Encoding(encode_avif(small, quality, PREVIEW_SPEED), conditioning)


def _join_encodings(kind: str, encodings: list[list[Encoding]]) -> dict[str, Tensor]:
    """Arrays of all encodings of a kind: files, where they end, whose they are, and their conditioning."""
    every = [encoding for encodings_of_square in encodings for encoding in encodings_of_square]
    rows = [row for row, encodings_of_square in enumerate(encodings) for _ in encodings_of_square]
    blobs, ends = join_blobs([encoding.content for encoding in every])
    conditioning = torch.tensor([encoding.conditioning for encoding in every], dtype=torch.uint8)
    return {
        f"{kind}_blobs": blobs,
        f"{kind}_ends": ends,
        f"{kind}_rows": torch.tensor(rows),
        f"{kind}_conditioning": conditioning,
    }
