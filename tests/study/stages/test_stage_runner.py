"""Stages run when those that they need are finished, in this process or in workers, with the same results."""

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from pochade.errors import PochadeError, TrainingDiverged
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.latent_stage import interpolate_classes
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_plan import Stage, study_stages
from pochade.study.stages.stage_runner import StageQueue, StageTask, run_stage, run_stages
from pochade.study.stages.stage_store import StageResult, StageStore
from pochade.study.stages.training_stage import train_model
from pochade.study.study_settings import StudySettings
from pochade.training.recipe import FAST_RECIPE

SETTINGS = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=1), latent_dim=3, widths=(4, 8))
TRAINING = Stage("autoencoder", partial(train_model, name="autoencoder"), is_training=True)
PATHS = Stage("autoencoder paths", partial(interpolate_classes, name="autoencoder"), ("autoencoder",))


@pytest.fixture
def inputs(pictures: ImageSet, tmp_path: Path) -> StageInputs:
    """The inputs of a small study in an empty folder."""
    return StageInputs(pictures, SETTINGS, StageStore.create(tmp_path, "key"))


def answer(value: int) -> Callable[[StageInputs], StageResult]:
    """A stage that only returns a number."""
    return lambda _: StageResult({"answer": value})


def test_every_stage_of_the_study_comes_after_those_that_it_needs() -> None:
    finished: set[str] = set()
    for stage in study_stages(SETTINGS):
        assert finished >= set(stage.needs), stage.name
        assert stage.name not in finished
        finished.add(stage.name)


def test_a_finished_stage_is_not_run_again_but_one_with_a_damaged_file_is(inputs: StageInputs) -> None:
    run_stages([Stage("sum", answer(1))], inputs, workers=1)
    run_stages([Stage("sum", answer(2))], inputs, workers=1)
    assert inputs.result("sum").numbers["answer"] == 1
    inputs.store.path("sum").write_bytes(b"half a fi")
    run_stages([Stage("sum", answer(3))], inputs, workers=1)
    assert inputs.result("sum").numbers["answer"] == 3


def test_a_stage_is_handed_out_only_after_those_that_it_needs(inputs: StageInputs) -> None:
    queue = StageQueue([PATHS, TRAINING, Stage("other", answer(1))], inputs)
    handed_out = iter(queue)
    assert [next(handed_out).name for _ in range(2)] == ["autoencoder", "other"]
    queue.finish("autoencoder")
    assert next(handed_out).name == "autoencoder paths"
    assert next(handed_out, None) is None


def test_a_closed_queue_hands_out_nothing_more(inputs: StageInputs) -> None:
    queue = StageQueue([TRAINING, PATHS], inputs)
    handed_out = iter(queue)
    next(handed_out)
    queue.close()
    assert next(handed_out, None) is None


@pytest.mark.slow
def test_workers_give_the_same_results_as_this_process(inputs: StageInputs, tmp_path: Path) -> None:
    elsewhere = dataclasses.replace(inputs, store=StageStore.create(tmp_path / "elsewhere", "key"))
    run_stages([TRAINING, PATHS], inputs, workers=1)
    run_stages([TRAINING, PATHS], elsewhere, workers=2)
    for stage in (TRAINING, PATHS):
        first, second = inputs.result(stage.name), elsewhere.result(stage.name)
        assert first.numbers == second.numbers
        assert all(np.array_equal(first.arrays[name], second.arrays[name]) for name in first.arrays)


@pytest.mark.slow
def test_an_error_in_a_worker_is_raised_here(inputs: StageInputs) -> None:
    """A learning rate without bound makes the loss infinite."""
    recipe = dataclasses.replace(SETTINGS.recipe, optimiser="adam", learning_rate=1e30)
    wild = dataclasses.replace(inputs, settings=dataclasses.replace(SETTINGS, recipe=recipe))
    vae = Stage("vae", partial(train_model, name="vae"), is_training=True)
    with pytest.raises(TrainingDiverged, match="the loss became"):
        run_stages([vae, TRAINING], wild, workers=2)


def test_a_worker_that_dies_stops_the_study_with_a_sentence(inputs: StageInputs) -> None:
    error = StageTask(TRAINING, inputs).failure("'autoencoder' ended its worker process with code -9", retry=True)
    assert isinstance(error, PochadeError)
    assert error.sentence == "the study stopped: 'autoencoder' ended its worker process with code -9"
    assert "same command" in error.hint
    repeated = StageTask(TRAINING, inputs).failure("it needs more than 3,072 MB of memory", retry=False)
    assert "--widths" in repeated.hint, "the same command would fail again"


def test_a_run_leaves_torch_with_the_threads_that_it_had(inputs: StageInputs) -> None:
    threads: list[int] = []

    def count_threads(_: StageInputs) -> StageResult:
        threads.append(torch.get_num_threads())
        return StageResult()

    torch.set_num_threads(2)
    try:
        run_stages([Stage("count", count_threads)], inputs, workers=1)
        assert (threads, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(1)


def test_the_seconds_of_a_training_are_those_that_the_loop_measured(inputs: StageInputs) -> None:
    run_stage(Stage("training", lambda _: StageResult({"seconds": 7.0})), inputs)
    assert inputs.result("training").seconds == 7
