"""`pochade prune`: remove files from an archive."""

from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_json, print_listing, print_message
from pochade.cli.options import ArchivePath
from pochade.cli.progress_bar import ProgressBar
from pochade.cli.questions import confirm
from pochade.errors import UsageError

if TYPE_CHECKING:  # a command imports what it needs
    from pochade.archive.archive_changes import PrunePlan


@explain_interrupt()
def prune(
    archive: ArchivePath,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|FOLDER|PATTERN...",
            help="What to remove, named as `pochade list` shows it; in a pattern, * stands for any text.",
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Remove them without a question.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Only list what would go as JSON on stdout, unless --yes is given too.")
    ] = False,
) -> None:
    """Remove files from an archive.

    Lists what would go and how many bytes that gives back, and asks. A content stays as long as another file in the
    archive has it. What stays is copied to a new file beside the archive, which is verified before it takes the
    archive's place, so there must be room for it. This can't be undone: there is no other copy of what is removed.

    Example: `pochade prune art.pochade "exports/*" old.psd`
    """
    from pochade.archive.archive_changes import plan_pruning
    from pochade.archive.archive_changes import prune as prune_archive
    from pochade.archive.archive_reader import open_archive

    with open_archive(archive) as opened:
        plan = plan_pruning(opened.manifest, words)
    if as_json:
        print_json({"files": _paths(plan), "freed_bytes": plan.freed_bytes, "removed": yes})
    files = _count(plan)
    print_listing("would go" if not yes else "goes", _paths(plan), "`pochade prune --json` lists")
    if not yes and (as_json or not confirm(f"Remove {files} from the archive, {plan.freed_bytes:,} bytes")):
        if as_json:
            return
        why = f"nothing was removed: {files} would go, {plan.freed_bytes:,} bytes"
        raise UsageError(why, "give --yes to remove them without a question")
    before = archive.stat().st_size
    with ProgressBar() as bar:
        bar.start_stage("copying what stays")
        prune_archive(archive, words, bar.advance, shown=plan)
    print_message(f"{files} removed; '{archive}' has {archive.stat().st_size:,} bytes, before {before:,}")


def _count(plan: "PrunePlan") -> str:
    folders = f" and {count_of(len(plan.removed_folders), 'empty folder')}" if plan.removed_folders else ""
    return count_of(len(plan.removed_files), "file") + folders


def _paths(plan: "PrunePlan") -> list[str]:
    from pochade.archive.container.stored_paths import printable_path

    return [printable_path(path) for path in plan.removed_paths]
