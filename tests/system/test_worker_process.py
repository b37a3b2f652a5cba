"""One worker: its limits, which failures are worth another try, and that it ends with its parent."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.system import worker_process
from pochade.system.worker_process import Worker
from tests.support.worker_tasks import Evaluate

ENDLESS_LOOP = "[0 for _ in iter(int, 1)]"
SLEEP = "__import__('time').sleep(600)"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits this")


@pytest.fixture(name="worker")
def make_worker() -> Iterator[Worker]:
    with Worker(60, threading.Event()) as worker:
        yield worker


@LINUX
def test_a_task_that_needs_too_much_memory_fails_for_good(worker: Worker) -> None:
    greedy = "bytearray(2 ** 36)"
    assert worker.call(Evaluate(greedy)) == f"'{greedy}' needs more than 3,072 MB of memory, retry: False"
    assert worker.call(Evaluate("1 + 1")) == 2


@pytest.mark.slow
def test_a_task_that_computes_too_long_fails_for_good(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "CLOCK_FACTOR", 1000)  # a busy machine has little processor time
    worker.seconds = 1
    problem = f"'{ENDLESS_LOOP}' needs more processor time than it may take"
    assert worker.call(Evaluate(ENDLESS_LOOP)) == (problem, False)
    assert worker.call(Evaluate("1 + 1")) == 2


@pytest.mark.slow
def test_a_task_that_waits_too_long_may_be_tried_again(worker: Worker) -> None:
    worker.seconds = 1
    assert worker.call(Evaluate(SLEEP)) == (f"'{SLEEP}' took longer than 2 s", True)


LOST = "lost its worker process, which the system or a person ended"


@pytest.mark.parametrize(
    ("name", "why", "retry"),
    [
        ("SIGKILL", LOST, True),
        ("SIGTERM", LOST, True),
        ("SIGABRT", "needs more memory than it may take", False),
        ("SIGSEGV", "crashed its worker process (SIGSEGV): damage, or too little memory", False),
    ],
)
def test_a_worker_that_ends_says_why_and_whether_another_try_helps(
    name: str, why: str, retry: bool, worker: Worker
) -> None:
    suicide = f"__import__('os').kill(__import__('os').getpid(), {int(getattr(signal, name))})"
    assert worker.call(Evaluate(suicide)) == (f"'{suicide}' {why}", retry)


def test_an_error_in_a_task_becomes_its_failure_and_the_process_stays(worker: Worker) -> None:
    process = worker.start()
    answer = worker.call(Evaluate("1 / 0"))
    assert answer == "'1 / 0' could not be read: ZeroDivisionError: division by zero, retry: False"
    assert worker.call(Evaluate("object()")) == "'object()' gave no result: a worker can't send a object, retry: False"
    assert worker.call(Evaluate("1 + 1")) == 2
    assert worker.running is process


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next_one(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    assert worker.call(Evaluate("1")) == 1
    with monkeypatch.context() as patched:
        patched.setattr(worker_process.WorkerProcess, "receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            worker.call(Evaluate("'late'"))
    assert worker.call(Evaluate("'in time'")) == "in time"


def test_a_stopped_worker_gives_up_its_task() -> None:
    stopped = threading.Event()
    with Worker(600, stopped) as worker:
        worker.call(Evaluate("1"))
        threading.Timer(0.1, stopped.set).start()
        assert worker.call(Evaluate(SLEEP))[0].startswith(f"'{SLEEP}' lost its worker process")


def test_a_worker_sends_no_pickles_and_takes_no_limit_of_the_next_task(worker: Worker) -> None:
    limited = "__import__('pochade.system.worker_limits').system.worker_limits.limit_decoder(0.5, 2**20).__enter__()"
    assert worker.call(Evaluate(limited)) is None
    assert worker.call(Evaluate("sum(range(10 ** 5))")) == sum(range(10**5))


@LINUX
def test_a_worker_ends_with_its_parent_even_while_it_computes(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    parent_code = f"""
import threading
from pochade.system.worker_process import Worker
from tests.support.worker_tasks import Evaluate
worker = Worker(600, threading.Event())
worker.call(Evaluate("[open({str(begun)!r}, 'w').write(str(__import__('os').getpid())), {ENDLESS_LOOP}]"))
"""
    with subprocess.Popen([sys.executable, "-c", parent_code]) as parent:
        process = os.pidfd_open(int(begun.read_text()))
        parent.kill()
    select.select([process], [], [])  # a test that hangs here has failed
    os.close(process)


def test_a_process_that_somebody_ends_while_it_starts_is_started_again(worker: Worker) -> None:
    starting = worker.start()
    starting.process.kill()
    starting.process.wait()
    assert worker.call(Evaluate("1 + 1")) == 2
    assert worker.start() is not starting
