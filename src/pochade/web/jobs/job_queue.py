"""Runs long jobs one after another, each in its own process, with progress, time left, a log and a way to stop.

Jobs belong to the server, not to a page: they go on after a page is closed, and another page can watch them. A job may
follow another one: it runs after that one is done and when nothing else waits, and is cancelled if that one is.
"""

import json
import logging
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

logger = logging.getLogger(__name__)
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
MAX_REMEMBERED_JOBS = 50
MAX_WAITING_JOBS = 20
MAX_LOG_LINES = 500
MAX_LOSS_POINTS = 2000  # of a learning curve
STOP_SECONDS = 10.0  # a job that takes longer to stop is killed
CLOSE_SECONDS = 0.8  # the same when the server ends
ENDED_HINT = "close other programs if memory may be short, then start the job again: finished work is kept"
BUSY_HINT = "wait until it has ended, or cancel it"
ENDED_STATES = ("done", "failed", "cancelled")


def job_command() -> list[str]:
    """Return the command of a job's process; `-P` keeps modules in the current folder from being imported."""
    return [sys.executable, "-P", "-m", "pochade.web.jobs.job_process"]


@dataclass
class PageJob:
    """A job and its state. The page receives the fields under these names."""

    kind: str
    title: str
    task: dict[str, Any]
    after: str | None = None  # the id of the job that this one follows
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: JobState = "waiting"
    stage: str = ""
    done: int = 0  # steps of this stage
    total: int = 0
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    stage_started: float = 0.0  # by the monotonic clock
    seconds_left: float | None = None  # of this stage
    log: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LOG_LINES))
    losses: deque[tuple[str, int, float]] = field(default_factory=lambda: deque(maxlen=MAX_LOSS_POINTS))
    answer: dict[str, Any] | None = None
    problem: str | None = None
    problem_kind: str = ""  # the name of the error's class, such as `FilesMissing`; empty for an unforeseen error
    hint: str = ""
    version: int = 0  # grows with each change
    process: "subprocess.Popen[str] | None" = None

    @property
    def result(self) -> str | None:
        """The name of the archive or folder that the job writes; None if it changes only the index."""
        return self.task.get("name")

    def receive(self, line: dict[str, Any]) -> None:
        """Update the job from a line that its process has written (see `job_process.py`)."""
        if "answer" in line:
            self.answer = line["answer"]
        elif "problem" in line:
            self.problem, self.hint, self.problem_kind = line["problem"], line["hint"], line.get("kind", "")
            if "trace" in line:
                logger.error("the job '%s' failed:\n%s", self.kind, line["trace"])
        else:
            self._update_progress(line)
        self.version += 1

    def _update_progress(self, line: dict[str, Any]) -> None:
        now = time.monotonic()
        if line["stage"] != self.stage:
            self.stage, self.stage_started = line["stage"], now
            self.log.append(f"{time.strftime('%H:%M:%S')} {self.stage}")
        self.done, self.total = line["done"], line["total"]
        finished_share = self.done / self.total if self.total else 0.0
        seconds = now - self.stage_started
        self.seconds_left = round(seconds * (1 - finished_share) / finished_share, 1) if finished_share else None
        if line.get("loss") is not None:
            self.losses.append((self.stage, self.done, round(line["loss"], 6)))

    def finish(self) -> None:
        """Set the final state, after the job's process has ended or could not be started."""
        if self.state != "cancelled":
            self.state = "failed" if self.answer is None else "done"
        if self.state == "failed" and self.problem is None:
            self.problem, self.hint = "the job's process ended without an answer", ENDED_HINT
            logger.error("the process of the job '%s' ended without an answer", self.kind)
        if self.problem:
            self.log.append(f"{time.strftime('%H:%M:%S')} {self.problem}")
        self.ended, self.seconds_left, self.process = time.time(), None, None
        self.version += 1


