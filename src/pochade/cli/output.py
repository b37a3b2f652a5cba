"""What every command says and how: words and progress on stderr, data on stdout, errors as one sentence and a hint."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
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
MOST_LINES = 20  # of one kind that are listed
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


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


def say_lines(head: str, lines: Sequence[str], everything: str = "`--json` lists") -> None:
    """A heading, in which `{}` becomes how many they are, and what belongs below it; many are counted."""
    if not lines:
        return
    words.print(f"\n{head.format(format(len(lines), ','))}:", markup=False)
    for line in lines[:MOST_LINES]:
        words.print(f"  {printed(line)}", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > MOST_LINES:
        words.print(f"  and {len(lines) - MOST_LINES:,} more: {everything} them all")


def printed(line: str) -> str:
    """A line that a terminal can show: names of files may be no UTF-8, and may hold what would steer it."""
    return CONTROL.sub("\ufffd", line.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


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
