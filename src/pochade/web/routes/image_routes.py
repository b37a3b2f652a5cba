"""Pictures: thumbnails, whole ones drawn anew, and what is redrawn from a code. No file of a person's goes out."""

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from pochade.images.codecs.screen_encode import as_png
from pochade.images.geometry.letterbox import SIDE
from pochade.web.app_state import TheDesk
from pochade.web.responses import ASK_AGAIN, FOREVER, cached, known_again
from pochade.web.routes.picture_routes import Key

routes = APIRouter(tags=["pictures"])
Side = Annotated[
    Literal["256", "512", "1024", "2048", "4096", "8192"], Query(description="Pixels of the longer side, at most.")
]
Answers = dict[int | str, dict[str, Any]]
JPEG: Answers = {
    200: {"content": {"image/jpeg": {}}},
    206: {"description": "a range of it"},
    304: {"description": "unchanged"},
}
PNG: Answers = {200: {"content": {"image/png": {}}}, 304: {"description": "unchanged"}}


@routes.get("/thumbnails/{key}", response_class=FileResponse, responses=JPEG)
def thumbnail(request: Request, key: Key, desk: TheDesk) -> Response:
    """A piece at 256 pixels. What is under a key never changes: keep it for ever."""
    tag = f"{key}-thumbnail"
    return known_again(request, tag, FOREVER) or FileResponse(
        desk.thumbnail(key), media_type="image/jpeg", headers=cached(tag, FOREVER)
    )


@routes.get("/pictures/{key}", response_class=FileResponse, responses=JPEG)
def picture(request: Request, key: Key, desk: TheDesk, side: Side = "2048") -> Response:
    """A piece as large as is asked for and never larger than it is, in sRGB on white; ranges are understood."""
    tag = f"{key}-{side}"
    return known_again(request, tag, FOREVER) or FileResponse(
        desk.picture(key, int(side)), media_type="image/jpeg", headers=cached(tag, FOREVER)
    )


@routes.get("/pictures/{key}/redrawn", response_class=Response, responses=PNG)
def redrawn(request: Request, key: Key, desk: TheDesk) -> Response:
    """A piece as redrawn from its code of 256 bytes, 96 pixels on its longer side."""
    piece, collection = desk.pieces().files(key)[0], desk.collection
    with desk.asking:
        tag = f"{key}-{collection.in_use.nets.name}"
        if same := known_again(request, tag, ASK_AGAIN):
            return same
        square = collection.redraw(collection.codes()[piece.row : piece.row + 1])[0]  # (96, 96, 3)
    scale = SIDE / max(piece.width, piece.height)
    width, height = max(1, round(piece.width * scale)), max(1, round(piece.height * scale))
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    inside = np.ascontiguousarray(square[top : top + height, left : left + width])
    return Response(as_png(inside), media_type="image/png", headers=cached(tag, ASK_AGAIN))
