"""Scans: dropped here or pieces, looked at part by part, before, after, and what would be removed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from pochade.cleaning.clean_record import Amounts
from pochade.images.codecs.screen_encode import as_png
from pochade.web.app_state import TheDesk
from pochade.web.render.scan_previews import PREFIX, Area
from pochade.web.responses import FOREVER, cached, known_again
from pochade.web.routes.image_routes import JPEG, Side

routes = APIRouter(tags=["clean"])
ScanId = Annotated[
    str, Path(pattern=f"^({PREFIX})?[0-9a-f]{{16}}$", description="Of a scan that was dropped, or a piece's key.")
]
Strength = Annotated[int, Field(ge=0, le=100)]
Length = Annotated[int, Field(ge=0, lt=2**31)]


class Strengths(BaseModel):
    """How much of each kind of damage goes, 0 to 100."""

    light: Strength = 100
    paper: Strength = 100
    grain: Strength = 100
    specks: Strength = 100
    smudges: Strength = 100

    def amounts(self) -> Amounts:
        """As the cleaner takes them."""
        return Amounts(**self.model_dump())


class ScanTold(BaseModel):
    """A scan."""

    id: str
    name: str
    width: int
    height: int
    format: str
    depth: int
    dpi: tuple[float, float] | None
    notes: list[str]
    has_mask: bool


class Look(BaseModel):
    """A part of a scan, in its own pixels, and how it is to be shown."""

    left: Length = 0
    top: Length = 0
    width: Length
    height: Length
    show: Literal["before", "after", "removed"] = "after"
    strengths: Strengths = Strengths()


@routes.post("/scans", status_code=201)
def drop(scan: UploadFile, desk: TheDesk) -> ScanTold:
    """Send a scan; it is kept until it is taken away or the server ends."""
    added = desk.scans.add(scan.filename or "", scan.file)
    try:
        return told(added.id, desk)
    except BaseException:
        desk.scans.remove(added.id)
        raise


@routes.get("/scans")
def scans(desk: TheDesk) -> list[str]:
    """The scans that were dropped."""
    return list(desk.scans.dropped)


@routes.get("/scans/{scan}")
def scan_told(scan: ScanId, desk: TheDesk) -> ScanTold:
    """What is known of a scan, or of a piece as one."""
    return told(scan, desk)


@routes.get("/scans/{scan}/whole", response_class=FileResponse, responses=JPEG)
def whole(request: Request, scan: ScanId, desk: TheDesk, side: Side = "1024") -> Response:
    """The whole scan, no longer than that: to find one's way in it. Cleaned is only what is looked at at 1:1."""
    tag = f"{scan}-{side}"
    return known_again(request, tag, FOREVER) or FileResponse(
        desk.whole_scan(scan, int(side)), media_type="image/jpeg", headers=cached(tag, FOREVER)
    )


@routes.delete("/scans/{scan}", status_code=204)
def take_away(scan: ScanId, desk: TheDesk) -> None:
    """Forget a scan that was dropped; of a piece only its mask."""
    desk.scans.get(scan)
    desk.scans.remove(scan)


@routes.post("/scans/{scan}/look", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def look(scan: ScanId, part: Look, desk: TheDesk) -> Response:
    """A part as a PNG at 1:1, of at most 1,600,000 pixels: as it is, cleaned, or what would be removed.

    What is removed is drawn four times as strong about mid grey.
    """
    area = Area(part.left, part.top, part.width, part.height)
    if part.show == "before":
        pixels = desk.scans.before(scan, area)
    else:
        amounts = vars(part.strengths.amounts())
        pixels = desk.scans.cleaned(scan, area, amounts, removed=part.show == "removed")
    return Response(as_png(pixels), media_type="image/png")


@routes.put("/scans/{scan}/mask", status_code=204)
def protect(scan: ScanId, mask: UploadFile, desk: TheDesk) -> None:
    """Send a picture of the scan's size: what is white in it is not cleaned, here and in a job."""
    desk.scans.put_mask(scan, mask.file)


@routes.delete("/scans/{scan}/mask", status_code=204)
def unprotect(scan: ScanId, desk: TheDesk) -> None:
    """Take the mask away."""
    desk.scans.get(scan)
    desk.scans.remove_mask(scan)


def told(own: str, desk: TheDesk) -> ScanTold:
    """A scan as it is told."""
    scan, opened = desk.scans.get(own), desk.scans.unpacked(own).opened
    return ScanTold(
        id=own, name=desk.scans.shown_name(scan), width=opened.width, height=opened.height, format=opened.format,
        depth=opened.depth, dpi=opened.dpi, notes=list(opened.notes), has_mask=scan.mask is not None,
    )  # fmt: skip
