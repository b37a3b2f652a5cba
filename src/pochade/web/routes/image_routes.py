"""Pictures as images: thumbnails, renderings with and without transparency, and decoded sketches, never originals."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from pochade.errors import NotAllowed, PictureUnreadable
from pochade.images.codecs.screen_encode import encode_screen_png
from pochade.web.app_state import THUMBNAIL_PIXELS, StateDependency
from pochade.web.render.cutouts import GroundKind, media_type_of
from pochade.web.responses import CACHE_FOREVER, CACHE_REVALIDATE, cache_headers, not_modified
from pochade.web.routes.picture_routes import PictureKeyPath

routes = APIRouter(tags=["pictures"])
Side = Annotated[
    Literal["256", "512", "1024", "2048", "4096", "8192"], Query(description="Pixels of the longer side, at most.")
]
ResponseDocs = dict[int | str, dict[str, Any]]
JPEG_RESPONSES: ResponseDocs = {
    200: {"content": {"image/jpeg": {}}},
    206: {"description": "a range of it"},
    304: {"description": "unchanged"},
}
CUTOUT_RESPONSES: ResponseDocs = {
    200: {"content": {"image/webp": {}, "image/jpeg": {}}},
    206: {"description": "a range of it"},
    304: {"description": "unchanged"},
}
PNG_RESPONSES: ResponseDocs = {200: {"content": {"image/png": {}}}, 304: {"description": "unchanged"}}


@routes.get("/thumbnails/{key}", response_class=FileResponse, responses=JPEG_RESPONSES)
def get_thumbnail(request: Request, key: PictureKeyPath, state: StateDependency) -> Response:
    """Return a picture at 256 pixels. The content under a key never changes, so browsers may cache it for ever."""
    tag = f"{key}-thumbnail"
    return not_modified(request, tag, CACHE_FOREVER) or FileResponse(
        state.thumbnail(key), media_type="image/jpeg", headers=cache_headers(tag, CACHE_FOREVER)
    )


@routes.get("/pictures/{key}", response_class=FileResponse, responses=JPEG_RESPONSES)
def get_picture(request: Request, key: PictureKeyPath, state: StateDependency, side: Side = "2048") -> Response:
    """Return a picture in sRGB on white, never enlarged. Range requests work."""
    tag = f"{key}-{side}"
    return not_modified(request, tag, CACHE_FOREVER) or FileResponse(
        state.rendered_picture(key, int(side)), media_type="image/jpeg", headers=cache_headers(tag, CACHE_FOREVER)
    )


@routes.get("/cutouts/{key}", response_class=FileResponse, responses=CUTOUT_RESPONSES)
def get_cutout(
    request: Request, key: PictureKeyPath, state: StateDependency, side: Side = "256",
    ground: Annotated[GroundKind, Query(alias="on", description="What the picture will stand on.")] = "light",
) -> Response:  # fmt: skip
    """Return a picture in sRGB with its transparency, never enlarged, or on a ground if it can't be seen on this one.

    At 256 pixels, the stored thumbnail takes the place of a file that can't be read any more.
    """
    tag = f"{key}-{side}-{ground}"
    if unchanged := not_modified(request, tag, CACHE_FOREVER):
        return unchanged
    try:
        path, headers = state.cutout(key, int(side), ground), cache_headers(tag, CACHE_FOREVER)
    except (NotAllowed, PictureUnreadable):
        if int(side) != THUMBNAIL_PIXELS:
            raise
        path, headers = state.thumbnail(key), {"cache-control": CACHE_REVALIDATE}  # the file may come back
    return FileResponse(path, media_type=media_type_of(path), headers=headers)


@routes.get("/pictures/{key}/redrawn", response_class=Response, responses=PNG_RESPONSES)
def get_decoded_sketch(request: Request, key: PictureKeyPath, state: StateDependency) -> Response:
    """Return what a picture's sketch of 256 bytes decodes to, 96 pixels on the longer side."""
    file, collection = state.snapshot().files_of(key)[0], state.collection
    with state.model_lock:
        tag = f"{key}-{collection.model_name()}"
        if unchanged := not_modified(request, tag, CACHE_REVALIDATE):
            return unchanged
        pixels = collection.redraw_of(file)  # (H, W, 3)
    return Response(encode_screen_png(pixels), media_type="image/png", headers=cache_headers(tag, CACHE_REVALIDATE))
