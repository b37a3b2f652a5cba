"""Labels: teach them by examples, get suggestions, confirm, refuse and remove them."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pochade.collection import Collection
from pochade.errors import UsageError
from pochade.index.name_rules import normalise_name
from pochade.index.picture_records import PictureFile
from pochade.organise.group_records import Suggestion
from pochade.web.app_state import StateDependency
from pochade.web.routes.group_routes import PictureKeys
from pochade.web.state.label_counts import count_labels
from pochade.web.state.snapshot import Snapshot, picture_key

routes = APIRouter(tags=["labels"])
MAX_LABEL_LENGTH = 1000
MAX_LABELS = 100  # in one change
LabelText = Annotated[str, Field(max_length=MAX_LABEL_LENGTH)]


class LabelIn(BaseModel):
    """What a person says about a label and some pictures. Other pictures stay as they are."""

    label: LabelText
    has: PictureKeys = []
    has_not: PictureKeys = []
    neither: PictureKeys = []  # forgets what was said about these


class LabelledPicturesIn(BaseModel):
    """Pictures whose labels a person wants to see."""

    pieces: PictureKeys


class LabelsChangeIn(BaseModel):
    """Labels that a person adds to pictures or removes from them, all at once."""

    pieces: Annotated[PictureKeys, Field(min_length=1)]
    add: list[LabelText] = Field([], max_length=MAX_LABELS)
    remove: list[LabelText] = Field([], max_length=MAX_LABELS)


class LabelsChangeOut(BaseModel):
    """What changed."""

    labels: dict[str, int]  # the number of pictures with each label
    undo: list[LabelIn]  # each is a body for `POST /api/labels`; together they take the change back


class SuggestionOut(BaseModel):
    """A picture that may have a label."""

    key: str
    path: str
    width: int
    height: int
    likelihood: float  # 0 to 1, for ranking; not a calibrated probability


class SuggestionsOut(BaseModel):
    """Suggestions for one label."""

    likely: list[SuggestionOut]  # most certain first
    ask: list[SuggestionOut]  # the most informative to confirm or refuse next
    has: int  # pictures that have the label
    has_not: int  # pictures for which the label was refused


@routes.get("/labels")
def get_labels(state: StateDependency) -> dict[str, int]:
    """Return the number of pictures with each label."""
    return count_labels(state.collection, state.snapshot())


@routes.post("/labels")
def change_label(body: LabelIn, state: StateDependency) -> dict[str, int]:
    """Add, refuse or forget a label for pictures, and return the number of pictures with each label."""
    snapshot, label = state.snapshot(), normalise_name(body.label)
    has, has_not, neither = (
        list({file.number: file for file in (snapshot.files_of(key)[0] for key in keys)}.values())
        for keys in (body.has, body.has_not, body.neither)
    )
    numbers = [file.number for file in (*has, *has_not, *neither)]
    if len(numbers) != len(set(numbers)):
        raise UsageError("a picture is in two of the lists", "put each picture into one list")
    with state.snapshots.keep_snapshot():
        state.collection.label(has, label)
        state.collection.label(has_not, label, refused=True)
        state.collection.unlabel(neither, label)
    return count_labels(state.collection, snapshot)


@routes.post("/labels/counts")
def count_labels_of(body: LabelledPicturesIn, state: StateDependency) -> dict[str, int]:
    """Return the labels that some pictures have, with the number of these pictures that have each."""
    numbers = _files_by_number(state.snapshot(), body.pieces).keys()
    counts = {label: len(state.collection.pictures_with_label(label) & numbers) for label in state.collection.labels()}
    return {label: count for label, count in counts.items() if count}


@routes.post("/labels/changes")
def change_labels(body: LabelsChangeIn, state: StateDependency) -> LabelsChangeOut:
    """Add labels to pictures, and remove others from them; the response says how to undo exactly that."""
    snapshot, added, removed = state.snapshot(), _plain_labels(body.add), _plain_labels(body.remove)
    if set(added) & set(removed):
        raise UsageError("a label is to be added and removed", "choose one of the two")
    keys = _files_by_number(snapshot, body.pieces)
    with state.snapshots.keep_snapshot():
        undo = [_add_label(state.collection, keys, label) for label in added]
        undo += [_remove_label(state.collection, keys, label) for label in removed]
    undo = [step for step in undo if step.has or step.has_not or step.neither]
    return LabelsChangeOut(labels=count_labels(state.collection, snapshot), undo=undo)


def _plain_labels(labels: list[str]) -> list[str]:
    return list(dict.fromkeys(normalise_name(label) for label in labels))


def _files_by_number(snapshot: Snapshot, keys: Iterable[str]) -> dict[int, PictureFile]:
    """Return one file of each of some pictures, by the picture's number."""
    return {file.number: file for file in (snapshot.files_of(key)[0] for key in keys)}


def _add_label(collection: Collection, files: Mapping[int, PictureFile], label: str) -> LabelIn:
    """Give a label to pictures, and return what takes that back."""
    had, refused = collection.pictures_with_label(label), collection.pictures_with_label(label, refused=True)
    changed = [file for number, file in files.items() if number not in had]
    collection.label(changed, label)
    has_not = [picture_key(file) for file in changed if file.number in refused]
    return LabelIn(
        label=label, has_not=has_not, neither=[picture_key(file) for file in changed if file.number not in refused]
    )


def _remove_label(collection: Collection, files: Mapping[int, PictureFile], label: str) -> LabelIn:
    """Take a label from pictures, and return what takes that back."""
    had = collection.pictures_with_label(label)
    changed = [file for number, file in files.items() if number in had]
    collection.unlabel(changed, label)
    return LabelIn(label=label, has=[picture_key(file) for file in changed])


@routes.get("/suggestions")
def get_suggestions(
    state: StateDependency,
    label: Annotated[str, Query(max_length=MAX_LABEL_LENGTH)],
    k: Annotated[int, Query(ge=1, le=500)] = 24,
) -> SuggestionsOut:
    """Return the pictures that likely have a label, and those to confirm or refuse next."""
    snapshot, collection = state.snapshot(), state.collection
    with state.model_lock:
        suggestions = collection.suggest(label, k)
    name, numbers = normalise_name(label), snapshot.by_number.keys()
    return SuggestionsOut(
        likely=[suggestion_out(suggestion, snapshot) for suggestion in suggestions.likely],
        ask=[suggestion_out(suggestion, snapshot) for suggestion in suggestions.ask],
        has=len(collection.pictures_with_label(name) & numbers),
        has_not=len(collection.pictures_with_label(name, refused=True) & numbers),
    )


def suggestion_out(suggestion: Suggestion, snapshot: Snapshot) -> SuggestionOut:
    """Return a suggestion as the page gets it."""
    file = suggestion.picture
    return SuggestionOut(
        key=picture_key(file), path=snapshot.display_path(file), width=file.width, height=file.height,
        likelihood=round(suggestion.likelihood, 4),
    )  # fmt: skip
