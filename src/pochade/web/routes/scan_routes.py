"""Scans to clean: dropped files or pictures, previewed part by part before and after cleaning."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from pochade.cleaning.clean_options import StrengthPercents
from pochade.images.codecs.screen_encode import encode_screen_png
from pochade.web.app_state import AppState, StateDependency
from pochade.web.render.scan_previews import ScanArea
from pochade.web.render.scan_store import SCAN_PREFIX
from pochade.web.responses import CACHE_FOREVER, cache_headers, not_modified
from pochade.web.routes.image_routes import JPEG_RESPONSES, Side

routes = APIRouter(tags=["clean"])
ScanId = Annotated[
    str, Path(pattern=f"^({SCAN_PREFIX})?[0-9a-f]{{16}}$", description="The id of a dropped scan, or a picture's key.")
]
Strength = Annotated[int, Field(ge=0, le=100)]
Length = Annotated[int, Field(ge=0, lt=2**31)]


class StrengthsIn(BaseModel):
    """How much of each kind of damage to remove, 0 to 100."""

    light: Strength = 100
    paper: Strength = 100
    grain: Strength = 100
    specks: Strength = 100
    smudges: Strength = 100

    def percents(self) -> StrengthPercents:
        """Return the strengths as the cleaner takes them."""
        return StrengthPercents(**self.model_dump())


class ScanOut(BaseModel):
    """What is known of a scan."""

    id: str
    name: str
    width: int
    height: int
    format: str
    depth: int
    dpi: tuple[float, float] | None
    notes: list[str]
    has_mask: bool


class ScanViewIn(BaseModel):
    """A part of a scan, in pixels of the scan, and how to show it."""

    left: Length = 0
    top: Length = 0
    width: Length
    height: Length
    show: Literal["before", "after", "removed"] = "after"
    strengths: StrengthsIn = StrengthsIn()


@routes.post("/scans", status_code=201)
def add_scan(scan: UploadFile, state: StateDependency) -> ScanOut:
    """Upload a scan. It is stored until it is removed or the server ends."""
    added = state.scans.add(scan.filename or "", scan.file)
    try:
        return scan_out(added.id, state)
    except BaseException:
        state.scans.remove(added.id)
        raise


@routes.get("/scans")
def list_scans(state: StateDependency) -> list[str]:
    """Return the ids of the dropped scans."""
    return list(state.scans.dropped)


@routes.get("/scans/{scan}")
def get_scan(scan: ScanId, state: StateDependency) -> ScanOut:
    """Return what is known of a scan, or of a picture as a scan."""
    return scan_out(scan, state)


@routes.get("/scans/{scan}/whole", response_class=FileResponse, responses=JPEG_RESPONSES)
def get_whole_scan(request: Request, scan: ScanId, state: StateDependency, side: Side = "1024") -> Response:
    """Return the whole scan, uncleaned and reduced, for navigation. Only parts at 1:1 are shown cleaned."""
    tag = f"{scan}-{side}"
    return not_modified(request, tag, CACHE_FOREVER) or FileResponse(
        state.rendered_scan(scan, int(side)), media_type="image/jpeg", headers=cache_headers(tag, CACHE_FOREVER)
    )


@routes.delete("/scans/{scan}", status_code=204)
def remove_scan(scan: ScanId, state: StateDependency) -> None:
    """Remove a dropped scan. For a picture, only its mask is removed."""
    state.scans.get(scan)
    state.scans.remove(scan)


@routes.post("/scans/{scan}/look", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def view_scan(scan: ScanId, body: ScanViewIn, state: StateDependency) -> Response:
    """Return a part at 1:1 as PNG, at most 1,600,000 pixels: before or after cleaning, or what cleaning removes.

    What is removed is shown four times as strong, around mid grey.
    """
    area = ScanArea(body.left, body.top, body.width, body.height)
    if body.show == "before":
        pixels = state.scans.crop(scan, area)
    else:
        percents = vars(body.strengths.percents())
        pixels = state.scans.clean_crop(scan, area, percents, show_removed=body.show == "removed")
    return Response(encode_screen_png(pixels), media_type="image/png")


@routes.put("/scans/{scan}/mask", status_code=204)
def put_mask(scan: ScanId, mask: UploadFile, state: StateDependency) -> None:
    """Upload a mask of the scan's size. White areas are cleaned neither in views nor in jobs."""
    state.scans.put_mask(scan, mask.file)


@routes.delete("/scans/{scan}/mask", status_code=204)
def remove_mask(scan: ScanId, state: StateDependency) -> None:
    """Remove the mask of a scan."""
    state.scans.get(scan)
    state.scans.remove_mask(scan)


def scan_out(scan_id: str, state: AppState) -> ScanOut:
    """Return a scan as the page gets it."""
    scan, header = state.scans.get(scan_id), state.scans.decode(scan_id).header
    return ScanOut(
        id=scan_id, name=state.scans.display_name(scan), width=header.width, height=header.height,
        format=header.format, depth=header.depth, dpi=header.dpi, notes=list(header.notes),
        has_mask=scan.mask is not None,
    )  # fmt: skip
