"""How fast models run without torch: each function by onnxruntime and by torch, side by side in one process.

    python -m experiments.bench.bench_runtime

Both run with one thread, and then with one for each core. On a busy machine the threads of torch wait for each other
and burn processor time, which makes its small models look slow; the ratios with one thread do not depend on that.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from experiments.shared.record import record
from pochade.models import weights
from pochade.models.model_configs import DenoiserConfig, EmbeddingConfig, FlowMatchingConfig, PageConfig, SketchConfig
from pochade.models.model_functions import TorchFunction
from pochade.models.packed_file import read_packed
from pochade.models.runnable_model import RunnableModel
from pochade.models.stored_model import StoredModel, read_stored_model
from pochade.system.worker_pool import available_cores

ROUNDS = 9
PICTURES, GENERATED = 64, 8  # in a batch
MEGAPIXEL = (1_024, 1_024)  # height and width


class Case(NamedTuple):
    """One function of a model, and what it is given."""

    name: str
    stored: StoredModel[Any]
    function: str
    arrays: tuple[NDArray[Any], ...]


class Seconds(NamedTuple):
    """How long one call took."""

    processor: float
    clock: float


def main() -> None:
    """Measure and write `results/runtime.json`."""
    record("runtime", {f"{threads} threads": measure_all(threads) for threads in sorted({1, available_cores()})})


def measure_all(threads: int) -> dict[str, Any]:
    """Measure every function with a number of threads."""
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read when a function is loaded for onnxruntime
    torch.set_num_threads(threads)
    figures = {case.name: measure(case) for case in cases()}
    for name, figure in figures.items():
        print(f"{threads} threads: {name:24} {figure['ratio']['processor']:.2f} {figure['ratio']['clock']:.2f}")
    return figures


def cases() -> list[Case]:
    """Every function at the batch size that is used."""
    folder, random = weights.FOLDER, np.random.default_rng(0)
    squares, frames = random.integers(0, 256, (PICTURES, 96, 96, 3), np.uint8), np.ones((PICTURES, 2), np.float32)
    sketch = read_stored_model(folder / weights.SKETCH_FILE, SketchConfig)
    generator = read_stored_model(folder / weights.GENERATOR_FILE, FlowMatchingConfig)
    latents, grids = _normal(PICTURES, 128, 6, 6), _normal(GENERATED, 128, 8, 8)
    times = np.full(GENERATED, 0.5, np.float32)
    cleaner = read_stored_model(folder / weights.CLEANER_FILE, DenoiserConfig)
    remover = read_packed((folder / weights.AVIF_FILE).read_bytes())
    page = read_stored_model(folder / weights.PAGE_FILE, PageConfig)
    embedding = read_stored_model(folder / weights.EMBEDDING_FILE, EmbeddingConfig)
    return [
        Case("embed 64 pictures", embedding, "embed", (squares, frames)),
        Case("sketch 64 pictures", sketch, "encode_squares", (squares, frames)),
        Case("redraw 64 pictures", sketch, "decode_latents", (latents, np.zeros(PICTURES, np.float32))),
        Case("a step of 8 pictures", generator, "predict_clean", (grids, times, _normal(GENERATED, 64))),
        Case("clean 1 megapixel", cleaner, "denoise", (_uniform(3), _uniform(3))),
        Case("restore 1 megapixel", remover, "denoise", (_uniform(3), _uniform(1))),
        Case("the light of a page", page, "estimate_page", (_normal(1, 3, 128, 128),)),
    ]


def measure(case: Case) -> dict[str, Any]:
    """The medians of both ways in seconds, and how many times as long torch takes."""
    ways = {"onnxruntime": RunnableModel(case.stored).run, "torch": _run_by_torch(case)}
    seconds: dict[str, list[Seconds]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):  # the first is a warm-up
        for name, run in ways.items():
            seconds[name].append(_time(lambda run=run: run(case.function, *case.arrays)))  # type: ignore[misc]
    medians = {name: _medians(values[1:]) for name, values in seconds.items()}
    ratio = {key: medians["torch"][key] / medians["onnxruntime"][key] for key in Seconds._fields}
    return medians | {"ratio": ratio}


def _run_by_torch(case: Case) -> Callable[..., Any]:
    function = TorchFunction(case.stored, case.function)
    return lambda _name, *arrays: function.run(*arrays)


def _time(call: Callable[[], Any]) -> Seconds:
    processor, clock = time.process_time(), time.perf_counter()
    call()
    return Seconds(time.process_time() - processor, time.perf_counter() - clock)


def _medians(values: list[Seconds]) -> dict[str, float]:
    return {key: statistics.median(getattr(value, key) for value in values) for key in Seconds._fields}


def _normal(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal(shape, np.float32)


def _uniform(planes: int) -> NDArray[np.float32]:
    return np.random.default_rng(2).random((1, planes, *MEGAPIXEL), np.float32)


if __name__ == "__main__":
    main()
