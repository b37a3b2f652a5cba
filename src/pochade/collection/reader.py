"""The process that reads files: requests come in as pickles on its standard input, readings go out on its output.

A picture is the one thing here that a stranger may have made to harm: it is decoded in a process with limits, which can
be ended without harm to the run.
"""

import os
import pickle
import signal
import sys

from pochade.collection.reading import Reading, read_piece

MEMORY = 3 * 2**30  # bytes of data that the process may hold: three times what one picture may take


def main() -> None:
    """Answer requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the work
    limit_memory()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            return
        try:
            reading = read_piece(request)
        except MemoryError:
            reading = Reading(problem=f"it wants more than {MEMORY // 2**20:,} MB of memory")
        pickle.dump(reading, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def limit_memory() -> None:
    """Let an allocation beyond the bound fail here rather than take the machine's memory; Linux knows how."""
    try:
        import resource  # noqa: PLC0415  absent on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
