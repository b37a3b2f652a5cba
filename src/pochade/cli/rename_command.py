"""`pochade rename`: rename a file or folder in an archive."""

from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_message
from pochade.cli.options import ArchivePath


@explain_interrupt()
def rename(
    archive: ArchivePath,
    old: Annotated[str, typer.Argument(help="The path of a file or folder, as `pochade list` shows it.")],
    new: Annotated[str, typer.Argument(help="Its new path, below the top of the archive.")],
) -> None:
    """Rename a file or folder in an archive.

    Only the list of files changes: contents stay where they are in the archive. A path that is taken is refused.

    Example: `pochade rename art.pochade "sketches/owl 2.png" birds/owl.png`
    """
    from pochade.archive.archive_changes import rename as rename_in_archive

    count = rename_in_archive(archive, old, new)
    print_message(f"'{old}' is now '{new}' ({count_of(count, 'file')})")
