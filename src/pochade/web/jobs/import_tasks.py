"""The task that reads labels of other programs in the collection's folder, and imports those that a person chose."""

import os
from pathlib import Path
from typing import Any

from pochade.collection import Collection
from pochade.organise.imports.import_plan import ImportPlan, plan_imports
from pochade.system.path_text import printable
from pochade.system.progress import Report

MAX_LISTED_LABELS = 200
MAX_LISTED_ITEMS = 100


def import_foreign_labels(collection: Collection, task: dict[str, Any], report: Report) -> dict[str, Any]:
    """Say what an import would change; import the chosen sources, if a person chose some."""
    sources, chosen = collection.label_sources(), task["sources"]
    if chosen is not None:
        sources = [source for source in sources if _id_of(source.kind, source.place, collection.folder) in chosen]
    plans = plan_imports(collection.library, sources, (), report, with_parents=task["with_parents"]) if sources else []
    added = collection.carry_out_import(plans) if chosen is not None else 0
    return {
        "imported": chosen is not None,
        "added": added,
        "labels": len({label for plan in plans for label in plan.added}),
        "pictures": len({number for plan in plans for numbers in plan.added.values() for number in numbers}),
        "sources": [_plan_answer(plan, collection.folder) for plan in plans],
    }


def _id_of(kind: str, place: Path, folder: Path) -> str:
    """What the page calls a source. It is only compared, so no path comes from a browser."""
    return f"{kind}:{_shown(place, folder)}"


def _shown(place: Path, folder: Path) -> str:
    """The path of a source as seen from the collection, which may be a folder inside a library."""
    return printable(os.path.relpath(place, folder))


def _plan_answer(plan: ImportPlan, folder: Path) -> dict[str, Any]:
    by_count = sorted(plan.added.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return {
        "id": _id_of(plan.kind, plan.place, folder),
        "name": plan.name,
        "place": "" if plan.place == folder else _shown(plan.place, folder),
        "labels": [[label, len(numbers)] for label, numbers in by_count[:MAX_LISTED_LABELS]],
        "label_count": len(by_count),
        "pictures": len({number for numbers in plan.added.values() for number in numbers}),
        "known": plan.known,
        "refused": plan.refused,
        "notes": plan.notes,
        "left_out": [[item.shown, item.reason] for item in plan.left_out[:MAX_LISTED_ITEMS]],
        "left_out_count": plan.left_out_count,
    }
