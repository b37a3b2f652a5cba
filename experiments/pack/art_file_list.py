"""The files whose pictures are in the pack `art`, from which squares and pages are cut at full size."""

from pathlib import Path

from PIL import Image

from experiments.pack.pack_file import Pack
from experiments.pack.picture_files import RASTER_SUFFIXES
from experiments.recipes.art_files import ArtFiles
from experiments.shared.openclipart import HELD_OUT_EVERY

MIN_DRAWING_SIDE, MAX_DRAWING_SIDE = 150, 1_600  # pixels of the longer side
MIN_PAINTING_SIDE, MAX_PAINTING_PIXELS = 96, 16_000_000  # of the shorter side; of the whole picture


def is_number_held_out(number: int) -> bool:
    """Whether the square or page of this number is made of held-out pictures: one in ten is."""
    return number % HELD_OUT_EVERY == 0


def list_art_files(art: Pack, drawings: Path, paintings: Path, *, held_out: bool) -> ArtFiles:
    """List the files of one side of the split that are neither too small nor too large.

    Args:
        art: The pack.
        drawings: Folder of openclipart's drawings.
        paintings: Folder of packages.
        held_out: Which side.
    """
    names = [name for name, flag in zip(art.names, art.held_out.tolist(), strict=True) if flag == held_out]
    clip_art = [drawings / name.split("/", 1)[1] for name in names if name.startswith("openclipart/")]
    others = [paintings / name for name in names if not name.startswith("openclipart/")]
    return ArtFiles(
        [path for path in clip_art if _fits_drawing(path)], [path for path in others if _fits_painting(path)]
    )


def _fits_drawing(path: Path) -> bool:
    with Image.open(path) as picture:
        return MIN_DRAWING_SIDE <= max(picture.size) <= MAX_DRAWING_SIDE


def _fits_painting(path: Path) -> bool:
    if path.suffix.lower() not in RASTER_SUFFIXES:
        return False
    with Image.open(path) as picture:
        short, long = sorted(picture.size)
        is_shallow = picture.mode[0] not in "IF"  # Pillow clips deeper pixels
    return is_shallow and short >= MIN_PAINTING_SIDE and short * long <= MAX_PAINTING_PIXELS
