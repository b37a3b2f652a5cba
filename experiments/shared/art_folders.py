"""Collections to measure on: the drawings of the demonstration, and thousands of small random pictures."""

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.shared.paths import DRAWINGS
from experiments.shared.processes import ProcessUsage, measure_python

DEMO_FOLDERS = ("animals", "food", "people", "transportation")  # 1,450 drawings
LEARN = "import sys; from pochade import Collection; Collection.open(sys.argv[1], index=sys.argv[2]).learn(minutes=0)"
ORGANISE = (
    "import sys; from pochade import Collection\n"
    "if __name__ == '__main__': getattr(Collection.open(sys.argv[1], index=sys.argv[2]), sys.argv[3])()"
)


def copy_demo_drawings(target: Path) -> None:
    """Copy the four folders of openclipart that `make demo` learns."""
    for name in DEMO_FOLDERS:
        shutil.copytree(DRAWINGS / name, target / name)


def make_small_pictures(folder: Path, count: int) -> Path:
    """Fill a folder with this many different pictures of 48 x 48 pixels, and return the folder."""
    rng = np.random.default_rng(0)
    for number in range(count):
        subfolder = folder / f"{number // 1000:03d}"
        subfolder.mkdir(parents=True, exist_ok=True)
        blocks = Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8))
        blocks.resize((48, 48)).save(subfolder / f"{number}.png")
    return folder


def measure_learning(folder: Path, index: Path) -> ProcessUsage:
    """Run `learn` without fine-tuning in a process of its own."""
    return measure_python(LEARN, str(folder), str(index))


def measure_organising(folder: Path, index: Path, verb: str) -> ProcessUsage:
    """Run `families`, `groups` or `map` of a learnt collection in a process of its own."""
    return measure_python(ORGANISE, str(folder), str(index), verb)
