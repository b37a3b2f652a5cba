"""Jobs: begun, watched, cancelled. They go on after the page is closed; their words come as server-sent events."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from pochade.errors import NotAllowed
from pochade.web.app_state import AppState, TheDesk
from pochade.web.jobs.job_queue import JobQueue, PageJob
from pochade.web.render.scan_previews import PREFIX
from pochade.web.routes.family_routes import Rule
from pochade.web.routes.scan_routes import Strengths

routes = APIRouter(tags=["jobs"])
JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
AnyScan = Annotated[str, Field(pattern=f"^({PREFIX})?[0-9a-f]{{16}}$")]
LOOK = 0.25  # seconds between two looks at what changed
BEAT = 15.0  # seconds after which a line keeps the connection alive
LONGEST = 120  # letters of a result's name
TITLES = {
    "learn": "learn", "families": "find families", "groups": "make groups", "map": "lay the map",
    "prepare": "get ready to draw",
}  # fmt: skip


class Learn(BaseModel):
    """Read what is new, and train where that helps."""

    kind: Literal["learn"]
    minutes: float | None = Field(None, ge=0, le=100_000, description="Of training; null for what helps.")


class FindFamilies(BaseModel):
    """Find copies and versions."""

    kind: Literal["families"]
    keep: Rule | None = None


class MakeGroups(BaseModel):
    """Make groups, or let new pieces join them."""

    kind: Literal["groups"]


class LayMap(BaseModel):
    """Lay the map, or place new pieces on it."""

    kind: Literal["map"]
    anew: bool = False


class Prepare(BaseModel):
    """Get ready to draw new pictures: have the net read every piece, and learn where they lie."""

    kind: Literal["prepare"]


class Compress(BaseModel):
    """Put the collection into an archive among the results."""

    kind: Literal["compress"]
    name: str = Field(max_length=LONGEST, description="Of the archive; `.pochade` is added where it is missing.")
    fidelity: Literal["lossless", "high", "medium", "preview"] = "lossless"
    report: bool = Field(False, description="Whether to write a page of what was saved and lost beside the archive.")


class Clean(BaseModel):
    """Clean scans into a folder among the results."""

    kind: Literal["clean"]
    name: str = Field(max_length=LONGEST, description="Of the folder.")
    scans: list[AnyScan] = Field(min_length=1, max_length=100_000)
    strengths: Strengths = Strengths()
    preview: bool = False


Wish = Annotated[Learn | FindFamilies | MakeGroups | LayMap | Prepare | Compress | Clean, Field(discriminator="kind")]


class Loss(BaseModel):
    """A point of a learning curve."""

    stage: str
    step: int
    loss: float


class JobTold(BaseModel):
    """A job as it stands."""

    id: str
    kind: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: str
    done: int  # of `total`, in this stage
    total: int
    seconds_left: float | None  # of this stage, as far as can be told
    created: float  # seconds since 1970
    started: float | None
    ended: float | None
    problem: str | None
    hint: str
    answer: dict[str, Any] | None


class JobWhole(JobTold):
    """The same, with its log and its curve."""

    log: list[str]
    losses: list[Loss]


@routes.get("/jobs")
def jobs(desk: TheDesk) -> list[JobTold]:
    """The last fifty, the oldest first."""
    return [told(job) for job in list(desk.jobs.all.values())]


@routes.post("/jobs", status_code=202)
def begin(wish: Wish, desk: TheDesk) -> JobTold:
    """Begin a job, after those that wait. The same one twice is begun once."""
    task = wish.model_dump() | {
        "folder": os.fspath(desk.collection.folder),
        "index": desk.settings.index,
        "results": os.fspath(desk.settings.own_results),
    }
    if isinstance(wish, Compress):
        name = wish.name if wish.name.endswith(".pochade") else f"{wish.name}.pochade"
        task["name"] = name_below(desk, name)
    if isinstance(wish, Clean):
        chosen = [desk.scans.get(own) for own in dict.fromkeys(wish.scans)]
        task["name"] = name_below(desk, wish.name)
        task["amounts"] = vars(wish.strengths.amounts())
        task["scans"] = [[os.fspath(scan.path), scan.mask and os.fspath(scan.mask)] for scan in chosen]
    return told(desk.jobs.add(wish.kind, title_of(wish), task))


@routes.get("/jobs/{job}")
def job_told(job: JobId, desk: TheDesk) -> JobWhole:
    """A job with its log and, while it trains, its losses."""
    one = desk.jobs.get(job)
    curve = [Loss(stage=stage, step=step, loss=loss) for stage, step, loss in list(one.losses)]
    return JobWhole(**told(one).model_dump(), log=list(one.log), losses=curve)


@routes.post("/jobs/{job}/cancel")
def cancel(job: JobId, desk: TheDesk) -> JobTold:
    """Stop a job; what it finished is kept, and the same job begun again goes on there."""
    return told(desk.jobs.cancel(job))


@routes.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
def events(request: Request, desk: TheDesk) -> StreamingResponse:
    """Server-sent events of the name `job`: each job as it stands now, then whenever it changes (`JobTold`)."""
    words = changes(desk.jobs, request)
    return StreamingResponse(words, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def changes(jobs: JobQueue, request: Request) -> AsyncIterator[str]:
    """Every job that changed since the last look, until the page is gone or the server ends."""
    seen: dict[str, int] = {}
    quiet = 0.0
    yield "retry: 2000\n\n"
    while not jobs.closed and not await request.is_disconnected():
        now = jobs.versions()
        for number in [number for number, version in now.items() if seen.get(number) != version]:
            if job := jobs.all.get(number):
                yield f"event: job\ndata: {told(job).model_dump_json()}\n\n"
                quiet = 0.0
        seen = now
        if quiet >= BEAT:
            yield ": still here\n\n"
            quiet = 0.0
        await asyncio.sleep(LOOK)
        quiet += LOOK


def told(job: PageJob) -> JobTold:
    """A job as it is told."""
    fields = {name: getattr(job, name) for name in JobTold.model_fields}
    return JobTold(**fields)


def title_of(wish: Any) -> str:
    """What a person reads above the bar."""
    if isinstance(wish, Compress):
        return f"compress to {wish.name}"
    if isinstance(wish, Clean):
        return f"clean {len(wish.scans):,} scans into {wish.name}"
    return TITLES[wish.kind]


def name_below(desk: AppState, name: str) -> str:
    """A name for a result, which lies right below the folder for results and nowhere else.

    Raises:
        NotAllowed: It is no plain name, or what lies there leads elsewhere.
    """
    plain = bool(name) and name.isprintable() and not name.startswith((".", " ")) and not name.endswith((".", " "))
    if not plain or any(letter in name for letter in '/\\<>:"|?*'):
        raise NotAllowed(f"'{name[:LONGEST]}' is no plain name for a result", "give a name without / and the like")
    root = FilePath(os.path.realpath(desk.settings.own_results))
    if FilePath(os.path.realpath(root / name)) != root / name:
        raise NotAllowed(f"'{name}' among the results is a link that leads elsewhere", "choose another name")
    return name
