"""Squares cut from painted pictures: the art of free games and desktops, from seventeen of Debian's packages.

    bash experiments/recipes/fetch-paintings.sh FOLDER        # 2 GB, without root
    python -m experiments.recipes.paintings FOLDER sheet.png  # a contact sheet

Even repainted clip art differs from what people paint, and nobody's portfolio may be taken. These pictures are free to
use and by many hands; digital brushwork, renderings and scans are among them. Wesnoth's figures are left out, because
the artifact removers are measured on them (`make figures`).
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.recipes.source_drawings import open_on_ground
from experiments.shared.contact_sheet import contact_sheet

SIDE = 192  # pixels of a square
MIN_SIDE = 96  # pixels of a picture's shorter side
MAX_PIXELS = 16_000_000  # of a picture
MIN_DEVIATION = 20  # of 255: a square whose values deviate by less is nearly empty
CROPS_PER_PICTURE = 6
FULL_SIZE_SHARE = 0.6  # of the lossless pictures are used at their own size
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
Bytes = np.ndarray
Rng = np.random.Generator
Packages = list[list[list[Path]]]  # for each package, for each of its folders: the files


def find_paintings(root: Path) -> Packages:
    """List the usable pictures of all packages below a folder."""
    packages = [
        [_usable_pictures(folder) for folder in [package, *package.rglob("*/")]] for package in sorted(root.iterdir())
    ]
    return [folders for package in packages if (folders := [files for files in package if files])]


def _usable_pictures(folder: Path) -> list[Path]:
    """The usable pictures of a folder itself, without those of its subfolders."""
    files = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES and not path.is_symlink())
    return [path for path in files if _has_usable_size(path)]


def _has_usable_size(path: Path) -> bool:
    """Whether a picture is large enough to cut from, and not too large to read quickly."""
    try:
        with Image.open(path) as picture:
            return min(picture.size) >= MIN_SIDE and picture.width * picture.height <= MAX_PIXELS
    except (OSError, Image.DecompressionBombError):
        return False


def _pick_painting(packages: Packages, rng: Rng) -> Path:
    """Pick a picture: packages weigh as the square root of their pictures, the folders of a package equally."""
    shares = np.sqrt([sum(map(len, folders)) for folders in packages])
    folders = packages[int(rng.choice(len(packages), p=shares / shares.sum()))]
    files = folders[int(rng.integers(len(folders)))]
    return files[int(rng.integers(len(files)))]


def crop_painting(packages: Packages, rng: Rng) -> Bytes:
    """Cut a square (S, S, 3) with something on it from a random picture."""
    while True:
        painting = _open_at_random_size(_pick_painting(packages, rng), rng)
        for _ in range(CROPS_PER_PICTURE):
            left, top = (int(rng.integers(0, side - SIDE + 1)) for side in painting.size)
            crop = np.asarray(painting.crop((left, top, left + SIDE, top + SIDE)))
            if crop.std() > MIN_DEVIATION:
                return crop


def _open_at_random_size(path: Path, rng: Rng) -> Image.Image:
    """Open a picture on a ground, at least as large as a square. Lossy ones are halved, which hides artifacts."""
    picture = open_on_ground(path, rng)
    lossy = path.suffix.lower() != ".png"
    scale = rng.uniform(0.3, 0.5) if lossy else 1.0 if rng.random() < FULL_SIZE_SHARE else rng.uniform(0.4, 1.0)
    scale = max(scale, min(1.0, MIN_SIDE / min(picture.size)))
    width, height = (max(8, round(side * scale)) for side in picture.size)
    resized = picture.resize((width, height), Image.Resampling.LANCZOS) if scale < 1 else picture
    canvas = Image.new("RGB", (max(SIDE, width), max(SIDE, height)), picture.getpixel((0, 0)))
    canvas.paste(resized, ((canvas.width - width) // 2, (canvas.height - height) // 2))
    return canvas


def _contact_sheet(root: Path, columns: int = 8, rows: int = 6) -> Image.Image:
    packages, rng = find_paintings(root), np.random.default_rng(0)
    return contact_sheet([[crop_painting(packages, rng) for _ in range(columns)] for _ in range(rows)])


if __name__ == "__main__":
    _contact_sheet(Path(sys.argv[1])).save(sys.argv[2])
