"""What counts as found, as called the same work, and as wrongly called so."""

import pytest

from experiments.bench.bench_family_search import (
    FoundMatch,
    SearchResult,
    search_figures,
    stage_figures,
    wrong_works,
)

ORIGINS = {"a": "apple", "b": "pear", "c": "plum"}


def result(change: str, right: str, *matches: tuple[str, float]) -> SearchResult:
    found = tuple(FoundMatch(name, likelihood, likelihood >= 0.75) for name, likelihood in matches)
    return SearchResult(0, change, found, tuple(right))


RESULTS = [
    result("mirror", "a", ("a", 0.9), ("b", 0.2)),
    result("mirror", "a", ("b", 0.8), ("a", 0.76)),
    result("mirror", "a", ("a", 0.1)),
    result("mirror", "a"),
]


def test_the_first_result_and_the_same_work_are_counted_apart() -> None:
    assert search_figures(RESULTS) == {"n": 4, "first": 0.5, "same_work": 0.5}


def test_either_half_of_a_collage_is_right() -> None:
    collage = [result("collage of two", "ab", ("b", 0.8), ("c", 0.1))]
    assert search_figures(collage) == {"n": 1, "first": 1, "same_work": 1}
    assert wrong_works(collage, ORIGINS) == []


def test_another_work_that_is_called_the_same_is_listed() -> None:
    assert wrong_works(RESULTS, ORIGINS) == ["mirror of apple: pear"]


def test_stages_have_one_threshold() -> None:
    stages = [result("line art", "a", ("a", 0.9), ("b", 0.5)), result("grey wash", "a", ("a", 0.4))]
    stages.append(result("flat", "a", ("b", 0.1)))
    figures = stage_figures(stages)
    assert figures["threshold"] == 0.9
    assert figures["recall"] == pytest.approx(1 / 3)
    assert figures["recall_of_stage"] == {"line art": 1, "grey wash": 0, "flat": 0}
