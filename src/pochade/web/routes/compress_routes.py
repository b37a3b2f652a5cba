"""Compression trials: how small one picture would become, and how it would look."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from pochade.web.app_state import StateDependency
from pochade.web.responses import CACHE_REVALIDATE
from pochade.web.routes.picture_routes import PictureKeyPath

routes = APIRouter(tags=["compress"])
Fidelity = Literal["lossless", "high", "medium", "preview"]
BeforeAfter = Annotated[Literal["before", "after"], Path()]


class SampleOut(BaseModel):
    """The outcome of a compression trial."""

    coder: str
    bytes: int
    original_bytes: int
    score: float | None  # SSIMULACRA2; null if nothing is lost
    changed: bool  # whether any pixel of the crop differs
    before: str  # URLs of the middle of the picture as PNG, at most 1024 pixels a side
    after: str


@routes.get("/pieces/{key}/sample/{fidelity}")
def run_trial(key: PictureKeyPath, fidelity: Fidelity, state: StateDependency) -> SampleOut:
    """Encode one picture as a job of the kind `compress` would at effort `normal`. A large one takes some seconds."""
    result = state.trials.get(state.snapshot().readable_file(key), fidelity)
    url = f"/api/pieces/{key}/sample/{fidelity}"
    return SampleOut(
        coder=result.codec, bytes=result.bytes, original_bytes=result.original_bytes, score=result.score,
        changed=result.changed, before=f"{url}/before", after=f"{url}/after",
    )  # fmt: skip


@routes.get(
    "/pieces/{key}/sample/{fidelity}/{side}", response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}}},
)  # fmt: skip
def get_trial_picture(key: PictureKeyPath, fidelity: Fidelity, side: BeforeAfter, state: StateDependency) -> Response:
    """Return one of the two pictures of a trial that was run."""
    path = state.trials.picture_path(key, fidelity, side)
    return FileResponse(path, media_type="image/png", headers={"cache-control": CACHE_REVALIDATE})
