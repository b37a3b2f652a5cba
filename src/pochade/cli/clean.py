"""`pochade clean`: scans without the dust, the grain and the smudges."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pochade.cli.output import Bar, interruptible, print_json, say_lines, words
from pochade.errors import PochadeError

if TYPE_CHECKING:  # numpy and torch take their time: only a command that needs them loads them
    from pochade.cleaning.clean_files import CleanOutcome


Strength = Annotated[int | None, typer.Option(min=0, max=100, help="Of this alone; else as of all.")]


@interruptible()
def clean(
    scans: Annotated[list[Path], typer.Argument(help="Scans, and folders of scans; they are only ever read.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the results; not the scans' own.")],
    strength: Annotated[
        int, typer.Option(min=0, max=100, help="How much of all damage goes; 0 changes nothing.")
    ] = 100,
    light: Strength = None,
    paper: Strength = None,
    grain: Strength = None,
    specks: Strength = None,
    smudges: Strength = None,
    protect: Annotated[Path | None, typer.Option(help="A picture of a scan's size: white isn't cleaned.")] = None,
    only: Annotated[Path | None, typer.Option(help="The same: only what is white is cleaned.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Draw each scan before, after, and what went.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON on stdout.")] = False,
) -> None:
    """Clean scans of drawings and paintings: uneven light, paper's tone, grain, specks and hairs, smudges.

    Each result has its scan's format, depth and transparency; what Pochade doesn't write becomes PNG. Colour profile,
    EXIF and dots per inch go along where the format has a place for them: a TIFF loses the camera's settings, a BMP
    profile and EXIF. A JPEG or AVIF is encoded again as a whole: what isn't cleaned changes a little, too. A TIFF of
    several pages is refused. Interrupted or killed, the same command goes on where it was; what is done is not done
    again.

    Example: pochade clean ~/scans --to ~/clean --strength 60 --preview
    """
    with words.status("looking"):
        from pochade.cleaning.clean_files import clean_files
        from pochade.cleaning.clean_options import CleanOptions, MaskFile, StrengthPercents
        from pochade.cleaning.clean_picture import clean as cleaner
        from pochade.models import weights

        own = {"light": light, "paper": paper, "grain": grain, "specks": specks, "smudges": smudges}
        stays, goes = (None if path is None else MaskFile.read(path) for path in (protect, only))
        net = weights.weights_name(weights.FOLDER, (weights.CLEANER_FILE, weights.PAGE_FILE)) or ""
        wish = CleanOptions(StrengthPercents.from_overall(strength, **own), stays, goes, net)
    with CleanBar() as bar:
        outcomes = clean_files(scans, to, wish, cleaner, preview=preview, report=bar.report)
    if as_json:
        print_json([as_data(outcome) for outcome in outcomes])
    say_outcomes(outcomes, to)
    if all(outcome.problem for outcome in outcomes):
        raise typer.Exit(max(outcome.problem.exit_code for outcome in outcomes if outcome.problem))


class CleanBar(Bar):
    """The bar, fed by the run."""

    def report(self, done: int, total: int, scan: Path) -> None:
        """So many are done, and it is this one's turn."""
        if self.task is None:
            self.stage("cleaning")
        self.advance(done, total, f"{done:,} of {total:,}, {scan.name}")


def as_data(outcome: "CleanOutcome") -> dict[str, Any]:
    """What became of a scan, as JSON can hold it."""
    from pochade.images.base.source import printable

    record = outcome.record
    return {
        "scan": printable(outcome.scan),
        "result": outcome.result and printable(outcome.result),
        "problem": outcome.problem and outcome.problem.sentence,
        "done_before": outcome.done_before,
        "already_clean": record and record.already_clean,
        "changed": record and record.changed,
        "dpi": record and record.dpi,
        "notes": list(record.notes) if record else [],
    }


def say_outcomes(outcomes: Sequence["CleanOutcome"], to: Path) -> None:
    """How many were cleaned, what is to be known of some, and what could not be."""
    done = [outcome for outcome in outcomes if outcome.result and not outcome.done_before]
    before = sum(outcome.done_before for outcome in outcomes)
    words.print(
        f"{len(done):,} cleaned, {before:,} done before; the results are in '{to}'", markup=False, soft_wrap=True
    )
    said = [f"{one.scan.name}: {', '.join(one.record.notes)}" for one in done if one.record and one.record.notes]
    say_lines("to be known of {} of them", said)
    problems = [outcome.problem for outcome in outcomes if outcome.problem]
    say_lines("{} could not be cleaned", [problem_line(problem) for problem in problems])


def problem_line(problem: PochadeError) -> str:
    """Why a scan could not be cleaned, and what to do."""
    return problem.sentence + (f" (hint: {problem.hint})" if problem.hint else "")
