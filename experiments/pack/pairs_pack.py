"""The pack `pairs`: pictures for the pair model, and pairs among them whose relation is known.

    names in art.pack ──►──┤some of each source├──►── works, to make edits, stages and variants of ──┐
    experiments/truth/ ──►── drawings, and the relations of their pairs ────────────────────────────┼──►── pairs.pack
    file names ──►── colour variants ───────────────────────────────────────────────────────────────┘

`extra` has `is_work` (N,), which pictures are works, and `pairs` (P, 2), the rows of natural pairs, with `relations`
(P,), numbers of `pochade.models.pair_model.PAIR_RELATIONS`, and `judged` (P,), whether they were judged by eye. Judged
pairs whose kind isn't sure are left out, exact ones too.
"""

import io
from pathlib import Path

import torch
from PIL import Image

from experiments.pack.art_file_list import list_art_files
from experiments.pack.colour_variants import find_colour_variants
from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import Pack, PackEntry, write_pack
from experiments.shared.sampling import sample_evenly
from experiments.truth.natural_pairs import load_natural_pairs
from pochade.images.io.read import read_preview
from pochade.models.model_configs import PAIR_RELATIONS

SIDE = 384  # pixels of the longer side
QUALITY = 90  # of WebP
DRAWINGS, OTHERS = 800, 320  # works to train on
HELD_OUT_DRAWINGS, HELD_OUT_OTHERS = 120, 60


def write_pairs(path: Path, art: Pack, drawings: Path, paintings: Path, processes: int | None = None) -> None:
    """Write the pack.

    Args:
        path: The file of the pack.
        art: The pack `art`, which says which pictures are used, and which of them are held out.
        drawings: Folder of openclipart's drawings.
        paintings: Folder of packages.
        processes: Worker processes; one for each core when None. The bytes do not depend on it.
    """
    judged = [pair for pair in load_natural_pairs() if pair.sure and pair.kind in PAIR_RELATIONS]
    judged = [pair for pair in judged if all((drawings / name).exists() for name in pair.paths)]
    halves = {drawings / name: pair.half for pair in judged for name in pair.paths}
    works = _choose_works(art, drawings, paintings, avoid=set(halves))
    held_out_files = {path for path, flag in works if flag}
    named = [pair for pair in find_colour_variants(paintings) if held_out_files.isdisjoint(pair)]
    natural = list(halves) + sorted({path for pair in named for path in pair})
    files = [work for work, _ in works] + natural
    held_out = [flag for _, flag in works] + [halves.get(path) == "held_out" for path in natural]
    contents = map_in_order(encode_picture, files, "encode pictures", processes)
    entries = [
        PackEntry(file.name, content, flag, number)
        for number, (file, content, flag) in enumerate(zip(files, contents, held_out, strict=True))
    ]
    rows = {path: len(works) + position for position, path in enumerate(natural)}
    relations = [(drawings / pair.paths[0], drawings / pair.paths[1], pair.kind) for pair in judged]
    relations += [(*pair, "variant") for pair in named]
    extra = {
        "is_work": torch.arange(len(entries)) < len(works),
        "pairs": torch.tensor([[rows[first], rows[second]] for first, second, _ in relations]).view(-1, 2),
        "relations": torch.tensor([PAIR_RELATIONS.index(kind) for *_, kind in relations], dtype=torch.int64),
        "judged": torch.arange(len(relations)) < len(judged),
    }
    write_pack(path, "pairs", entries, extra)


def _choose_works(art: Pack, drawings: Path, paintings: Path, avoid: set[Path]) -> list[tuple[Path, bool]]:
    """Choose the pictures from which others are made, and say which are held out."""
    works = []
    for held_out, counts in ((False, (DRAWINGS, OTHERS)), (True, (HELD_OUT_DRAWINGS, HELD_OUT_OTHERS))):
        listed = list_art_files(art, drawings, paintings, held_out=held_out)
        for paths, count in zip(listed, counts, strict=True):
            works += [(path, held_out) for path in sample_evenly([path for path in paths if path not in avoid], count)]
    return works


def encode_picture(path: Path) -> bytes:
    """Read a picture as the product does, its longer side 384 pixels at most, and encode it as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(read_preview(path, SIDE).pixels).save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()
