"""Jobs: begin, watch and cancel them. They go on after the page is closed; progress comes as server-sent events."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from pochade.errors import CollectionMissing, NotAllowed
from pochade.index.picture_rows import FileRow
from pochade.learn.folder_changes import compare_folder
from pochade.system.folder_walk import walk_folder
from pochade.web.app_state import AppState, StateDependency
from pochade.web.jobs.job_queue import JobQueue, PageJob
from pochade.web.render.scan_store import SCAN_PREFIX
from pochade.web.routes.family_routes import CoverRule
from pochade.web.routes.scan_routes import StrengthsIn

routes = APIRouter(tags=["jobs"])
JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
AnyScanId = Annotated[str, Field(pattern=f"^({SCAN_PREFIX})?[0-9a-f]{{16}}$")]
POLL_SECONDS = 0.25  # between two checks whether a job has changed
KEEP_ALIVE_SECONDS = 15.0
MAX_NAME_LENGTH = 120
FORBIDDEN_CHARACTERS = '/\\<>:"|?*'  # separate folders, or are not allowed on Windows and its disks
TITLES = {
    "learn": "learn", "families": "find families", "groups": "make groups", "map": "make the map",
    "prepare": "prepare the generator", "import": "read labels of other programs",
}  # fmt: skip


class LearnIn(BaseModel):
    """Read new pictures, and train the models if that helps."""

    kind: Literal["learn"]
    minutes: float | None = Field(None, ge=0, le=100_000, description="Of training; null for as long as helps.")
    accept_missing: bool = Field(False, description="Go on even if most files are gone.")
    organise: bool = Field(
        False, description="Then find families, make groups and the map, and prepare the generator, one after another."
    )


class FindFamiliesIn(BaseModel):
    """Find duplicates and versions."""

    kind: Literal["families"]
    keep: CoverRule | None = None


class MakeGroupsIn(BaseModel):
    """Make groups, or let new pictures join them."""

    kind: Literal["groups"]


class MakeMapIn(BaseModel):
    """Make the map, or place new pictures on it."""

    kind: Literal["map"]
    anew: bool = False


class PrepareIn(BaseModel):
    """Prepare the generator: encode every picture, and fit the prior."""

    kind: Literal["prepare"]


class ImportLabelsIn(BaseModel):
    """Read the labels that other programs wrote in the folder, and import those that a person chose."""

    kind: Literal["import"]
    sources: list[Annotated[str, Field(max_length=5000)]] | None = Field(
        None, max_length=1000, description="Ids of sources to import, from an earlier answer; null only reads them all."
    )
    with_parents: bool = Field(False, description="Whether `Places/Norway/Oslo` gives three labels.")


class CompressIn(BaseModel):
    """Compress the collection into an archive in the folder for results."""

    kind: Literal["compress"]
    name: str = Field(max_length=MAX_NAME_LENGTH, description="Of the archive; `.pochade` is added if it is missing.")
    fidelity: Literal["lossless", "high", "medium", "preview"] = "lossless"
    effort: Literal["normal", "best"] = Field(
        "normal", description="Best files are smaller, and take many times as long."
    )
    report: bool = Field(False, description="Also write a page about what was saved and lost, beside the archive.")


class CleanIn(BaseModel):
    """Clean scans into a folder in the folder for results."""

    kind: Literal["clean"]
    name: str = Field(max_length=MAX_NAME_LENGTH, description="Of the folder.")
    scans: list[AnyScanId] = Field(min_length=1, max_length=100_000)
    strengths: StrengthsIn = StrengthsIn()
    preview: bool = False


JobIn = Annotated[
    LearnIn | FindFamiliesIn | MakeGroupsIn | MakeMapIn | PrepareIn | ImportLabelsIn | CompressIn | CleanIn,
    Field(discriminator="kind"),
]


class LossOut(BaseModel):
    """A point of a learning curve."""

    stage: str
    step: int
    loss: float


class JobOut(BaseModel):
    """The state of a job."""

    id: str
    kind: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: str
    done: int  # of `total`, in this stage
    total: int
    seconds_left: float | None  # estimated, of this stage
    created: float  # seconds since 1970
    started: float | None
    ended: float | None
    problem: str | None
    problem_kind: str  # the name of the error's class, such as `FilesMissing`; empty for an unforeseen error
    hint: str
    answer: dict[str, Any] | None


class JobDetailsOut(JobOut):
    """The state of a job, with its log and its learning curve."""

    log: list[str]
    losses: list[LossOut]


class FolderOut(BaseModel):
    """What a job of the kind `learn` finds in the folder."""

    files: int  # that may be pictures
    bytes: int
    passed_over: int  # files in folders of systems, or that a pattern names
    unread: int  # new and changed files
    gone: int  # files of the index that are no longer there


@routes.get("/folder")
def survey_folder(state: StateDependency) -> FolderOut:
    """Count the files that a job of the kind `learn` compares with the index; none is opened."""
    listing = walk_folder(state.collection.folder, state.collection.home)
    changes = compare_folder(listing, _known_files(state))
    return FolderOut(
        files=len(listing.files),
        bytes=sum(stamp.size for stamp in listing.files.values()),
        passed_over=listing.passed_over,
        unread=len(changes.unread),
        gone=len(changes.gone),
    )


def _known_files(state: AppState) -> dict[bytes, FileRow]:
    """The files in the index; none before the first scan."""
    try:
        return state.collection.index.files()
    except CollectionMissing:
        return {}


@routes.get("/jobs")
def list_jobs(state: StateDependency) -> list[JobOut]:
    """Return the last fifty jobs, the oldest first."""
    return [job_out(job) for job in list(state.jobs.jobs.values())]


@routes.post("/jobs", status_code=202)
def begin_job(body: JobIn, state: StateDependency) -> JobOut:
    """Add a job to the queue. A job that would do again what one in the queue does is refused."""
    task = _task_of(body, state)
    if isinstance(body, CompressIn):
        name = body.name if body.name.endswith(".pochade") else f"{body.name}.pochade"
        task["name"] = check_result_name(state, name)
    if isinstance(body, CleanIn):
        scans = [state.scans.get(scan_id) for scan_id in dict.fromkeys(body.scans)]
        task["name"] = check_result_name(state, body.name)
        task["amounts"] = vars(body.strengths.percents())
        task["scans"] = [[os.fspath(scan.path), scan.mask and os.fspath(scan.mask)] for scan in scans]
    job = state.jobs.add(body.kind, _title_of(body), task)
    if isinstance(body, LearnIn) and body.organise:
        _add_followers(state, job)
    return job_out(job)


def _task_of(body: BaseModel, state: AppState) -> dict[str, Any]:
    """What a job's process receives: the request, and where the collection and the results lie."""
    return body.model_dump() | {
        "folder": os.fspath(state.collection.folder),
        "index": state.settings.index,
        "results": os.fspath(state.settings.results_folder),
    }


