"""Recorded measurements, and how tables show them."""

import json
from typing import Any

from experiments.bench.record import RESULTS


def lines_of(header: list[str], *rows: list[str]) -> str:
    """A table as Markdown, with an empty line after it."""
    every = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in every) + "\n"


def spread(figure: dict[str, Any], digits: int) -> str:
    """A mean with its standard deviation."""
    deviation = f" ± {figure['sd']:.{digits}f}" if figure["sd"] is not None else ""
    return f"{figure['mean']:.{digits}f}{deviation}"


def result(name: str) -> dict[str, Any]:
    """One of the recorded measurements."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def measured_on(*names: str) -> str:
    """On which machine which of the measurements were made, and when; the files say the commit and the command."""
    machines: dict[str, list[str]] = {}
    for name in names:
        found = result(name)
        machine = f"{found['machine']['processor'].replace('(R)', '')}, {found['machine']['cores']} cores"
        machines.setdefault(machine, []).append(f"[{name}](bench/results/{name}.json) {found['date']}")
    return "Measured: " + "; ".join(f"{', '.join(each)} ({machine})" for machine, each in machines.items()) + ".\n"
