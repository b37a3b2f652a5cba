"""Writes a measurement with its provenance: date, command, commit and machine."""

import json
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pochade.study.run_environment import code_version, machine_info

RESULTS = Path(__file__).parents[1] / "results"
CACHE = "--cache"  # the last option of some commands; its folder of half-finished work is left out of the record
COMMIT = code_version()  # at the start: a long measurement may see later commits


def summary(values: list[float]) -> dict[str, Any]:
    """Summarise repeated measurements: n, median, mean, standard deviation and the values."""
    return {
        "n": len(values),
        "median": statistics.median(values),
        "mean": statistics.mean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "values": values,
    }


def record(name: str, figures: dict[str, Any]) -> None:
    """Write `results/<name>.json`."""
    arguments = sys.argv[1 : sys.argv.index(CACHE)] if CACHE in sys.argv else sys.argv[1:]
    provenance = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(["python -m", sys.modules["__main__"].__spec__.name, *arguments]),  # type: ignore[union-attr]
        "commit": COMMIT,
        "machine": machine_info(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(provenance | figures, indent=2) + "\n", encoding="utf-8")
