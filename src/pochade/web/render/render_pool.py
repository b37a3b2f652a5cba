"""Processes with limits that read files for the page, and the files that they leave, as many as there is room for."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import LifoQueue
from typing import Any

from pochade.errors import NotAllowed, PochadeError
from pochade.system.worker_pool import Task, Worker

COUNT = 2  # processes: what a person looks at comes before what they looked at
SECONDS = 60.0  # that one picture may take
PATIENCE = 30.0  # seconds that a request waits for its turn


class RenderPool:
    """A few such processes, started when they are first needed.

    Args:
        count: How many.
        seconds: That one request may take.
    """

    def __init__(self, count: int = COUNT, seconds: float = SECONDS) -> None:
        self.seconds, self.stopped = seconds, threading.Event()
        self.free: LifoQueue[Worker | None] = LifoQueue()
        self.turn = threading.BoundedSemaphore(count)
        for _ in range(count):
            self.free.put(None)

    def do(self, job: Task) -> Any:
        """What comes of a job.

        Raises:
            PochadeError: Whatever it came to.
            NotAllowed: Too many wait.
        """
        if not self.turn.acquire(timeout=PATIENCE):
            raise NotAllowed("too many pictures are being read at once", "try again in a moment")
        process = self.free.get()
        try:
            process = process or Worker(self.seconds, self.stopped)
            found = process.read(job)
        except BaseException:  # it may be half dead: the next request starts another
            if process is not None:
                with suppress(OSError, ValueError):
                    process.__exit__()
            process = None
            raise
        finally:
            self.free.put(process)
            self.turn.release()
        if isinstance(found, PochadeError):
            raise found
        return found

    def close(self) -> None:
        """End the processes."""
        self.stopped.set()
        while not self.free.empty():
            if process := self.free.get():
                process.__exit__()


class FileCache:
    """Files that were made once, the least used of which go when they take too much.

    Args:
        folder: Where they lie.
        most: Bytes that all of them may take.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most
        self.sizes: OrderedDict[str, int] = OrderedDict()
        self.lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def file(self, name: str, make: Callable[[Path], None]) -> Path:
        """The file of that name, made if need be."""
        path = self.folder / name
        with self.lock:
            if name in self.sizes and path.exists():
                self.sizes.move_to_end(name)
                return path
        make(path)
        with self.lock:
            self.sizes[name] = path.stat().st_size
            self.sizes.move_to_end(name)
            while sum(self.sizes.values()) > self.most and len(self.sizes) > 1:
                oldest, _ = self.sizes.popitem(last=False)
                (self.folder / oldest).unlink(missing_ok=True)
        return path
