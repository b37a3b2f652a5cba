"""Put the weights of a finished run into the package, if they are better, and note where they come from.

    python -m experiments.train.ship MODEL

The run's held-out figure must be better than that of the weights that it began with. The table of what was shipped from
what is `experiments/runs/shipped.json`.
"""

import argparse
import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.shared.record import COMMIT
from experiments.train.command import TASKS
from experiments.train.run_files import RUNS, RunFiles
from experiments.train.training_task import TrainingTask
from pochade.errors import PochadeError, UsageError
from pochade.models import weights
from pochade.study.run_environment import machine_info
from pochade.system.atomic_files import write_atomically

SHIPPED = "shipped.json"
HASH_DIGITS = 16


def ship(task: TrainingTask, runs: Path = RUNS, package: Path = weights.FOLDER) -> dict[str, Any]:
    """Copy the weights of a task's last run into the package.

    Args:
        task: The model.
        runs: The folder of runs.
        package: The folder of shipped weights.

    Returns:
        The line that was added to the table.

    Raises:
        UsageError: There is no finished run, or it is not better than the weights that it began with.
    """
    files = RunFiles(task.name, runs)
    if not files.weights.exists():
        raise UsageError(f"there are no weights of '{task.name}' to ship", f"train it: experiments.train {task.name}")
    before, after = _held_out_lines(files.log, task.headline)
    old, new = (line["held_out"][task.headline] for line in (before, after))
    if new <= old:
        raise UsageError(
            f"the new weights of '{task.name}' are not better: {task.headline} {old} before, {new} after",
            "train longer, or with another rate",
        )
    content = files.weights.read_bytes()
    line = {
        "model": task.name,
        "date": datetime.now(UTC).date().isoformat(),
        "weights": hashlib.sha256(content).hexdigest()[:HASH_DIGITS],
        "began_with": _shipped_hash(package / task.file),
        "commit": COMMIT,
        "device": machine_info()["processor"],
        **{key: after[key] for key in ("run", "step", "pictures", "minutes")},
        "kept": after["weights"],
        "before": before["held_out"],
        "after": after["held_out"],
    }
    write_atomically(package / task.file, content)
    table = json.loads((runs / SHIPPED).read_text()) if (runs / SHIPPED).exists() else []
    write_atomically(runs / SHIPPED, (json.dumps([*table, line], indent=1) + "\n").encode())
    return line


def _shipped_hash(path: Path) -> str | None:
    """The beginning of the SHA-256 of shipped weights; None for a model that has none yet."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS] if path.exists() else None


def _held_out_lines(log: Path, headline: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The lines of the last run in a log with the figures of its beginning, and of the weights that it wrote."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    figures = [line for line in lines if line["run"] == lines[-1]["run"] and "held_out" in line]
    last = [line for line in figures if line["step"] == figures[-1]["step"]]
    return figures[0], max(last, key=lambda line: float(line["held_out"][headline]))


def main() -> None:
    """Read the options and ship."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=[task.name for task in TASKS])
    name = parser.parse_args().model
    try:
        line = ship(next(task for task in TASKS if task.name == name))
    except PochadeError as error:
        sys.exit(f"{error.sentence}: {error.hint}")
    print(json.dumps(line, indent=1))


if __name__ == "__main__":
    main()
