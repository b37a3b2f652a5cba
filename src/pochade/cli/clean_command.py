"""`pochade clean`: clean scans."""

import dataclasses
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pochade.cli.messages import explain_interrupt, print_json, print_listing, print_message, show_activity
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import PochadeError

if TYPE_CHECKING:  # numpy and onnxruntime take long to import: only a command that needs them imports them
    from pochade.cleaning.clean_files import CleanOutcome
    from pochade.cleaning.clean_options import CleanOptions


class Mode(StrEnum):
    """Whether to straighten or crop pages."""

    off = "off"
    auto = "auto"
    on = "on"


def _strength_option(damage: str) -> Any:
    return typer.Option(min=0, max=100, help=f"How much of {damage} to remove, in percent. By default as --strength.")


@explain_interrupt()
def clean(
    scans: Annotated[list[Path], typer.Argument(help="Scans, and folders of scans; they are only read.")],
    to: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder for the results; not that of the scans. Created if missing.")
    ],
    strength: Annotated[
        int, typer.Option(min=0, max=100, help="How much of all damage to remove, in percent; 0 changes nothing.")
    ] = 100,
    light: Annotated[int | None, _strength_option("uneven light")] = None,
    paper: Annotated[int | None, _strength_option("the paper's tone")] = None,
    grain: Annotated[int | None, _strength_option("the grain")] = None,
    specks: Annotated[int | None, _strength_option("specks and hairs")] = None,
    smudges: Annotated[int | None, _strength_option("smudges")] = None,
    protect: Annotated[
        Path | None, typer.Option(help="A mask of the scan's size: what is white in it is not cleaned.")
    ] = None,
    only: Annotated[
        Path | None, typer.Option(help="A mask of the scan's size: only what is white in it is cleaned.")
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            help="The specks to remove, white on black: a file of the scan's size, or a folder of such files."
        ),
    ] = None,
    largest_speck: Annotated[
        float, typer.Option(min=0, metavar="MM", help="The largest mark that may be a speck, in millimetres.")
    ] = 1.0,
    straighten: Annotated[
        Mode, typer.Option(help="Turn pages level by rows of text, frames and paper edges; auto: only if it is sure.")
    ] = Mode.auto,
    crop: Annotated[
        Mode, typer.Option(help="Cut off the desk or the scanner's border around the sheet; auto: only if it is sure.")
    ] = Mode.auto,
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Draw each scan before, after, and what was removed; and a mask of the specks."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON on stdout.")] = False,
) -> None:
    """Clean scans of drawings and paintings.

    Evens out light, whitens paper, removes grain, specks and smudges, and straightens and crops pages where the
    evidence is strong. Originals are only read. A scan that can't be cleaned is listed with the reason and stops
    nothing, but then the exit code is not 0.

    Each result keeps the name, format, depth (8 or 16 bits), transparency, colour profile, EXIF and resolution of its
    scan, as far as the format can hold them. A format that Pochade does not write becomes PNG, such as
    `layers.psd.png`. JPEG and AVIF are encoded again as a whole, so parts that are not cleaned change slightly, too.
    CMYK becomes RGB; XMP and IPTC are lost. Of an animation, the first frame is cleaned. A TIFF of several pages is
    refused: split it first.

    A record beside each result, such as `scan.png.json`, holds settings and checksums. Because of it, the same command
    continues after an interruption. A file in the folder that is no result of the same scan, or that somebody
    changed, is never replaced.

    With `--preview`, `scan.png.specks.png` shows the specks that were removed, in the size of the scan. Paint black
    over what was no speck, white over what was missed, and give the folder back with `--mask`: exactly these go.

    Example: `pochade clean ~/scans --to ~/clean --strength 60 --preview`
    """
    with show_activity("loading"):
        from pochade.images.io.reading_worker import start_reading_worker

        start_reading_worker()  # before the imports below, which take as long as it does
        from pochade.cleaning.clean_files import clean_files
        from pochade.cleaning.clean_options import MaskFile
        from pochade.cleaning.clean_picture import clean as clean_picture
        from pochade.cleaning.page_geometry import GeometryModes

        overrides = {"light": light, "paper": paper, "grain": grain, "specks": specks, "smudges": smudges}
        options = _clean_options(strength, overrides, protect, only)
        options = dataclasses.replace(
            options,
            mask=None if mask is None or mask.is_dir() else MaskFile.read(mask),
            largest_speck=largest_speck,
            geometry=GeometryModes(straighten.value, crop.value),
        )
    with ProgressBar() as bar:

        def report(done: int, total: int, scan: Path) -> None:
            bar.show("cleaning", done, total, f"{done:,} of {total:,}, {scan.name}")

        masks = mask if mask and mask.is_dir() else None
        outcomes = clean_files(scans, to, options, clean_picture, preview=preview, masks=masks, report=report)
    if as_json:
        print_json([_outcome_data(outcome) for outcome in outcomes])
    _print_outcomes(outcomes, to)
    if problems := [outcome.problem for outcome in outcomes if outcome.problem]:
        raise typer.Exit(max(problem.exit_code for problem in problems))


def _clean_options(
    strength: int, overrides: dict[str, int | None], protect: Path | None, only: Path | None
) -> "CleanOptions":
    from pochade.cleaning.clean_options import CleanOptions, MaskFile, StrengthPercents
    from pochade.models import weights

    protect_mask, only_mask = (None if path is None else MaskFile.read(path) for path in (protect, only))
    model = weights.weights_name(weights.FOLDER, weights.CLEANING_FILES) or ""
    return CleanOptions(StrengthPercents.from_overall(strength, **overrides), protect_mask, only_mask, model)


def _outcome_data(outcome: "CleanOutcome") -> dict[str, Any]:
    """What happened to a scan, for JSON."""
    from pochade.system.path_text import printable

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


def _print_outcomes(outcomes: Sequence["CleanOutcome"], to: Path) -> None:
    """Print how many scans were cleaned, the notes on some, and the problems."""
    cleaned = [outcome for outcome in outcomes if outcome.result and not outcome.done_before]
    done_before = sum(outcome.done_before for outcome in outcomes)
    print_message(f"{len(cleaned):,} cleaned, {done_before:,} done before; the results are in '{to}'")
    notes = [(outcome.scan.name, outcome.record.notes) for outcome in cleaned if outcome.record]
    print_listing("notes on cleaned scans", [f"{name}: {', '.join(texts)}" for name, texts in notes if texts])
    problems = [outcome.problem for outcome in outcomes if outcome.problem]
    print_listing("scans that could not be cleaned", [_problem_line(problem) for problem in problems])


def _problem_line(problem: PochadeError) -> str:
    return problem.sentence + (f" (hint: {problem.hint})" if problem.hint else "")
