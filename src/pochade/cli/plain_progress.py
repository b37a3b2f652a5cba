"""Progress as plain lines, where no terminal can show a bar: in a log file, in CI, in an IDE."""

import time
from collections.abc import Callable

from pochade.cli.messages import print_message

LINE_INTERVAL_SECONDS = 10.0  # at most one line in this time, besides the first of each stage


class PlainProgress:
    """Prints a line when a stage starts, and then a line every ten seconds while the stage advances.

        study
        study: 40 %, vae (epoch 1, loss 38.2), 1:20 left

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.stage = ""
        self._clock = clock
        self._last_line = clock()
        self._first_share: float | None = None  # of the current stage; a resumed one does not begin at 0
        self._first_time = 0.0

    def start(self) -> None:
        """Do nothing: there is no line before the first stage."""

    def stop(self) -> None:
        """Do nothing: each line is complete when it is printed."""

    def start_stage(self, stage: str) -> None:
        """Print the name of a stage that begins."""
        self.stage, self._first_share, self._last_line = stage, None, self._clock()
        print_message(stage)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Print how far the current stage is, unless the last line is recent."""
        share, now = (done / total if total else 1.0), self._clock()
        if self._first_share is None:
            self._first_share, self._first_time = share, now
        if now - self._last_line >= LINE_INTERVAL_SECONDS:
            self._last_line = now
            parts = [f"{share:.0%}".replace("%", " %"), note, self._time_left(share, now)]
            print_message(f"{self.stage}: {', '.join(filter(None, parts))}")

    def _time_left(self, share: float, now: float) -> str:
        """The time that the rest of the stage takes at the speed so far; empty if that is not known yet."""
        if self._first_share is None or share <= self._first_share:
            return ""
        seconds = (now - self._first_time) * (1 - share) / (share - self._first_share)
        return f"{clock_time(seconds)} left"


def clock_time(seconds: float) -> str:
    """Seconds as a clock shows them: 0:07, 1:20, 2:00:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
