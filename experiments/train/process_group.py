"""Several processes that train one model together, each on its share of every batch.

On a busy CPU, a process with one thread per core loses less than one process with as many threads, which wait for each
other at every layer. On a quiet one it is hardly faster (`experiments/results/kit.json`).
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn

LOOPBACK = "lo"  # the network interface of Linux that stays on the machine


class ProcessGroup:
    """What the processes of a run tell each other; a single process tells nobody.

    Args:
        rank: The number of this process, from 0.
        size: How many processes there are.
    """

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    @property
    def is_main(self) -> bool:
        """Whether this process evaluates, logs and saves."""
        return self.rank == 0

    def backward(self, model: nn.Module) -> Callable[[Tensor], None]:
        """Make a function that computes the gradients of a loss, and averages them over all processes."""

        def average_gradients(loss: Tensor) -> None:
            loss.backward()
            self._average([parameter.grad for parameter in model.parameters() if parameter.grad is not None])

        return average_gradients

    def average_buffers(self, model: nn.Module) -> None:
        """Average the statistics of batch normalisation, so that the model is the same in all processes."""
        self._average([buffer for buffer in model.buffers() if buffer.is_floating_point()])

    def agree(self, value: float) -> float:
        """The value of the main process: clocks differ, and all processes must stop at the same step."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64)
        torch.distributed.broadcast(shared, 0)
        return float(shared)

    def _average(self, tensors: list[Tensor]) -> None:
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        torch.distributed.all_reduce(flat)
        for tensor, part in zip(tensors, flat.div_(self.size).split([len(t.flatten()) for t in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))


def run_in_processes(work: Callable[[ProcessGroup], None], size: int) -> None:
    """Call a function in several processes with one thread each, or in this process if one is enough.

    Args:
        work: Called with the group of its process; it must be picklable.
        size: How many processes.
    """
    if size == 1:
        work(ProcessGroup())
        return
    with tempfile.TemporaryDirectory() as folder:
        spawn(_run_process, (work, size, Path(folder) / "store"), size)


def _run_process(rank: int, work: Callable[[ProcessGroup], None], size: int, store: Path) -> None:
    torch.set_num_threads(1)
    if Path(f"/sys/class/net/{LOOPBACK}").exists():
        os.environ.setdefault("GLOO_SOCKET_IFNAME", LOOPBACK)
    torch.distributed.init_process_group("gloo", init_method=store.as_uri(), rank=rank, world_size=size)
    try:
        work(ProcessGroup(rank, size))
    finally:
        torch.distributed.destroy_process_group()
