"""A pair's relation changes with what comparing the originals found."""

import numpy as np
import pytest

from pochade.analysis.comparison.relation_features import FEATURES
from pochade.analysis.comparison.resave_test import ResaveTest
from pochade.images.geometry.letterbox import Box
from pochade.organise.pair_relation import PairRelation, classify_pairs

RELATION = PairRelation(resave=0.8, edit=0.1, version=0.02, variant=0.03)


def test_a_proved_resave_stays_what_it_was() -> None:
    assert RELATION.with_proof(ResaveTest("same"), 512) == RELATION._replace(proven=True)
    assert RELATION.with_proof(ResaveTest("unclear"), 512) == RELATION._replace(proven=False)


def test_a_part_that_stands_out_makes_a_variant() -> None:
    relation = RELATION.with_proof(ResaveTest("differs", Box(100, 200, 30, 40)), 512)
    assert relation.variant == pytest.approx(0.93)
    assert relation.same == pytest.approx(0.02)
    assert relation.region is not None
    assert relation.region.in_first == relation.region.in_second == Box(50, 100, 15, 20)
    assert relation.proven is False


def test_likelihoods_are_at_most_one() -> None:
    assert classify_pairs([]) == []
    (relation,) = classify_pairs([np.zeros(FEATURES, np.float32)])
    assert 0 <= relation.same + relation.variant <= 1 + 1e-6
