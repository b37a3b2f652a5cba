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
from typing import NamedTuple, TypeVar

from pochade.collection.reading import Reading, Request

PATIENCE = 0.5  # seconds between two looks whether the pool was left
SECONDS = 60.0  # that one file may take
Thing = TypeVar("Thing")
AHEAD = 16  # readings that may wait for each process: bounds the memory


class Answer(NamedTuple):
    """A request and what came of it."""

    request: Request
    reading: Reading


class Readers:
    """Reading processes, each fed by a thread of its own.

    Args:
        count: How many; as many as there are cores by default.
        seconds: That one file may take before its process is ended.
    """

    def __init__(self, count: int | None = None, seconds: float = SECONDS) -> None:
        self.count, self.seconds = count or len(os.sched_getaffinity(0)), seconds
        self.stopped = threading.Event()

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()

    def read(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Every request's reading, in the order in which they are done."""
        waiting: queue.Queue[Request | None] = queue.Queue(self.count * 2)
        done: queue.Queue[Answer | BaseException | None] = queue.Queue(self.count * AHEAD)
        threads = [threading.Thread(target=self._work, args=(waiting, done), daemon=True) for _ in range(self.count)]
        threads.append(threading.Thread(target=self._feed, args=(requests, waiting), daemon=True))
        for thread in threads:
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

    def _feed(self, requests: Iterable[Request], waiting: "queue.Queue[Request | None]") -> None:
        """Hand out the requests, then one end for each process."""
        for request in requests:
            if not self._put(waiting, request):
                return
        for _ in range(self.count):
            self._put(waiting, None)

    def _work(self, waiting: "queue.Queue[Request | None]", done: "queue.Queue[Answer | BaseException | None]") -> None:
        """Pass requests to a process and its readings on, until the end."""
        try:
            with Process(self.seconds) as process:
                while (request := self._get(waiting)) is not None:
                    self._put(done, Answer(request, process.read(request)))
            self._put(done, None)
        except BaseException as error:
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
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.child = started()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.communicate()

    def read(self, request: Request) -> Reading:
        """What the file gives; a process that takes too long, or dies, makes a problem of the file."""
        begun = time.monotonic()
        limit = threading.Timer(self.seconds, self.child.kill)
        limit.start()
        try:
            return asked(self.child, request)
        except (EOFError, OSError, pickle.UnpicklingError):
            self.child.kill()
            code = self.child.wait()
            self.child = started()
            if time.monotonic() - begun >= self.seconds:
                return Reading(problem=f"it took longer than {self.seconds:.0f} s to read")
            return Reading(problem=f"it ended the process that read it (exit code {code})")
        finally:
            limit.cancel()


def asked(child: "subprocess.Popen[bytes]", request: Request) -> Reading:
    """Send a request and wait for its reading."""
    assert child.stdin  # both are pipes
    assert child.stdout
    pickle.dump(request, child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
    child.stdin.flush()
    reading: Reading = pickle.load(child.stdout)
    return reading


def started() -> "subprocess.Popen[bytes]":
    """A new reading process; it ends by itself when its input does."""
    command = [sys.executable, "-m", "pochade.collection.reader"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
