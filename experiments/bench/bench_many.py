"""Time and memory for 100,000 pictures, and for all drawings: learning, families, groups and the map.

    python -m experiments.bench.bench_many

Every verb runs for the first time, in a process of its own.
"""

import tempfile
from pathlib import Path
from typing import Any

from experiments.shared.art_folders import make_small_pictures, measure_learning, measure_organising
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from pochade import Collection

PICTURES = 100_000


def main() -> None:
    """Measure, and write `results/many.json` after each part."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as workspace:
        small_pictures = make_small_pictures(Path(workspace) / "art", PICTURES)
        for name, folder in ("small", small_pictures), ("drawings", DRAWINGS):
            index = Path(workspace) / name
            usage = measure_learning(folder, index)
            figures[name] = {"learn": {"seconds": usage.seconds, "most_mb": usage.peak_megabytes}}
            with Collection.open(folder, index=index) as collection:
                figures[name]["pieces"] = collection.index.row_count()
            for verb in ("families", "groups", "map"):
                usage = measure_organising(folder, index, verb)
                figures[name][verb] = {"seconds": usage.seconds, "most_mb": usage.peak_megabytes}
                print(name, verb, figures[name][verb], flush=True)
                record("many", figures)


if __name__ == "__main__":
    main()
