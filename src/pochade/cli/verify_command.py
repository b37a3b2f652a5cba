"""`pochade verify`: is an archive intact?"""

from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message
from pochade.cli.options import ArchivePath
from pochade.cli.progress_bar import ProgressBar


@explain_interrupt()
def verify(
    archive: ArchivePath,
    as_json: Annotated[bool, typer.Option("--json", help="Print all damage as JSON on stdout.")] = False,
) -> None:
    """Verify every byte of an archive.

    Compares the archive with its checksums, and names every damaged file. Nothing is changed. If something is
    damaged, the exit code is 11: compress the originals into the archive again to repair it, or extract the rest with
    --keep-going.

    Example: `pochade verify art.pochade`
    """
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.container.stored_paths import printable_path
    from pochade.errors import ArchiveDamaged

    with open_archive(archive) as opened, ProgressBar() as bar:
        bar.start_stage("verifying")
        damages, count = opened.verify(bar.advance), len(opened)
    lost_files = [[printable_path(path) for path in damage.lost_files] for damage in damages]
    if as_json:
        rows = [{"what": damage.what, "pieces": paths} for damage, paths in zip(damages, lost_files, strict=True)]
        print_json({"pieces": count, "damages": rows})
    if not damages:
        print_message(f"{count_of(count, 'file')}, all intact")
        return
    lines = [_damage_line(damage.what, paths) for damage, paths in zip(damages, lost_files, strict=True)]
    print_listing("damage", lines)
    raise typer.Exit(ArchiveDamaged.exit_code)


def _damage_line(sentence: str, lost_files: list[str]) -> str:
    paths = ", ".join(f"'{path}'" for path in lost_files)
    return f"{sentence}; lost: {paths}" if paths else sentence
