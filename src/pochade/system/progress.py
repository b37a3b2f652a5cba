"""Progress of long work, reported by a library call to whoever draws the bar."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a stage of a run is.

    Args:
        stage: What is being done, as a person reads it.
        done: How many steps are finished.
        total: How many steps there are.
        loss: The latest loss, while a model is being trained.
    """

    stage: str
    done: int
    total: int
    loss: float | None = None


Report = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Drop a report: the default where nobody watches."""
