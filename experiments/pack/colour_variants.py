"""Pairs of pictures that are variants of each other because their file names differ in the name of a colour only.

    tux_helmet_blue.png, tux_helmet_red.png  ──►  two works of a series

Their authors made them so, and nobody has to judge them by eye. They teach the pair model that an artist's colour
variants are not what a program makes of one picture.
"""

import random
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from PIL import Image

from experiments.shared.openclipart import file_digest

COLOUR = re.compile(
    "red|blue|green|yellow|purple|violet|pink|orange|brown|black|white|grey|gray|cyan|magenta|gold|golden|silver|lime|"
    "teal|turquoise|navy|maroon|aqua|beige"
)
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
MIN_SIDE = 40  # pixels; on smaller pictures there is little to compare
SERIES_PER_PACKAGE, PAIRS_PER_SERIES = 25, 3  # so that no package counts for more than its share

FilePair = tuple[Path, Path]


def find_colour_variants(folder: Path) -> list[FilePair]:
    """Find pairs of variants in a folder of packages, the same ones every time.

    Args:
        folder: It has a folder for each package.

    Returns:
        Pairs of files with different contents.
    """
    rng, pairs, contents = random.Random(0), list[FilePair](), set[frozenset[str]]()
    for package in sorted(path for path in folder.iterdir() if path.is_dir()):
        series = _colour_series(package)
        for files in rng.sample(series, min(SERIES_PER_PACKAGE, len(series))):
            all_pairs = list(combinations(files, 2))
            for pair in rng.sample(all_pairs, min(PAIRS_PER_SERIES, len(all_pairs))):
                hashes = frozenset(file_digest(path) for path in pair)
                if len(hashes) == len(pair) and hashes not in contents and _are_large(pair):
                    contents.add(hashes)
                    pairs.append(pair)
    return pairs


def _colour_series(package: Path) -> list[list[Path]]:
    """The files of a package whose paths differ in one colour only, sorted; two or more in each series."""
    series = defaultdict[tuple[Path, str], list[Path]](list)
    for path in sorted(package.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            parts = re.split(r"([^a-zA-Z]+)", path.name)
            for position, part in enumerate(parts):
                if COLOUR.fullmatch(part.lower()):
                    name = "".join((*parts[:position], "*", *parts[position + 1 :]))
                    series[path.parent, name].append(path)
    return [files for files in series.values() if len(files) > 1]


def _are_large(pair: FilePair) -> bool:
    for path in pair:
        with Image.open(path) as picture:
            if min(picture.size) < MIN_SIDE:
                return False
    return True
