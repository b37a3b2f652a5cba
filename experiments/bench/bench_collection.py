"""How fast a collection is learnt, learnt again, and searched.

    python -m experiments.bench.bench_collection

Learning the demonstration's 1,450 drawings is compared with decoding and shrinking them alone. A second run is timed
over 10,000 files that did not change, and `find` over their embeddings and over a million random ones.
"""

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from experiments.shared.art_folders import copy_demo_drawings, make_small_pictures, measure_learning
from experiments.shared.record import record, summary
from pochade import Collection
from pochade.analysis.nearest_neighbours import nearest_rows
from pochade.images.io.read import read_preview

ROUNDS = 3
UNCHANGED_FILES = 10_000
QUERIES = 200


def _shrink(path: str) -> int:
    """Decode and shrink one file, and do nothing else."""
    try:
        return read_preview(path, 256).pixels.size
    except Exception:
        return 0


def _time_decoding(paths: list[str]) -> float:
    """Seconds in which two processes decode and shrink all files."""
    begin = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        sum(pool.map(_shrink, paths, chunksize=8))
    return time.perf_counter() - begin


def _measure_speed(folder: Path) -> dict[str, object]:
    """Time decoding and learning in turns."""
    paths = sorted(str(path) for path in folder.rglob("*.png"))
    decoding, learning = [], []
    for _ in range(ROUNDS):
        decoding.append(_time_decoding(paths))
        with tempfile.TemporaryDirectory() as index:
            learning.append(measure_learning(folder, Path(index)).seconds)
        print("decoding", decoding[-1], "learning", learning[-1], flush=True)
    ratio = [alone / whole for alone, whole in zip(decoding, learning, strict=True)]
    return {"files": len(paths), "alone_s": summary(decoding), "learning_s": summary(learning), "ratio": summary(ratio)}


def _measure_unchanged(folder: Path, index: Path) -> dict[str, object]:
    """Time a second run over files that did not change."""
    measure_learning(folder, index)
    times = [measure_learning(folder, index).seconds for _ in range(ROUNDS)]
    return {"files": UNCHANGED_FILES, "seconds": summary(times)}


def _measure_search(collection: Collection) -> dict[str, object]:
    """Milliseconds of a search by an embedding, in the collection and among a million embeddings."""
    count = collection.index.row_count()
    embeddings = collection.models.embeddings(count)
    milliseconds = []
    for row in np.random.default_rng(0).integers(0, count, QUERIES):
        begin = time.perf_counter()
        collection.nearest(np.asarray(embeddings[row]), 10)
        milliseconds.append(1e3 * (time.perf_counter() - begin))
    vectors = np.random.default_rng(0).normal(size=(1_000_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with tempfile.NamedTemporaryFile() as file:
        vectors.tofile(file)
        vector_file = np.memmap(file.name, np.float32, "r", shape=vectors.shape)
        milliseconds_of_million = []
        for row in range(QUERIES // 4):
            begin = time.perf_counter()
            nearest_rows(vectors[row], vector_file, 10)
            milliseconds_of_million.append(1e3 * (time.perf_counter() - begin))
    return {"pieces": count, "find_ms": summary(milliseconds[5:]), "million_ms": summary(milliseconds_of_million[5:])}


def main() -> None:
    """Measure and write `results/collection.json`."""
    with tempfile.TemporaryDirectory() as workspace:
        art = Path(workspace) / "art"
        copy_demo_drawings(art)
        figures: dict[str, Any] = {"speed": _measure_speed(art)}
    record("collection", figures)  # so far
    with tempfile.TemporaryDirectory() as workspace:
        art, index = make_small_pictures(Path(workspace) / "art", UNCHANGED_FILES), Path(workspace) / "index"
        figures["unchanged"] = _measure_unchanged(art, index)
        print(figures["unchanged"], flush=True)
        with Collection.open(art, index=index) as collection:
            figures["asking"] = _measure_search(collection)
        print(figures["asking"], flush=True)
    record("collection", figures)


if __name__ == "__main__":
    main()
