"""What `learn` and `info` print about training and about files that give no picture."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade.cli.messages import print_listing, print_message

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import ReadProblem

VERDICTS = {True: "kept", False: "not kept: it did not help"}


def print_training(figures: dict[str, Any]) -> None:
    """Print how good the models were before and after training, and which of them were kept."""
    if "after" not in figures:
        reason = figures.get("diverged", "too few pictures could be held out")
        print_message(f"training was abandoned: {reason}")
        return
    before, after = figures["before"], figures["after"]
    embedding, sketch = VERDICTS[figures["look_kept"]], VERDICTS[figures["code_kept"]]
    print_message(f"training, measured on {before['held_out']} pictures that were held out:")
    print_message(f"  edited copies found: {before['found']:.1%} before, {after['found']:.1%} after ({embedding})")
    print_message(f"  sketches: {before['psnr']:.2f} dB before, {after['psnr']:.2f} dB after ({sketch})")
    generator = figures.get("painter", {})
    if "after" in generator:
        verdict = VERDICTS[generator["after"] < generator["before"]]
        print_message(f"  generator: loss {generator['before']:.3f} before, {generator['after']:.3f} after ({verdict})")


def print_problems(problems: Sequence["ReadProblem"], folder: Path) -> None:
    """List the files that gave no picture, with the reasons."""
    lines = [f"{os.path.relpath(problem.path, folder)}: {problem.reason}" for problem in problems]
    print_listing("files that gave no picture", lines, "`pochade info --json` lists")
