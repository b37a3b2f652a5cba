"""A task for workers that evaluates an expression."""

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Evaluate:
    """Evaluates an expression. Workers can't import this module, so the task travels as a namespace."""

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
        name = self.expression
        return partial(SimpleNamespace, run=partial(eval, self.expression), failure=failure, name=name), ()
