"""Worker processes that serve the page, and a bounded cache of the files that they write."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import LifoQueue
from typing import Any

from pochade.errors import NotAllowed, PochadeError
from pochade.system.worker_pool import DEFAULT_TASK_SECONDS, Task, Worker

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
        self.idle: LifoQueue[Worker | None] = LifoQueue()  # None: a worker that is not started yet
        self.slots = threading.BoundedSemaphore(count)
        for _ in range(count):
            self.idle.put(None)

    def submit(self, task: Task) -> Any:
        """Run a task in a worker and return its result.

        Raises:
            PochadeError: The task failed.
            NotAllowed: Too many requests are waiting for a worker.
        """
        if not self.slots.acquire(timeout=MAX_QUEUE_SECONDS):
            raise NotAllowed("too many pictures are being read at once", "try again in a moment")
        worker = self.idle.get()
        try:
            worker = worker or Worker(self.seconds, self.stopped, self.preload)
            result = worker.call(task)
        except BaseException:  # the worker may be broken: the next request starts another
            if worker is not None:
                with suppress(OSError, ValueError):
                    worker.__exit__()
            worker = None
            raise
        finally:
            self.idle.put(worker)
            self.slots.release()
        if isinstance(result, PochadeError):
            raise result
        return result

    def close(self) -> None:
        """End the worker processes."""
        self.stopped.set()
        while not self.idle.empty():
            if worker := self.idle.get():
                worker.__exit__()


class FileCache:
    """Files that are made once. The least recently used ones are removed when the cache exceeds its size.

    Args:
        folder: Where the files are.
        max_bytes: Limit for the size of all files together.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self.sizes: OrderedDict[str, int] = OrderedDict()
        self.lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def file(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the file with a name; if it is not in the cache, `make` writes it to the path that it is given."""
        path = self.folder / name
        with self.lock:
            if name in self.sizes and path.exists():
                self.sizes.move_to_end(name)
                return path
        make(path)
        with self.lock:
            self.sizes[name] = path.stat().st_size
            self.sizes.move_to_end(name)
            while sum(self.sizes.values()) > self.max_bytes and len(self.sizes) > 1:
                oldest, _ = self.sizes.popitem(last=False)
                (self.folder / oldest).unlink(missing_ok=True)
        return path
