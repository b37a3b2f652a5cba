"""How long new pictures take once the net that draws is ready: sixteen samples, eight variations, sixty frames.

    python -m experiments.bench.bench_create

On the demonstration's 1,450 drawings. The first of each is warm-up, and isn't counted.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from experiments.shared.art_folders import DEMO_FOLDERS
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record, summary
from pochade import Collection

ROUNDS = 8


def seconds(draw: Callable[[int], object]) -> dict[str, object]:
    """Of a drawing, told the number of its round; the first round is left out."""
    found = []
    for number in range(ROUNDS + 1):
        begun = time.perf_counter()
        draw(number)
        found.append(time.perf_counter() - begun)
    return summary(found[1:])


def main() -> None:
    """Measure, and write results/create.json."""
    with tempfile.TemporaryDirectory() as home:
        art = Path(home) / "art"
        for name in DEMO_FOLDERS:
            shutil.copytree(DRAWINGS / name, art / name)
        with Collection.open(art) as collection:
            collection.learn(minutes=0)
            paths = sorted(piece.path for piece in collection.pieces())
            begun = time.perf_counter()
            collection.imagine(1)
            ready = time.perf_counter() - begun
            chosen = random.Random(0)
            ends = [[art / path for path in chosen.sample(paths, 2)] for _ in range(ROUNDS + 1)]
            figures = {
                "pieces": len(paths),
                "seconds_to_get_ready": ready,
                "sixteen_samples_s": seconds(lambda number: collection.imagine(16, seed=100 * number)),
                "eight_variations_s": seconds(lambda number: collection.vary(ends[number][0])),
                "sixty_frames_s": seconds(lambda number: collection.morph(ends[number], 60)),
            }
    record("create", figures)
    for name, each in figures.items():
        print(name, each["median"] if isinstance(each, dict) else each)


if __name__ == "__main__":
    main()
