"""How long a training run is, and the learning rate along the way."""

from dataclasses import dataclass

from pochade.errors import UsageError

WARM_UP_SHARE = 0.05  # share of the run in which the rate rises
MIN_RATE_SHARE = 0.01  # the rate at the end, as a share of the highest


@dataclass(frozen=True)
class RunPlan:
    """The length of a run: steps, which makes it reproducible, or minutes of training, on any machine.

    The minutes count only what was spent on steps, so an interruption doesn't shorten a run.

    Raises:
        UsageError: Neither or both are given, or the length isn't above 0.
    """

    minutes: float | None = None
    steps: int | None = None
    seed: int = 0
    processes: int = 1  # that share each batch; another number gives other random numbers

    def __post_init__(self) -> None:
        """Check the length."""
        lengths = [length for length in (self.minutes, self.steps) if length is not None]
        if len(lengths) != 1 or not 0 < lengths[0] < float("inf"):
            raise UsageError("a run needs a length above 0", "give --minutes N or --steps N")

    def progress(self, step: int, seconds: float) -> float:
        """How much of the run is done after some steps and seconds: 0 to 1, and above if it took too long."""
        if self.steps is not None:
            return step / self.steps
        assert self.minutes is not None  # checked above
        return seconds / (self.minutes * 60)

    @staticmethod
    def rate_share(progress: float) -> float:
        """The learning rate, as a share of the highest: a short rise, then a fall in a straight line."""
        rising, falling = progress / WARM_UP_SHARE, (1 - progress) / (1 - WARM_UP_SHARE)
        return max(min(rising, falling), MIN_RATE_SHARE)
