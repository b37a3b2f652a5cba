"""A hundred thousand pieces, and all drawings: learning, families, groups and the map for the first time; memory."""

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from experiments.shared.art_folders import make_small_pictures, measure_learning
from experiments.shared.paths import DRAWINGS
from experiments.shared.processes import memory_megabytes
from experiments.shared.record import record
from pochade import Collection

PIECES = 100_000
ORDER = (
    "import sys; from pochade import Collection\n"
    "if __name__ == '__main__': getattr(Collection.open(sys.argv[1], index=sys.argv[2]), sys.argv[3])()"
)


def order(folder: Path, index: Path, name: str) -> dict[str, float]:
    """Seconds of families, groups or the map, from the start of the process, and the most memory."""
    begun, most = time.perf_counter(), 0.0
    run = psutil.Popen([sys.executable, "-c", ORDER, str(folder), str(index), name])
    while run.poll() is None:
        most = max(most, memory_megabytes(run))
        threading.Event().wait(0.5)
    return {"seconds": time.perf_counter() - begun, "most_mb": most}


def main() -> None:
    """Measure and write `results/many.json`, after each part."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        for name, folder in ("small", make_small_pictures(Path(home) / "art", PIECES)), ("drawings", DRAWINGS):
            index = Path(home) / name
            seconds, most = measure_learning(folder, index)
            figures[name] = {"learn": {"seconds": seconds, "most_mb": most}}
            with Collection.open(folder, index=index) as collection:
                figures[name]["pieces"] = collection.index.row_count()
            for verb in ("families", "groups", "map"):
                figures[name][verb] = order(folder, index, verb)
                print(name, verb, figures[name][verb], flush=True)
                record("many", figures)


if __name__ == "__main__":
    main()
