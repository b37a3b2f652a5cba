"""The limits of a worker process: memory, processor time, time on the clock, and the life of its parent.

The system enforces them, so they hold even while a decoder keeps the interpreter busy. Systems that lack one of them
(Windows has none) go without it; there, the parent ends a worker that is late.
"""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_DATA_BYTES = 3 * 2**30  # three times what one picture may take
TIME_SIGNAL = int(getattr(signal, "SIGPROF", 0))  # ends a process that used up its processor time
_IS_LINUX = sys.platform == "linux"
_MEMORY_STATE = Path("/proc/self/statm")  # pages: total, resident, shared, code, library, data and stack
_DATA_FIELD = 5
_MIN_TIMER_SECONDS = 0.001  # 0 would switch a timer off
_processes = set[int]()  # the id of this process, if it is a worker; a fork of a worker is none


def is_worker() -> bool:
    """Whether this process is a worker, so that it may decode files from strangers itself."""
    return os.getpid() in _processes


def become_worker() -> None:
    """Limit the memory of this process, and end it when its parent ends."""
    _processes.add(os.getpid())
    if resource_limit := _data_limit():
        _set_data_limit(min(MAX_DATA_BYTES, resource_limit))
    if _IS_LINUX:
        _signal_when_input_changes()


def begin_task(seconds: float, clock_seconds: float) -> None:
    """Let the system end this process after some seconds, or when its parent ends.

    Args:
        seconds: Processor time.
        clock_seconds: Time on the clock, after which the parent ends this process; the system does so after twice as
            much, in case the parent can't.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 2 * clock_seconds + 1)
    if _IS_LINUX:
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        if _input_has_ended():  # before the line above
            os._exit(1)


def end_task() -> None:
    """Switch off the limits of the task: waiting for the next one may take any time."""
    if _IS_LINUX:
        signal.signal(signal.SIGIO, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def limit_decoder(seconds: float, data_bytes: int) -> Iterator[None]:
    """In a worker, let the system end this process if the block takes too much; elsewhere, do nothing.

    For decoders whose work can't be known before: within these limits, no honest file is near them.

    Args:
        seconds: Of processor time.
        data_bytes: Memory beyond what is in use now.
    """
    if not is_worker():
        yield
        return
    data_limit, data_in_use = _data_limit(), _data_in_use()
    if data_limit and data_in_use is not None:
        _set_data_limit(min(data_limit, data_in_use + data_bytes))
    seconds_left, shorter = _shorten_timer(seconds)
    try:
        yield
    finally:
        _restore_timer(seconds_left, shorter)
        if data_limit and data_in_use is not None:
            _set_data_limit(data_limit)


def _shorten_timer(seconds: float) -> tuple[float, float]:
    """Set the processor time that is left to `seconds` or less; return what was left before, and what is now."""
    if not hasattr(signal, "setitimer"):
        return 0.0, 0.0
    before = signal.getitimer(signal.ITIMER_PROF)[0]
    after = min(seconds, before or seconds)
    signal.setitimer(signal.ITIMER_PROF, after)
    return before, after


def _restore_timer(before: float, shorter: float) -> None:
    """Give back the processor time that was taken away; 0 before means that there was no limit."""
    if hasattr(signal, "setitimer"):
        used = shorter - signal.getitimer(signal.ITIMER_PROF)[0]
        signal.setitimer(signal.ITIMER_PROF, max(before - used, _MIN_TIMER_SECONDS) if before else 0)


def _signal_when_input_changes() -> None:
    """Let the system send SIGIO when standard input gets a task, or ends because the parent did.

    Between tasks the signal is ignored. During a task no other arrives, so it means that the parent is gone, and ends
    this process. (PR_SET_PDEATHSIG would end it with the thread of the parent that started it.)
    """
    import fcntl  # noqa: PLC0415  absent on Windows

    signal.signal(signal.SIGIO, signal.SIG_IGN)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)


def _input_has_ended() -> bool:
    poll = select.poll()
    poll.register(0, select.POLLHUP)
    return bool(poll.poll(0))


def _data_in_use() -> int | None:
    """Bytes of data that count for the limit; None if the system does not say."""
    try:
        return int(_MEMORY_STATE.read_text().split()[_DATA_FIELD]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def _data_limit() -> int | None:
    """The limit for the bytes of data of this process; None if the system has no such limit."""
    try:
        import resource  # noqa: PLC0415  absent on Windows
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def _set_data_limit(limit: int) -> None:
    """Make allocations beyond a limit fail in this process (Linux; elsewhere the limit has no effect)."""
    import resource  # noqa: PLC0415  absent on Windows

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
