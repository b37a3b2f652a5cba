"""Search by words and properties, together with the filters of the wall."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pochade.index.search_query import MAX_QUERY_CHARACTERS
from pochade.web.app_state import StateDependency
from pochade.web.responses import json_response
from pochade.web.routes.wall_query import PictureColumnsOut, WallDependency

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
