"""How many pictures a second the training kit augments, damages and trains on, with threads and with processes.

    python -m experiments.bench.bench_kit

A step of the embedding model on 192 random pictures, in one process with a thread per core, and in a process per core
with one thread each, which is what the kit uses; both in float32, and in bfloat16 where the processor computes it.
"""

import functools
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from experiments.shared.record import record, summary
from experiments.train.precision import autocast_forward, computes_bfloat16
from experiments.train.process_group import ProcessGroup, run_in_processes
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_input import LetterboxedBatch
from pochade.training.augment.augmentations import augment
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.scan_damage import damage_scans
from pochade.training.loop import take_step
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.muon import Muon

CPU = torch.device("cpu")
BATCH, SOURCE_SIDE, DAMAGED, DAMAGED_SIDE = 192, 128, 64, 128
ROUNDS = 5


def _rates(work: Callable[[], object], pictures: int) -> list[float]:
    """Pictures a second in each of some rounds, after one that isn't counted."""
    rates = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        work()
        rates.append(pictures / (time.perf_counter() - start))
    return rates[1:]


def _pictures(count: int, side: int) -> Tensor:
    return RandomNumbers(0).uniform((count, 3, side, side))


def train_steps(folder: Path, group: ProcessGroup, *, half_precision: bool) -> None:
    """Take steps in one process of a group; the main process writes their rates."""
    count = BATCH // group.size
    model = EmbeddingModel().to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    if half_precision:
        autocast_forward(model, CPU)
    rows = torch.arange(count)
    loss = ContrastiveLoss(BATCH, model.config.latent_dim).loss
    batch = (_pictures(count, SOURCE_SIDE), torch.ones(count, 2), rows, rows)
    optimiser = Muon(model.parameters(), 1e-3)
    rates = _rates(lambda: take_step(model, loss, batch, optimiser, group.backward(model)), BATCH)
    if group.is_main:
        torch.save(rates, folder / "rates.pt")


def _step_rates(processes: int, *, half_precision: bool = False) -> list[float]:
    with TemporaryDirectory() as folder:
        run_in_processes(functools.partial(train_steps, Path(folder), half_precision=half_precision), processes)
        rates: list[float] = torch.load(Path(folder) / "rates.pt")
    return rates


def main() -> None:
    """Measure and write `results/kit.json`."""
    cores = torch.get_num_threads()
    steps = {"one process": _step_rates(1), "a process per core": _step_rates(cores)}
    if computes_bfloat16(CPU):
        steps["a process per core, bfloat16"] = _step_rates(cores, half_precision=True)
    torch.set_num_threads(1)
    sheets, resolutions = _pictures(DAMAGED, DAMAGED_SIDE), torch.full((DAMAGED,), 12.0)
    batch = LetterboxedBatch(_pictures(BATCH, SOURCE_SIDE), torch.ones(BATCH, 2))
    augmented = _rates(lambda: augment(batch, 96, RandomNumbers(1)), BATCH)
    damaged = _rates(lambda: damage_scans(sheets, resolutions, RandomNumbers(2)), DAMAGED)
    figures = {
        "training pictures a second": {name: summary(rates) for name, rates in steps.items()},
        "augmented pictures a second on one thread": summary(augmented),
        "damaged pictures a second on one thread": summary(damaged),
    }
    print(figures)
    record("kit", figures)


if __name__ == "__main__":
    main()
