"""The tasks that move files to the system's trash, and that put them back."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pochade.collection import Collection
from pochade.organise.duplicate_removal import carry_out
from pochade.organise.removal_plan import RemovalProblem, plan_removal
from pochade.organise.removal_undo import undo_removal
from pochade.organise.selection_removal import plan_selection, remove_selection
from pochade.organise.trash_run import Removal
from pochade.system.path_text import printable
from pochade.system.progress import Report
from pochade.system.trash import HAS_TRASH_INFO
from pochade.web.state.family_choices import PageChoice, parse_choices
from pochade.web.state.family_store import FamilyStore
from pochade.web.state.snapshot import Snapshot

MAX_LISTED_FILES = 100


def move_files_to_trash(collection: Collection, task: dict[str, Any], report: Report) -> dict[str, Any]:
    """Move the files, or the pictures, that a person chose to the trash. The id of the removal undoes it."""
    if "pieces" in task:
        removal = remove_selection(plan_selection(collection.library, task["pieces"]), collection.library, report)
    else:
        removal = _move_chosen_files(collection, task, report)
    return {
        "removal": removal.id,
        "gone": _shown_paths(removal.gone, collection.folder),
        "gone_count": len(removal.gone),
        "sidecar_count": len(removal.sidecars),
        "freed_bytes": removal.freed_bytes,
        "can_undo": HAS_TRASH_INFO and removal.id is not None,
        **problem_answer(removal.problems, collection.folder),
    }


def _move_chosen_files(collection: Collection, task: dict[str, Any], report: Report) -> Removal:
    """Move what a person chose family by family."""
    snapshot = Snapshot(collection.folder, (), collection.pictures())
    stored = FamilyStore(collection).load(task["keep"], snapshot)
    choices = parse_choices(stored, [PageChoice(**choice) for choice in task["choices"]])
    return carry_out(plan_removal(collection.library, [], choices), collection.library, report)


def put_files_back(collection: Collection, task: dict[str, Any], report: Report) -> dict[str, Any]:
    """Undo a removal."""
    restoration = undo_removal(collection.library, task["removal"], report)
    return {
        "restored": _shown_paths(restoration.restored, collection.folder),
        "restored_count": len(restoration.restored),
        **problem_answer(restoration.problems, collection.folder),
    }


def _shown_paths(paths: Iterable[Path], folder: Path) -> list[str]:
    return [printable(path.relative_to(folder)) for path in paths][:MAX_LISTED_FILES]


def problem_answer(problems: Sequence[RemovalProblem], folder: Path) -> dict[str, Any]:
    """Return the problems as the page gets them: a browser must not see where the folder lies."""
    above = f"{printable(folder)}/"
    listed = [
        {"path": path, "reason": problem.reason.replace(above, "")}
        for path, problem in zip(_shown_paths((problem.path for problem in problems), folder), problems, strict=False)
    ]
    return {"problems": listed, "problem_count": len(problems)}
