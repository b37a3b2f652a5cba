"""Time and memory of `families`: the first time, again, and after one new picture in a hundred.

    python -m experiments.bench.bench_family_speed
    python -m experiments.bench.bench_family_speed --pictures 20000

Measured for all drawings of openclipart and for 100,000 small random pictures. Every run is a process of its own, so
its time includes three seconds or so for starting it.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from experiments.shared.art_folders import make_small_pictures, measure_learning, measure_organising
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from pochade import Collection

PICTURES = 100_000
NEW_EVERY = 101  # so that 1 % are new beside the others


def hold_back(art: Path, aside: Path) -> list[Path]:
    """Move every 101st file out of a folder, and return the paths that they had, relative to the folder."""
    paths = [path.relative_to(art) for path in sorted(art.rglob("*.png"))[::NEW_EVERY]]
    for path in paths:
        _move(art / path, aside / path)
    return paths


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _measure_families(art: Path, index: Path) -> dict[str, float]:
    usage = measure_organising(art, index, "families")
    print(art.name, f"{usage.seconds:.1f} s, {usage.peak_megabytes:.0f} MB", file=sys.stderr, flush=True)
    return {"seconds": usage.seconds, "processor_seconds": usage.processor_seconds, "most_mb": usage.peak_megabytes}


def _measure(art: Path, workspace: Path) -> dict[str, Any]:
    """The figures of one folder."""
    index, aside = workspace / f"{art.name} index", workspace / f"{art.name} aside"
    new = hold_back(art, aside)
    measure_learning(art, index)
    figures: dict[str, Any] = {"first": _measure_families(art, index), "again": _measure_families(art, index)}
    for path in new:
        _move(aside / path, art / path)
    measure_learning(art, index)
    with Collection.open(art, index=index) as collection:
        figures |= {"pictures": collection.index.row_count(), "new_pictures": len(new)}
    return figures | {"with_new": _measure_families(art, index)}


def main() -> None:
    """Measure and write `results/family_speed.json` after each part."""
    parser = argparse.ArgumentParser(description="Time and memory of families.")
    parser.add_argument("--pictures", type=int, default=PICTURES, help="the number of small random pictures")
    pictures = parser.parse_args().pictures
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copytree(DRAWINGS, workspace / "drawings")
        figures = {"drawings": _measure(workspace / "drawings", workspace)}
        record("family_speed", figures)
        figures["small"] = _measure(make_small_pictures(workspace / "small", pictures), workspace)
        record("family_speed", figures)


if __name__ == "__main__":
    main()
