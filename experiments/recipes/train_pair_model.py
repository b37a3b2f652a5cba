"""Trains the shipped pair model on the training drawings of openclipart, and on edits and stages of them.

    python -m experiments.recipes.train_pair_model --to pairs.safetensors

It learns from the pairs that it would meet in a collection: those that embeddings propose among many works with their
edits and stages, and among other drawings. Results on held-out drawings are in `docs/log.md`.
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
from experiments.shared.perceptual_hash import distinct_rows, hash_distances
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

EMBEDDING_BATCH = 256  # views that are embedded at once
SIDE = 256  # pixels of the longer side of the drawings that are edited
WORKS, OTHER_DRAWINGS, EDITS_PER_WORK, STAGES_PER_WORK = 1_500, 1_800, 4, 3
UNCLEAR_BITS = 60  # of 256: drawings whose hashes differ by less may be one work, so their pairs are left out
RECIPE = Recipe("fast", 40, 512, "adam", 3e-3, one_cycle=True)


class EmbeddedViews(NamedTuple):
    """Drawings with their edits and stages, embedded."""

    subjects: PairInputs
    embeddings: Tensor  # (N, 64)
    works: Tensor  # (N,) the number of the drawing
    stages: Tensor  # (N,) 0 for the finished work and its edits, and a number for each stage


class DistinctDrawings(NamedTuple):
    """Drawings that are all different."""

    drawings: list[Drawing]
    distances: np.ndarray  # (D, D) by how many bits their hashes differ


def _choose_distinct(drawings: list[Drawing], count: int) -> DistinctDrawings:
    """Choose drawings of the training part at random."""
    candidates = [drawing for drawing in drawings if not drawing.held_out and STARS_FOLDER not in drawing.path]
    random.Random(0).shuffle(candidates)
    distances = hash_distances(np.stack([drawing.grey for drawing in candidates]))
    chosen = distinct_rows(distances < NEAR_BITS, count)
    return DistinctDrawings([candidates[row] for row in chosen], distances[np.ix_(chosen, chosen)])


def _make_versions(drawing: Drawing, rng: random.Random) -> list[tuple[Squares, int]]:
    """Make edits and stages of a drawing, and edits of some stages; each with the stage's number, 0 if finished."""
    whole = Image.fromarray(read_preview(Path(drawing.path), SIDE).pixels)
    versions = [(whole, 0)] + [(rng.choice(RANDOM_EDITS)(whole, rng), 0) for _ in range(EDITS_PER_WORK)]
    for number in range(1, STAGES_PER_WORK + 1):
        stage = rng.choice(RANDOM_STAGES)(whole, rng)
        versions.append((stage, number))
        if rng.random() < 0.4:
            versions.append((rng.choice(RANDOM_EDITS)(stage, rng), number))
    return [(make_squares(np.asarray(picture)), number) for picture, number in versions]


def _embed_views(distinct: DistinctDrawings) -> EmbeddedViews:
    """Embed everything that is compared: versions of the first drawings, and the other drawings as they are."""
    rng, embedder = random.Random(1), shipped_embedder()
    views = [
        (work, *view)
        for work, drawing in enumerate(distinct.drawings)
        for view in (_make_versions(drawing, rng) if work < WORKS else [(drawing.squares, 0)])
    ]
    inputs, embeddings = [], []
    for start in range(0, len(views), EMBEDDING_BATCH):
        squares = [squares.subject for _, squares, _ in views[start : start + EMBEDDING_BATCH]]
        embeddings.append(torch.from_numpy(embedder.embed_batch(*square_tensors(squares))))
        inputs.append(prepare_inputs([square.pixels for square in squares]))
    subjects = PairInputs(*(torch.cat(parts) for parts in zip(*inputs, strict=True)))
    works = torch.tensor([work for work, _, _ in views])
    return EmbeddedViews(subjects, torch.cat(embeddings), works, torch.tensor([stage for _, _, stage in views]))


def _labelled_pairs(views: EmbeddedViews, distances: np.ndarray) -> tuple[Tensor, Tensor]:
    """The pairs (P, 2) that embeddings propose, and the number of each pair's relation (P,)."""
    pairs = torch.from_numpy(propose_pairs(views.embeddings.numpy(), np.arange(len(views.works)))[0])
    first, second = views.works[pairs].T
    bits = torch.from_numpy(distances)[first, second]
    clear = (first == second) | (bits >= UNCLEAR_BITS)
    stages = views.stages[pairs]
    relations = torch.where(stages[:, 0] == stages[:, 1], PAIR_RELATIONS.index("near"), PAIR_RELATIONS.index("version"))
    relations[first != second] = PAIR_RELATIONS.index("apart")
    return pairs[clear], relations[clear]


def _relation_loss(model: PairModel, features: Tensor, relations: Tensor) -> Tensor:
    """Cross-entropy of the relations. The training loop divides all inputs by 255, as if they were pixels."""
    return functional.cross_entropy(model(features * 255), relations)


def main() -> None:
    """Train the pair model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True, help="file for the weights")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    options = parser.parse_args()
    torch.manual_seed(0)
    distinct = _choose_distinct(load_drawings(options.drawings), WORKS + OTHER_DRAWINGS)
    views = _embed_views(distinct)
    pairs, relations = _labelled_pairs(views, distinct.distances)
    with torch.inference_mode():
        alignment = align(views.subjects.edge_maps, pairs)
        features = pair_features(views.subjects.pixels, views.embeddings, pairs, alignment).clone()
    model = PairModel()
    model.middle.copy_(features.mean(0))
    model.spread.copy_(features.std(0))
    training = train(model, _relation_loss, (features, relations), RECIPE)
    print(f"{len(pairs)} pairs, loss {training.losses[-1]:.4f}", flush=True)
    save_model(options.to, model)


if __name__ == "__main__":
    main()
