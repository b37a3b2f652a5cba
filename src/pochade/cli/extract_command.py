"""`pochade extract`: the files of an archive into a folder."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message
from pochade.cli.options import ArchivePath
from pochade.cli.progress_bar import ProgressBar


@explain_interrupt()
def extract(
    archive: ArchivePath,
    to: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The folder for the files. Created if missing; nothing in it is replaced."),
    ],
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
    """
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.archive.extractor import extract as extract_files

    with open_archive(archive) as opened, ProgressBar() as bar:
        bar.start_stage("extracting")
        report = extract_files(
            opened, to, keep_going=keep_going, report=lambda done, total, _: bar.advance(done, total)
        )
    renamed = {printable_path(before): printable_path(after) for before, after in report.renamed.items()}
    problems = {printable_path(path): error.sentence for path, error in report.problems.items()}
    if as_json:
        counts = {"files": report.files, "bytes": report.bytes, "there": report.already_there}
        print_json(counts | {"renamed": renamed, "problems": problems})
    were = "was" if report.already_there == 1 else "were"
    others = f"; {count_of(report.already_there, 'other')} {were} in it already" if report.already_there else ""
    print_message(f"{count_of(report.files, 'file')} extracted to '{to}'{others}")
    print_listing(
        "files under another name, because this system can't tell their name from that of another file",
        [f"{before} is now {after}" for before, after in renamed.items()],
    )
    print_listing("files that could not be extracted", [f"{path}: {sentence}" for path, sentence in problems.items()])
    if problems:
        raise typer.Exit(max(error.exit_code for error in report.problems.values()))
