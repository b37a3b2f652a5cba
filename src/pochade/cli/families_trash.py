"""`pochade families --trash` and `--undo-trash`: move preselected files to the system's trash, and put them back."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.cli.messages import MAX_LISTED_LINES, count_of, print_listing, print_message
from pochade.cli.progress_bar import ProgressBar
from pochade.cli.questions import confirm
from pochade.errors import OutputUnwritable, UsageError
from pochade.system.path_text import printable

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.collection import Collection
    from pochade.organise.family_model import Family
    from pochade.organise.removal_plan import PlannedRemoval, RemovalPlan, RemovalProblem

FULL_LIST = "`pochade families --json` lists"
UNDO_COMMAND = "pochade families --undo-trash"


def check_trash_options(others: Sequence[object], *, trash: bool, yes: bool, undo: bool) -> None:
    """Check that the options about the trash make sense together.

    Args:
        others: The values of options that look for families; None or False for those that are not given.
        trash: Whether `--trash` is given.
        yes: Whether `--yes` is given.
        undo: Whether `--undo-trash` is given.

    Raises:
        UsageError: They contradict each other.
    """
    if undo and (any(others) or yes):
        raise UsageError("--undo-trash is given alone", "give one command to undo, and another one to look again")
    if yes and not trash:
        raise UsageError("--yes answers the question of --trash, which is not given", "give --trash, too")


def confirm_and_trash(collection: "Collection", families: Sequence["Family"], *, yes: bool) -> None:
    """List the preselected files, ask, and move them to the system's trash.

    Args:
        collection: The collection.
        families: Its families.
        yes: Move them without a question.

    Raises:
        UsageError: The person said no, or there is no terminal on which to ask.
        OutputUnwritable: None of the files could be moved.
    """
    from pochade.organise.removal_plan import plan_removal

    plan = plan_removal(collection.library, families, None)
    _print_plan(plan, collection.folder)
    if not plan.files:
        print_message("no file is preselected for removal")
    elif yes or confirm(f"Move {count_of(len(plan.files), 'file')} to the trash"):
        _trash(collection, plan)
    else:
        raise UsageError(
            f"nothing was moved: {count_of(len(plan.files), 'file')} would go to the trash",
            "give --yes to move them without a question",
        )


def undo_last(collection: "Collection") -> None:
    """Put back the files that went to the trash last.

    Raises:
        UsageError: There is nothing to undo.
        OutputUnwritable: None of the files could be put back.
    """
    from pochade.organise.removal_journal import removal_ids
    from pochade.organise.removal_undo import undo_removal

    ids = removal_ids(collection.library)
    if not ids:
        raise UsageError("no removal is left to undo", "look into the system's trash")
    with ProgressBar() as bar:
        restoration = undo_removal(collection.library, ids[0], bar.report)
    _print_problems("not put back", restoration.problems)
    if restoration.problems and not restoration.restored:
        raise OutputUnwritable("no file could be put back", "look into the system's trash")
    print_message(f"put back {count_of(len(restoration.restored), 'file')}, and took back the labels that were added")


def _print_plan(plan: "RemovalPlan", folder: Path) -> None:
    """List what goes, with the file that stays for each, and what was preselected but stays."""
    print_listing("to the trash", [_planned_line(planned, folder) for planned in plan.files], FULL_LIST)
    _print_problems("stays", plan.problems)


def _planned_line(planned: "PlannedRemoval", folder: Path) -> str:
    size = f", {planned.freed_bytes / 1e3:,.1f} kB" if planned.freed_bytes else ""
    details = [f"{planned.member.kind}{size}", planned.note]
    if planned.sidecars:
        details.append("with " + ", ".join(f"'{printable(path.name)}'" for path in planned.sidecars))
    details.append(f"'{_shown(planned.stays.path, folder)}' stays")
    return f"{_shown(planned.path, folder)}  ({'; '.join(filter(None, details))})"


def _trash(collection: "Collection", plan: "RemovalPlan") -> None:
    """Move the files, and print the totals and how to undo it."""
    from pochade.organise.duplicate_removal import carry_out
    from pochade.system.trash import HAS_TRASH_INFO, SCRIPT_HINT

    with ProgressBar() as bar:
        removal = carry_out(plan, collection.library, bar.report)
    _print_problems("not moved", removal.problems[len(plan.problems) :])
    if not removal.gone:
        raise OutputUnwritable("no file could be moved to the trash", SCRIPT_HINT)
    sidecars = f" and {count_of(len(removal.sidecars), 'sidecar')}" if removal.sidecars else ""
    room = f"emptying it frees {removal.freed_bytes / 1e6:,.1f} MB" if removal.freed_bytes else "that frees no room"
    print_message(f"moved {count_of(len(removal.gone), 'file')}{sidecars} to the trash: {room}")
    print_message(f"to put them back: {UNDO_COMMAND if HAS_TRASH_INFO else 'open the trash of your system'}")


def _print_problems(heading: str, problems: Sequence["RemovalProblem"]) -> None:
    """Print the first problems, and how many more there are."""
    for problem in problems[:MAX_LISTED_LINES]:
        print_message(f"{heading}: {problem.reason}")
    if len(problems) > MAX_LISTED_LINES:
        print_message(f"{heading}: {count_of(len(problems) - MAX_LISTED_LINES, 'more file')}")


def _shown(path: Path, folder: Path) -> str:
    return printable(path.relative_to(folder))
