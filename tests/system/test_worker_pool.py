"""The worker pool: results, crashes, preloading, and leaving early."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from pochade.errors import PochadeError
from pochade.system import worker_pool, worker_process
from pochade.system.worker_pool import WorkerPool
from pochade.system.worker_process import WorkerProcess
from tests.support.worker_tasks import Evaluate


def run_all(expressions: Sequence[str], **options: Any) -> dict[str, Any]:
    """Evaluate expressions in a pool and return the results by expression."""
    with WorkerPool(**options) as pool:
        return {task.expression: result for task, result in pool.run(map(Evaluate, expressions))}


def test_every_task_gets_its_result() -> None:
    expressions = [f"{number} ** 2" for number in range(100)]
    assert run_all(expressions, count=2) == {f"{number} ** 2": number**2 for number in range(100)}


def test_what_a_task_prints_does_not_disturb_the_results() -> None:
    assert run_all(["print('noise') or 7"], count=1) == {"print('noise') or 7": 7}


def test_a_task_that_crashes_fails_and_the_others_go_on() -> None:
    crash = "__import__('os')._exit(3)"
    results = run_all(["1 + 1", crash, "2 + 2"], count=1)
    assert results == {"1 + 1": 2, crash: (f"'{crash}' ended its worker process with code 3", False), "2 + 2": 4}


def test_modules_are_preloaded() -> None:
    expression = "'colorsys' in __import__('sys').modules"
    assert run_all([expression], count=1, preload=["colorsys"]) == {expression: True}
    assert run_all([expression], count=1) == {expression: False}


def test_a_worker_that_does_not_start_is_an_error() -> None:
    with pytest.raises(PochadeError, match="a worker process does not start"):
        run_all(["1"], count=1, preload=["no_such_module"])


def test_an_error_while_tasks_are_made_reaches_the_caller() -> None:
    def tasks() -> Iterator[Evaluate]:
        yield Evaluate("1 + 1")
        raise ValueError("no more tasks")

    with pytest.raises(ValueError, match="no more tasks"), WorkerPool(1) as pool:
        list(pool.run(tasks()))


def test_leaving_the_pool_early_ends_its_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[WorkerProcess] = []

    def record_start(preload: Sequence[str]) -> WorkerProcess:
        started.append(WorkerProcess(preload))
        return started[-1]

    monkeypatch.setattr(worker_process, "WorkerProcess", record_start)
    with WorkerPool(2) as pool:
        next(pool.run(map(Evaluate, ["1 + 1", *["__import__('time').sleep(600)"] * 3])))
    assert started
    assert all(worker.process.returncode is not None for worker in started)


def test_a_worker_loads_neither_torch_nor_the_database() -> None:
    code = "import sys, pochade.system.worker_main; sys.exit('torch' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_workers_use_one_thread_each() -> None:
    expression = "__import__('os').environ['OMP_NUM_THREADS']"
    assert run_all([expression], count=1) == {expression: "1"}
    assert worker_pool.available_cores() <= (os.cpu_count() or 1)
