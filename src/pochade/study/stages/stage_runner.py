"""Run the stages of a study side by side: one worker process per core, at most eight, each with one thread.

A small model does not use two threads well: they wait for each other after every layer, and on a busy machine most of
the time. Two models side by side finish sooner than one after the other, and the number of cores does not change the
weights.

    stages ──►──┤those whose needs are finished├──►──┤worker processes├──►── files of the store
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import torch

from pochade.errors import PochadeError
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_plan import Stage
from pochade.study.stages.stage_progress import PROGRESS_ENDING, ProgressFile
from pochade.system.worker_pool import MAX_WORKERS, WorkerPool, available_cores

STAGE_SECONDS = 24 * 3600.0  # a worker that takes longer is stopped


def run_stages(stages: Sequence[Stage], inputs: StageInputs, workers: int | None = None) -> None:
    """Run the stages that are not finished; each result becomes a file of the store.

    Args:
        stages: All stages, each after those that it needs.
        inputs: What the stages may use.
        workers: The number of worker processes. 1 runs all stages in this process. By default one per core,
            at most eight; with a GPU, which trains one model after the other, only this process.

    Raises:
        TrainingDiverged: A loss is infinite or not a number.
        OutputUnwritable: A result can't be written.
        PochadeError: A worker process ended unexpectedly.
    """
    unfinished = [stage for stage in stages if not inputs.store.is_finished(stage.name)]
    for stage in unfinished:
        inputs.store.path(stage.name).unlink(missing_ok=True)  # a damaged file
    workers = workers or default_workers()
    if workers > 1:
        _run_in_workers(unfinished, inputs, workers)
        return
    with _one_thread():
        for stage in unfinished:
            run_stage(stage, inputs)


def default_workers() -> int:
    """The number of worker processes that suits this machine."""
    has_gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    return 1 if has_gpu or is_distributed() else min(MAX_WORKERS, available_cores())


def is_distributed() -> bool:
    """Whether several processes train each model together, as `accelerate launch` starts them."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def run_stage(stage: Stage, inputs: StageInputs) -> None:
    """Run one stage and write its result."""
    started = time.perf_counter()
    with ProgressFile(inputs.store.path(stage.name, PROGRESS_ENDING)) as progress:
        result = stage.measure(inputs, report=progress.report) if stage.is_training else stage.measure(inputs)
        seconds = result.numbers.pop("seconds", time.perf_counter() - started)  # training measures its own time
        inputs.store.write(stage.name, result, seconds)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch use one thread, as in a worker process, so that models get the same weights in both."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@dataclass(frozen=True)
class StageTask:
    """One stage as a task of a worker process."""

    stage: Stage
    inputs: StageInputs

    @property
    def name(self) -> str:
        """The name of the stage."""
        return self.stage.name

    def run(self) -> PochadeError | None:
        """Run the stage; return the error that a person can act on, if there was one."""
        try:
            run_stage(self.stage, self.inputs)
        except PochadeError as error:
            return error
        return None

    def failure(self, problem: str, *, retry: bool) -> PochadeError:
        """Return the error for a worker that could not run the stage."""
        again, smaller = "give the same command again; finished work is kept", "give fewer --widths, or a --latent-dim"
        return PochadeError(f"the study stopped: {problem}", again if retry else smaller)


class StageQueue:
    """Hands out the stages whose needs are finished, and waits while there are none.

    Args:
        stages: The stages to run, each after those that it needs.
        inputs: What the stages may use.
    """

    def __init__(self, stages: Sequence[Stage], inputs: StageInputs) -> None:
        self._waiting, self._inputs = list(stages), inputs
        self._unfinished = {stage.name for stage in stages}
        self._changed = threading.Condition()

    def finish(self, name: str) -> None:
        """Record that a stage is finished, so that those that need it can start."""
        with self._changed:
            self._unfinished.discard(name)
            self._changed.notify_all()

    def close(self) -> None:
        """Hand out no more stages."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[StageTask]:
        """Yield a task for each stage as soon as it can run."""
        while stage := self._next():
            yield StageTask(stage, self._inputs)

    def _next(self) -> Stage | None:
        """Wait for a stage that can run; return None after the last one."""
        with self._changed:
            while self._waiting:
                for stage in self._waiting:
                    if self._unfinished.isdisjoint(stage.needs):
                        self._waiting.remove(stage)
                        return stage
                self._changed.wait()
        return None


def _run_in_workers(stages: Sequence[Stage], inputs: StageInputs, workers: int) -> None:
    queue = StageQueue(stages, inputs)
    with WorkerPool(workers, STAGE_SECONDS, preload=(__name__,)) as pool, closing(queue):
        for task, error in pool.run(queue):
            if error:
                raise error
            queue.finish(task.name)
