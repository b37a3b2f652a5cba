"""How two pictures are related, as the pair model says from what was measured on them."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.comparison.picture_view import VIEW_SIDE
from pochade.analysis.comparison.relation_features import DifferingRegion
from pochade.analysis.comparison.resave_test import ResaveTest
from pochade.images.geometry.letterbox import Box
from pochade.models import weights
from pochade.models.model_configs import PAIR_RELATIONS
from pochade.models.pair_classifier import PairClassifier


class PairRelation(NamedTuple):
    """How likely each relation of two pictures is, 0 to 1. What is missing to 1 says that they are different works."""

    resave: float = 0.0
    edit: float = 0.0
    version: float = 0.0
    variant: float = 0.0
    region: DifferingRegion | None = None  # the largest one that differs, in pictures whose longer side is 256 pixels
    proven: bool | None = None  # whether the originals are one picture, saved again; None: they weren't compared

    def with_proof(self, test: ResaveTest, side: int) -> "PairRelation":
        """The relation after the originals were compared; what stands out makes the two variants of each other.

        Args:
            test: What was found.
            side: Pixels of the longer side at which the originals were compared.
        """
        if test.outcome != "differs" or test.region is None:
            return self._replace(proven=test.outcome == "same")
        x, y, width, height = (round(value * VIEW_SIDE / side) for value in test.region)
        box = Box(x, y, max(1, width), max(1, height))
        variant = self.resave + self.edit + self.variant
        return PairRelation(0.0, 0.0, self.version, variant, DifferingRegion(box, box), proven=False)

    @property
    def same(self) -> float:
        """The likelihood that the two are one work, as duplicates or as versions."""
        return self.resave + self.edit + self.version


UNRELATED = PairRelation()


@cache
def shipped_pair_classifier() -> PairClassifier:
    """Load the shipped pair model, once per process.

    Raises:
        CheckpointDamaged: Its file is missing or damaged.
    """
    return PairClassifier(weights.FOLDER / weights.PAIR_FILE)


def classify_pairs(features: Sequence[NDArray[np.float32]]) -> list[PairRelation]:
    """Say how pairs are related.

    Args:
        features: Of each pair (66,), from `pochade.analysis.comparison.relation_features`.
    """
    if not features:
        return []
    probabilities = shipped_pair_classifier().probabilities(np.stack(features)).tolist()
    columns = [PAIR_RELATIONS.index(name) for name in ("resave", "edit", "version", "variant")]
    return [PairRelation(*(row[column] for column in columns)) for row in probabilities]
