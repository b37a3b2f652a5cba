"""Markdown tables, and the recorded measurements that fill them."""

import json
from typing import Any

from experiments.shared.record import RESULTS


def table(header: list[str], *rows: list[str]) -> str:
    """A Markdown table whose columns after the first are aligned right, followed by an empty line."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines) + "\n"


def mean_and_deviation(figure: dict[str, Any], digits: int) -> str:
    """A mean, followed by its standard deviation where there is one."""
    deviation = f" ± {figure['sd']:.{digits}f}" if figure["sd"] is not None else ""
    return f"{figure['mean']:.{digits}f}{deviation}"


def load_result(name: str) -> dict[str, Any]:
    """One recorded measurement, `experiments/results/<name>.json`."""
    result: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return result


def provenance(*names: str) -> str:
    """A sentence that says on which machine and day each measurement was made."""
    by_machine: dict[str, list[str]] = {}
    for name in names:
        result = load_result(name)
        machine = f"{result['machine']['processor'].replace('(R)', '')}, {result['machine']['cores']} cores"
        by_machine.setdefault(machine, []).append(f"`{name}` {result['date']}")
    parts = (f"{', '.join(results)} ({machine})" for machine, results in by_machine.items())
    return f"Measured: {'; '.join(parts)}.\n"
