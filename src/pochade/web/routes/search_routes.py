"""Search by words and properties, and by what words mean, together with the filters of the wall."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from pochade.errors import PochadeError
from pochade.index.name_rules import MAX_NAME_LENGTH
from pochade.index.saved_searches import SEARCH_FILTERS, read_searches
from pochade.index.search_query import MAX_QUERY_CHARACTERS, meaning_of
from pochade.organise.meaning_search import eye_for_words, nearest_files, numbers_with_conditions
from pochade.web.app_state import StateDependency
from pochade.web.responses import json_response
from pochade.web.routes.picture_routes import Count
from pochade.web.routes.wall_query import PictureColumnsOut, WallDependency, first_columns

routes = APIRouter(tags=["search"])
SearchWords = Annotated[
    str,
    Query(
        max_length=MAX_QUERY_CHARACTERS,
        description="Words and conditions, such as `owl label:harbour -technique:pencil since:2024`. Without any, all "
        "pictures are found.",
    ),
]


@routes.get("/search", response_model=PictureColumnsOut)
def search_pictures(request: Request, state: StateDependency, wall: WallDependency, q: SearchWords) -> Response:
    """Return every picture that has all words, meets all conditions and passes the filter, in columns."""
    return json_response(request, wall.columns(state, state.collection.pictures_with_words(q)))


class SearchNameIn(BaseModel):
    """The name of a saved search."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)


class SavedSearch(BaseModel):
    """A search that a person saved: its filters, with the words as `q`."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)
    filters: dict[str, str] = Field(min_length=1, max_length=len(SEARCH_FILTERS))


@routes.get("/searches")
def list_searches(state: StateDependency) -> list[SavedSearch]:
    """Return all saved searches, sorted by name."""
    searches = read_searches(state.collection.index)
    return [SavedSearch(name=name, filters=filters) for name, filters in searches.items()]


@routes.post("/searches", status_code=204)
def save_search(body: SavedSearch, state: StateDependency) -> None:
    """Save a search, in place of an earlier one of that name."""
    state.collection.save_search(body.name, body.filters)


@routes.post("/searches/delete", status_code=204)
def delete_search(body: SearchNameIn, state: StateDependency) -> None:
    """Delete a saved search."""
    state.collection.delete_search(body.name)


class MeaningOut(PictureColumnsOut):
    """Pictures that show what words say, the nearest first; those that have all words are left out."""

    eye: str | None = None  # that was asked; null if the collection has none that knows words
    problem: str | None = None  # why the eye could not be asked


@routes.get("/search/meaning")
def search_by_meaning(state: StateDependency, wall: WallDependency, q: SearchWords, k: Count = 60) -> MeaningOut:
    """Return the pictures that show what the words say, meet all conditions and pass the filter, the nearest first.

    This takes an eye that knows words, and words without quotes; otherwise no picture is found. The first such search
    takes some seconds, in which a worker process loads the eye.
    """
    library, snapshot = state.collection.library, state.snapshot()
    eye = eye_for_words(library, q)
    if eye is None:
        return MeaningOut(**first_columns(snapshot, (), k).model_dump())
    allowed = wall.numbers(state, numbers_with_conditions(library, q)) - state.collection.pictures_with_words(q)
    files = {snapshot.by_number[number].row: snapshot.by_number[number] for number in allowed}
    try:
        matches, problem = nearest_files(library, state.word_embedder.embed(eye, meaning_of(q)), files, k), None
    except PochadeError as error:
        matches, problem = [], f"{error.sentence}{f': {error.hint}' if error.hint else ''}"
    columns = first_columns(snapshot, [match.picture.number for match in matches], k)
    return MeaningOut(**columns.model_dump(), eye=eye.name, problem=problem)
