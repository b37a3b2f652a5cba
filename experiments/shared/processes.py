"""Time and memory of a command that runs in its own process."""

import resource
import subprocess
import sys
import threading
import time
from typing import NamedTuple

import psutil


class ProcessUsage(NamedTuple):
    """What one run of a command took."""

    seconds: float  # from the start of the process to its end
    processor_seconds: float  # of the process and of the children that it waited for; other load adds little to it
    peak_megabytes: float  # of the process and its children
    output: str  # what it printed


def measure_python(code: str, *arguments: str, poll_seconds: float = 0.2) -> ProcessUsage:
    """Run Python code in a new process and measure its time and its peak memory. Runs must not overlap.

    Args:
        code: What `python -c` runs.
        arguments: Its `sys.argv[1:]`.
        poll_seconds: How often the memory is sampled.
    """
    begin, used, peak = time.perf_counter(), _processor_seconds(), 0.0
    with psutil.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, memory_megabytes(process))
            threading.Event().wait(poll_seconds)
        output = process.stdout.read()
    return ProcessUsage(time.perf_counter() - begin, _processor_seconds() - used, peak, output)


def _processor_seconds() -> float:
    """The processor time of all children that this process has waited for, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory_megabytes(process: psutil.Process) -> float:
    """Megabytes of a process and its children. Pages that they share count once, where the system reports it."""
    total = 0.0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_full_info().pss / 2**20
    except (psutil.Error, AttributeError):
        return total
    return total