class JobQueue:
    """All jobs of a server, and the thread that runs them.

    Args:
        command: Returns the command line of a job's process.
    """

    def __init__(self, command: Callable[[], list[str]] = job_command) -> None:
        self.command = command
        self.jobs: dict[str, PageJob] = {}  # by id, the oldest first
        self.changed = threading.Condition()
        self.closed = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def add(self, kind: str, title: str, task: dict[str, Any], after: str | None = None) -> PageJob:
        """Add a job to the end of the queue.

        Args:
            kind: What it does; see `job_tasks.py`.
            title: What the page shows above its progress.
            task: What its process receives.
            after: The id of the job that it follows.

        Raises:
            NotAllowed: A job of this kind, with a result of the same name, is running or waiting; or too many jobs are
                waiting.
        """
        with self.changed:
            self._check_room(kind, task)
            job = PageJob(kind, title, task, after)
            self.jobs[job.id] = job
            self._cancel_followers()  # the job before may have failed meanwhile
            self._forget_old_jobs()
            self.changed.notify_all()
            return job

    def _check_room(self, kind: str, task: dict[str, Any]) -> None:
        """Refuse a job that would do again what one in the queue does, or that is one too many."""
        for job in self.jobs.values():
            if job.state not in ENDED_STATES and (job.kind, job.result) == (kind, task.get("name")):
                raise NotAllowed(f"the job '{job.title}' is {job.state} already", BUSY_HINT)
        waiting = sum(job.state == "waiting" for job in self.jobs.values())
        if waiting >= MAX_WAITING_JOBS:
            raise NotAllowed(f"{waiting} jobs are waiting already", "cancel some of them, or wait")

    def _forget_old_jobs(self) -> None:
        ended = [job for job in self.jobs.values() if job.state in ENDED_STATES]
        for job in ended[: max(0, len(self.jobs) - MAX_REMEMBERED_JOBS)]:
            del self.jobs[job.id]

    def get(self, job_id: str) -> PageJob:
        """Return a job.

        Raises:
            NotKnown: There is no such job.
        """
        if job_id not in self.jobs:
            hint = f"it may be too old: only the last {MAX_REMEMBERED_JOBS} jobs are remembered"
            raise NotKnown(f"there is no job '{job_id}'", hint)
        return self.jobs[job_id]

    def cancel(self, job_id: str) -> PageJob:
        """Stop a job, unless it has ended. Finished work is kept; the same job, added again, continues from there."""
        with self.changed:
            job = self.get(job_id)
            if job.state not in ENDED_STATES:
                process, job.state = job.process, "cancelled"
                job.version += 1
                self._cancel_followers()
                if process:
                    _stop(process)
                else:
                    job.ended = time.time()
                self.changed.notify_all()
            return job

    def is_running(self) -> bool:
        """Whether a job is running."""
        return any(job.state == "running" for job in list(self.jobs.values()))

    def stop(self) -> None:
        """Ask the running job to stop, and start no more."""
        with self.changed:
            self.closed = True
            open_ids = [job.id for job in self.jobs.values() if job.state not in ENDED_STATES]
            self.changed.notify_all()
        for job_id in open_ids:
            self.cancel(job_id)

    def close(self, patience: float = CLOSE_SECONDS) -> None:
        """Stop the running job, or kill it after some seconds; its finished work is kept."""
        self.stop()
        self.thread.join(patience)
        processes = [job.process for job in self.jobs.values()]
        for process in filter(None, processes):
            process.kill()
        self.thread.join(CLOSE_SECONDS)

    def versions(self) -> dict[str, int]:
        """Return the version of each job by id; a job's version grows with each change."""
        return {job_id: job.version for job_id, job in list(self.jobs.items())}

    def _run(self) -> None:
        """Run the waiting jobs, one after another, until the queue is closed."""
        while True:
            with self.changed:
                while (job := self._next_waiting()) is None and not self.closed:
                    self.changed.wait()
                if job is None or self.closed:
                    return
                process = self._start(job)
            if process is not None:
                self._follow(job, process)

    def _start(self, job: PageJob) -> "subprocess.Popen[str] | None":
        """Start a job's process; on failure, finish the job and return None."""
        try:
            job.process = subprocess.Popen(
                self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            job.problem, job.hint = f"the job's process could not be started: {error.strerror}", "try again"
            self._finish(job)
            return None
        job.state, job.started = "running", time.time()
        job.version += 1
        return job.process

    def _follow(self, job: PageJob, process: "subprocess.Popen[str]") -> None:
        """Send a job's process its task, and read the lines that it writes until it ends."""
        assert process.stdin  # a pipe
        assert process.stdout
        with suppress(BrokenPipeError), process:
            process.stdin.write(json.dumps(job.task) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                with suppress(ValueError), self.changed:  # a killed process may leave half a line
                    job.receive(json.loads(line))
                    self.changed.notify_all()
            process.wait()
        with self.changed:
            self._finish(job)

    def _finish(self, job: PageJob) -> None:
        """Set a job's final state, and tell everyone who waits."""
        job.finish()
        self._cancel_followers()
        self.changed.notify_all()

    def _next_waiting(self) -> PageJob | None:
        """The next job to run: one that a person asked for, before those that follow another job."""
        waiting = [job for job in self.jobs.values() if job.state == "waiting"]
        return next((job for job in waiting if job.after is None), waiting[0] if waiting else None)

    def _cancel_followers(self) -> None:
        """Cancel what was to follow a job that was cancelled or failed."""
        stopped = {job.id for job in self.jobs.values() if job.state in ("failed", "cancelled")}
        for follower in self.jobs.values():
            if follower.after in stopped and follower.state == "waiting":
                follower.state, follower.ended = "cancelled", time.time()
                follower.version += 1


def _stop(process: "subprocess.Popen[str]") -> None:
    """Ask a process to end, and kill it in the background if it doesn't."""
    process.terminate()
    threading.Thread(target=_kill_if_alive, args=(process,), daemon=True).start()


def _kill_if_alive(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
