"""The pack `pairs`: pictures for the pair model, and pairs among them that were judged by eye.

    names in art.pack ──►──┤some of each source├──►── works, to make edits, stages and variants of ──┐
    experiments/truth/ ──►── drawings and the relations of their pairs ─────────────────────────────┴──►── pairs.pack

`extra` has `is_work` (N,), which pictures are works, and `pairs` (P, 2), the rows of judged pairs, with `relations`
(P,), numbers of `pochade.models.pair_model.PAIR_RELATIONS`. Pairs whose kind isn't sure are left out, exact ones too.
"""

import io
from pathlib import Path

import torch
from PIL import Image

from experiments.pack.art_file_list import list_art_files
from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import Pack, PackEntry, write_pack
from experiments.shared.sampling import sample_evenly
from experiments.truth.natural_pairs import NaturalPair, load_natural_pairs
from pochade.images.io.read import read_preview
from pochade.models.pair_model import PAIR_RELATIONS

SIDE = 384  # pixels of the longer side
QUALITY = 90  # of WebP
DRAWINGS, OTHERS = 550, 350  # works to train on
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
    halves = {name: pair.half for pair in judged for name in pair.paths}
    works = _choose_works(art, drawings, paintings, avoid={drawings / name for name in halves})
    files = [work for work, _ in works] + [drawings / name for name in halves]
    held_out = [flag for _, flag in works] + [half == "held_out" for half in halves.values()]
    contents = map_in_order(encode_picture, files, "encode pictures", processes)
    entries = [
        PackEntry(file.name, content, flag, number)
        for number, (file, content, flag) in enumerate(zip(files, contents, held_out, strict=True))
    ]
    rows = {name: len(works) + position for position, name in enumerate(halves)}
    write_pack(path, "pairs", entries, _judged_tensors(judged, rows, len(works), len(entries)))


def _choose_works(art: Pack, drawings: Path, paintings: Path, avoid: set[Path]) -> list[tuple[Path, bool]]:
    """Choose the pictures from which others are made, and say which are held out."""
    works = []
    for held_out, counts in ((False, (DRAWINGS, OTHERS)), (True, (HELD_OUT_DRAWINGS, HELD_OUT_OTHERS))):
        listed = list_art_files(art, drawings, paintings, held_out=held_out)
        for paths, count in zip(listed, counts, strict=True):
            works += [(path, held_out) for path in sample_evenly([path for path in paths if path not in avoid], count)]
    return works


def _judged_tensors(
    judged: list[NaturalPair], rows: dict[str, int], works: int, pictures: int
) -> dict[str, torch.Tensor]:
    return {
        "is_work": torch.arange(pictures) < works,
        "pairs": torch.tensor([[rows[name] for name in pair.paths] for pair in judged]).view(-1, 2),
        "relations": torch.tensor([PAIR_RELATIONS.index(pair.kind) for pair in judged], dtype=torch.int64),
    }


def encode_picture(path: Path) -> bytes:
    """Read a picture as the product does, its longer side 384 pixels at most, and encode it as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(read_preview(path, SIDE).pixels).save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()
