"""The pack `scans`: clean squares for the cleaner and clean pages for the page model; training damages them.

drawings, paintings, synthetic ones ──►──┬──►── squares of 256 pixels
                                         └──►── pages of 320 pixels
"""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from experiments.pack.art_file_list import is_number_held_out, list_art_files
from experiments.pack.crops_pack import encode_lossless
from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import Pack, PackEntry, write_pack
from experiments.recipes.art_files import ArtFiles
from experiments.recipes.clean_pages import PAGE_SIDE, make_page, make_patch
from pochade.training.augment.scan_damage import MM_PER_INCH

PATCHES, PAGES = 2_400, 1_400
PATCH_SEED, PAGE_SEED = 72, 73
RESOLUTIONS = (150, 200, 300, 300, 400, 600)  # dots per inch at which patches might have been scanned
PAGE_MILLIMETRES = (150.0, 420.0)  # of a page's longer side


def write_scans(path: Path, art: Pack, drawings: Path, paintings: Path, processes: int | None = None) -> None:
    """Write the pack; one patch and one page in ten are made of held-out pictures.

    Args:
        path: The file of the pack.
        art: The pack `art`, which says which pictures are used, and which of them are held out.
        drawings: Folder of openclipart's drawings.
        paintings: Folder of packages.
        processes: Worker processes; one for each core when None. The bytes do not depend on it.
    """
    training, held_out = (list_art_files(art, drawings, paintings, held_out=flag) for flag in (False, True))
    entries, resolutions = list[PackEntry](), list[float]()
    for kind, make, count in (("patch", encode_patch, PATCHES), ("page", encode_page, PAGES)):
        encode = partial(make, training=training, held_out=held_out)
        for number, (content, dots_per_inch) in enumerate(
            map_in_order(encode, range(count), f"make {kind}", processes)
        ):
            entries.append(PackEntry(f"{kind} {number}", content, is_number_held_out(number), len(entries)))
            resolutions.append(dots_per_inch)
    is_page = torch.arange(len(entries)) >= PATCHES
    write_pack(path, "scans", entries, {"is_page": is_page, "dots_per_inch": torch.tensor(resolutions)})


def encode_patch(number: int, training: ArtFiles, held_out: ArtFiles) -> tuple[bytes, float]:
    """Make the patch of this number: a lossless WebP file, and the dots per inch at which it might be scanned."""
    rng = np.random.default_rng([PATCH_SEED, number])
    patch = make_patch(held_out if is_number_held_out(number) else training, rng)
    return encode_lossless(patch), float(rng.choice(RESOLUTIONS))


def encode_page(number: int, training: ArtFiles, held_out: ArtFiles) -> tuple[bytes, float]:
    """Make the page of this number: a lossless WebP file, and the dots per inch at which it might be scanned."""
    rng = np.random.default_rng([PAGE_SEED, number])
    page = make_page(held_out if is_number_held_out(number) else training, rng)
    return encode_lossless(page), PAGE_SIDE / float(rng.uniform(*PAGE_MILLIMETRES)) * MM_PER_INCH
