"""Thumbnails are measured in worker processes, which may die or be interrupted."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pochade import Collection
from pochade.index import descriptor_jobs
from pochade.organise.point_features import compute_features
from pochade.system import worker_process
from pochade.system.progress import Progress
from pochade.system.worker_process import WorkerProcess
from tests.support.learnt_collection import forget_descriptors, read_descriptors


def test_workers_measure_the_same_descriptors(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_workers = read_descriptors(collection)
    forget_descriptors(art)
    monkeypatch.setattr(descriptor_jobs, "MAX_WITHOUT_WORKERS", 0)
    monkeypatch.setattr(descriptor_jobs, "THUMBNAILS_PER_TASK", 3)
    np.testing.assert_array_equal(read_descriptors(collection), without_workers)


def test_workers_do_not_load_torch() -> None:
    code = "import sys, pochade.system.worker_main; sys.exit('torch' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_that_dies_stops_nothing(collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_descriptors(art)

    class Deadly(descriptor_jobs.ThumbnailTask):
        def __reduce__(self) -> tuple[object, tuple[int]]:
            return os._exit, (3,)

    monkeypatch.setattr(descriptor_jobs, "MAX_WITHOUT_WORKERS", 0)
    monkeypatch.setattr(descriptor_jobs, "ThumbnailTask", Deadly)
    assert read_descriptors(collection).any(1).all()


def test_an_interrupt_leaves_no_worker_behind(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_descriptors(art)
    children: list[WorkerProcess] = []

    def record_start(preload: Sequence[str]) -> WorkerProcess:
        children.append(WorkerProcess(preload))
        return children[-1]

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(worker_process, "WorkerProcess", record_start)
    monkeypatch.setattr(descriptor_jobs, "MAX_WITHOUT_WORKERS", 0)
    monkeypatch.setattr(descriptor_jobs, "THUMBNAILS_PER_TASK", 3)
    with pytest.raises(KeyboardInterrupt):
        compute_features(collection.models, collection.index.contents(), interrupt)
    assert children
    assert all(child.process.returncode is not None for child in children)
    assert read_descriptors(collection).any(1).all()
