"""A pool of worker processes with a time limit for each task.

Each worker runs `python -m pochade.system.worker_main`. `multiprocessing` is not used because it would first run the
caller's own script again.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pochade.errors import PochadeError

POLL_SECONDS = 0.5  # between two checks whether the pool was closed or a task is late
DEFAULT_TASK_SECONDS = 60.0
MAX_WORKERS = 8  # each may hold a gigabyte
MAX_WAITING_RESULTS_PER_WORKER = 16  # bounds the memory if the caller is slow
SINGLE_THREAD_ENVIRONMENT = {  # the pool already uses every core
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}


class Task(Protocol):
    """What a worker can run. The task and its result are sent as pickles."""

    @property
    def name(self) -> str:
        """The name of what the task works on, for error sentences."""

    def run(self) -> Any:
        """Do the work, inside the worker, and return the result."""

    def failure(self, problem: str, *, retry: bool) -> Any:
        """Return the result to use when the worker could not run the task.

        Args:
            problem: Why, as a sentence.
            retry: Whether the task may succeed another time.
        """


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
        seconds: Time limit of one task; a worker that exceeds it is killed.
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


class Worker:
    """One worker process, started again after it was killed or died.

    Args:
        seconds: Time limit of one task.
        stopped: An event that abandons the running task.
        preload: Modules that the process imports before it accepts tasks.
    """

    def __init__(self, seconds: float, stopped: threading.Event, preload: Sequence[str] = ()) -> None:
        self.seconds, self.stopped, self.preload = seconds, stopped, preload
        self.deadline: float | None = None
        self.process = start_process(preload)
        self.closed = threading.Event()
        self.watcher = threading.Thread(target=self._watch)
        self.watcher.start()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()
        self.watcher.join()
        self.process.kill()
        self.process.communicate()

    def _watch(self) -> None:
        """Kill the process when its task is late, or when nobody waits for the result any more."""
        while not self.closed.wait(POLL_SECONDS):
            deadline = self.deadline  # another thread may set it to None at any moment
            if self.stopped.is_set() or (deadline is not None and time.monotonic() > deadline):
                self.process.kill()

    def call(self, task: Task) -> Any:
        """Run a task and return its result, or `task.failed(...)` if it is late or kills its process."""
        self.deadline = time.monotonic() + self.seconds
        try:
            assert self.process.stdin  # a pipe
            pickle.dump((task, 2 * self.seconds + 1), self.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self.process.stdin.flush()
            return _receive(self.process)
        except (EOFError, OSError, pickle.UnpicklingError):
            is_late, self.deadline = time.monotonic() > self.deadline, None
            self.process.kill()
            exit_code = self.process.wait()
            self.process.communicate()
            if not self.stopped.is_set():
                self.process = start_process(self.preload)
            crash = f"ended its worker process with code {exit_code}"
            why = f"took longer than {self.seconds:.0f} s" if is_late else crash
            return task.failure(f"'{task.name}' {why}", retry=True)
        finally:
            self.deadline = None


def _receive(process: "subprocess.Popen[bytes]") -> Any:
    """Read the next object that a worker process sends."""
    assert process.stdout  # a pipe
    return pickle.load(process.stdout)


def start_process(preload: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a worker process and wait until it is ready. The process ends by itself when its input is closed.

    `-P` keeps modules in the current folder from being imported. The process has a session of its own, so that Ctrl-C
    reaches only its parent.

    Args:
        preload: Modules that the process imports before it is ready.

    Raises:
        PochadeError: The process does not start.
    """
    command = [sys.executable, "-P", "-m", "pochade.system.worker_main", *preload]
    environment = os.environ | SINGLE_THREAD_ENVIRONMENT
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=environment
    )
    try:
        assert _receive(process) is True
    except (EOFError, OSError, pickle.UnpicklingError) as error:
        process.kill()
        process.communicate()
        why = f"a worker process does not start (exit code {process.returncode})"
        raise PochadeError(why, "look at the terminal for more, or install Pochade again") from error
    return process


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
