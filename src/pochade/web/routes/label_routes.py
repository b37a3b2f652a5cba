"""Labels: teach them by examples, get suggestions, confirm, refuse and remove them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pochade.errors import UsageError
from pochade.index.name_rules import normalise_name
from pochade.organise.group_records import Suggestion
from pochade.web.app_state import StateDependency
from pochade.web.routes.group_routes import PictureKeys
from pochade.web.state.label_counts import count_labels
from pochade.web.state.snapshot import Snapshot, picture_key

routes = APIRouter(tags=["labels"])
MAX_LABEL_LENGTH = 1000


class LabelIn(BaseModel):
    """What a person says about a label and some pictures. Other pictures stay as they are."""

    label: str = Field(max_length=MAX_LABEL_LENGTH)
    has: PictureKeys = []
    has_not: PictureKeys = []
    neither: PictureKeys = []  # forgets what was said about these


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
