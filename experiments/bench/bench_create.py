"""How long new pictures take once the generator is ready: sixteen samples, eight variations, sixty frames.

    python -m experiments.bench.bench_create

Measured on the demonstration's 1,450 drawings. The first round of each is a warm-up and is not counted.
"""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from experiments.shared.art_folders import copy_demo_drawings
from experiments.shared.record import record, summary
from pochade import Collection

ROUNDS = 8


def _time_rounds(create: Callable[[int], object]) -> dict[str, object]:
    """Summarise the seconds of `create(round)`, without the first round."""
    seconds = []
    for number in range(ROUNDS + 1):
        begin = time.perf_counter()
        create(number)
        seconds.append(time.perf_counter() - begin)
    return summary(seconds[1:])


def main() -> None:
    """Measure and write `results/create.json`."""
    with tempfile.TemporaryDirectory() as workspace:
        art = Path(workspace) / "art"
        copy_demo_drawings(art)
        with Collection.open(art) as collection:
            collection.learn(minutes=0)
            paths = sorted(picture.path for picture in collection.pictures())
            begin = time.perf_counter()
            collection.imagine(1)
            seconds_until_ready = time.perf_counter() - begin
            rng = random.Random(0)
            ends = [[art / path for path in rng.sample(paths, 2)] for _ in range(ROUNDS + 1)]
            figures = {
                "pieces": len(paths),
                "seconds_to_get_ready": seconds_until_ready,
                "sixteen_samples_s": _time_rounds(lambda number: collection.imagine(16, seed=100 * number)),
                "eight_variations_s": _time_rounds(lambda number: collection.vary(ends[number][0])),
                "sixty_frames_s": _time_rounds(lambda number: collection.morph(ends[number], 60)),
            }
    record("create", figures)
    for name, figure in figures.items():
        print(name, figure["median"] if isinstance(figure, dict) else figure)


if __name__ == "__main__":
    main()
