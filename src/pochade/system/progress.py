"""Progress of long work, as a library call reports it to its caller."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run has come in its current stage.

    Args:
        stage: The name of the stage, to be shown to a person.
        done: Number of finished steps of the stage.
        total: Number of all steps of the stage.
        loss: The latest loss, while a model is being trained.
    """

    stage: str
    done: int
    total: int
    loss: float | None = None


Report = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Do nothing: the default where nobody watches."""
