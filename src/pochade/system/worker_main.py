"""The process that reads and measures: requests come in as pickles on its standard input, answers go out on its output.

A picture is the one thing here that a stranger may have made to harm: it is decoded in a process with limits, which can
be ended without harm to the run. Its first answer is `True`: it is ready.
"""

import os
import pickle
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

MEMORY = 3 * 2**30  # bytes of data that the process may hold: three times what one picture may take


def main() -> None:
    """Answer requests until the input ends, or nobody listens any more."""
    for module in sys.argv[1:]:  # imported before this says that it is ready
        import_module(module)
    limit_memory()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    with suppress(EOFError, BrokenPipeError):
        answer: Any = True
        while True:
            pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()
            job, seconds = pickle.load(requests)
            end_after(seconds)
            try:
                answer = job.done()
            except MemoryError:
                answer = job.given_up(f"it wants more than {MEMORY // 2**20:,} MB of memory", again=False)
            end_after(0)
    os._exit(0)  # an output that nobody reads can't be flushed at a usual end


def end_after(seconds: float) -> None:
    """Let the system end this process then, should the one that asked be gone by that time; 0 for no end."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def limit_memory() -> None:
    """Let an allocation beyond the bound fail here rather than take the machine's memory; Linux knows how."""
    try:
        import resource  # noqa: PLC0415  absent on Windows
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


if __name__ == "__main__":
    main()
