"""How fast a collection is learnt beside decoding and shrinking alone, learnt again, and asked."""

import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from experiments.bench.record import record, summary
from experiments.recipes.fingerprints import DRAWINGS
from pochade import Collection
from pochade.analysis.nearest_neighbours import nearest_rows
from pochade.images.io.read import read_preview

ROUNDS = 3
UNCHANGED = 10_000
ASKED = 200
FOLDERS = ("animals", "food", "people", "transportation")  # 1,450 drawings, as in the demonstration
LEARN = "import sys; from pochade import Collection; Collection.open(sys.argv[1], index=sys.argv[2]).learn(minutes=0)"


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


def seconds_learning(folder: Path, index: Path) -> tuple[float, float]:
    """A run of `learn` without training, from the start of its process, and the most memory of all its processes."""
    begun, most = time.perf_counter(), 0.0
    run = psutil.Popen([sys.executable, "-c", LEARN, str(folder), str(index)])
    while run.poll() is None:
        most = max(most, memory(run))
        threading.Event().wait(0.2)
    return time.perf_counter() - begun, most


def memory(process: psutil.Process) -> float:
    """Megabytes of a process and its children; pages that they share are counted once, where the system tells."""
    total = 0.0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_full_info().pss / 2**20
    except (psutil.Error, AttributeError):
        return total
    return total


def speed(folder: Path) -> dict[str, object]:
    """Learning beside decoding alone, in turns, on the demonstration's folders."""
    paths = sorted(str(path) for path in folder.rglob("*.png"))
    alone, learning = [], []
    for _ in range(ROUNDS):
        alone.append(seconds_alone(paths))
        with tempfile.TemporaryDirectory() as index:
            learning.append(seconds_learning(folder, Path(index))[0])
        print("alone", alone[-1], "learning", learning[-1], flush=True)
    ratio = [a / b for a, b in zip(alone, learning, strict=True)]
    return {"files": len(paths), "alone_s": summary(alone), "learning_s": summary(learning), "ratio": summary(ratio)}


def many(folder: Path, count: int) -> Path:
    """A folder of that many small pictures, no two the same."""
    chance = np.random.default_rng(0)
    for number in range(count):
        below = folder / f"{number // 1000:03d}"
        below.mkdir(parents=True, exist_ok=True)
        Image.fromarray(chance.integers(0, 256, (16, 16, 3), np.uint8)).resize((48, 48)).save(below / f"{number}.png")
    return folder


def unchanged(folder: Path, index: Path) -> dict[str, object]:
    """Seconds of a second run over files that did not change."""
    seconds_learning(folder, index)
    times = [seconds_learning(folder, index)[0] for _ in range(ROUNDS)]
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
        for name in FOLDERS:
            shutil.copytree(DRAWINGS / name, art / name)
        figures: dict[str, Any] = {"speed": speed(art)}
    record("collection", figures)  # so far
    with tempfile.TemporaryDirectory() as home:
        folder, index = many(Path(home) / "art", UNCHANGED), Path(home) / "index"
        figures["unchanged"] = unchanged(folder, index)
        print(figures["unchanged"], flush=True)
        with Collection.open(folder, index=index) as collection:
            figures["asking"] = asking(collection)
        print(figures["asking"], flush=True)
    record("collection", figures)


if __name__ == "__main__":
    main()
