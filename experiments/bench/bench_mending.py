"""What the artifact remover takes: seconds per megapixel, and memory for 50 megapixels.

    python -m experiments.bench.bench_mending

It needs an idle machine. The picture is noise of 1000 x 1000 pixels, because time and memory do not depend on content.
"""

import resource
import time

import numpy as np

from experiments.shared.record import record, summary
from pochade.models.artifact_remover import shipped_artifact_remover

ROUNDS = 12  # the first is a warm-up
LARGE_PIXELS = 50_000_000
QUALITY = 50


def main() -> None:
    """Measure and write `results/mending.json`."""
    remover, seconds = shipped_artifact_remover(), []
    pixels = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        remover.apply(pixels, (QUALITY,))
        seconds.append(time.perf_counter() - begin)
    side = int(LARGE_PIXELS**0.5)
    remover.apply(np.resize(pixels, (side, side, 3)), (QUALITY,))
    figures = {
        "seconds_a_megapixel": summary(seconds[1:]),
        "gigabytes_at_50_megapixels": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "bytes": len(remover.content),
    }
    record("mending", figures)
    print(figures)


if __name__ == "__main__":
    main()
