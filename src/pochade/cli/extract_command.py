"""`pochade extract`: the files of an archive into a folder."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message
from pochade.cli.options import ArchivePath
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import UsageError

if TYPE_CHECKING:  # a command imports what it needs
    from pochade.archive.archive_reader import Archive

STDOUT = Path("-")


@explain_interrupt()
def extract(
    archive: ArchivePath,
    to: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="The folder for the files. Created if missing; nothing in it is replaced. A hyphen writes one file to "
            "stdout.",
        ),
    ],
    only: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|FOLDER|PATTERN]...",
            help="What to extract, named as `pochade list` shows it; in a pattern, * stands for any text. By default "
            "everything.",
        ),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Skip and list damaged files, and files whose names are taken.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was extracted as JSON on stdout.")] = False,
) -> None:
    """Extract the files of an archive.

    Files get their modification times back. A file that exists already and is identical counts as done, so the same
    command continues after an interruption. Another file is never overwritten.

    A picture that was compressed with `high`, `medium` or `preview` comes back as the file that looks like it, such as
    `cat.png.avif`, or `cat.png.restored.png` where a model restores it. If the system can't tell two names apart, such
    as `A.png` and `a.png`, the second becomes `a (2).png` and is listed.

    Example: `pochade extract art.pochade --to ~/restored`

    Example: `pochade extract art.pochade "2024/*.png" sketches --to ~/restored`

    Example: `pochade extract art.pochade owl.png --to - > owl.png`
    """
    from pochade.archive.archive_reader import LOST_END, open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.archive.extractor import extract as extract_files

    if to == STDOUT:
        with open_archive(archive) as opened:
            write_to_stdout(opened, only or [], as_json=as_json)
        return
    with open_archive(archive) as opened, ProgressBar() as bar:
        bar.start_stage("extracting")
        report = extract_files(
            opened, to, only=only or (), keep_going=keep_going, report=lambda done, total, _: bar.advance(done, total)
        )
    renamed = {printable_path(before): printable_path(after) for before, after in report.renamed.items()}
    problems = {printable_path(path): error.sentence for path, error in report.problems.items()}
    if as_json:
        counts = {"files": report.files, "bytes": report.bytes, "there": report.already_there}
        print_json(counts | {"renamed": renamed, "problems": problems})
    were = "was" if report.already_there == 1 else "were"
    others = f"; {count_of(report.already_there, 'other')} {were} in it already" if report.already_there else ""
    print_message(f"{count_of(report.files, 'file')} extracted to '{to}'{others}")
    if opened.is_end_lost:
        print_message(LOST_END)
    print_listing(
        "files under another name, because this system can't tell their name from that of another file",
        [f"{before} is now {after}" for before, after in renamed.items()],
    )
    print_listing("files that could not be extracted", [f"{path}: {sentence}" for path, sentence in problems.items()])
    if problems:
        raise typer.Exit(max(error.exit_code for error in report.problems.values()))


def write_to_stdout(archive: "Archive", only: list[str], *, as_json: bool) -> None:
    """Write one file of an archive to stdout.

    Raises:
        UsageError: Not exactly one file is chosen, or stdout is a terminal or has to hold JSON.
        ArchiveDamaged: The entry is damaged; what was written before is to be discarded.
    """
    from pochade.archive.file_choice import choose_files

    if as_json or sys.stdout.isatty():
        where = "stdout holds the JSON" if as_json else "a terminal can't show a file"
        raise UsageError(where, "send the file to another program or file: --to - > FILE")
    files = choose_files(archive.manifest, only).files
    if len(files) != 1:
        raise UsageError(f"{count_of(len(files), 'file')} would go to stdout", "name exactly one file of the archive")
    sys.stdout.flush()
    archive.write(files[0].entry, sys.stdout.buffer.write)
    sys.stdout.buffer.flush()
