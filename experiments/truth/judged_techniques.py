"""Pictures whose technique was judged by eye: sixty each of line art, pencil, flat colour, painted and photo.

README.md says how they were chosen and judged.
"""

import json
import shutil
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image

from experiments.recipes.pencil_copies import draw_pencil_copy
from experiments.shared.paths import DRAWINGS

TECHNIQUES = Path(__file__).with_name("techniques.json")


class JudgedTechnique(NamedTuple):
    """A picture, and its technique as a person would call it."""

    path: str  # below `~/.cache/pochade`
    technique: str
    half: Literal["train", "held_out"]
    seed: int | None = None  # of the pencil copy that is judged in the picture's place


def load_judged_techniques() -> list[JudgedTechnique]:
    """Read every judged picture, sorted by technique and path."""
    return [JudgedTechnique(**picture) for picture in json.loads(TECHNIQUES.read_text(encoding="utf-8"))["pictures"]]


def write_judged_pictures(judged: list[JudgedTechnique], folder: Path) -> list[Path]:
    """Copy judged pictures to a folder, and draw the pencil copies; return the path of each, in the same order."""
    paths = []
    for number, picture in enumerate(judged):
        source = DRAWINGS.parent / picture.path
        paths.append(folder / f"{number:03d}{'.png' if picture.seed is not None else source.suffix}")
        if picture.seed is None:
            shutil.copyfile(source, paths[-1])
        else:
            copy = draw_pencil_copy(np.random.default_rng(picture.seed), Image.open(source))
            Image.fromarray(copy).save(paths[-1])
    return paths