def _add_followers(state: AppState, job: PageJob) -> None:
    """Let what organises the collection follow a job, unless it waits or runs already."""
    requests = (
        FindFamiliesIn(kind="families"),
        MakeGroupsIn(kind="groups"),
        MakeMapIn(kind="map"),
        PrepareIn(kind="prepare"),
    )
    for request in requests:
        with suppress(NotAllowed):  # one of the kind is waiting or running
            state.jobs.add(request.kind, _title_of(request), _task_of(request, state), after=job.id)


@routes.get("/jobs/{job}")
def get_job(job: JobId, state: StateDependency) -> JobDetailsOut:
    """Return a job with its log and, if it trains, its losses."""
    page_job = state.jobs.get(job)
    losses = [LossOut(stage=stage, step=step, loss=loss) for stage, step, loss in list(page_job.losses)]
    return JobDetailsOut(**job_out(page_job).model_dump(), log=list(page_job.log), losses=losses)


@routes.post("/jobs/{job}/cancel")
def cancel_job(job: JobId, state: StateDependency) -> JobOut:
    """Stop a job. Finished work is kept, and the same job continues from there when it is begun again."""
    return job_out(state.jobs.cancel(job))


@routes.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
def stream_events(request: Request, state: StateDependency) -> StreamingResponse:
    """Send events named `job`: every job as it is now, then each job whenever it changes (see `JobOut`)."""
    events = stream_job_events(state.jobs, request)
    return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def stream_job_events(jobs: JobQueue, request: Request) -> AsyncIterator[str]:
    """Yield an event for every job that changed since the last check, until the page or the server closes."""
    sent_versions: dict[str, int] = {}
    quiet_seconds = 0.0
    yield "retry: 2000\n\n"
    while not jobs.closed and not await request.is_disconnected():
        versions = jobs.versions()
        for job_id in [job_id for job_id, version in versions.items() if sent_versions.get(job_id) != version]:
            if job := jobs.jobs.get(job_id):
                yield f"event: job\ndata: {job_out(job).model_dump_json()}\n\n"
                quiet_seconds = 0.0
        sent_versions = versions
        if quiet_seconds >= KEEP_ALIVE_SECONDS:
            yield ": still here\n\n"
            quiet_seconds = 0.0
        await asyncio.sleep(POLL_SECONDS)
        quiet_seconds += POLL_SECONDS


def job_out(job: PageJob) -> JobOut:
    """Return a job as the page gets it."""
    fields = {name: getattr(job, name) for name in JobOut.model_fields}
    return JobOut(**fields)


def _title_of(body: Any) -> str:
    """Return the title that the page shows above the progress bar."""
    if isinstance(body, CompressIn):
        return f"compress to {body.name}"
    if isinstance(body, ImportLabelsIn) and body.sources is not None:
        return "import labels"
    if isinstance(body, CleanIn):
        return f"clean {len(body.scans):,} scans into {body.name}"
    return TITLES[body.kind]


def check_result_name(state: AppState, name: str) -> str:
    """Refuse a name that would not be directly inside the folder for results.

    Returns:
        The name.

    Raises:
        NotAllowed: The name is not a plain file name, or belongs to a link that leads elsewhere.
    """
    is_plain = bool(name) and name.isprintable() and not name.startswith((".", " ")) and not name.endswith((".", " "))
    if not is_plain or any(letter in name for letter in FORBIDDEN_CHARACTERS):
        why = f"'{name[:MAX_NAME_LENGTH]}' can't be the name of a result"
        raise NotAllowed(why, f"use none of {' '.join(FORBIDDEN_CHARACTERS)} in it, and no dot or space at its ends")
    root = FilePath(os.path.realpath(state.settings.results_folder))
    if FilePath(os.path.realpath(root / name)) != root / name:
        raise NotAllowed(f"'{name}' among the results is a link that leads elsewhere", "choose another name")
    return name
