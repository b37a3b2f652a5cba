"""A pool of reading processes: as many as cores, a time limit for each file, a bounded number of files under way."""

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pochade.collection.reading import Reading, Request
from pochade.errors import PochadeError
from pochade.images.source import printable

PATIENCE = 0.5  # seconds between two looks whether the pool was left
SECONDS = 60.0  # that one file may take
Thing = TypeVar("Thing")
MOST = 8  # processes: each may hold a gigabyte
AHEAD = 16  # readings that may wait for each process: bounds the memory


class Answer(NamedTuple):
    """A request and what came of it."""

    request: Request
    reading: Reading


class Readers:
    """Reading processes, each fed by a thread of its own.

    Args:
        count: How many; as many as there are cores by default, at most 8.
        seconds: That one file may take before its process is ended.
    """

    def __init__(self, count: int | None = None, seconds: float = SECONDS) -> None:
        self.count, self.seconds = count or min(MOST, cores()), seconds
        self.stopped = threading.Event()
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def read(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Every request's reading, in the order in which they are done.

        Raises:
            PochadeError: The reading processes don't start.
        """
        waiting: queue.Queue[Request | None] = queue.Queue(self.count * 2)
        done: queue.Queue[Answer | BaseException | None] = queue.Queue(self.count * AHEAD)
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
        requests: Iterable[Request],
        waiting: "queue.Queue[Request | None]",
        done: "queue.Queue[Answer | BaseException | None]",
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

    def _work(self, waiting: "queue.Queue[Request | None]", done: "queue.Queue[Answer | BaseException | None]") -> None:
        """Pass requests to a process and its readings on, until the end."""
        try:
            with Process(self.seconds, self.stopped) as process:
                while (request := self._get(waiting)) is not None:
                    self._put(done, Answer(request, process.read(request)))
            self._put(done, None)
        except BaseException as error:  # it must reach the thread that waits
            self._put(done, error)

    def _get(self, waiting: "queue.Queue[Request | None]") -> Request | None:
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


class Process:
    """One reading process, started anew after it was ended or died.

    Args:
        seconds: That one file may take.
        stopped: Set when the pool is left: a file under way is given up.
    """

    def __init__(self, seconds: float, stopped: threading.Event) -> None:
        self.seconds, self.stopped = seconds, stopped
        self.deadline: float | None = None
        self.child = started()
        self.ended = threading.Event()
        self.watch = threading.Thread(target=self._watch)
        self.watch.start()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.watch.join()
        self.child.kill()
        self.child.communicate()

    def _watch(self) -> None:
        """End the process when its file takes too long, or when nobody wants it any more."""
        while not self.ended.wait(PATIENCE):
            if self.stopped.is_set() or (self.deadline is not None and time.monotonic() > self.deadline):
                self.child.kill()

    def read(self, request: Request) -> Reading:
        """What the file gives; a process that takes too long, or dies, makes a problem of the file."""
        self.deadline = time.monotonic() + self.seconds
        try:
            assert self.child.stdin  # a pipe
            pickle.dump((request, 2 * self.seconds + 1), self.child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self.child.stdin.flush()
            reading: Reading = answer_of(self.child)
            return reading
        except (EOFError, OSError, pickle.UnpicklingError):
            late, self.deadline = time.monotonic() > self.deadline, None
            self.child.kill()
            code = self.child.wait()
            self.child.communicate()
            if not self.stopped.is_set():
                self.child = started()
            why = f"took longer than {self.seconds:.0f} s" if late else f"ended its reading process with code {code}"
            return Reading(problem=f"'{printable(Path(os.fsdecode(request.path)).name)}' {why}", again=True)
        finally:
            self.deadline = None


def answer_of(child: "subprocess.Popen[bytes]") -> Any:
    """The next thing that a process says."""
    assert child.stdout  # a pipe
    return pickle.load(child.stdout)


def started() -> "subprocess.Popen[bytes]":
    """A new reading process that has said that it is ready; it ends by itself when its input does.

    Nothing in the folder where we are is taken for a module (`-P`), and Ctrl-C is for us alone.

    Raises:
        PochadeError: It does not start.
    """
    command = [sys.executable, "-P", "-m", "pochade.collection.reader"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
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
