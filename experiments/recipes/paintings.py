"""Parts of painted pictures: what free games and desktops come with, from seventeen of Debian's packages.

    bash recipes/fetch-paintings.sh FOLDER        # 2 GB, without root
    python -m experiments.recipes.paintings FOLDER sheet.png  # a contact sheet

Clip art, even painted over by us, is not what a painter paints; and nobody's portfolio may be taken. These are free to
use, by many hands, digital brushes, renderings and scans among them. Wesnoth's figures are not: they are what the
restorers are measured on (`make figures`).
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.recipes.source_drawings import open_on_ground

SIDE = 192  # pixels of a part
MIN_SIDE, MAX_PIXELS = 96, 16_000_000  # pixels: of the shorter side, and of all
MIN_DEVIATION = 20  # deviation of a part's values, of 255, from which something is on it
CROPS_PER_PICTURE = 6
FULL_SIZE_SHARE = 0.6  # share of the pictures seen at their own size, if no coder took anything from them before
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
Bytes = np.ndarray
Generator = np.random.Generator
Folders = list[list[list[Path]]]  # files of folders of packages


def find_paintings(home: Path) -> Folders:
    """The pictures of all packages below a folder that are large enough to cut from, by package and folder."""
    packages = [[_usable_pictures(folder) for folder in [package, *package.rglob("*/")]] for package in sorted(home.iterdir())]
    return [found for package in packages if (found := [folder for folder in package if folder])]


def _usable_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder, without those below, that are neither too small nor too large."""
    files = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES and not path.is_symlink())
    return [path for path in files if _has_usable_size(path)]


def _has_usable_size(path: Path) -> bool:
    """Whether a picture is large enough to cut from, and no larger than is quickly read."""
    try:
        with Image.open(path) as picture:
            return min(picture.size) >= MIN_SIDE and picture.width * picture.height <= MAX_PIXELS
    except (OSError, Image.DecompressionBombError):
        return False


def _pick_painting(packages: Folders, rng: Generator) -> Path:
    """One of them: packages are as likely as the root of how many pictures they have, each folder of one equally."""
    shares = np.sqrt([sum(map(len, folders)) for folders in packages])
    folders = packages[int(rng.choice(len(packages), p=shares / shares.sum()))]
    files = folders[int(rng.integers(len(folders)))]
    return files[int(rng.integers(len(files)))]


def crop_painting(packages: Folders, rng: Generator) -> Bytes:
    """A part (S, S, 3) of any of them, on which something is."""
    while True:
        whole = _open_at_random_size(_pick_painting(packages, rng), rng)
        for _ in range(CROPS_PER_PICTURE):
            left, top = (int(rng.integers(0, side - SIDE + 1)) for side in whole.size)
            part = np.asarray(whole.crop((left, top, left + SIDE, top + SIDE)))
            if part.std() > MIN_DEVIATION:
                return part


def _open_at_random_size(path: Path, rng: Generator) -> Image.Image:
    """A picture on a ground, no smaller than a part; coded ones are halved, unless small, which hides what is lost."""
    whole = open_on_ground(path, rng)
    coded = path.suffix.lower() != ".png"
    share = rng.uniform(0.3, 0.5) if coded else 1.0 if rng.random() < FULL_SIZE_SHARE else rng.uniform(0.4, 1.0)
    share = max(share, min(1.0, MIN_SIDE / min(whole.size)))
    width, height = (max(8, round(side * share)) for side in whole.size)
    part = whole.resize((width, height), Image.Resampling.LANCZOS) if share < 1 else whole
    large = Image.new("RGB", (max(SIDE, width), max(SIDE, height)), whole.getpixel((0, 0)))
    large.paste(part, ((large.width - width) // 2, (large.height - height) // 2))
    return large


def _contact_sheet(home: Path, columns: int = 8, rows: int = 6) -> Image.Image:
    """Some parts."""
    packages, rng = find_paintings(home), np.random.default_rng(0)
    parts = [[crop_painting(packages, rng) for _ in range(columns)] for _ in range(rows)]
    return Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in parts]))


if __name__ == "__main__":
    _contact_sheet(Path(sys.argv[1])).save(sys.argv[2])
