"""`pochade compress`, `extract`, `verify`, `list`: art files in one archive, and back."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pochade.cli.collection_commands import standing_in
from pochade.cli.output import Bar, interruptible, print_json, printed, say_lines, words
from pochade.errors import FileUnreachable

if TYPE_CHECKING:  # numpy takes its time: only a command that needs it loads it
    from pochade.archive.compress_report import CompressReport


ArchivePath = Annotated[Path, typer.Argument(metavar="ART.pochade", help="The archive.")]


@interruptible()
def compress(
    context: typer.Context,
    to: Annotated[Path, typer.Option(metavar="ART.pochade", help="The archive; what is in it stays in it.")],
    folder: Annotated[Path | None, typer.Argument(help="The art, only ever read; -C, or the folder here.")] = None,
    fidelity: Annotated[
        str, typer.Option(help="lossless; high or medium: pictures that look (nearly) the same; preview: 1 kB each.")
    ] = "lossless",
    page: Annotated[
        Path | None, typer.Option("--report", metavar="REPORT.html", help="Write a page about it, and JSON beside it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was saved, and by whom, as JSON.")] = False,
) -> None:
    """Put a folder of art into one checked archive, every piece by whichever coder makes it smallest.

    Any zip tool opens it. JPEGs come back byte for byte, other pictures with the same pixels and metadata, all else
    byte for byte. With high and medium, pictures come back as AVIF, JPEG XL or WebP, where that is smaller, that look
    like the originals: SSIMULACRA2 at least 90 and 70, measured on each. Where a net makes the archive smaller, itself
    counted, it travels in it, and redraws what AVIF took: such pieces come back as PNG. With preview, each picture
    becomes a small one of a thousand bytes, to carry a collection along. Interrupted or killed, the same command goes
    on where it was; again, it adds what is new.

    Example: pochade compress ~/art --to ~/art.pochade
    """
    with words.status("looking"):
        from pochade.archive.archive_writer import compress as put_together
        from pochade.archive.savings_report import check_report_path, write_report
    art = folder or context.obj.folder or standing_in()
    if page is not None:
        check_report_path(page)
    with ArchiveBar() as bar:
        report = put_together(art, to, fidelity, report=bar.report)
        if page is not None:
            write_report(page, report, art, bar.report)
    if as_json:
        print_json(dataclasses.asdict(report) | {"archive": str(to)})
    say_report(report, to)
    if page is not None:
        words.print(f"the report is '{page}'", markup=False, soft_wrap=True)
    if report.left_out:
        raise typer.Exit(FileUnreachable.exit_code)


@interruptible()
def extract(
    archive: ArchivePath,
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the files; nothing in it is replaced.")],
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Pass over damaged pieces, and over other files of their names.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came out as JSON on stdout.")] = False,
) -> None:
    """Write the files of an archive into a folder, with their times of modification.

    Files that are there already and are the same count as done: interrupted, the same command goes on where it was.
    A picture that was compressed with high or medium comes back as it is in the archive, such as cat.png.avif,
    or, where a net redraws it, as cat.png.restored.png.

    Example: pochade extract art.pochade --to ~/art-again
    """
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.archive.extractor import extract as take_out

    with open_archive(archive) as opened, ArchiveBar() as bar:
        bar.stage("extracting")
        found = take_out(opened, to, keep_going=keep_going, report=lambda done, total, _: bar.advance(done, total))
    renamed = {printable_path(path): printable_path(now) for path, now in found.renamed.items()}
    problems = {printable_path(path): error.sentence for path, error in found.problems.items()}
    if as_json:
        counts = {"files": found.files, "bytes": found.bytes, "there": found.already_there}
        print_json(counts | {"renamed": renamed, "problems": problems})
    there = f", and {found.already_there:,} that were there already" if found.already_there else ""
    words.print(f"{found.files:,} files in '{to}'{there}", markup=False, soft_wrap=True)
    say_lines(
        "{} under another name, because this system takes theirs for that of another",
        [*map(" is now ".join, renamed.items())],
    )
    say_lines("{} could not be extracted", [f"{path}: {why}" for path, why in problems.items()])
    if problems:
        raise typer.Exit(max(error.exit_code for error in found.problems.values()))


@interruptible()
def verify(
    archive: ArchivePath,
    as_json: Annotated[bool, typer.Option("--json", help="Print every damage as JSON on stdout.")] = False,
) -> None:
    """Compare every byte of an archive with what was written, and name what is damaged; nothing is changed.

    Example: pochade verify art.pochade
    """
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.errors import ArchiveDamaged

    with open_archive(archive) as opened, ArchiveBar() as bar:
        bar.stage("verifying")
        damages, count = opened.verify(bar.advance), len(opened)
    said = [{"what": damage.what, "pieces": [printable_path(path) for path in damage.pieces]} for damage in damages]
    if as_json:
        print_json({"pieces": count, "damages": said})
    if not damages:
        words.print(f"{count:,} files, all as they were written", markup=False)
        return
    say_lines("{} damaged", [f"{one['what']}{', which costs ' if one['pieces'] else ''}{joined(one)}" for one in said])
    raise typer.Exit(ArchiveDamaged.exit_code)


@interruptible()
def contents(
    archive: ArchivePath,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON on stdout.")] = False,
) -> None:
    """Name every file in an archive, with who coded it and how small it became.

    Example: pochade list art.pochade
    """
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.archive.extractor import extracted_names

    with open_archive(archive) as opened:
        pieces, outside = list(opened), extracted_names(opened.manifest)
    if as_json:
        print_json([piece.as_data() | {"comes_back_as": printable_path(outside[piece.path])} for piece in pieces])
        return
    for piece in pieces:
        line = f"{piece.bytes:>13,} of {piece.original_bytes:>13,}  {piece.codec:<13}  {printed(printable_path(piece.path))}"
        name = printed(printable_path(outside[piece.path]))
        print(line if piece.score is None else f"{line}  comes back as {name}, score {piece.score:.1f}")


class ArchiveBar(Bar):
    """The bar, fed by the run."""

    def report(self, stage: str, done: int, total: int) -> None:
        """A stage has come this far."""
        if stage != self.name:
            self.stage(stage)
        self.advance(done, total, f"{done:,} of {total:,}")


def joined(damage: dict[str, Any]) -> str:
    """The pieces that a damage costs."""
    return ", ".join(f"'{path}'" for path in damage["pieces"])


def say_report(report: "CompressReport", to: Path) -> None:
    """How small everything became, by whom, and what isn't in the archive."""
    share = f", {report.bytes / report.original_bytes:.0%}" if report.original_bytes else ""
    words.print(
        f"{report.pieces:,} files, {report.original_bytes:,} bytes, are {report.bytes:,} in '{to}'{share}", markup=False
    )
    for coder, saved in sorted(report.coders.items(), key=lambda item: -item[1].pieces):
        line = f"  {coder:<13} {saved.pieces:>7,} files: {saved.original_bytes:,} bytes became {saved.bytes:,}"
        if coder == "net":  # on which pieces rest
            line = f"  {coder:<13} once for all: {saved.bytes:,} bytes"
        words.print(line, markup=False, highlight=False)
    say_lines(
        "{} of its files had changed; what it held stays under another name",
        [f"{was} is now {now}" for was, now in report.set_aside.items()],
    )
    say_lines("{} not in the archive", [f"'{path}' {why}" for path, why in report.left_out.items()])
