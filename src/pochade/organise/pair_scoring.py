"""Score pairs of pictures: how likely are they duplicates, or versions of one work?

The embeddings propose pairs: each picture with its nearest neighbours. The edge maps of a pair are then aligned; they
come from the index, so no picture is decoded. Where the edges agree, a small model scores what the pictures share.
Every pair is scored once, and its score is stored.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_pairs
from pochade.analysis.pair_features import pair_features, prepare_inputs
from pochade.analysis.registration import Alignment, align
from pochade.errors import CheckpointDamaged
from pochade.images.features.edge_map import halve
from pochade.images.geometry.letterbox import SQUARE_SIDE, Squares
from pochade.index.active_models import ActiveModels
from pochade.index.database import Index
from pochade.index.descriptor_jobs import measure_thumbnails, read_half_subject
from pochade.index.descriptor_store import load_descriptors
from pochade.index.organisation_store import add_pair_scores, read_pair_scores
from pochade.index.thumbnails import thumbnail_path
from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.pair_model import PairModel
from pochade.system.progress import Progress, Report

NEIGHBOURS = 10  # nearest pictures that are proposed as partners of a picture
MIN_COSINE = 0.72  # of the embeddings of a proposed pair
PAIRS_PER_PICTURE = 2  # scored in one run, the likeliest first
MIN_PAIRS, MAX_PAIRS = 20_000, 60_000  # bounds of the number of pairs that one run scores
MIN_EDGE_AGREEMENT = 0.58  # correlation of aligned edges; pictures with a lower one are different works
SCORING_VERSION = 3  # stored scores of other versions are not used
PAIRS_PER_BATCH = 2_048  # scored between two commits
SMALL_SIDE = SQUARE_SIDE // 2  # pixels per side of the pictures whose colours are compared


class PairScore(NamedTuple):
    """How likely two pictures are one work."""

    near: float  # that they are duplicates: saved again, resized, cropped or recoloured
    version: float  # that they are two stages of the work

    @property
    def same(self) -> float:
        """The likelihood that the two are one work, as duplicates or as versions."""
        return self.near + self.version


def propose_pairs(embeddings: Floats, rows: Integers) -> tuple[Integers, Floats]:
    """Propose pairs of pictures that may be one work.

    Args:
        embeddings: The embeddings of all pictures (N, 64), of unit length.
        rows: The rows (n,) of the pictures to pair.

    Returns:
        Pairs of rows (P, 2) and their cosines (P,), the likeliest first.
    """
    pairs, cosines = nearest_pairs(embeddings[rows], MIN_COSINE, NEIGHBOURS)
    return rows[pairs], cosines


def max_scored_pairs(pictures: int) -> int:
    """The maximum number of pairs that one run scores in a collection of this many pictures."""
    return min(MAX_PAIRS, max(MIN_PAIRS, PAIRS_PER_PICTURE * pictures))


@cache
def load_pair_model() -> PairModel:
    """Load the shipped pair model, once per process.

    Raises:
        CheckpointDamaged: Its file is missing or damaged.
    """
    model = load_model(weights.FOLDER / weights.PAIR_FILE)
    if not isinstance(model, PairModel):
        raise CheckpointDamaged(f"'{weights.FOLDER}' does not hold the pair model", "install Pochade again")
    return model


@torch.inference_mode()
def same_work_likelihoods(query: Squares, candidates: Sequence[Squares], embeddings: Floats) -> list[float]:
    """Compute the likelihood that a picture shows the same work as each of some candidates.

    Args:
        query: The picture.
        candidates: The other pictures (n).
        embeddings: The embeddings (1 + n, 64) of the query and then of the candidates.

    Returns:
        Likelihoods (n), 0 to 1.
    """
    pictures = prepare_inputs([squares.subject.pixels for squares in [query, *candidates]])
    pairs = torch.tensor([(0, number + 1) for number in range(len(candidates))]).view(-1, 2)
    alignment = align(pictures.edge_maps, pairs)
    features = pair_features(pictures.pixels, torch.from_numpy(embeddings), pairs, alignment)  # (n, 28)
    return _score_features(alignment, features).sum(1).tolist()


def _score_features(alignment: Alignment, features: Tensor) -> Tensor:
    """Score pairs by their features (P, 28).

    Returns:
        The likelihoods (P, 2) of `PairScore.near` and `PairScore.version`; 0 if the edges don't agree.
    """
    likelihoods: Tensor = load_pair_model().probabilities(features)[:, 1:]
    return likelihoods * (alignment.correlation >= MIN_EDGE_AGREEMENT).unsqueeze(1)


def _concatenate(alignments: list[Alignment]) -> Alignment:
    return Alignment(*(torch.cat(field) for field in zip(*alignments, strict=True)))


def _select(alignment: Alignment, where: slice | Tensor) -> Alignment:
    return Alignment(*(field[where] for field in alignment))


class PairScorer:
    """Scores pairs of pictures in a collection, and stores the scores.

    Args:
        index: The database that stores the scores.
        models: Finds the edge maps and thumbnails of the collection.
    """

    def __init__(self, index: Index, models: ActiveModels) -> None:
        self.index, self.models = index, models
        self.name = f"{weights.pair_model_name()}-{SCORING_VERSION}"
        self.contents = index.contents()
        self.numbers = np.array(index.picture_numbers(), np.int64)  # the picture number of each row

    def stored_scores(self) -> dict[tuple[int, int], PairScore]:
        """Read the stored scores of this model, by the numbers of the two pictures, the lower number first."""
        rows = read_pair_scores(self.index, self.name)
        return {(row.first, row.second): PairScore(row.near, row.version) for row in rows}

    def score(self, pairs: Integers, embeddings: Floats, report: Report) -> None:
        """Score pairs of pictures, and store the scores.

        Args:
            pairs: Pairs of rows (P, 2); the order of the two rows doesn't matter.
            embeddings: The embeddings of all pictures (N, 64), by row.
            report: Called with the progress.

        Raises:
            CheckpointDamaged: The file of the pair model is missing or damaged.
        """
        pairs = np.array([sorted(pair, key=self.contents.__getitem__) for pair in pairs.tolist()], np.int64)
        agreeing_pairs, alignments = list[Integers](), list[Alignment]()
        for batch, alignment in self._align_edges(pairs, report):
            agree = alignment.correlation >= MIN_EDGE_AGREEMENT
            agreeing_pairs.append(batch[agree.numpy()])
            alignments.append(_select(alignment, agree))
            self._store(batch[~agree.numpy()], torch.zeros(len(batch) - len(agreeing_pairs[-1]), 2))
        if len(agreeing := np.concatenate(agreeing_pairs)):
            reverse = [alignment for _, alignment in self._align_edges(agreeing[:, ::-1], report)]
            self._score_agreeing(agreeing, _concatenate(alignments), _concatenate(reverse), embeddings, report)

    def _align_edges(self, pairs: Integers, report: Report) -> Iterator[tuple[Integers, Alignment]]:
        """Align the edges of the second picture of each pair with those of the first, in batches."""
        edges = load_descriptors(self.models, self.contents, report)["edges"]
        for start in range(0, len(pairs), PAIRS_PER_BATCH):
            batch = pairs[start : start + PAIRS_PER_BATCH]
            rows, places = np.unique(batch, return_inverse=True)
            maps = torch.from_numpy(edges[rows].astype(np.float32))
            with torch.inference_mode():
                yield batch, align(maps, torch.from_numpy(places.reshape(batch.shape)))
            report(Progress("comparing edges", start + len(batch), len(pairs)))

    def _score_agreeing(
        self, pairs: Integers, alignment: Alignment, reverse: Alignment, embeddings: Floats, report: Report
    ) -> None:
        """Score pairs whose edges agree, as the mean of both directions: a chance likeness seldom holds both ways."""
        rows, inverse = np.unique(pairs, return_inverse=True)
        small = self._small_pictures(rows, report)  # (n, 3, 48, 48)
        embedding = torch.from_numpy(np.ascontiguousarray(embeddings[rows]))  # (n, 64)
        places = torch.from_numpy(inverse.reshape(pairs.shape))
        for start in range(0, len(pairs), PAIRS_PER_BATCH):
            batch = slice(start, start + PAIRS_PER_BATCH)
            directions = [
                (places[batch], _select(alignment, batch)),
                (places[batch].flip(1), _select(reverse, batch)),
            ]
            with torch.inference_mode():
                likelihoods = [
                    _score_features(aligned, pair_features(small, embedding, order, aligned))
                    for order, aligned in directions
                ]
            self._store(pairs[batch], torch.stack(likelihoods).mean(0))
            report(Progress("comparing", min(start + PAIRS_PER_BATCH, len(pairs)), len(pairs)))

    def _store(self, pairs: Integers, likelihoods: Tensor) -> None:
        numbers = np.sort(self.numbers[pairs], 1).tolist()
        add_pair_scores(self.index, self.name, [
            {"first": first, "second": second, "near": near, "version": version}
            for (first, second), (near, version) in zip(numbers, likelihoods.tolist(), strict=True)
        ])  # fmt: skip

    def _small_pictures(self, rows: Integers, report: Report) -> Tensor:
        """Read the pictures in these rows at half size (n, 3, 48, 48) uint8, from their thumbnails."""
        contents = [self.contents[row] for row in rows.tolist()]
        small = np.empty((len(contents), SMALL_SIDE, SMALL_SIDE, 3), np.uint8)
        thumbnails, done = [thumbnail_path(self.models.thumbnails, content) for content in contents], 0
        for batch in measure_thumbnails(thumbnails, read_half_subject):
            for pixels in batch:
                small[done] = self._read_small(contents[done]) if pixels is None else pixels
                done += 1
            report(Progress("reading thumbnails", done, len(contents)))
        return torch.from_numpy(small).permute(0, 3, 1, 2)

    def _read_small(self, content: str) -> Integers:
        """Read a picture at half size from one of its files, because its thumbnail can't be read."""
        (squares,) = self.models.squares([content])
        return halve(squares.subject.pixels)
