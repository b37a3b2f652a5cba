"""How the shipped verdict on pairs was trained: on openclipart's training part, and copies and stages made of it.

    python -m experiments.recipes.train_pair_model --to pairs.safetensors

What it learns from is what it meets in a collection: the pairs that looks propose among many works with their copies
and stages, and other drawings. What was measured on other drawings is in `docs/log.md`.
"""

import argparse
import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from experiments.recipes.random_edits import RANDOM_EDITS, RANDOM_STAGES
from experiments.shared.openclipart import NEAR_BITS, STARS_FOLDER, Drawing, load_drawings
from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import hash_distances
from pochade.analysis.pair_features import PairInputs, pair_features, prepare_inputs
from pochade.analysis.registration import align
from pochade.embedding.embedder import shipped_embedder, square_tensors
from pochade.images.geometry.letterbox import Squares, make_squares
from pochade.images.io.read import read_preview
from pochade.models.checkpoints import save_model
from pochade.models.pair_model import PAIR_RELATIONS, PairModel
from pochade.organise.pair_scoring import propose_pairs
from pochade.training.loop import train
from pochade.training.recipe import Recipe

EMBEDDING_BATCH = 256  # views whose looks are made at once
SIDE = 256  # pixels of the longer side of what copies are made of
WORKS, OTHER_DRAWINGS, EDITS_PER_WORK, STAGES_PER_WORK = 1_500, 1_800, 4, 3
UNCLEAR_BITS = 60  # of 256 bits: drawings whose hashes differ by less may be one work, and teach nothing
RECIPE = Recipe("fast", 40, 512, "adam", 3e-3, one_cycle=True)


class EmbeddedViews(NamedTuple):
    """Drawings and what was made of them."""

    subjects: PairInputs
    looks: Tensor  # (N, 64)
    works: Tensor  # (N,)
    stages: Tensor  # (N,) 0 for the finished work and its copies, and a number for each stage


class DistinctDrawings(NamedTuple):
    """Drawings that no two look alike, and by how many bits their hashes differ."""

    load_drawings: list[Drawing]
    hash_distances: np.ndarray  # (D, D)


def _choose_distinct(known: list[Drawing], count: int) -> DistinctDrawings:
    """Drawings of the training part."""
    free = [drawing for drawing in known if not drawing.held_out and STARS_FOLDER not in drawing.path]
    random.Random(0).shuffle(free)
    bits = hash_distances(np.stack([drawing.squares.whole.pixels.mean(2) for drawing in free]))
    left: list[int] = []
    for number in range(len(free)):
        if len(left) < count and not (bits[number, left] < NEAR_BITS).any():
            left.append(number)
    return DistinctDrawings([free[number] for number in left], bits[np.ix_(left, left)])


def _make_versions(drawing: Drawing, chance: random.Random) -> list[tuple[Squares, int]]:
    """A drawing, copies and stages of it, and copies of some stages; each with its stage's number, 0 if finished."""
    whole = Image.fromarray(read_preview(Path(drawing.path), SIDE).pixels)
    made = [(whole, 0)] + [(chance.choice(RANDOM_EDITS)(whole, chance), 0) for _ in range(EDITS_PER_WORK)]
    for stage in range(1, STAGES_PER_WORK + 1):
        staged = chance.choice(RANDOM_STAGES)(whole, chance)
        made.append((staged, stage))
        if chance.random() < 0.4:
            made.append((chance.choice(RANDOM_EDITS)(staged, chance), stage))
    return [(make_squares(np.asarray(picture)), stage) for picture, stage in made]


def _embed_views(known: DistinctDrawings) -> EmbeddedViews:
    """Everything that is compared: versions of the first drawings, and the others as they are."""
    chance, nets = random.Random(1), shipped_embedder()
    made = [
        (number, *view)
        for number, drawing in enumerate(known.drawings)
        for view in (_make_versions(drawing, chance) if number < WORKS else [(drawing.squares, 0)])
    ]
    parts, looks = [], []
    for start in range(0, len(made), EMBEDDING_BATCH):
        squares = [squares.subject for _, squares, _ in made[start : start + EMBEDDING_BATCH]]
        looks.append(torch.from_numpy(nets.embed_batch(*square_tensors(squares))))
        parts.append(prepare_inputs([square.pixels for square in squares]))
    kept = PairInputs(*(torch.cat(each) for each in zip(*parts, strict=True)))
    numbers = torch.tensor([number for number, _, _ in made])
    return EmbeddedViews(kept, torch.cat(looks), numbers, torch.tensor([stage for _, _, stage in made]))


def _labelled_pairs(made: EmbeddedViews, known: DistinctDrawings) -> tuple[Tensor, Tensor]:
    """The pairs (P, 2) that looks propose, and the number of the right verdict on each (P,)."""
    pairs = torch.from_numpy(propose_pairs(made.looks.numpy(), np.arange(len(made.works)))[0])
    first, second = made.works[pairs].T
    bits = torch.from_numpy(known.apart)[first, second]
    clear = (first == second) | (bits >= UNCLEAR_BITS)
    stages = made.stages[pairs]
    verdicts = torch.where(stages[:, 0] == stages[:, 1], PAIR_RELATIONS.index("near"), PAIR_RELATIONS.index("version"))
    verdicts[first != second] = PAIR_RELATIONS.index("apart")
    return pairs[clear], verdicts[clear]


def _relation_loss(net: PairModel, numbers: Tensor, verdicts: Tensor) -> Tensor:
    """Cross-entropy of the verdicts; the loop gives numbers divided by 255, as it does with pictures."""
    return functional.cross_entropy(net(numbers * 255), verdicts)


def main() -> None:
    """Train the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    wanted = parser.parse_args()
    torch.manual_seed(0)
    known = _choose_distinct(load_drawings(wanted.drawings), WORKS + OTHER_DRAWINGS)
    made = _embed_views(known)
    pairs, verdicts = _labelled_pairs(made, known)
    with torch.inference_mode():
        overlay = align(made.subjects.edge_maps, pairs)
        numbers = pair_features(made.subjects.pixels, made.looks, pairs, overlay).clone()
    net = PairModel()
    net.middle.copy_(numbers.mean(0))
    net.spread.copy_(numbers.std(0))
    training = train(net, _relation_loss, (numbers, verdicts), RECIPE)
    print(f"{len(pairs)} pairs, loss {training.losses[-1]:.4f}", flush=True)
    save_model(wanted.to, net)


if __name__ == "__main__":
    main()
