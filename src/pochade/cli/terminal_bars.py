"""Progress bars that a terminal draws again and again."""

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


class TerminalBars:
    """A bar for each stage."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),  # names may look like markup
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
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
