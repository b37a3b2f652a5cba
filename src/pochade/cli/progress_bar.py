"""A progress bar with the time left, or plain lines where there is no terminal."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from pochade.cli.plain_progress import PlainProgress
from pochade.cli.terminal_style import obeys_commands
from pochade.system.path_text import terminal_line

if TYPE_CHECKING:
    from pochade.cli.terminal_bars import TerminalBars
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
        self._display = _display(clock)

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


def _display(clock: Callable[[], float]) -> "TerminalBars | PlainProgress":
    if not obeys_commands(sys.stderr):
        return PlainProgress(clock)
    from pochade.cli.terminal_bars import TerminalBars  # rich takes long to import

    return TerminalBars()
