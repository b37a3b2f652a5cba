"""The worker that decodes pictures for this process, so that a hostile file costs an error and nothing else.

`read.py` decodes where it is called. A command calls it through `read_in_worker` instead: in a process with limits of
memory and time, which is started when it is first needed and serves until this process ends. Inside a worker, the
function is called directly.
"""

import atexit
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pochade.errors import FileUnreachable, PictureTooLarge, PochadeError
from pochade.system.path_text import printable
from pochade.system.worker_limits import is_worker
from pochade.system.worker_pool import DEFAULT_TASK_SECONDS
from pochade.system.worker_process import Worker

READER_MODULES = ("pochade.images.io.read",)
REDIRECTED = ("/dev/", "/proc/")  # paths that mean another file in another process, such as /dev/stdin
ResultType = TypeVar("ResultType")


@dataclass(frozen=True)
class ReadTask:
    """The task of calling a function with the path of a file."""

    function: Callable[[Path], Any]
    path: Path
    folder: str | None  # from which a relative path starts; None for an absolute path

    @property
    def name(self) -> str:
        """The file as the person named it, for messages."""
        return printable(self.path)

    def run(self) -> Any:
        """Call the function; return its result, or its error."""
        try:
            if self.folder is not None:
                os.chdir(self.folder)
            return self.function(self.path)
        except PochadeError as error:
            return error
        except OSError as error:
            return FileUnreachable.about(self.name, f"can't be read: {error.strerror}")

    def failure(self, problem: str, *, retry: bool) -> PochadeError:  # noqa: ARG002  the person decides
        """Return the error for a file whose worker failed."""
        reason = problem.removeprefix(f"'{self.name}' ")
        return PictureTooLarge.about(self.name, reason, "save a simpler or smaller copy of it")


class _ReadingWorker:
    """The worker of this process. A lock lets only one thread at a time use it."""

    def __init__(self) -> None:
        self.worker = Worker(DEFAULT_TASK_SECONDS, threading.Event(), READER_MODULES)
        self.lock = threading.Lock()
        atexit.register(self._close, os.getpid())

    def _close(self, process_id: int) -> None:
        """End the worker at the end of the process that started it, not of a fork."""
        if os.getpid() == process_id:
            self.worker.close()


_workers = dict[int, _ReadingWorker]()  # by the id of the process: a fork must not use its parent's


def _reading_worker() -> _ReadingWorker:
    return _workers.get(os.getpid()) or _workers.setdefault(os.getpid(), _ReadingWorker())


def start_reading_worker() -> None:
    """Start the worker without waiting for it, while this process imports what it needs itself."""
    if not is_worker():
        reading = _reading_worker()
        with reading.lock:
            reading.worker.start()


def read_in_worker(function: Callable[[Path], ResultType], path: Path | str) -> ResultType:
    """Call a function that decodes a file, in the worker.

    Args:
        function: A function of a module, or a `functools.partial` of it. It may return whatever a worker can send.
        path: The file.

    Raises:
        PictureUnreadable: The file can't be read as a picture, or decoding it takes too much memory or time.
        PochadeError: The function raised it, or the worker does not start.
    """
    path = Path(path)
    if is_worker():
        return function(path)
    if str(path).startswith(REDIRECTED):
        path = Path(os.path.realpath(path))
    reading = _reading_worker()
    with reading.lock:
        result = reading.worker.call(ReadTask(function, path, None if path.is_absolute() else _current_folder()))
    if isinstance(result, PochadeError):
        raise result
    answer: ResultType = result
    return answer


def _current_folder() -> str:
    """Return the current folder; the root if it was removed, where a relative path names nothing either."""
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return os.sep
