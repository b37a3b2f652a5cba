"""Long jobs, one after another, each in a process of its own: with progress, time left, a log, and a way to stop.

They belong to the server and not to a page: a page may be closed, and another one finds them as they are.
"""

import json
import secrets
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from pochade.errors import NotAllowed, NotKnown

State = Literal["waiting", "running", "done", "failed", "cancelled"]
Command = Callable[[], list[str]]
KEPT = 50  # jobs that are remembered
MOST_WAITING = 20
MOST_LINES = 500  # of a log
MOST_LOSSES = 2000  # points of a curve
GRACE = 10.0  # seconds that a job may take to stop
ENDED = ("done", "failed", "cancelled")


def worker_command() -> list[str]:
    """What is run for each job; nothing in the folder where we are is taken for a module."""
    return [sys.executable, "-P", "-m", "pochade.web.jobs.job_process"]


@dataclass
class PageJob:
    """One job, and all that is known of it."""

    kind: str
    title: str
    task: dict[str, Any]
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: State = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    stage_began: float = 0.0
    seconds_left: float | None = None  # of this stage
    log: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    losses: deque[tuple[str, int, float]] = field(default_factory=lambda: deque(maxlen=MOST_LOSSES))
    answer: dict[str, Any] | None = None
    problem: str | None = None
    hint: str = ""
    version: int = 0  # grows with each change
    process: "subprocess.Popen[str] | None" = None

    def hear(self, line: dict[str, Any]) -> None:
        """What its process says."""
        if "answer" in line:
            self.answer = line["answer"]
        elif "problem" in line:
            self.problem, self.hint = line["problem"], line["hint"]
        else:
            self._progress(line)
        self.version += 1

    def _progress(self, line: dict[str, Any]) -> None:
        now = time.monotonic()
        if line["stage"] != self.stage:
            self.stage, self.stage_began = line["stage"], now
            self.log.append(f"{time.strftime('%H:%M:%S')} {self.stage}")
        self.done, self.total = line["done"], line["total"]
        share = self.done / self.total if self.total else 0.0
        self.seconds_left = round((now - self.stage_began) * (1 - share) / share, 1) if share else None
        if line.get("loss") is not None:
            self.losses.append((self.stage, self.done, round(line["loss"], 6)))

    def end(self) -> None:
        """Its process is gone."""
        if self.state != "cancelled":
            self.state = "failed" if self.answer is None else "done"
        if self.state == "failed" and self.problem is None:
            self.problem, self.hint = "the job's process ended without an answer", "look at the server's own words"
        if self.problem:
            self.log.append(f"{time.strftime('%H:%M:%S')} {self.problem}")
        self.ended, self.seconds_left, self.process = time.time(), None, None
        self.version += 1


class JobQueue:
    """All jobs of a server.

    Args:
        command: Makes the command of a job's process.
    """

    def __init__(self, command: Command = worker_command) -> None:
        self.command = command
        self.all: dict[str, PageJob] = {}
        self.changed = threading.Condition()
        self.closed = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def add(self, kind: str, title: str, task: dict[str, Any]) -> PageJob:
        """A job to be done after those before it; the one that waits for just the same, if there is one.

        Raises:
            NotAllowed: Too many wait.
        """
        with self.changed:
            waiting = [job for job in self.all.values() if job.state == "waiting"]
            for job in waiting:
                if (job.kind, job.task) == (kind, task):
                    return job
            if len(waiting) >= MOST_WAITING:
                raise NotAllowed(f"{len(waiting)} jobs wait already", "cancel some, or wait")
            job = PageJob(kind, title, task)
            self.all[job.id] = job
            for old in [one for one in self.all.values() if one.state in ENDED][: max(0, len(self.all) - KEPT)]:
                del self.all[old.id]
            self.changed.notify_all()
            return job

    def get(self, number: str) -> PageJob:
        """A job.

        Raises:
            NotKnown: There is none of that name.
        """
        if number not in self.all:
            raise NotKnown(f"there is no job '{number}'", "it may have been forgotten: the last fifty are kept")
        return self.all[number]

    def cancel(self, number: str) -> PageJob:
        """Stop a job; what it finished is kept, and the same job goes on there. One that ended stays as it is."""
        with self.changed:
            job = self.get(number)
            if job.state not in ENDED:
                process, job.state = job.process, "cancelled"
                job.version += 1
                if process:
                    stop(process)
                else:
                    job.ended = time.time()
                self.changed.notify_all()
            return job

    def is_running(self) -> bool:
        """Whether one is being done."""
        return any(job.state == "running" for job in list(self.all.values()))

    def close(self) -> None:
        """Stop what runs, and begin nothing more."""
        with self.changed:
            self.closed = True
            running = [job.id for job in self.all.values() if job.state not in ENDED]
            self.changed.notify_all()
        for number in running:
            self.cancel(number)
        self.thread.join(GRACE)

    def versions(self) -> dict[str, int]:
        """By which it is seen what changed."""
        return {number: job.version for number, job in list(self.all.items())}

    def _run(self) -> None:
        while True:
            with self.changed:
                while (job := self._next()) is None and not self.closed:
                    self.changed.wait()
                if job is None or self.closed:
                    return
                try:
                    job.process = subprocess.Popen(
                        self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                        start_new_session=True,
                    )  # fmt: skip
                except OSError as error:
                    job.problem, job.hint = f"the job's process could not be started: {error.strerror}", "try again"
                    job.end()
                    self.changed.notify_all()
                    continue
                job.state, job.started = "running", time.time()
                job.version += 1
                process = job.process
            self._follow(job, process)

    def _follow(self, job: PageJob, process: "subprocess.Popen[str]") -> None:
        """Give a process its task, and hear it to its end."""
        assert process.stdin  # a pipe
        assert process.stdout
        with suppress(BrokenPipeError), process:
            process.stdin.write(json.dumps(job.task) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                with suppress(ValueError), self.changed:  # cut off in the middle
                    job.hear(json.loads(line))
                    self.changed.notify_all()
            process.wait()
        with self.changed:
            job.end()
            self.changed.notify_all()

    def _next(self) -> PageJob | None:
        return next((job for job in self.all.values() if job.state == "waiting"), None)


def stop(process: "subprocess.Popen[str]") -> None:
    """Ask a process to end, and end it when it doesn't."""
    process.terminate()
    threading.Thread(target=end_after_grace, args=(process,), daemon=True).start()


def end_after_grace(process: "subprocess.Popen[str]") -> None:
    """Wait for a process that was asked to end."""
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
