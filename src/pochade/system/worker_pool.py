"""A pool of worker processes with a time limit for each task.

Each worker runs `python -m pochade.system.worker_main`. `multiprocessing` is not used because it would first run the
caller's own script again.
"""

import os
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar

from pochade.system.worker_process import POLL_SECONDS, Task, Worker

DEFAULT_TASK_SECONDS = 60.0
MAX_WORKERS = 8  # each may hold a gigabyte
MAX_WAITING_RESULTS_PER_WORKER = 16  # bounds the memory if the caller is slow
TaskType = TypeVar("TaskType", bound=Task)
ResultType = TypeVar("ResultType")
Item = TypeVar("Item")


class TaskResult(NamedTuple, Generic[TaskType, ResultType]):
    """A task and its result."""

    task: TaskType
    result: ResultType


class WorkerPool:
    """Worker processes, with one thread for each that passes tasks to it.

    Args:
        count: Number of workers; by default one per core, at most 8.
        seconds: Processor time of one task; a worker that exceeds it, or twice as much on the clock, is killed.
        preload: Modules that each worker imports before it accepts tasks.
    """

    def __init__(
        self, count: int | None = None, seconds: float = DEFAULT_TASK_SECONDS, *, preload: Sequence[str] = ()
    ) -> None:
        self.count, self.seconds, self.preload = count or min(MAX_WORKERS, available_cores()), seconds, preload
        self.stopped = threading.Event()
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def run(self, tasks: Iterable[TaskType]) -> Iterator[TaskResult[TaskType, Any]]:
        """Run the tasks and yield their results in the order in which they finish.

        Raises:
            PochadeError: A worker process does not start.
        """
        waiting: queue.Queue[TaskType | None] = queue.Queue(self.count * 2)
        results: queue.Queue[TaskResult[TaskType, Any] | BaseException | None]
        results = queue.Queue(self.count * MAX_WAITING_RESULTS_PER_WORKER)
        self.threads = [threading.Thread(target=self._serve_worker, args=(waiting, results)) for _ in range(self.count)]
        self.threads.append(threading.Thread(target=self._feed, args=(tasks, waiting, results)))
        for thread in self.threads:
            thread.start()
        running_workers = self.count
        while running_workers:
            result = results.get()
            if result is None:
                running_workers -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result

    def _feed(
        self,
        tasks: Iterable[TaskType],
        waiting: "queue.Queue[TaskType | None]",
        results: "queue.Queue[TaskResult[TaskType, Any] | BaseException | None]",
    ) -> None:
        """Queue the tasks, then one None for each worker to mark the end."""
        try:
            for task in tasks:
                if not self._put(waiting, task):
                    return
            for _ in range(self.count):
                self._put(waiting, None)
        except BaseException as error:  # raised again in the caller's thread
            self._put(results, error)

    def _serve_worker(
        self,
        waiting: "queue.Queue[TaskType | None]",
        results: "queue.Queue[TaskResult[TaskType, Any] | BaseException | None]",
    ) -> None:
        """Pass queued tasks to one worker and queue its results, until None marks the end."""
        try:
            with Worker(self.seconds, self.stopped, self.preload) as worker:
                while (task := self._get(waiting)) is not None:
                    self._put(results, TaskResult(task, worker.call(task)))
            self._put(results, None)
        except BaseException as error:  # raised again in the caller's thread
            self._put(results, error)

    def _get(self, source: "queue.Queue[TaskType | None]") -> TaskType | None:
        """Return the next task; None after the last one, or if the pool was closed."""
        while not self.stopped.is_set():
            with suppress(queue.Empty):
                return source.get(timeout=POLL_SECONDS)
        return None

    def _put(self, target: "queue.Queue[Item]", item: Item) -> bool:
        """Queue an item as soon as there is room; return False if the pool was closed meanwhile."""
        while not self.stopped.is_set():
            with suppress(queue.Full):
                target.put(item, timeout=POLL_SECONDS)
                return True
        return False


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
