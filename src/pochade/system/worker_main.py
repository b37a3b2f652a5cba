"""The worker process: tasks arrive as pickles on standard input, results leave as pickles on standard output.

Pictures come from strangers and may crash or stall a decoder. This process decodes them under limits of memory and
time, so that the run survives when the process is killed. Its first result is always `True` and means that it is ready.
"""

import os
import pickle
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

MAX_DATA_BYTES = 3 * 2**30  # three times what one picture may take


def main() -> None:
    """Run tasks until the input ends or nobody reads the results any more."""
    for module in sys.argv[1:]:
        import_module(module)
    _limit_memory()
    tasks, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the results
    with suppress(EOFError, BrokenPipeError):
        result: Any = True
        while True:
            pickle.dump(result, results, protocol=pickle.HIGHEST_PROTOCOL)
            results.flush()
            task, seconds = pickle.load(tasks)
            _set_alarm(seconds)
            try:
                result = task.run()
            except MemoryError:
                result = task.failure(f"it needs more than {MAX_DATA_BYTES // 2**20:,} MB of memory", retry=False)
            _set_alarm(0)
    os._exit(0)  # a normal exit would try to flush an output that nobody reads


def _set_alarm(seconds: float) -> None:
    """Make the system kill this process after some seconds, in case its parent is gone; 0 cancels the alarm."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory() -> None:
    """Make allocations beyond `MAX_DATA_BYTES` fail in this process, where the system supports that (Linux)."""
    try:
        import resource  # noqa: PLC0415  absent on Windows
    except ImportError:
        return
    hard_limit = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = MAX_DATA_BYTES if hard_limit == resource.RLIM_INFINITY else min(MAX_DATA_BYTES, hard_limit)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard_limit))


if __name__ == "__main__":
    main()
