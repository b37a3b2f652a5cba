"""The pack `art`: whole pictures for the embedding, the sketch model, the generator and the pair model.

    openclipart ──►──┤training_split├──►── drawings ──┐
                                                      ├──►── art.pack
    packages ──►──┤distinct hashes├──►── pictures ────┘

The drawings are split as `experiments/shared/openclipart.py` says: those that show nearly what a held-out one shows are
left out. No other picture is near a drawing, nor are two of them near each other, so their own hashes split them.
"""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.pack.distinct_hashes import choose_distinct, hash_orientations
from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import PackEntry, write_pack
from experiments.pack.picture_files import is_intact, list_pictures, require_folder
from experiments.shared.openclipart import STARS_FOLDER, Drawing, is_held_out, load_drawings, training_split
from experiments.shared.perceptual_hash import perceptual_hashes
from pochade.errors import PictureUnreadable
from pochade.images.geometry.letterbox import letterbox
from pochade.images.io.read import read_preview

SIDE = 160  # pixels of the longer side
QUALITY = 88  # of WebP
HASHED_SIDE = 256  # pixels: the size at which openclipart's drawings are hashed
MAX_OTHERS = 8_000  # pictures that are not openclipart's
MAX_CANDIDATES = 14_000  # that are read, of as many hands as possible
MIN_DEVIATION = 14.0  # of 255: pictures whose values deviate by less are nearly empty
WHITE_LEVEL = 250  # of 255
MAX_WHITE_SHARE = 0.94  # of the pixels
MIN_SHORT_SIDE = 40  # pixels, of a picture of 256
MIN_CELLS = 6  # of a grid: the frames of an animation, mostly


def write_art(path: Path, drawings: Path, paintings: Path, processes: int | None = None) -> None:
    """Write the pack.

    Args:
        path: The file of the pack.
        drawings: Folder of openclipart's drawings.
        paintings: Folder of packages.
        processes: Worker processes; one for each core when None. The bytes do not depend on it.

    Raises:
        DataMissing: One of the folders is not there.
    """
    require_folder(drawings, "make drawings")
    require_folder(paintings, "make paintings")
    loaded = load_drawings(drawings)
    entries = drawing_entries(loaded, drawings, processes)
    known = perceptual_hashes(np.stack([drawing.grey for drawing in loaded]), 0, mirrored=False)
    first_group = max((entry.group for entry in entries), default=-1) + 1
    write_pack(path, "art", entries + other_entries(paintings, known, first_group, processes))


def drawing_entries(drawings: list[Drawing], folder: Path, processes: int | None = None) -> list[PackEntry]:
    """Encode the drawings that may be trained on or are held out, each content once, without the held-out stars."""
    training, kinds = training_split(drawings)
    held_out = [
        number for number, drawing in enumerate(drawings) if drawing.held_out and STARS_FOLDER not in drawing.path
    ]
    by_content = {drawings[number].content: number for number in sorted(training + held_out, reverse=True)}
    numbers = [number for number in sorted(by_content.values()) if is_intact(Path(drawings[number].path))]
    paths = [Path(drawings[number].path) for number in numbers]
    contents = map_in_order(encode_preview, paths, "encode drawings", processes)
    return [
        PackEntry(
            f"openclipart/{path.relative_to(folder).as_posix()}", content, drawings[number].held_out, kinds[number]
        )
        for number, path, content in zip(numbers, paths, contents, strict=True)
    ]


def other_entries(root: Path, known: np.ndarray, first_group: int, processes: int | None = None) -> list[PackEntry]:
    """Encode pictures of packages that differ from each other and from the drawings.

    Args:
        root: Folder of packages.
        known: Upright hashes of all drawings, (D, 256).
        first_group: The group of the first picture; all are in groups of their own.
        processes: Worker processes.
    """
    files = list_pictures(root, processes)[:MAX_CANDIDATES]
    hashes = map_in_order(hash_picture, [file.path for file in files], "read pictures", processes)
    usable = [(file, bits) for file, bits in zip(files, hashes, strict=True) if bits is not None]
    if not usable:
        return []
    rows = choose_distinct(np.stack([bits for _, bits in usable]), known, MAX_OTHERS)
    print(f"of {len(usable)} usable pictures, {len(rows)} differ from all before", file=sys.stderr, flush=True)
    chosen = sorted((usable[row][0] for row in rows), key=lambda file: file.name)
    contents = map_in_order(encode_preview, [file.path for file in chosen], "encode pictures", processes)
    return [
        PackEntry(file.name, content, is_held_out(file.content), first_group + number)
        for number, (file, content) in enumerate(zip(chosen, contents, strict=True))
    ]


def encode_preview(path: Path) -> bytes:
    """Read a picture as the product does, on white, its longer side 160 pixels at most, and encode it as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(read_preview(path, SIDE).pixels).save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()


def hash_picture(path: Path) -> np.ndarray | None:
    """Hash a picture in all orientations, (8, 256) int8; None if it isn't art or, after a message, can't be read."""
    try:
        pixels = read_preview(path, HASHED_SIDE).pixels
    except PictureUnreadable as error:
        print(f"left out: {error.sentence}", file=sys.stderr)
        return None
    return hash_orientations(letterbox(pixels).pixels.mean(2)) if shows_one_thing(pixels) else None


def shows_one_thing(pixels: np.ndarray) -> bool:
    """Whether a picture (h, w, 3) uint8 is neither too small, nor nearly empty, nor a grid of small pictures."""
    white = pixels.min(2) > WHITE_LEVEL
    rows, columns = (_count_bands(white.all(axis)) for axis in (1, 0))
    is_grid = min(rows, columns) > 1 and rows * columns >= MIN_CELLS
    is_drawn = pixels.std() > MIN_DEVIATION and white.mean() < MAX_WHITE_SHARE
    return min(pixels.shape[:2]) >= MIN_SHORT_SIDE and bool(is_drawn) and not is_grid


def _count_bands(is_blank: np.ndarray) -> int:
    """How many bands of lines that are not blank there are, given for each line (L,) whether it is blank."""
    return int((np.diff(is_blank.astype(int), prepend=1) == -1).sum())
