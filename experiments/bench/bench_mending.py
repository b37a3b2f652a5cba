"""What restoring an AVIF takes: seconds a megapixel, and memory for fifty of them. It wants an idle machine.

    python -m experiments.bench.bench_mending

The picture is noise of 1000 x 1000 pixels: what a net takes doesn't depend on what it sees.
"""

import resource
import time

import numpy as np

from experiments.shared.record import record, summary
from pochade.models.artifact_remover import shipped_artifact_remover

TIMES = 12  # the first of which doesn't count
LARGE = 50_000_000  # pixels


def main() -> None:
    """Measure, and write results/mending.json."""
    mender, seconds = shipped_artifact_remover(), []
    pixels = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
    for _ in range(TIMES):
        begun = time.perf_counter()
        mender.apply(pixels, (50,))
        seconds.append(time.perf_counter() - begun)
    side = int(LARGE**0.5)
    mender.apply(np.resize(pixels, (side, side, 3)), (50,))
    figures = {
        "seconds_a_megapixel": summary(seconds[1:]),
        "gigabytes_at_50_megapixels": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "bytes": len(mender.content),
    }
    record("mending", figures)
    print(figures)


if __name__ == "__main__":
    main()
