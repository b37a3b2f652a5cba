"""Search by a drawing and by colours: all pictures of the collection, the most similar ones first."""

import shutil
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Query, UploadFile
from pydantic import StringConstraints

from pochade.images.base.picture import Array
from pochade.organise.drawing_search import WantedColour
from pochade.web.app_state import AppState, StateDependency
from pochade.web.render.picture_rendering import ReadPixelsTask
from pochade.web.routes.picture_routes import Count
from pochade.web.routes.wall_query import PictureColumnsOut, first_columns

routes = APIRouter(tags=["pictures"])
MAX_COLOURS = 8
ColourText = Annotated[str, StringConstraints(pattern="^[0-9a-f]{6}(:[0-9]{1,3})?$")]
WantedColours = Annotated[
    list[ColourText],
    Query(max_length=MAX_COLOURS, description="Wanted colours, such as `c0392b` or, with its share, `c0392b:40`."),
]


@routes.post("/draw")
def find_by_drawing(
    state: StateDependency,
    drawing: UploadFile | None = None,
    colours: WantedColours = [],  # noqa: B006  FastAPI copies it
    k: Count = 120,
) -> PictureColumnsOut:
    """Return the pictures most like a drawing on white, which is not stored, or with most of some colours; or both.

    `total` is the number of all pictures. Colours replace those of the drawing.
    """
    snapshot = state.snapshot()
    pixels = None if drawing is None else _read_drawing(drawing, state)
    with_share = [colour for colour in map(_parse_colour, colours) if colour.share]
    with state.model_lock:
        numbers = state.drawing_search.rank(pixels, with_share)
    return first_columns(snapshot, numbers.tolist(), k)


def _read_drawing(drawing: UploadFile, state: AppState) -> Array:
    """Decode a drawing in a worker: (h, w, 3) uint8."""
    with TemporaryDirectory(dir=state.folder) as folder:
        path = FilePath(folder) / "drawing.png"
        with path.open("xb") as file:
            shutil.copyfileobj(drawing.file, file)
        pixels: Array = state.render_pool.submit(ReadPixelsTask(path))
    return pixels


def _parse_colour(text: str) -> WantedColour:
    digits, _, share = text.partition(":")
    red, green, blue = bytes.fromhex(digits)
    return WantedColour(red, green, blue, float(share or 1))
