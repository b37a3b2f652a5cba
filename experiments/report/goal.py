"""What a goal of the project is, and what was reached of it, as far as it was measured."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.report.markdown import load_result
from experiments.shared.record import RESULTS

Result = dict[str, Any]  # one file in `experiments/results/`


@dataclass(frozen=True)
class Figure:
    """A measured figure, and its limits in the goal."""

    value: float
    least: float = -math.inf
    most: float = math.inf
    text: str = "{:.2f}"  # how it is shown

    def is_within(self) -> bool:
        """Whether the figure is within its limits."""
        return self.least <= self.value <= self.most


@dataclass(frozen=True)
class Reached:
    """What was reached, in words with figures, whether that is the goal, and where it was measured."""

    text: str = "not measured"
    answer: str = "–"  # yes, partly or no
    place: str = ""  # a result and its date, an entry of the log, or tests


@dataclass(frozen=True)
class Goal:
    """What was to be reached, and what was.

    `figures` computes it from the result of this name. Where there is none, `reached` says it.
    """

    text: str
    reached: Reached = Reached()
    result: str = ""
    figures: Callable[[Result], list[Figure]] | None = None
    is_older: bool = False  # the result was measured before the code changed that it measures
    is_partial: bool = False  # the result measures only a part of the goal

    def state(self) -> Reached:
        """What was reached, from the result where there is one."""
        if self.figures is None or not (RESULTS / f"{self.result}.json").exists():
            return self.reached
        result = load_result(self.result)
        figures = self.figures(result)
        older = ", older than the code" if self.is_older else ""
        text = ", ".join(figure.text.format(figure.value) for figure in figures)
        answer = _answer(figures)
        if self.is_partial and answer == "yes":
            answer = "partly"
        return Reached(text, answer, f"`{self.result}`, {result['date']}{older}")


def log_entry(anchor: str) -> str:
    """A link to an entry of the log, by its anchor, which begins with the date."""
    return f"[log, {anchor[:10]}](log.md#{anchor})"


def _answer(figures: list[Figure]) -> str:
    """Whether all figures are within their limits, some of them, or none."""
    within = [figure.is_within() for figure in figures]
    return "yes" if all(within) else "partly" if any(within) else "no"
