"""Labels as a whole: an overview with pictures, and renaming, merging and deleting with undo."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pochade.errors import UsageError
from pochade.index.label_colours import LabelColour
from pochade.index.label_records import read_label_records
from pochade.index.name_rules import normalise_name
from pochade.system.path_text import printable
from pochade.web.app_state import AppState, StateDependency
from pochade.web.routes.label_routes import MAX_LABELS, LabelText
from pochade.web.state.label_counts import count_labels
from pochade.web.state.label_overview import LabelOverview, overview_of_labels
from pochade.web.state.snapshot import RELOAD_HINT

routes = APIRouter(tags=["labels"])
SomeLabels = Annotated[list[LabelText], Field(min_length=1, max_length=MAX_LABELS)]


class LabelNameIn(BaseModel):
    """Labels that get one name: one label is renamed, several become one. The name may be a label already."""

    labels: SomeLabels
    name: LabelText


class LabelNamesIn(BaseModel):
    """Labels that are taken from all pictures."""

    labels: SomeLabels


class LabelColourIn(BaseModel):
    """Labels that get a colour."""

    labels: SomeLabels
    colour: LabelColour | None  # null takes their colour away


class LabelEditOut(BaseModel):
    """What changed."""

    labels: dict[str, int]  # the number of pictures with each label
    pictures: int  # pictures that had one of the labels
    change: int  # for `POST /api/labels/undo`


class LabelOverviewOut(BaseModel):
    """A label, and some of its pictures."""

    label: str
    pictures: int  # that have it
    refused: int  # for which it was refused
    shown: list[str]  # keys of a few pictures
    colour: LabelColour | None


@routes.get("/labels/overview")
def get_label_overview(state: StateDependency) -> list[LabelOverviewOut]:
    """Return every label with a few of its pictures, sorted by label."""
    return [_overview_out(overview) for overview in overview_of_labels(state.collection, state.snapshot())]


@routes.post("/labels/rename")
def rename_labels(body: LabelNameIn, state: StateDependency) -> LabelEditOut:
    """Give labels one name: one label is renamed, several become one."""
    name = normalise_name(body.name)
    renamed = [label for label in dict.fromkeys(body.labels) if label != name]

    def rename() -> None:
        for label in renamed or body.labels:  # a label that gets its own name is refused
            state.collection.rename_label(label, name)

    return _edit(state, body.labels, rename, [name])


@routes.post("/labels/delete")
def delete_labels(body: LabelNamesIn, state: StateDependency) -> LabelEditOut:
    """Take labels from all pictures, and forget for which ones they were refused."""

    def delete() -> None:
        for label in dict.fromkeys(body.labels):
            state.collection.delete_label(label)

    return _edit(state, body.labels, delete)


@routes.post("/labels/colour", status_code=204)
def colour_labels(body: LabelColourIn, state: StateDependency) -> None:
    """Give labels a colour, or take theirs away."""
    for label in dict.fromkeys(body.labels):
        state.collection.set_label_colour(label, body.colour)


@routes.post("/labels/undo")
def undo_label_edit(state: StateDependency, change: Annotated[int, Query(ge=1, lt=2**31)]) -> dict[str, int]:
    """Undo a change of labels, unless they have changed since; return the number of pictures with each label."""
    with state.snapshots.keep_snapshot():
        state.label_undo.undo(state.collection, change)
    return count_labels(state.collection, state.snapshot())


def _edit(
    state: AppState, changed: Sequence[str], change: Callable[[], None], others: Sequence[str] = ()
) -> LabelEditOut:
    """Change labels, and remember how to undo that.

    Args:
        state: The state of the server.
        changed: The labels, which must exist.
        change: Changes them.
        others: Further labels that this changes.
    """
    labels, index = [*changed, *others], state.collection.index
    snapshot, before = state.snapshot(), read_label_records(index, labels)
    for label in changed:
        if not before[label].given | before[label].refused:
            raise UsageError(f"there is no label '{printable(label)}'", RELOAD_HINT)
    with state.snapshots.keep_snapshot():
        change()
        number = state.label_undo.record(before, read_label_records(index, labels))
    had_label = {number for label in changed for number in before[label].given} & snapshot.by_number.keys()
    counts = count_labels(state.collection, snapshot)
    return LabelEditOut(labels=counts, pictures=len(had_label), change=number)


def _overview_out(overview: LabelOverview) -> LabelOverviewOut:
    return LabelOverviewOut(
        label=overview.label,
        pictures=overview.count,
        refused=overview.refused,
        shown=list(overview.shown),
        colour=overview.colour,
    )
