"""How fast a collection is learnt beside decoding and shrinking alone, learnt again, and asked."""

import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from experiments.shared.art_folders import DEMO_FOLDERS, make_small_pictures, measure_learning
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record, summary
from pochade import Collection
from pochade.analysis.nearest_neighbours import nearest_rows
from pochade.images.io.read import read_preview

ROUNDS = 3
UNCHANGED = 10_000
ASKED = 200


def shrunk(path: str) -> int:
    """Decode and shrink one file; no more."""
    try:
        return read_preview(path, 256).pixels.size
    except Exception:
        return 0


def seconds_alone(paths: list[str]) -> float:
    """Decoding and shrinking by two processes."""
    begun = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        sum(pool.map(shrunk, paths, chunksize=8))
    return time.perf_counter() - begun


def speed(folder: Path) -> dict[str, object]:
    """Learning beside decoding alone, in turns, on the demonstration's folders."""
    paths = sorted(str(path) for path in folder.rglob("*.png"))
    alone, learning = [], []
    for _ in range(ROUNDS):
        alone.append(seconds_alone(paths))
        with tempfile.TemporaryDirectory() as index:
            learning.append(measure_learning(folder, Path(index))[0])
        print("alone", alone[-1], "learning", learning[-1], flush=True)
    ratio = [a / b for a, b in zip(alone, learning, strict=True)]
    return {"files": len(paths), "alone_s": summary(alone), "learning_s": summary(learning), "ratio": summary(ratio)}


def unchanged(folder: Path, index: Path) -> dict[str, object]:
    """Seconds of a second run over files that did not change."""
    measure_learning(folder, index)
    times = [measure_learning(folder, index)[0] for _ in range(ROUNDS)]
    return {"files": UNCHANGED, "seconds": summary(times)}


def asking(collection: Collection) -> dict[str, object]:
    """Milliseconds of `find` inside the library, by a look, and over a million looks."""
    count = collection.index.row_count()
    looks = collection.models.embeddings(count)
    times = []
    for row in np.random.default_rng(0).integers(0, count, ASKED):
        begun = time.perf_counter()
        collection.nearest(np.asarray(looks[row]), 10)
        times.append(1e3 * (time.perf_counter() - begun))
    million = np.random.default_rng(0).normal(size=(1_000_000, 64)).astype(np.float32)
    million /= np.linalg.norm(million, axis=1, keepdims=True)
    with tempfile.NamedTemporaryFile() as file:
        million.tofile(file)
        mapped = np.memmap(file.name, np.float32, "r", shape=million.shape)
        large = []
        for row in range(ASKED // 4):
            begun = time.perf_counter()
            nearest_rows(million[row], mapped, 10)
            large.append(1e3 * (time.perf_counter() - begun))
    return {"pieces": count, "find_ms": summary(times[5:]), "million_ms": summary(large[5:])}


def main() -> None:
    """Measure and write `results/collection.json`."""
    with tempfile.TemporaryDirectory() as home:
        art = Path(home) / "art"
        for name in DEMO_FOLDERS:
            shutil.copytree(DRAWINGS / name, art / name)
        figures: dict[str, Any] = {"speed": speed(art)}
    record("collection", figures)  # so far
    with tempfile.TemporaryDirectory() as home:
        folder, index = make_small_pictures(Path(home) / "art", UNCHANGED), Path(home) / "index"
        figures["unchanged"] = unchanged(folder, index)
        print(figures["unchanged"], flush=True)
        with Collection.open(folder, index=index) as collection:
            figures["asking"] = asking(collection)
        print(figures["asking"], flush=True)
    record("collection", figures)


if __name__ == "__main__":
    main()
