"""`pochade compress`: a folder of art into one checked archive."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.collection_choice import current_folder
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message, show_activity
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import FileUnreachable, UsageError

if TYPE_CHECKING:  # numpy takes long to import: only a command that needs it imports it
    from pochade.archive.compress_report import CompressReport

OTHER_ENTRIES = {"net": "model", "parity": "parity"}  # in reports, entries that hold no files


@explain_interrupt()
def compress(
    context: typer.Context,
    to: Annotated[
        Path, typer.Option(metavar="ART.pochade", help="The archive. If it exists, everything in it stays in it.")
    ],
    folder: Annotated[
        Path | None, typer.Argument(help="The folder, which is only read. By default that of -C, or the current one.")
    ] = None,
    fidelity: Annotated[
        str,
        typer.Option(
            help="lossless: the same pixels and metadata come back. high, medium: pictures that look the same, or "
            "nearly so. preview: a small picture of at most 1,000 bytes each."
        ),
    ] = "lossless",
    effort: Annotated[
        str,
        typer.Option(
            help="normal, or best: every encoder at its slowest, for smaller files that take many times as long."
        ),
    ] = "normal",
    report_page: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="REPORT.html",
            help="A page to write: what was saved, by which codec, with which score, and the 40 pictures that lost "
            "most, before and after. All pictures are in a JSON file beside it. An older report is replaced.",
        ),
    ] = None,
    rehash: Annotated[
        bool,
        typer.Option(
            "--rehash", help="Read everything again: files, and the archive, that have not changed since the last run."
        ),
    ] = False,
    parity: Annotated[
        str | None,
        typer.Option(
            metavar="5%",
            help="Add parity data, 1 to 50 percent, with which `pochade verify --repair` repairs damage without the "
            "originals. By default, as much as the archive has.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was saved by which codec, and what was omitted, as JSON.")
    ] = False,
) -> None:
    """Compress a folder into one archive.

    Every picture is encoded by the codec that makes it smallest, and everything else is packed. Each entry is decoded
    and compared before the archive gets its name. Any zip tool opens it. Not in it are `.pochade/` (with your
    labels), links, Pochade's own temporary files, and files that can't be read; all but `.pochade/` are listed. The
    exit code is then 8, except if only temporary files of Pochade were left out.

    At `lossless`, JPEGs come back byte for byte, other pictures with the same pixels and metadata, and everything else
    byte for byte. At `high` and `medium`, a picture comes back as a smaller AVIF, JPEG XL or WebP with an SSIMULACRA2
    score of at least 90 or 70, such as `cat.png.avif`: with transparency, profile, EXIF, XMP, resolution, comments and
    text. A file that holds more, such as a second picture, a film or content credentials, stays lossless, and so does a
    PNG whose colours are named in a way of its own. Where a model makes the archive smaller, the archive contains it,
    and such pictures come back restored, as `cat.png.restored.png`. Layered files, animations, CMYK and 16-bit pictures
    stay lossless, and files above 256 MiB are packed as they are.

    At `preview`, every picture becomes at most a thousand bytes, which takes six to eleven seconds each. What else its
    file holds, such as EXIF, is not in the archive, and is listed. An archive of `high`, `medium` or `preview` does not
    contain the originals: never make it the only copy.

    The same command continues after an interruption and adds what is new, without copying the archive: if it is
    killed, the archive is as before. Files that have not changed since the last run are not read again, nor is the
    archive; --rehash reads everything. An archive that did change is verified, and damaged entries whose files are
    still in the folder are repaired. If a file changed, its old content stays in the archive, with the date in its
    name. A picture is never replaced by one of lower fidelity.

    With --parity, the archive can be repaired without the originals where its disk goes bad: 5% repairs any hole of 5 %
    of its bytes, or many small damages.

    Example: `pochade compress ~/art --to art.pochade`
    """
    with show_activity("loading"):
        from pochade.archive.archive_writer import compress as write_archive
        from pochade.archive.savings_report import check_report_path, write_savings_report
    art = folder or context.obj.folder or current_folder()
    if report_page is not None:
        check_report_path(report_page)
    with ProgressBar() as bar:
        report = write_archive(
            art,
            to,
            fidelity,
            effort=effort,
            index=context.obj.index,
            rehash=rehash,
            parity=percent_from(parity),
            report=bar.show,
        )
        if report_page is not None:
            write_savings_report(report_page, report, art, bar.show)
    if as_json:
        print_json(dataclasses.asdict(report) | {"archive": str(to)})
    _print_report(report, to)
    if report_page is not None:
        print_message(f"wrote the report '{report_page}'")
    if not report.is_complete:
        raise typer.Exit(FileUnreachable.exit_code)


def percent_from(text: str | None) -> int | None:
    """Read a percentage such as `5%` or `5`.

    Raises:
        UsageError: It is no whole number.
    """
    digits = "" if text is None else text.strip().removesuffix("%").strip()
    if text is not None and not digits.isdecimal():
        raise UsageError(f"'{text}' is no percentage", "give a whole number, such as --parity 5%")
    return int(digits) if digits else None


def _print_report(report: "CompressReport", to: Path) -> None:
    """Print how small everything became, by which codec, and what is not in the archive."""
    share = f" ({report.bytes / report.original_bytes:.0%})" if report.original_bytes else ""
    files = count_of(report.pieces, "file")
    print_message(f"{files}: {report.original_bytes:,} bytes became {report.bytes:,} in '{to}'{share}")
    for codec, savings in sorted(report.coders.items(), key=lambda item: -item[1].pieces):
        if codec in OTHER_ENTRIES:
            print_message(f"  {OTHER_ENTRIES[codec]:<13} stored once: {savings.bytes:,} bytes")
        else:
            sizes = f"{savings.original_bytes:,} bytes became {savings.bytes:,}"
            print_message(f"  {codec:<13} {savings.pieces:>7,} {'file' if savings.pieces == 1 else 'files'}: {sizes}")
    print_listing(
        "changed files, whose old content is in the archive under another name",
        [f"{before} is now {after}" for before, after in report.set_aside.items()],
    )
    print_listing(
        "not in the archive, because a preview is only a small picture",
        [f"{name}: {count_of(count, 'file')}" for name, count in sorted(report.lost.items())],
    )
    print_listing(
        "files that are not in the archive", [f"'{path}' {reason}" for path, reason in report.left_out.items()]
    )
