"""A person sees how much of the study is done, and what is running."""

import json
from pathlib import Path

import pytest

from pochade.study.stages.stage_plan import Stage
from pochade.study.stages.stage_progress import PROGRESS_ENDING, ProgressFile, ProgressMonitor
from pochade.study.stages.stage_store import StageResult, StageStore
from pochade.study.study_listener import SilentListener, StudyProgress
from pochade.training.loop import TrainingProgress

STAGES = [Stage(name, lambda _: StageResult(), cost=cost) for name, cost in (("train", 6), ("map", 3), ("sizes", 1))]


@pytest.fixture
def store(tmp_path: Path) -> StageStore:
    """The store of a study that has not begun."""
    return StageStore.create(tmp_path, "key")


def test_the_share_counts_finished_stages_and_parts_of_running_ones(store: StageStore) -> None:
    monitor = ProgressMonitor(STAGES, store, SilentListener())
    store.write("map", StageResult(), seconds=1)
    with ProgressFile(store.path("train", PROGRESS_ENDING)) as file:
        assert monitor.read() == StudyProgress(0.3, ("train",))
        file.report(TrainingProgress(step=1, steps=2, epoch=1, loss=0.25))
        assert monitor.read() == StudyProgress(0.6, ("train (epoch 1, loss 0.25)",))
    assert monitor.read() == StudyProgress(0.3, ())


def test_the_last_progress_says_that_all_is_done_and_leftovers_are_removed(store: StageStore) -> None:
    class Recorder:
        def __init__(self) -> None:
            self.shown: list[StudyProgress] = []

        def show_progress(self, progress: StudyProgress) -> None:
            self.shown.append(progress)

    leftover = store.path("sizes", PROGRESS_ENDING)
    leftover.write_text(json.dumps({"share": 0.5, "note": "of a run that was killed"}))
    listener = Recorder()
    with ProgressMonitor(STAGES, store, listener):
        assert not leftover.exists()
        for stage in STAGES:
            store.write(stage.name, StageResult(), seconds=1)
    assert listener.shown[-1] == StudyProgress(1.0, ())


def test_a_half_written_progress_file_counts_as_not_running(store: StageStore) -> None:
    store.path("train", PROGRESS_ENDING).write_text('{"sha')
    assert ProgressMonitor(STAGES, store, SilentListener()).read() == StudyProgress(0.0, ())
