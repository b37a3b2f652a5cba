"""A pool of processes for work on files: as many as cores, a time limit for each request, few of them under way.

A module of ours is started, and not `multiprocessing`, which would first run the caller's own script again.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pochade.errors import PochadeError

PATIENCE = 0.5  # seconds between two looks whether the pool was left
SECONDS = 60.0  # that one request may take
MOST = 8  # processes: each may hold a gigabyte
PRELOADED = ("pochade.index.descriptor_jobs", "pochade.index.ingest_file")  # modules that most tasks need
AHEAD = 16  # readings that may wait for each process: bounds the memory
ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}  # there is a process for each core already


class Task(Protocol):
    """What can be asked of a process; it goes there as a pickle, and what comes of it comes back as one."""

    @property
    def name(self) -> str:
        """What it is about, for a sentence."""

    def done(self) -> Any:
        """What comes of it, found in the process."""

    def given_up(self, problem: str, *, again: bool) -> Any:
        """What stands in its place when it could not be done, and whether it may go well another time."""


Asked = TypeVar("Asked", bound=Task)
Made = TypeVar("Made")
Thing = TypeVar("Thing")


class TaskResult(NamedTuple, Generic[Asked, Made]):
    """A request and what came of it."""

    request: Asked
    reading: Made


class WorkerPool:
    """Processes that read and measure, each fed by a thread of its own.

    Args:
        count: How many; as many as there are cores by default, at most 8.
        seconds: That one request may take before its process is ended.
    """

    def __init__(self, count: int | None = None, seconds: float = SECONDS) -> None:
        self.count, self.seconds = count or min(MOST, cores()), seconds
        self.stopped = threading.Event()
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def read(self, requests: Iterable[Asked]) -> Iterator[TaskResult[Asked, Any]]:
        """What comes of every request, in the order in which they are done.

        Raises:
            PochadeError: The reading processes don't start.
        """
        waiting: queue.Queue[Asked | None] = queue.Queue(self.count * 2)
        done: queue.Queue[TaskResult[Asked, Any] | BaseException | None] = queue.Queue(self.count * AHEAD)
        self.threads = [threading.Thread(target=self._work, args=(waiting, done)) for _ in range(self.count)]
        self.threads.append(threading.Thread(target=self._feed, args=(requests, waiting, done)))
        for thread in self.threads:
            thread.start()
        running = self.count
        while running:
            answer = done.get()
            if answer is None:
                running -= 1
            elif isinstance(answer, BaseException):
                raise answer
            else:
                yield answer

    def _feed(
        self,
        requests: Iterable[Asked],
        waiting: "queue.Queue[Asked | None]",
        done: "queue.Queue[TaskResult[Asked, Any] | BaseException | None]",
    ) -> None:
        """Hand out the requests, then one end for each process."""
        try:
            for request in requests:
                if not self._put(waiting, request):
                    return
            for _ in range(self.count):
                self._put(waiting, None)
        except BaseException as error:  # it must reach the thread that waits
            self._put(done, error)

    def _work(
        self, waiting: "queue.Queue[Asked | None]", done: "queue.Queue[TaskResult[Asked, Any] | BaseException | None]"
    ) -> None:
        """Pass requests to a process and its answers on, until the end."""
        try:
            with Worker(self.seconds, self.stopped) as process:
                while (request := self._get(waiting)) is not None:
                    self._put(done, TaskResult(request, process.read(request)))
            self._put(done, None)
        except BaseException as error:  # it must reach the thread that waits
            self._put(done, error)

    def _get(self, waiting: "queue.Queue[Asked | None]") -> Asked | None:
        """The next request; None at the end, or after the pool was left."""
        while not self.stopped.is_set():
            with suppress(queue.Empty):
                return waiting.get(timeout=PATIENCE)
        return None

    def _put(self, into: "queue.Queue[Thing]", what: Thing) -> bool:
        """Wait for room, but not after the pool was left; False then."""
        while not self.stopped.is_set():
            with suppress(queue.Full):
                into.put(what, timeout=PATIENCE)
                return True
        return False


class Worker:
    """One such process, started anew after it was ended or died.

    Args:
        seconds: That one request may take.
        stopped: Set when the pool is left: a request under way is given up.
    """

    def __init__(self, seconds: float, stopped: threading.Event) -> None:
        self.seconds, self.stopped = seconds, stopped
        self.deadline: float | None = None
        self.child = started()
        self.ended = threading.Event()
        self.watch = threading.Thread(target=self._watch)
        self.watch.start()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.watch.join()
        self.child.kill()
        self.child.communicate()

    def _watch(self) -> None:
        """End the process when its request takes too long, or when nobody wants it any more."""
        while not self.ended.wait(PATIENCE):
            if self.stopped.is_set() or (self.deadline is not None and time.monotonic() > self.deadline):
                self.child.kill()

    def read(self, request: Task) -> Any:
        """What comes of a request; one that takes too long, or ends its process, is given up."""
        self.deadline = time.monotonic() + self.seconds
        try:
            assert self.child.stdin  # a pipe
            pickle.dump((request, 2 * self.seconds + 1), self.child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self.child.stdin.flush()
            return answer_of(self.child)
        except (EOFError, OSError, pickle.UnpicklingError):
            late, self.deadline = time.monotonic() > self.deadline, None
            self.child.kill()
            code = self.child.wait()
            self.child.communicate()
            if not self.stopped.is_set():
                self.child = started()
            why = f"took longer than {self.seconds:.0f} s" if late else f"ended its reading process with code {code}"
            return request.given_up(f"'{request.name}' {why}", again=True)
        finally:
            self.deadline = None


def answer_of(child: "subprocess.Popen[bytes]") -> Any:
    """The next thing that a process says."""
    assert child.stdout  # a pipe
    return pickle.load(child.stdout)


def started() -> "subprocess.Popen[bytes]":
    """A new process that has said that it is ready; it ends by itself when its input does.

    Nothing in the folder where we are is taken for a module (`-P`), and Ctrl-C is for us alone.

    Raises:
        PochadeError: It does not start.
    """
    command = [sys.executable, "-P", "-m", "pochade.system.worker_main", *PRELOADED]
    surroundings = os.environ | ALONE
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=surroundings
    )
    try:
        assert answer_of(child) is True
    except (EOFError, OSError, pickle.UnpicklingError) as error:
        child.kill()
        child.communicate()
        raise PochadeError(f"the process that reads files does not start (exit code {child.returncode})") from error
    return child


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
