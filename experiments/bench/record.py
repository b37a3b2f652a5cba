"""Writing a measurement down so that it carries its proof."""

import json
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pochade.study.provenance import commit, machine

RESULTS = Path(__file__).parents[1] / "results"
CACHE = "--cache"  # a command's last argument, where it has one: where it keeps what is half done says nothing of it
COMMIT = commit()  # when the measurement begins: a long one may see others


def summary(values: list[float]) -> dict[str, Any]:
    """n, median, mean and standard deviation of repeated measurements, and the measurements."""
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
    proof = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(["python -m", sys.modules["__main__"].__spec__.name, *arguments]),  # type: ignore[union-attr]
        "commit": COMMIT,
        "machine": machine(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(proof | figures, indent=2) + "\n", encoding="utf-8")
