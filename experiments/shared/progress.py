"""The progress of a training run on the terminal."""

from pochade.training.loop import TrainingProgress


def print_progress(progress: TrainingProgress) -> None:
    """Print step, epoch and loss."""
    print(f"step {progress.step} of {progress.steps}, epoch {progress.epoch}, loss {progress.loss:.4f}", flush=True)
