"""Time and memory of a command that runs in its own process."""

import subprocess
import sys
import threading
import time
from typing import NamedTuple

import psutil


class ProcessUsage(NamedTuple):
    """What one run of a command took."""

    seconds: float  # from the start of the process to its end
    peak_megabytes: float  # of the process and its children
    output: str  # what it printed


def measure_python(code: str, *arguments: str, poll_seconds: float = 0.2) -> ProcessUsage:
    """Run Python code in a new process and measure its time and its peak memory.

    Args:
        code: What `python -c` runs.
        arguments: Its `sys.argv[1:]`.
        poll_seconds: How often the memory is sampled.
    """
    begin, peak = time.perf_counter(), 0.0
    process = psutil.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        peak = max(peak, memory_megabytes(process))
        threading.Event().wait(poll_seconds)
    return ProcessUsage(time.perf_counter() - begin, peak, process.stdout.read())


def memory_megabytes(process: psutil.Process) -> float:
    """Megabytes of a process and its children. Pages that they share count once, where the system reports it."""
    total = 0.0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_full_info().pss / 2**20
    except (psutil.Error, AttributeError):
        return total
    return total
