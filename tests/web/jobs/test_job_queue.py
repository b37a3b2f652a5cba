"""The job queue: running, failing, cancelling and forgetting jobs."""

import subprocess
import sys
from typing import Any

import pytest

from pochade.errors import NotAllowed
from pochade.web.jobs.job_queue import MAX_REMEMBERED_JOBS, MAX_WAITING_JOBS, JobQueue
from tests.support.web_client import wait_for_job

TWO_STEP_JOB = """
import json, sys
task = json.loads(sys.stdin.readline())
for done in (1, 2):
    print(json.dumps({"stage": "drawing", "done": done, "total": 2, "loss": 0.5 / done}), flush=True)
print(json.dumps({"answer": {"word": task["word"]}}), flush=True)
"""
ENDLESS_JOB = 'import sys, time\nprint(\'{"stage": "on", "done": 1, "total": 9}\', flush=True)\nsys.stdin.read()'
FAILING_JOB = 'print(\'{"problem": "lost", "hint": "look", "kind": "FilesMissing"}\', flush=True)'
BROKEN_JOB = "print('no json'); raise SystemExit(3)"


def queue_that_runs(code: str) -> JobQueue:
    """Make a queue whose job processes run this code."""
    return JobQueue(lambda: [sys.executable, "-c", code])


def test_a_job_reports_its_progress_and_its_answer() -> None:
    jobs = queue_that_runs(TWO_STEP_JOB)
    job = wait_for_job(jobs, jobs.add("learn", "learn", {"word": "sea"}))
    jobs.close()
    assert (job.state, job.answer) == ("done", {"word": "sea"})
    assert (job.stage, job.done, job.total) == ("drawing", 2, 2)
    assert [loss for _, _, loss in job.losses] == [0.5, 0.25]
    assert len(job.log) == 1
    assert "drawing" in job.log[0]


def test_a_process_that_breaks_fails_its_job_and_the_next_job_begins() -> None:
    jobs = queue_that_runs(BROKEN_JOB)
    first, second = jobs.add("learn", "learn", {}), jobs.add("map", "map", {})
    wait_for_job(jobs, second)
    jobs.close()
    assert (first.state, second.state) == ("failed", "failed")
    assert first.problem == "the job's process ended without an answer"
    assert "start the job again" in first.hint


def test_a_running_job_can_be_cancelled_and_a_waiting_one_never_begins() -> None:
    jobs = queue_that_runs(ENDLESS_JOB)
    first, second = jobs.add("learn", "learn", {}), jobs.add("map", "map", {})
    wait_for_job(jobs, first, lambda: first.stage == "on")
    jobs.cancel(second.id)
    jobs.cancel(first.id)
    wait_for_job(jobs, first)
    jobs.close()
    assert (first.state, second.state) == ("cancelled", "cancelled")
    assert second.started is None


def test_a_second_job_of_a_kind_is_refused_in_plain_words_until_the_first_has_ended() -> None:
    jobs = queue_that_runs(ENDLESS_JOB)
    first = jobs.add("learn", "learn", {"minutes": None})
    wait_for_job(jobs, first, lambda: first.stage == "on")
    waiting = jobs.add("map", "make the map", {})
    with pytest.raises(NotAllowed, match="the job 'learn' is running already") as refusal:
        jobs.add("learn", "learn", {"minutes": 5})
    assert refusal.value.hint == "wait until it has ended, or cancel it"
    with pytest.raises(NotAllowed, match="the job 'make the map' is waiting already"):
        jobs.add("map", "make the map", {})
    jobs.add("compress", "compress to a", {"name": "a"})
    jobs.add("compress", "compress to b", {"name": "b"})
    jobs.cancel(waiting.id)
    assert jobs.add("map", "make the map", {}).state == "waiting"
    jobs.close()


def test_an_error_that_the_library_raises_keeps_its_kind() -> None:
    jobs = queue_that_runs(FAILING_JOB)
    job = wait_for_job(jobs, jobs.add("learn", "learn", {}))
    jobs.close()
    assert (job.state, job.problem, job.hint, job.problem_kind) == ("failed", "lost", "look", "FilesMissing")


def test_the_number_of_waiting_jobs_is_limited() -> None:
    jobs = queue_that_runs(ENDLESS_JOB)
    first = jobs.add("learn", "learn", {})
    wait_for_job(jobs, first, lambda: first.stage == "on")
    for number in range(MAX_WAITING_JOBS):
        jobs.add("clean", "clean", {"name": str(number)})
    with pytest.raises(NotAllowed, match="waiting already"):
        jobs.add("groups", "groups", {})
    jobs.close()
    assert {job.state for job in jobs.jobs.values()} == {"cancelled"}


def test_old_jobs_are_forgotten_and_running_ones_are_not() -> None:
    jobs = queue_that_runs(ENDLESS_JOB)
    first = jobs.add("learn", "learn", {})
    for number in range(MAX_REMEMBERED_JOBS + 5):
        jobs.cancel(jobs.add("map", "map", {"number": number}).id)
    assert len(jobs.jobs) <= MAX_REMEMBERED_JOBS + 1
    assert first.id in jobs.jobs
    jobs.close()


def test_a_job_whose_process_cannot_be_started_fails_and_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    real_popen, refusals = subprocess.Popen, iter([OSError(12, "Cannot allocate memory")])

    def popen_refused_once(*arguments: Any, **options: Any) -> Any:
        if (refusal := next(refusals, None)) is not None:
            raise refusal
        return real_popen(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", popen_refused_once)
    jobs = queue_that_runs(TWO_STEP_JOB)
    first, second = jobs.add("learn", "learn", {"word": "sea"}), jobs.add("map", "map", {"word": "sky"})
    wait_for_job(jobs, second)
    jobs.close()
    assert (first.state, second.state) == ("failed", "done")
    assert first.problem == "the job's process could not be started: Cannot allocate memory"


def test_a_follower_runs_last_and_only_if_the_job_before_it_is_done() -> None:
    jobs = queue_that_runs(TWO_STEP_JOB)
    task = {"word": "sea"}
    first = jobs.add("learn", "learn", task)
    follower = jobs.add("families", "find families", task, after=first.id)
    asked = jobs.add("clean", "clean", task)
    for job in (first, follower, asked):
        wait_for_job(jobs, job)
    jobs.close()
    assert [job.state for job in (first, asked, follower)] == ["done"] * 3
    assert first.ended <= asked.started <= asked.ended <= follower.started  # type: ignore[operator]


def test_a_follower_of_a_job_that_failed_is_cancelled() -> None:
    jobs = queue_that_runs(FAILING_JOB)
    first = jobs.add("learn", "learn", {})
    follower = jobs.add("families", "find families", {}, after=first.id)
    wait_for_job(jobs, first)
    jobs.close()
    assert (first.state, follower.state, follower.started) == ("failed", "cancelled", None)


def test_the_followers_of_a_cancelled_job_are_cancelled() -> None:
    jobs = queue_that_runs(ENDLESS_JOB)
    first = jobs.add("learn", "learn", {})
    wait_for_job(jobs, first, lambda: first.stage == "on")
    follower = jobs.add("families", "find families", {}, after=first.id)
    jobs.cancel(first.id)
    wait_for_job(jobs, first)
    assert follower.state == "cancelled"
    jobs.close()
