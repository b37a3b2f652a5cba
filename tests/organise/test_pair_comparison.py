"""Pairs are compared in workers, and one that ends its worker takes no other pair with it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.organise import pair_comparison
from pochade.organise.pair_comparison import ComparisonTask, ThumbnailPair, compare_in_workers
from pochade.system.worker_pool import TaskResult
from tests.support.drawings import drawing

PAIRS, DEADLY = 7, 3


class FragilePool:
    """Runs tasks in this process, except those that would end a worker."""

    def __init__(self, *, preload: tuple[str, ...]) -> None:
        assert preload

    def __enter__(self) -> "FragilePool":
        return self

    def __exit__(self, *_: object) -> None: ...

    def run(self, tasks: Iterable[ComparisonTask]) -> Iterator[TaskResult[ComparisonTask, Any]]:
        for task in tasks:
            ends = DEADLY in task.numbers
            yield TaskResult(task, task.failure("the worker ended", retry=False) if ends else task.run())


def test_a_pair_that_ends_its_worker_takes_no_other_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_comparison, "WorkerPool", FragilePool)
    monkeypatch.setattr(pair_comparison, "MAX_WITHOUT_WORKERS", 0)
    monkeypatch.setattr(pair_comparison, "PAIRS_PER_TASK", 3)
    drawing(1, 128).save(tmp_path / "thumbnail.png")
    unmoved = np.eye(2, 3)
    pairs = [
        ThumbnailPair(number, tmp_path / "thumbnail.png", tmp_path / "thumbnail.png", 1.0, unmoved)
        for number in range(PAIRS)
    ]
    answers = list(compare_in_workers(pairs, len(pairs)))
    assert [numbers for numbers, _ in answers] == [[0, 1, 2], [6], [3], [4], [5]]
    assert [pair.number for _, compared in answers for pair in compared] == [0, 1, 2, 6, 4, 5]
