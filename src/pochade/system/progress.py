"""Progress of long work, reported by a library call to whoever shows it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far one stage of a run is.

    Args:
        stage: What is being done, as a person reads it.
        done: Number of finished steps.
        total: Number of all steps.
        loss: The latest loss, while a model is being trained.
    """

    stage: str
    done: int
    total: int
    loss: float | None = None


Report = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Do nothing: the default where nobody watches."""
