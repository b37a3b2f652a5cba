"""A progress bar with the time left, or plain lines where there is no terminal."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from rich.progress import (
    BarColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as RichProgress,
)

from pochade.cli.messages import console
from pochade.cli.plain_progress import PlainProgress
from pochade.system.path_text import terminal_line

if TYPE_CHECKING:
    from pochade.system.progress import Progress


class ProgressBar:
    """Shows the stages of a command; used as a context manager.

    In a terminal, each stage has one line with its seconds, a bar and the time left. Elsewhere, `PlainProgress` prints
    a line from time to time.

    Args:
        clock: The time in seconds, for plain lines.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.stage = ""
        can_redraw = console.is_terminal and not console.is_dumb_terminal
        self._display = _TerminalBars() if can_redraw else PlainProgress(clock)

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._display.stop()

    def start_stage(self, stage: str) -> None:
        """Finish the line of the last stage, and start another."""
        self.stage = stage
        self._display.start_stage(terminal_line(stage))

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Show how far the current stage is."""
        if self.stage:
            self._display.advance(done, total, terminal_line(note))

    def show(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Show how far a stage is; start its line if it is a new one."""
        if stage != self.stage:
            self.start_stage(stage)
        self.advance(done, total, note or f"{done:,} of {total:,}")

    def report(self, progress: "Progress") -> None:
        """Show the progress that a library call reports."""
        self.show(progress.stage, progress.done, progress.total)


class _TerminalBars:
    """A bar for each stage."""

    def __init__(self) -> None:
        self._bars = RichProgress(
            TextColumn("{task.description}", markup=False),  # names may look like markup
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def start(self) -> None:
        """Begin to draw."""
        self._bars.start()

    def stop(self) -> None:
        """Draw for the last time."""
        self._bars.stop()

    def start_stage(self, stage: str) -> None:
        """Finish the bar of the last stage, and start another."""
        if self._task is not None:
            self._bars.update(self._task, total=1, completed=1)
        self._task = self._bars.add_task(stage, total=None, note="")

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Show how far the current stage is."""
        if self._task is not None:
            self._bars.update(self._task, total=total, completed=done, note=note)
