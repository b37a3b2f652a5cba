"""Compare pairs of pictures of a collection once, and store how they are related."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.comparison.relation_features import DifferingRegion
from pochade.analysis.pair_order import order_pairs
from pochade.errors import OutputUnwritable
from pochade.images.geometry.letterbox import Box
from pochade.index.active_models import ActiveModels
from pochade.index.database import Index
from pochade.index.descriptor_store import load_descriptors
from pochade.index.relation_store import add_relations, read_relations
from pochade.index.thumbnails import thumbnail_path
from pochade.models import weights
from pochade.organise.pair_comparison import ThumbnailPair, compare_in_workers
from pochade.organise.pair_proposals import LikelyPairs, select_likely_pairs
from pochade.organise.pair_relation import UNRELATED, PairRelation, classify_pairs
from pochade.system.progress import Progress, Report

logger = logging.getLogger(__name__)
COMPARISON_VERSION = 4  # stored relations of other versions are not used
PAIRS_PER_COMMIT = 2_048

PairKey = tuple[int, int]  # the numbers of two pictures, the lower first


class PairProver:
    """Finds out how pairs of pictures are related. If the index can't be written, it keeps what it finds in memory.

    Args:
        index: The database that stores the relations.
        models: Finds the edge maps and thumbnails of the collection.
    """

    def __init__(self, index: Index, models: ActiveModels) -> None:
        self.index, self.models = index, models
        self.name = f"{weights.pair_model_name()}-{COMPARISON_VERSION}"
        self.contents = index.contents()
        self.numbers = np.array(index.picture_numbers(), np.int64)  # the picture number of each row
        self.unstored: dict[PairKey, PairRelation] = {}  # not empty once the index could not be written

    def relations(self) -> dict[PairKey, PairRelation]:
        """The relations that are known, and those that this run could not store."""
        rows = read_relations(self.index, self.name)
        return {(row.first, row.second): _from_row(row) for row in rows} | self.unstored

    def edge_maps(self, report: Report) -> Floats:
        """The edge maps (N, 32, 32) of all pictures, by row; those that are missing are computed first."""
        edges: Floats = load_descriptors(self.models, self.contents, report)["edges"]
        return edges

    def prove(self, pairs: Integers, embeddings: Floats, report: Report, *, only_likely: bool = True) -> None:
        """Compare pairs of pictures, and store how they are related.

        Args:
            pairs: Pairs of rows (P, 2); the order of the two rows doesn't matter.
            embeddings: The embeddings of all pictures (N, 64), by row.
            report: Called with the progress.
            only_likely: Take pairs whose edges can't be aligned for different works.
        """
        if not len(pairs):
            return
        pairs = np.take_along_axis(pairs, np.argsort(self.numbers[pairs], 1), 1)  # in the order of their numbers
        cosines = np.einsum("pd,pd->p", embeddings[pairs[:, 0]], embeddings[pairs[:, 1]])
        likely = select_likely_pairs(self.edge_maps(report), pairs, cosines, report, everything=not only_likely)
        self._store_unlikely(pairs, likely)
        self._compare(likely, report)

    def record_proof(self, pair: PairKey, relation: PairRelation) -> None:
        """Store the relation of a pair again, because more is known about it."""
        self._store_relations({pair: relation})

    def _compare(self, likely: LikelyPairs, report: Report) -> None:
        """Compare the thumbnails of pairs, and store how they are related."""
        order = order_pairs(likely.pairs, 1 - likely.cosines)
        likely = LikelyPairs(likely.pairs[order], likely.cosines[order], likely.transforms[order])
        done, waiting = 0, dict[int, PairRelation]()
        for numbers, compared in compare_in_workers(self._thumbnail_pairs(likely), len(likely.pairs)):
            waiting |= dict.fromkeys(numbers, UNRELATED)
            classified = classify_pairs([pair.features for pair in compared])
            for pair, relation in zip(compared, classified, strict=True):
                waiting[pair.number] = relation._replace(region=pair.region)
            if len(waiting) >= PAIRS_PER_COMMIT or done + len(waiting) == len(likely.pairs):
                self._store(likely.pairs[list(waiting)], list(waiting.values()))
                done, waiting = done + len(waiting), {}
            report(Progress("comparing pictures", done + len(waiting), len(likely.pairs)))

    def _thumbnail_pairs(self, likely: LikelyPairs) -> Iterator[ThumbnailPair]:
        folder = self.models.thumbnails
        for number, (rows, cosine, transform) in enumerate(zip(*likely, strict=True)):
            first, second = (thumbnail_path(folder, self.contents[row]) for row in rows.tolist())
            yield ThumbnailPair(number, first, second, float(cosine), transform)

    def _store_unlikely(self, pairs: Integers, likely: LikelyPairs) -> None:
        known = set(map(tuple, likely.pairs.tolist()))
        unlikely = np.array([pair for pair in pairs.tolist() if tuple(pair) not in known], np.int64).reshape(-1, 2)
        self._store(unlikely, [UNRELATED] * len(unlikely))

    def _store(self, pairs: Integers, relations: Sequence[PairRelation]) -> None:
        """Store the relations of pairs of rows (P, 2)."""
        keys = ((first, second) for first, second in self.numbers[pairs].tolist())
        self._store_relations(dict(zip(keys, relations, strict=True)))

    def _store_relations(self, relations: Mapping[PairKey, PairRelation]) -> None:
        """Store relations. After the first failure no other is tried, because each may wait for another process."""
        if not self.unstored:
            try:
                add_relations(self.index, self.name, [_to_row(key, relation) for key, relation in relations.items()])
            except OutputUnwritable:
                logger.warning("the relations of pairs are not stored", exc_info=True)
            else:
                return
        self.unstored |= relations


def _to_row(pair: PairKey, relation: PairRelation) -> dict[str, Any]:
    return {"first": pair[0], "second": pair[1], **relation._asdict()}


def _from_row(row: Any) -> PairRelation:
    relation = PairRelation(*(getattr(row, name) for name in PairRelation._fields))
    boxes = relation.region and DifferingRegion(*(Box(*box) for box in relation.region))
    return relation._replace(region=boxes)
