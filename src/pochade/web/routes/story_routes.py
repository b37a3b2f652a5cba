"""The story of a work: its versions in order, each laid on the last one, and as a film in the folder for results."""

import os
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from pochade.errors import OutputUnwritable, UsageError
from pochade.images.render.animation import FILM_SUFFIX, STRIP_SUFFIX, can_encode_films, films_unavailable
from pochade.index.picture_records import PictureFile
from pochade.organise.family_model import Family
from pochade.organise.work_story import SECONDS_PER_DATE, StageKind, StorySource, StoryStage, WorkStory
from pochade.web.app_state import StateDependency
from pochade.web.render.story_rendering import LayVersionTask, PlanStoryTask
from pochade.web.responses import CACHE_FOREVER, cache_headers, not_modified
from pochade.web.routes.family_routes import EPOCH
from pochade.web.routes.group_routes import PictureKey
from pochade.web.routes.image_routes import JPEG_RESPONSES
from pochade.web.routes.job_routes import MAX_NAME_LENGTH, JobOut, check_result_name, job_out
from pochade.web.routes.picture_routes import PictureKeyPath
from pochade.web.state.snapshot import Snapshot, picture_key

routes = APIRouter(tags=["families"])
StagePath = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="The key of the version to lay on the other one.")
]
StorySide = Literal["256", "512", "1024", "2048"]
FilmKind = Literal["webp", "gif", "mp4", "strip"]
MAX_STAGES = 12
ALIGNMENT_VERSION = 1  # part of the ETags of pictures that were laid on others


class StoryStageOut(BaseModel):
    """A version of the work, in its place in the story."""

    key: str
    path: str
    kind: StageKind
    colourful: float  # 0 is grey, 1 is extremely colourful
    line: float  # share of the ink in thin strokes, 0 to 1
    modified: float  # seconds since 1970 in local time
    is_aligned: bool  # whether it could be laid on the last stage; if not, it is shown in the middle of its frame


class StoryOut(BaseModel):
    """The versions of a work, the earliest first."""

    known: bool  # whether a job has looked for families; if not, begin one of the kind `families`
    width: int  # of the last stage, in whose frame all others are shown
    height: int
    stages: list[StoryStageOut]  # only the picture itself, if there is no other version
    copies: int  # files of the family that show what one of the stages shows
    left_out: int  # versions beyond the first twelve
    dates_agree: bool | None  # whether the files' dates give the same order; null if they say nothing
    film_kinds: list[FilmKind]  # how the story can be saved on this machine


class StoryFilmIn(BaseModel):
    """What to save of a story, and how."""

    name: str = Field(max_length=MAX_NAME_LENGTH, description="Of the file; the suffix is added if it is missing.")
    kind: FilmKind = "webp"
    stages: list[PictureKey] = Field(min_length=2, max_length=MAX_STAGES, description="In the order of the film.")
    side: Literal[480, 720, 1080] = 720


@routes.get("/pieces/{key}/story")
def get_story(key: PictureKeyPath, state: StateDependency) -> StoryOut:
    """Return the versions of the work that a picture shows, in the order in which they were probably made.

    The technique decides first, then the files' dates, then the richness of colours.
    """
    snapshot = state.snapshot()
    file = snapshot.files_of(key)[0]
    judged = state.families.load_all(None, snapshot)
    place = judged and judged.place_of(file.number)
    members = [member.picture for member in place.family.family.members] if place else snapshot.files_of(key)
    versions = _versions_of(place.family.family) if place else [file]
    chosen = versions[:MAX_STAGES]
    sources = tuple(StorySource(state.thumbnail(picture_key(version)), _seconds(version)) for version in chosen)
    story: WorkStory = state.render_pool.submit(PlanStoryTask(sources[0].thumbnail, sources))
    last, left_out = chosen[story.stages[-1].source], len(versions) - len(chosen)
    return StoryOut(
        known=judged is not None, width=last.width, height=last.height,
        stages=[_stage_out(stage, chosen[stage.source], snapshot) for stage in story.stages],
        copies=len(members) - len(story.stages) - left_out, left_out=left_out,
        dates_agree=_dates_agree([sources[stage.source].modified for stage in story.stages]),
        film_kinds=_film_kinds(),
    )  # fmt: skip


