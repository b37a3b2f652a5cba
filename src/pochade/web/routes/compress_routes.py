"""Compress: what would become of one piece, before and after at 1:1, and who would code it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from pochade.web.app_state import TheDesk
from pochade.web.responses import ASK_AGAIN
from pochade.web.routes.picture_routes import Key

routes = APIRouter(tags=["compress"])
Fidelity = Literal["lossless", "high", "medium", "preview"]
BeforeAfter = Annotated[Literal["before", "after"], Path()]


class SampleTold(BaseModel):
    """What becomes of a piece."""

    coder: str
    bytes: int
    original_bytes: int
    score: float | None  # SSIMULACRA2; null where nothing is lost
    changed: bool  # whether a pixel that is shown differs
    before: str  # addresses of the middle of the picture, 1024 pixels a side at most, as PNG
    after: str


@routes.get("/pieces/{key}/sample/{fidelity}")
def sample(key: Key, fidelity: Fidelity, desk: TheDesk) -> SampleTold:
    """Code one piece as a job of the kind `compress` would; a large one takes some seconds."""
    found = desk.samples.of(desk.pieces().readable(key), fidelity)
    here = f"/api/pieces/{key}/sample/{fidelity}"
    return SampleTold(**vars(found), before=f"{here}/before", after=f"{here}/after")


@routes.get(
    "/pieces/{key}/sample/{fidelity}/{side}", response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}}},
)  # fmt: skip
def sample_picture(key: Key, fidelity: Fidelity, side: BeforeAfter, desk: TheDesk) -> Response:
    """One of both pictures of a sample that was made."""
    path = desk.samples.picture(key, fidelity, side)
    return FileResponse(path, media_type="image/png", headers={"cache-control": ASK_AGAIN})
