"""What an import would change, as lines for people and as data for programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pochade.cli.json_data import path_text
from pochade.cli.messages import count_of, print_listing, print_message
from pochade.system.path_text import printable

if TYPE_CHECKING:
    from pochade.organise.imports.import_plan import ImportPlan


def print_plans(plans: "Sequence[ImportPlan]") -> None:
    """Print for each source which labels would be added, and what is left out and why."""
    for plan in plans:
        of_pictures = f"{plan.items:,} with labels, {count_of(len(plan.matched), 'picture')} of this collection"
        print_message(f"{plan.name} in '{printable(plan.place)}': {of_pictures}", style="bold")
        print_listing("labels to add", _label_lines(plan))
        for line in _other_lines(plan):
            print_message(f"  {line}")
        listed_of = f" of {plan.left_out_count:,}" if plan.left_out_count > len(plan.left_out) else ""
        print_listing(f"left out{listed_of}", [f"{item.shown} {item.reason}" for item in plan.left_out])
        print_message()


def _label_lines(plan: "ImportPlan") -> list[str]:
    """The labels with their numbers of pictures, the most frequent first."""
    by_count = sorted(plan.added.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return [f"{len(numbers):>6,}  {label}" for label, numbers in by_count]


def _other_lines(plan: "ImportPlan") -> list[str]:
    lines = [
        (plan.known, "known already"),
        (plan.refused, "stay away: you rejected them or took them back here"),
    ]
    sentences = [f"{count_of(count, 'label')} of pictures {what}" for count, what in lines if count]
    if plan.notes:
        sentences.append(f"{count_of(plan.notes, 'note')} not imported: Pochade keeps no notes")
    return sentences


def import_as_json(plans: "Sequence[ImportPlan]", added: int | None) -> dict[str, Any]:
    """Return the plans, and what became of them, as JSON can hold it.

    Args:
        plans: The plans.
        added: How often a picture got a label; None if nothing was imported.
    """
    return {"imported": added is not None, "added": added or 0, "sources": [_plan_data(plan) for plan in plans]}


def _plan_data(plan: "ImportPlan") -> dict[str, Any]:
    return {
        "kind": plan.kind,
        "place": path_text(plan.place),
        "labels": {label: len(numbers) for label, numbers in plan.added.items()},
        "items": plan.items,
        "pictures": len(plan.matched),
        "known": plan.known,
        "refused": plan.refused,
        "notes": plan.notes,
        "left_out": [{"item": item.shown, "reason": item.reason} for item in plan.left_out],
        "left_out_count": plan.left_out_count,
    }
