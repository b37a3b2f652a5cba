"""The worker process: tasks arrive as pickles on standard input, results leave as messages on standard output.

Pictures come from strangers and may crash or stall a decoder. This process decodes them under limits of memory and
time, so that the run survives when the process is killed. Its first message is always `True` and means that it is
ready. The parent is trusted, this process is not: therefore only tasks are pickles (see `worker_messages.py`).
"""

import logging
import os
import pickle
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

from pochade.system.logs import start_logging
from pochade.system.worker_limits import MAX_DATA_BYTES, become_worker, begin_task, end_task
from pochade.system.worker_messages import write_message

logger = logging.getLogger(__name__)


def main() -> None:
    """Run tasks until the input ends or nobody reads the results any more."""
    for module in sys.argv[1:]:
        import_module(module)
    start_logging()
    become_worker()
    tasks, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    _silence_libraries()
    with suppress(EOFError, BrokenPipeError):
        write_message(results, True)
        while True:
            task, seconds, clock_seconds = pickle.load(tasks)
            begin_task(seconds, clock_seconds)
            result = _run(task)
            end_task()
            _send(results, result, task)
    os._exit(0)  # a normal exit would try to flush an output that nobody reads


def _run(task: Any) -> Any:
    """Run a task; an error that it does not handle becomes its failure."""
    try:
        return task.run()
    except MemoryError:
        return task.failure(f"'{task.name}' needs more than {MAX_DATA_BYTES // 2**20:,} MB of memory", retry=False)
    except Exception as error:
        logger.exception("the task '%s' failed", task.name)  # the file may be damaged, or the mistake is ours
        why = f"'{task.name}' could not be read: {type(error).__name__}: {error}"
        return task.failure(why, retry=isinstance(error, OSError))


def _send(results: BinaryIO, result: Any, task: Any) -> None:
    """Send a result; a result that can't be sent is a mistake in the task, and becomes its failure."""
    try:
        write_message(results, result)
    except TypeError as error:
        write_message(results, task.failure(f"'{task.name}' gave no result: {error}", retry=False))


def _silence_libraries() -> None:
    """Discard what libraries print: on standard output it would get between the messages, elsewhere it says nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


if __name__ == "__main__":
    main()
