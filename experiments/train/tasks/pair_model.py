"""The pair model, which says whether two pictures are two works, one work saved again, or two stages of a work.

The shipped weights were trained on the training drawings of openclipart, and on edits and stages of them: 40 epochs in
batches of 512 with Adam at a rate of 3e-3. It learns from the pairs that it would meet in a collection: those that
embeddings propose among many works with their edits and stages, and among other pictures. Their features depend on the
shipped embedding model, so this task has to be run again after that has changed. Preparing takes minutes: all views
are embedded and all pairs aligned first.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from experiments.pack.pack_file import Pack, pack_path, read_pack
from experiments.recipes.random_edits import RANDOM_EDITS, RANDOM_STAGES
from experiments.shared.openclipart import NEAR_BITS
from experiments.shared.perceptual_hash import distinct_rows, hash_distances
from experiments.train.tasks.task_data import load_weights, split_rows
from experiments.train.training_task import PreparedTraining
from pochade.analysis.pair_features import PairInputs, pair_features, prepare_inputs
from pochade.analysis.registration import align
from pochade.embedding.embedder import shipped_embedder, square_tensors
from pochade.images.geometry.letterbox import Square, letterbox, make_squares
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.pair_model import PAIR_RELATIONS, PairModel
from pochade.organise.pair_scoring import propose_pairs

EMBEDDING_BATCH = 256  # views that are embedded at once
EDITS_PER_WORK, STAGES_PER_WORK, EDITED_STAGE_SHARE = 4, 3, 0.4
CANDIDATES_PER_PICTURE = 2  # how many pictures are compared to find one that is unlike the others
UNCLEAR_BITS = 60  # of 256: pictures whose hashes differ by less may be one work, so their pairs are left out
LIKELIHOOD = 0.5  # from which a pair counts as found


class PictureCounts(NamedTuple):
    """How many pictures are compared."""

    works: int  # with their edits and stages
    others: int  # as they are


TRAINING, HELD_OUT, SMALL = PictureCounts(1_500, 1_800), PictureCounts(150, 180), PictureCounts(8, 8)


@dataclass(frozen=True)
class PairTask:
    """Training of the pair model to classify the relations of pairs."""

    name: str = "pairs"
    file: str = weights.PAIR_FILE
    batch_size: int = 512
    rate: float = 1e-2
    headline: str = "accuracy"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Make edits and stages, and compute the features of all pairs that may be one work."""
        pack = read_pack(pack_path("art"))
        training, held_out = split_rows(pack, small=small)
        features, relations = _labelled_features(pack, training, SMALL if small else TRAINING)
        unseen = _labelled_features(pack, held_out, SMALL if small else HELD_OUT)
        model = load_weights(weights.FOLDER / self.file, PairModel, device)

        def evaluate(model: nn.Module) -> dict[str, float]:
            return relation_figures(model(unseen[0].to(device)).softmax(1).cpu(), unseen[1])

        return PreparedTraining(model, (features.to(device), relations.to(device)), relation_loss, evaluate)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights."""
        save_model(path, model)


def relation_loss(model: PairModel, features: Tensor, relations: Tensor) -> Tensor:
    """Cross-entropy of the relations, in nats.

    Args:
        model: The model in training.
        features: Features of pairs (P, 28), divided by 255: the training loop takes all inputs for pixels.
        relations: The numbers of their relations (P,).
    """
    return functional.cross_entropy(model(features * 255), relations)


def relation_figures(probabilities: Tensor, relations: Tensor) -> dict[str, float]:
    """How well pairs are classified.

    Args:
        probabilities: Of the relations (P, 3).
        relations: The numbers of the true relations (P,).

    Returns:
        `accuracy` is the share of right answers. `precision` and `recall` are those of pairs found to be near copies,
        to be versions, or to be one work at all.
    """
    near, version = PAIR_RELATIONS.index("near"), PAIR_RELATIONS.index("version")
    likelihoods = {
        "near": (probabilities[:, near], relations == near),
        "version": (probabilities[:, version], relations == version),
        "same_work": (probabilities[:, [near, version]].sum(1), (relations == near) | (relations == version)),
    }
    figures = {"accuracy": float((probabilities.argmax(1) == relations).float().mean())}
    for name, (likelihood, is_true) in likelihoods.items():
        found = likelihood > LIKELIHOOD
        right = float((found & is_true).sum())
        figures[f"precision_{name}"] = right / max(1, int(found.sum()))
        figures[f"recall_{name}"] = right / max(1, int(is_true.sum()))
    return figures


class EmbeddedViews(NamedTuple):
    """Pictures with their edits and stages, embedded."""

    subjects: PairInputs
    embeddings: Tensor  # (N, 64)
    works: Tensor  # (N,) the number of the picture
    stages: Tensor  # (N,) 0 for the finished work and its edits, and a number for each stage


@torch.inference_mode()
def _labelled_features(pack: Pack, rows: Sequence[int], counts: PictureCounts) -> tuple[Tensor, Tensor]:
    """The features (P, 28) and the relations (P,) of all pairs of some pictures of a pack that may be one work."""
    pictures, distances = _choose_distinct(pack, rows, counts.works + counts.others)
    views = _embed_views(pictures, counts.works)
    pairs, relations = _labelled_pairs(views, distances)
    alignment = align(views.subjects.edge_maps, pairs)
    features = pair_features(views.subjects.pixels, views.embeddings, pairs, alignment)
    return features.clone(), relations.clone()


def _choose_distinct(pack: Pack, rows: Sequence[int], count: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Choose pictures at random that are all different.

    Returns:
        At most `count` pictures (h, w, 3), and by how many bits their hashes differ (N, N).
    """
    by_group = dict(zip(pack.groups[list(rows)].tolist(), rows, strict=True))
    candidates = sorted(by_group.values())
    random.Random(0).shuffle(candidates)
    pictures = list(pack.pictures(candidates[: CANDIDATES_PER_PICTURE * count]))
    distances = hash_distances(np.stack([letterbox(picture).pixels.mean(2) for picture in pictures]))
    chosen = distinct_rows(distances < NEAR_BITS, count)
    return [pictures[number] for number in chosen], distances[np.ix_(chosen, chosen)]


