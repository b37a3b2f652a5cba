"""Worker processes that serve the page, and a bounded cache of the files that they write."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import LifoQueue
from typing import Any

from pochade.errors import NotAllowed, PictureTooLarge, PochadeError
from pochade.system.worker_pool import DEFAULT_TASK_SECONDS
from pochade.system.worker_process import Task, Worker

DEFAULT_WORKERS = 2  # few, so that the picture on the screen comes before pictures that were scrolled past
MAX_QUEUE_SECONDS = 30.0  # for which a request waits for a free worker
PRELOADED_MODULES = ("pochade.web.render.picture_rendering",)


class RenderPool:
    """A few workers for requests of the page, each started when it is first needed.

    Args:
        count: Number of workers.
        seconds: Time limit of one task.
        preload: Modules that a worker imports before it accepts tasks.
    """

    def __init__(
        self,
        count: int = DEFAULT_WORKERS,
        seconds: float = DEFAULT_TASK_SECONDS,
        preload: Sequence[str] = PRELOADED_MODULES,
    ) -> None:
        self.seconds, self.preload, self.stopped = seconds, preload, threading.Event()
        self.count = count
        self.idle: LifoQueue[Worker | None] = LifoQueue()  # None: a worker that is not started yet
        self.slots = threading.BoundedSemaphore(count)
        for _ in range(count):
            self.idle.put(None)

    def submit(self, task: Task) -> Any:
        """Run a task in a worker and return its result.

        Raises:
            PochadeError: The task failed.
            NotAllowed: Too many requests are waiting for a worker, or the server ends.
        """
        if self.stopped.is_set():
            raise NotAllowed("the server ends", "start it again")
        if not self.slots.acquire(timeout=MAX_QUEUE_SECONDS):
            raise NotAllowed("too many pictures are being read at once", "try again in a moment")
        worker = self.idle.get()
        try:
            worker = worker or Worker(self.seconds, self.stopped, self.preload)
            result = worker.call(task)
        except BaseException:  # the worker may be broken: the next request starts another
            if worker is not None:
                worker.close()
            worker = None
            raise
        finally:
            self.idle.put(worker)
            self.slots.release()
        if isinstance(result, PochadeError):
            raise result
        return result

    def close(self) -> None:
        """End the worker processes; a request that waits for one gets an error at once."""
        self.stopped.set()
        workers = [self.idle.get() for _ in range(self.count)]  # a busy one is put back in a moment
        for worker in workers:
            if worker is not None:
                worker.close()
            self.idle.put(None)


class FileCache:
    """Files that are made once, even if several requests want one at the same time.

    The least recently used ones are removed when the cache exceeds its size. A picture that takes too much memory or
    time is remembered, so that the same file does not keep a worker busy again and again.

    Args:
        folder: Where the files are.
        max_bytes: Limit for the size of all files together.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self.sizes: OrderedDict[str, int] = OrderedDict()
        self.lock = threading.Lock()
        self.making: dict[str, threading.Lock] = {}  # by the name of a file that a request makes now
        self.problems: dict[str, PictureTooLarge] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def file(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the file with a name; if it is not in the cache, `make` writes it to the path that it is given.

        Raises:
            PictureTooLarge: `make` raised it, now or before.
        """
        with self.lock:
            making = self.making.setdefault(name, threading.Lock())
        try:
            with making:
                return self._known_file(name) or self._make(name, make)
        finally:
            with self.lock:
                self.making.pop(name, None)

    def _known_file(self, name: str) -> Path | None:
        """Return a file of the cache; None if it is not there.

        Raises:
            PictureTooLarge: It could not be made before.
        """
        path = self.folder / name
        with self.lock:
            if problem := self.problems.get(name):
                raise problem
            if name not in self.sizes or not path.exists():
                return None
            self.sizes.move_to_end(name)
        return path

    def _make(self, name: str, make: Callable[[Path], None]) -> Path:
        """Make a file, and remove the least recently used ones if there is no room."""
        path = self.folder / name
        try:
            make(path)
        except PictureTooLarge as problem:
            self.problems[name] = problem
            raise
        with self.lock:
            self.sizes[name] = path.stat().st_size
            self.sizes.move_to_end(name)
            while sum(self.sizes.values()) > self.max_bytes and len(self.sizes) > 1:
                oldest, _ = self.sizes.popitem(last=False)
                (self.folder / oldest).unlink(missing_ok=True)
        return path