@routes.get("/pieces/{key}/story/{stage}", response_class=FileResponse, responses=JPEG_RESPONSES)
def get_laid_version(
    request: Request, key: PictureKeyPath, stage: StagePath, state: StateDependency, side: StorySide = "1024"
) -> Response:
    """Return a version as JPEG, laid on the picture with the key, in its frame of at most `side` pixels."""
    tag = f"{stage}-on-{key}-{side}-{ALIGNMENT_VERSION}"
    if unchanged := not_modified(request, tag, CACHE_FOREVER):
        return unchanged
    snapshot = state.snapshot()
    moving, fixed = snapshot.readable_file(stage), snapshot.readable_file(key)
    path = state.rendered_pictures.file(
        f"{tag}.jpg",
        lambda target: state.render_pool.submit(
            LayVersionTask(moving.path, moving.hash, fixed.path, fixed.hash, int(side), target)
        ),
    )
    return FileResponse(path, media_type="image/jpeg", headers=cache_headers(tag, CACHE_FOREVER))


@routes.post("/pieces/{key}/story/film", status_code=202)
def make_film(key: PictureKeyPath, body: StoryFilmIn, state: StateDependency) -> JobOut:
    """Begin a job that writes a story to the folder for results: an animation, a film, or a strip.

    The job's answer has `file`, its `folder` and its `bytes`. An existing file is not replaced.
    """
    snapshot = state.snapshot()
    snapshot.files_of(key)
    if body.kind == "mp4" and not can_encode_films():
        raise films_unavailable()
    if len(set(body.stages)) < len(body.stages):
        raise UsageError("a version is there twice", "name each version once")
    suffix = {"strip": STRIP_SUFFIX, "mp4": FILM_SUFFIX}.get(body.kind, f".{body.kind}")
    name = check_result_name(state, body.name if body.name.endswith(suffix) else body.name + suffix)
    if os.path.lexists(state.settings.results_folder / name):
        raise OutputUnwritable(f"'{name}' already exists", "choose another name")
    task = {
        "kind": "story", "name": name, "side": body.side, "results": os.fspath(state.settings.results_folder),
        "pictures": [os.fspath(snapshot.readable_file(stage).path) for stage in body.stages],
    }  # fmt: skip
    return job_out(state.jobs.add("story", f"save the story as {name}", task))


def _versions_of(family: Family) -> list[PictureFile]:
    """One file of each picture of a family that may be a stage: the cover, versions and edits."""
    files = [member.picture for member in family.members if member.kind in {"version", "edit"}]
    return list({file.number: file for file in [family.members[0].picture, *files]}.values())


def _film_kinds() -> list[FilmKind]:
    return ["webp", "gif", "mp4", "strip"] if can_encode_films() else ["webp", "gif", "strip"]


def _stage_out(stage: StoryStage, file: PictureFile, snapshot: Snapshot) -> StoryStageOut:
    return StoryStageOut(
        key=picture_key(file), path=snapshot.display_path(file), kind=stage.kind,
        colourful=round(stage.colourful, 4), line=round(stage.line, 4), modified=_seconds(file),
        is_aligned=stage.is_aligned,
    )  # fmt: skip


def _dates_agree(seconds: list[float]) -> bool | None:
    """Whether dates rise from each version to the next; None if they are those of one minute."""
    minutes = [int(date // SECONDS_PER_DATE) for date in seconds]
    return None if len(set(minutes)) < 2 else minutes == sorted(minutes)  # noqa: PLR2004  a single date says nothing


def _seconds(file: PictureFile) -> float:
    """When a file was changed, in seconds since 1970 in local time."""
    return (file.modified - EPOCH).total_seconds()
