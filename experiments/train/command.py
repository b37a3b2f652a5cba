"""Train a shipped model.

    python -m experiments.train MODEL --minutes 60      begin a run of an hour
    python -m experiments.train MODEL --resume          continue the run that was interrupted

It begins with the shipped weights. experiments/README.md says what each run needs, and what became of it.
"""

import argparse
import functools
import sys

import torch

from experiments.train.long_run import LongRun
from experiments.train.process_group import ProcessGroup, run_in_processes
from experiments.train.run_files import RunFiles
from experiments.train.run_plan import RunPlan
from experiments.train.tasks.artifact_remover import AvifTask, PreviewTask
from experiments.train.tasks.cleaner import CleanerTask
from experiments.train.tasks.embedding import EmbeddingTask
from experiments.train.tasks.generator import GeneratorTask
from experiments.train.tasks.mark_model import MarkTask
from experiments.train.tasks.page import PageTask
from experiments.train.tasks.pair_model import PairTask
from experiments.train.tasks.sketch import SketchTask
from experiments.train.training_task import TrainingTask
from pochade.errors import PochadeError

TASKS: tuple[TrainingTask, ...] = (
    EmbeddingTask(),
    SketchTask(),
    PairTask(),
    PageTask(),
    CleanerTask(),
    MarkTask(),
    AvifTask(),
    PreviewTask(),
    GeneratorTask(),
)


def choose_device(name: str) -> torch.device:
    """The device with a name; `auto` takes a GPU where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def run(options: argparse.Namespace) -> None:
    """Plan the run, and train in as many processes as it needs."""
    files, device = RunFiles(options.model), choose_device(options.device)
    if options.resume and options.minutes is None and options.steps is None:
        plan = files.read_plan()
    else:
        processes = options.processes or (1 if device.type == "cuda" else torch.get_num_threads())
        plan = RunPlan(options.minutes, options.steps, options.seed, processes)
    if not options.resume:
        files.check_free()
    train = functools.partial(train_share, options.model, plan, device, resume=options.resume, compiled=options.compile)
    run_in_processes(train, plan.processes)
    print_line(f"wrote {files.weights}; `python -m experiments.train.ship {options.model}` puts it into the package")


def train_share(
    name: str, plan: RunPlan, device: torch.device, group: ProcessGroup, *, resume: bool, compiled: bool
) -> None:
    """Train in one process of a run."""
    task = next(task for task in TASKS if task.name == name)
    report = print_line if group.is_main else lambda _: None
    report(f"preparing '{name}' on {plan.processes} {device} process(es)")
    prepared = task.prepare(device)
    if compiled:
        prepared.model.compile()
    LongRun(task, plan, device, RunFiles(name), report, group=group).train(prepared, resume=resume)


def print_line(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=[task.name for task in TASKS])
    parser.add_argument("--minutes", type=float, help="minutes of training; evaluation and saving come on top")
    parser.add_argument("--steps", type=int, help="steps instead of minutes: the run can be reproduced")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    parser.add_argument("--processes", type=int, help="that share each batch: as many as cores, or one for a GPU")
    parser.add_argument("--resume", action="store_true", help="continue the run that was interrupted")
    parser.add_argument("--compile", action="store_true", help="compile the model first: pays for hours on a GPU")
    try:
        run(parser.parse_args())
    except PochadeError as error:
        sys.exit(f"{error.sentence}: {error.hint}")
    except KeyboardInterrupt:
        sys.exit("interrupted; --resume continues")
