"""Who is informed of the progress of a study."""

from typing import Protocol

from pochade.training.loop import TrainingProgress


class StudyListener(Protocol):
    """Shows a person the progress of a study."""

    def start_stage(self, stage: str) -> None:
        """Show that a stage begins."""

    def show_training(self, progress: TrainingProgress) -> None:
        """Show how far a training run is."""


class SilentListener:
    """A listener that shows nothing."""

    def start_stage(self, stage: str) -> None:
        """Show nothing."""

    def show_training(self, progress: TrainingProgress) -> None:
        """Show nothing."""
