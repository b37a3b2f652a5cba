"""What every command says and how: words and progress on stderr, data on stdout, errors as one sentence and a hint."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from pochade.errors import Interrupted, PochadeError

words = Console(stderr=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn Ctrl-C into an error that says how to go on.

    Raises:
        Interrupted: The person pressed Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(
            "interrupted; what was finished is kept", "give the same command again to go on where it was"
        ) from error


def say_error(error: PochadeError) -> None:
    """One sentence, and what to do next."""
    words.print(f"error: {error.sentence}", style="red", markup=False, highlight=False, soft_wrap=True)
    if error.hint:
        words.print(f"\nhint: {error.hint}", markup=False, highlight=False, soft_wrap=True)


def print_json(data: Any) -> None:
    """Data for another program, on stdout."""
    sys.stdout.write(json.dumps(data, indent=2) + "\n")


class Bar:
    """A line for each stage with its seconds, and a bar with the time left where an end is known."""

    def __init__(self) -> None:
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=words,
        )
        self.task: TaskID | None = None
        self.name = ""

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def stage(self, name: str) -> None:
        """A stage begins: finish the last one's line and start another."""
        if self.task is not None:
            self.bar.update(self.task, total=1, completed=1)
        self.name, self.task = name, self.bar.add_task(name, total=None, note="")

    def advance(self, done: int, total: int, note: str = "") -> None:
        """The stage under way has come this far."""
        if self.task is not None:
            self.bar.update(self.task, total=total, completed=done, note=note)