def _make_versions(pixels: np.ndarray, rng: random.Random) -> list[tuple[Square, int]]:
    """Make edits and stages of a picture, and edits of some stages; each with the stage's number, 0 if finished."""
    whole = Image.fromarray(pixels)
    versions = [(whole, 0)] + [(rng.choice(RANDOM_EDITS)(whole, rng), 0) for _ in range(EDITS_PER_WORK)]
    for number in range(1, STAGES_PER_WORK + 1):
        stage = rng.choice(RANDOM_STAGES)(whole, rng)
        versions.append((stage, number))
        if rng.random() < EDITED_STAGE_SHARE:
            versions.append((rng.choice(RANDOM_EDITS)(stage, rng), number))
    return [(make_squares(np.asarray(picture)).subject, number) for picture, number in versions]


def _embed_views(pictures: list[np.ndarray], works: int) -> EmbeddedViews:
    """Embed everything that is compared: versions of the first pictures, and the other pictures as they are."""
    rng, embedder = random.Random(1), shipped_embedder()
    views = [
        (number, *view)
        for number, pixels in enumerate(pictures)
        for view in (_make_versions(pixels, rng) if number < works else [(make_squares(pixels).subject, 0)])
    ]
    inputs, embeddings = [], []
    for start in range(0, len(views), EMBEDDING_BATCH):
        squares = [square for _, square, _ in views[start : start + EMBEDDING_BATCH]]
        embeddings.append(torch.from_numpy(embedder.embed_batch(*square_tensors(squares))))
        inputs.append(prepare_inputs([square.pixels for square in squares]))
    subjects = PairInputs(*(torch.cat(parts) for parts in zip(*inputs, strict=True)))
    numbers, stages = (torch.tensor([view[part] for view in views]) for part in (0, 2))
    return EmbeddedViews(subjects, torch.cat(embeddings), numbers, stages)


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
