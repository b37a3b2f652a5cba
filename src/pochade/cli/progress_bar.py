"""A progress bar with the time left."""

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

if TYPE_CHECKING:
    from pochade.system.progress import Progress


class ProgressBar:
    """One line for each stage, with its seconds, a bar and the time left; used as a context manager."""

    def __init__(self) -> None:
        self.stage = ""
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def start_stage(self, stage: str) -> None:
        """Finish the line of the last stage, and start another."""
        if self._task is not None:
            self._bar.update(self._task, total=1, completed=1)
        self.stage, self._task = stage, self._bar.add_task(stage, total=None, note="")

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Show how far the current stage is."""
        if self._task is not None:
            self._bar.update(self._task, total=total, completed=done, note=note)

    def show(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Show how far a stage is; start its line if it is a new one."""
        if stage != self.stage:
            self.start_stage(stage)
        self.advance(done, total, note or f"{done:,} of {total:,}")

    def report(self, progress: "Progress") -> None:
        """Show the progress that a library call reports."""
        self.show(progress.stage, progress.done, progress.total)
