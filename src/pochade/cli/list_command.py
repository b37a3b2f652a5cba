"""`pochade list`: the files in an archive."""

from typing import Annotated

import typer

from pochade.cli.messages import explain_interrupt, print_json, print_message, print_result
from pochade.cli.options import ArchivePath


@explain_interrupt()
def list_files(
    archive: ArchivePath,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print all files as JSON, also with fidelity, format, SHA-256 and the entry's name."
        ),
    ] = False,
) -> None:
    """List the files in an archive.

    Prints, for each file, its bytes in the archive, its original bytes, the codec and the path. Where a picture that
    looks like the original comes back, its name and its SSIMULACRA2 score follow.

    Example: `pochade list art.pochade`
    """
    from pochade.archive.archive_reader import LOST_END, open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.archive.extractor import extracted_names

    with open_archive(archive) as opened:
        files = list(opened)
        if opened.is_end_lost:
            print_message(LOST_END)
        names = {path: printable_path(name) for path, name in extracted_names(opened.manifest).items()}
    if as_json:
        print_json([file.as_data() | {"comes_back_as": names[file.path]} for file in files])
        return
    for file in files:
        path = printable_path(file.path)
        line = f"{file.bytes:>13,} of {file.original_bytes:>13,}  {file.codec:<13}  {path}"
        if file.score is not None:
            line += f"  comes back as {names[file.path]}, score {file.score:.1f}"
        print_result(line)
