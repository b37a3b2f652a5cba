"""One worker process: started, given tasks, ended when it is late, and started again when it is needed again.

Only the thread that calls a worker ends its process, so no other thread can end a process that has a new task already.
"""

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from pochade.errors import PochadeError
from pochade.system.worker_limits import TIME_SIGNAL
from pochade.system.worker_messages import MessageDamaged, read_message

CLOCK_FACTOR = 2  # a task may take so much more time on the clock than on the processor
POLL_SECONDS = 0.5  # between two checks whether the caller was stopped
MAX_STARTS = 3  # of a process that somebody else ends while it starts
START_SECONDS = 300.0  # for which a worker may import its modules; a busy machine takes a minute
PASSING_SIGNALS = {signal.SIGTERM, getattr(signal, "SIGKILL", None)}  # sent by a person, or because memory is short
CRASH_SIGNALS = {getattr(signal, name, None) for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP")}
SINGLE_THREAD_ENVIRONMENT = {  # a pool already uses every core
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
END: Final = object()  # stands behind the last answer of a process


class Task(Protocol):
    """What a worker can run. The task is sent as a pickle, its result as a message (see `worker_messages.py`)."""

    @property
    def name(self) -> str:
        """The name of what the task works on, for error sentences."""

    def run(self) -> Any:
        """Do the work, inside the worker, and return the result."""

    def failure(self, problem: str, *, retry: bool) -> Any:
        """Return the result to use when the worker could not run the task.

        Args:
            problem: Why, as a sentence.
            retry: Whether the task may succeed another time.
        """


class WorkerProcess:
    """A running worker process. It ends when its input is closed, and on Linux when its parent ends.

    `-P` keeps modules in the current folder from being imported. The process has a session of its own, so that Ctrl-C
    reaches only its parent.

    Args:
        preload: Modules that the process imports before it is ready.
    """

    def __init__(self, preload: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pochade.system.worker_main", *preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | SINGLE_THREAD_ENVIRONMENT,
        )
        self.is_ready = False
        self.answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read_answers, daemon=True)
        self.reader.start()

    def _read_answers(self) -> None:
        """Queue the answers of the process until it ends, or sends something else."""
        assert self.process.stdout  # a pipe
        with self.process.stdout as answers, suppress(EOFError, OSError, ValueError, MemoryError, MessageDamaged):
            while True:
                self.answers.put(read_message(answers))
        self.answers.put(END)

    def send(self, task: Task, seconds: float, clock_seconds: float) -> None:
        """Send a task with its limits of processor time and of time on the clock.

        Raises:
            OSError: The process has ended.
        """
        assert self.process.stdin  # a pipe
        pickle.dump((task, seconds, clock_seconds), self.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        self.process.stdin.flush()

    def receive(self, deadline: float, stopped: threading.Event) -> Any:
        """Return the next answer; END if the process has ended, the deadline has passed, or the caller was stopped.

        Args:
            deadline: A time of the monotonic clock.
            stopped: Set by another thread when nobody waits for the answer any more.
        """
        while not stopped.is_set() and (seconds := deadline - time.monotonic()) > 0:
            with suppress(queue.Empty):
                return self.answers.get(timeout=min(seconds, POLL_SECONDS))
        return END

    def end(self) -> int:
        """End the process, and return its exit code: of a killed one, the negative number of the signal."""
        self.process.kill()
        exit_code = self.process.wait()
        self.reader.join()
        assert self.process.stdin  # a pipe
        with suppress(OSError):  # part of a task may still wait in the buffer
            self.process.stdin.close()
        return exit_code


class Worker:
    """A worker process that is started when it is needed, also after it was killed or died.

    Args:
        seconds: Processor time of one task; on the clock, it may take twice as long.
        stopped: An event that abandons the running task.
        preload: Modules that the process imports before it accepts tasks.
    """

    def __init__(self, seconds: float, stopped: threading.Event, preload: Sequence[str] = ()) -> None:
        self.seconds, self.stopped, self.preload = seconds, stopped, preload
        self.running: WorkerProcess | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self.running:
            self.running.end()
            self.running = None

    def start(self) -> WorkerProcess:
        """Start the process, if none is running, without waiting for it."""
        if self.running is None:
            self.running = WorkerProcess(self.preload)
        return self.running

    def call(self, task: Task) -> Any:
        """Run a task and return its result, or `task.failure(...)` if it is late or ends its process.

        Raises:
            PochadeError: The process does not start.
        """
        try:
            running = self._wait_until_ready()
            clock_seconds = CLOCK_FACTOR * self.seconds
            deadline = time.monotonic() + clock_seconds
            answer: Any = END
            with suppress(OSError):
                running.send(task, self.seconds, clock_seconds)
                answer = running.receive(deadline, self.stopped)
        except BaseException:  # such as Ctrl-C: its answer must not be taken for that of the next task
            self.close()
            raise
        return self._fail(running, task, deadline) if answer is END else answer

    def _wait_until_ready(self) -> WorkerProcess:
        """Wait for the process; one that somebody else ends while it starts is started again."""
        exit_code = 0
        for _ in range(MAX_STARTS):
            running = self.start()
            if not running.is_ready:
                running.is_ready = running.receive(time.monotonic() + START_SECONDS, self.stopped) is True
            if running.is_ready or self.stopped.is_set():
                return running
            exit_code, self.running = running.end(), None
            if -exit_code not in PASSING_SIGNALS:
                break
        why = f"a worker process does not start (exit code {exit_code})"
        raise PochadeError(why, "look at the terminal for more, or install Pochade again")

    def _fail(self, running: WorkerProcess, task: Task, deadline: float) -> Any:
        """End the process, and return the failure of its task.

        A task is worth another try if it waited for something, or if somebody else ended the process.
        """
        is_late = time.monotonic() > deadline
        exit_code = running.end()
        self.running = None
        why, retry = _describe_end(exit_code), -exit_code in PASSING_SIGNALS
        if is_late:
            why = f"took longer than {CLOCK_FACTOR * self.seconds:.0f} s"
        return task.failure(f"'{task.name}' {why}", retry=retry)


def _describe_end(exit_code: int) -> str:
    """Say why a process ended during its task, as the end of a sentence."""
    if -exit_code == TIME_SIGNAL:
        return "needs more processor time than it may take"
    if -exit_code == signal.SIGABRT:  # with which libraries end their process when memory runs out
        return "needs more memory than it may take"
    if -exit_code in CRASH_SIGNALS:  # damage that a library overlooks, or memory whose lack it overlooks
        return f"crashed its worker process ({signal.Signals(-exit_code).name}): damage, or too little memory"
    if -exit_code in PASSING_SIGNALS:
        return "lost its worker process, which the system or a person ended"
    return f"ended its worker process with code {exit_code}"
