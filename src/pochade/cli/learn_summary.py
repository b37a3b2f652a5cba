"""What `learn` and `info` print about training and about files that give no picture."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade.cli.messages import count_of, print_listing, print_message

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import ReadProblem

VERDICTS = {True: "kept", False: "not kept: it did not help"}


def print_training(figures: dict[str, Any], print_line: Callable[[str], None] = print_message) -> None:
    """Print how good the models were before and after training, and which of them were kept."""
    if "after" not in figures:
        reason = figures.get("diverged", "too few pictures could be held out")
        print_line(f"training was abandoned: {reason}")
        return
    before, after = figures["before"], figures["after"]
    embedding, sketch = VERDICTS[figures["look_kept"]], VERDICTS[figures["code_kept"]]
    held = "was" if before["held_out"] == 1 else "were"
    print_line(f"training, measured on {count_of(before['held_out'], 'picture')} that {held} held out:")
    print_line(f"  edited copies found: {before['found']:.1%} before, {after['found']:.1%} after ({embedding})")
    print_line(f"  sketches: {before['psnr']:.2f} dB before, {after['psnr']:.2f} dB after ({sketch})")
    generator = figures.get("painter", {})
    if "after" in generator:
        verdict = VERDICTS[generator["after"] < generator["before"]]
        print_line(f"  generator: loss {generator['before']:.3f} before, {generator['after']:.3f} after ({verdict})")


def print_problems(
    problems: Sequence["ReadProblem"], folder: Path, print_line: Callable[[str], None] = print_message
) -> None:
    """List the files that gave no picture, with the reasons."""
    lines = [f"{os.path.relpath(problem.path, folder)}: {problem.reason}" for problem in problems]
    print_listing("files that gave no picture", lines, "`pochade info --json` lists", print_line=print_line)
