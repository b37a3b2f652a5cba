"""The person's word goes before equal pixels, and these before what was measured."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pochade.analysis.arrays import Integers
from pochade.analysis.comparison.relation_features import DifferingRegion
from pochade.analysis.linkage import average_linkage
from pochade.images.geometry.letterbox import Box
from pochade.index.verdict_store import Verdict
from pochade.organise.judged_relations import CERTAIN, FORBIDDEN, JudgedRelations
from pochade.organise.pair_relation import UNRELATED, PairRelation

REGION = DifferingRegion(Box(1, 2, 3, 4), Box(5, 6, 7, 8))
MEASURED = {(1, 2): PairRelation(resave=0.9, region=REGION), (2, 3): PairRelation(variant=0.8)}


def judged(verdicts: dict[tuple[int, int], Verdict], equal: dict[int, int] | None = None) -> JudgedRelations:
    """Relations of a few pictures."""
    first_equal = equal or {}
    duplicates: Any = SimpleNamespace(
        first_equal=first_equal, are_equal=lambda a, b: first_equal.get(a, a) == first_equal.get(b, b)
    )
    prover: Any = SimpleNamespace(relations=lambda: MEASURED)
    return JudgedRelations(prover, duplicates, verdicts)


def test_what_was_measured_counts_if_nobody_said_anything() -> None:
    relations = judged({})
    assert relations.same_works() == {(1, 2): 0.9, (2, 3): 0.0}
    assert relations.related_works() == {(1, 2): 0.9, (2, 3): 0.8}
    assert relations.between(2, 1).resave == 0.9
    assert relations.between(1, 9) == UNRELATED
    assert relations.is_known(2, 1)
    assert not relations.is_known(1, 9)


def test_a_verdict_links_or_parts_two_pictures() -> None:
    works = judged({(1, 2): "different", (2, 3): "version", (1, 3): "same"}).same_works()
    assert works[1, 2] < -1
    assert works[2, 3] == works[1, 3] == CERTAIN
    assert judged({(2, 3): "different"}).related_works() == {(1, 2): 0.9}


def test_keeping_both_says_nothing_about_their_relation() -> None:
    assert judged({(1, 2): "keep"}).same_works() == judged({}).same_works()
    assert not judged({(1, 9): "keep"}).is_known(1, 9)


def test_equal_pixels_make_one_work() -> None:
    assert judged({}, {4: 3, 3: 3}).same_works()[3, 4] == CERTAIN
    assert judged({}, {4: 3, 3: 3}).is_known(4, 3)


@pytest.mark.parametrize("measured", [0.0, 0.05, 1.0])
def test_what_is_certain_holds_whatever_was_measured_of_others(measured: float) -> None:
    certain, parts = np.array([[1, 2], [2, 3]]), np.array([[1, 2], [2, 3], [1, 3]])
    assert link(certain, CERTAIN, [[1, 3], [3, 4]], [measured, 1.0])[0][:3] == [1, 2, 3]
    assert average_linkage(parts, np.array([CERTAIN, CERTAIN, FORBIDDEN], np.float32), 0.6) == [[1, 2]]


def link(certain: Integers, likelihood: float, others: list[list[int]], measured: list[float]) -> list[list[int]]:
    """Link certain pairs, and others as they were measured."""
    likelihoods = np.array([likelihood] * len(certain) + measured, np.float32)
    return average_linkage(np.concatenate([certain, others]), likelihoods, 0.6)


def test_the_region_that_differs_is_given_in_the_picture_that_is_asked_for() -> None:
    assert judged({}).differing_region(1, 2) == REGION.in_first
    assert judged({}).differing_region(2, 1) == REGION.in_second
    assert judged({}).differing_region(2, 3) is None
