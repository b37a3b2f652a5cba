"""Who is informed of the progress of a study."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StudyProgress:
    """How far a study has come."""

    share: float  # of the expected work, 0 to 1
    running: tuple[str, ...]  # the stages at work, each with its epoch and loss if it trains a model


class StudyListener(Protocol):
    """Shows a person the progress of a study."""

    def show_progress(self, progress: StudyProgress) -> None:
        """Show how far the study is; may be called from another thread."""


class SilentListener:
    """A listener that shows nothing."""

    def show_progress(self, progress: StudyProgress) -> None:
        """Show nothing."""
