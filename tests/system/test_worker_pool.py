"""The worker pool: results, time and memory limits, crashes, preloading, and leaving early."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from pochade.errors import PochadeError
from pochade.system import worker_pool
from pochade.system.worker_pool import WorkerPool, start_process


@dataclass(frozen=True)
class Evaluate:
    """A task that evaluates an expression. Workers can't import this module, so it travels as a namespace."""

    expression: str

    @property
    def name(self) -> str:
        return self.expression

    def run(self) -> Any:
        raise AssertionError("only workers run tasks")

    def failure(self, problem: str, *, retry: bool) -> tuple[str, bool]:
        return problem, retry

    def __reduce__(self) -> tuple[Any, ...]:
        failure = "{}, retry: {retry}".format
        return partial(SimpleNamespace, run=partial(eval, self.expression), failure=failure), ()


def run_all(expressions: Sequence[str], **options: Any) -> dict[str, Any]:
    """Evaluate expressions in a pool and return the results by expression."""
    with WorkerPool(**options) as pool:
        return {task.expression: result for task, result in pool.run(map(Evaluate, expressions))}


def test_every_task_gets_its_result() -> None:
    expressions = [f"{number} ** 2" for number in range(100)]
    assert run_all(expressions, count=2) == {f"{number} ** 2": number**2 for number in range(100)}


def test_what_a_task_prints_does_not_disturb_the_results() -> None:
    assert run_all(["print('noise') or 7"], count=1) == {"print('noise') or 7": 7}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "seconds", "problem"),
    [
        ("__import__('os')._exit(3)", 30.0, "ended its worker process with code 3"),
        ("__import__('time').sleep(600)", 2.0, "took longer than 2 s"),
    ],
)
def test_a_task_that_crashes_or_stalls_fails_and_the_others_go_on(
    expression: str, seconds: float, problem: str
) -> None:
    results = run_all(["1 + 1", expression, "2 + 2"], count=1, seconds=seconds)
    assert results == {"1 + 1": 2, expression: (f"'{expression}' {problem}", True), "2 + 2": 4}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of data")
def test_a_task_that_needs_too_much_memory_fails_for_good() -> None:
    results = run_all(["bytearray(2 ** 36)", "1 + 1"], count=1)
    assert results == {"bytearray(2 ** 36)": "it needs more than 3,072 MB of memory, retry: False", "1 + 1": 2}


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
    processes: list[subprocess.Popen[bytes]] = []

    def record_start(preload: Sequence[str]) -> "subprocess.Popen[bytes]":
        processes.append(start_process(preload))
        return processes[-1]

    monkeypatch.setattr(worker_pool, "start_process", record_start)
    started = time.monotonic()
    with WorkerPool(2) as pool:
        next(pool.run(map(Evaluate, ["1 + 1", *["__import__('time').sleep(600)"] * 3])))
    assert time.monotonic() - started < 60
    assert processes
    assert all(process.returncode is not None for process in processes)


def test_a_worker_loads_neither_torch_nor_the_database() -> None:
    code = "import sys, pochade.system.worker_main; sys.exit('torch' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_workers_use_one_thread_each() -> None:
    expression = "__import__('os').environ['OMP_NUM_THREADS']"
    assert run_all([expression], count=1) == {expression: "1"}
    assert worker_pool.available_cores() <= (os.cpu_count() or 1)
