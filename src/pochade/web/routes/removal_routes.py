"""Move files that a person chose in families, or pictures, to the system's trash, and put them back; all are jobs."""

import os
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from pochade.errors import IndexDamaged, NotKnown
from pochade.organise.removal_journal import REMOVAL_ID, read_journal, removal_ids
from pochade.organise.selection_removal import plan_selection
from pochade.system.path_text import printable
from pochade.system.trash import HAS_TRASH_INFO
from pochade.web.app_state import AppState, StateDependency
from pochade.web.jobs.removal_tasks import MAX_LISTED_FILES, problem_answer
from pochade.web.routes.family_routes import CoverRule, FamilyChoiceIn
from pochade.web.routes.group_routes import PictureKey
from pochade.web.routes.job_routes import JobOut, job_out
from pochade.web.state.family_choices import parse_choices

routes = APIRouter(tags=["families"])
RemovalId = Annotated[str, Path(pattern=f"^{REMOVAL_ID.pattern}$")]
MAX_LISTED_REMOVALS = 20


class TrashIn(BaseModel):
    """The files to move to the trash, family by family."""

    keep: CoverRule | None = None  # the rule with which the families were found
    choices: list[FamilyChoiceIn] = Field(min_length=1, max_length=100_000)


class RemovalOut(BaseModel):
    """A removal that can be undone."""

    id: str  # starts with the date and time in UTC; the latest removal has the greatest id
    files: int  # without sidecars


class PicturesToTrashIn(BaseModel):
    """Pictures that are to go to the trash, with all their files."""

    pieces: list[PictureKey] = Field(min_length=1, max_length=50_000)


class LeavingFileOut(BaseModel):
    """A file that is to go."""

    path: str
    sidecars: int  # that go along


class StayingFileOut(BaseModel):
    """A file that stays although it holds a picture that is to go."""

    path: str
    reason: str


class TrashPlanOut(BaseModel):
    """What would go to the trash; at most a hundred files of each kind are named."""

    files: list[LeavingFileOut]
    file_count: int
    sidecar_count: int
    stays: list[StayingFileOut]
    stay_count: int
    freed_bytes: int  # once the trash is emptied
    can_undo: bool


@routes.post("/pieces/trash/plan")
def plan_trash(body: PicturesToTrashIn, state: StateDependency) -> TrashPlanOut:
    """Return which files would go if pictures were moved to the trash; nothing is moved."""
    plan = plan_selection(state.collection.library, _numbers_of(state, body.pieces))
    folder = state.collection.folder
    problems = problem_answer(plan.problems, folder)
    return TrashPlanOut(
        files=[
            LeavingFileOut(path=printable(file.picture.path.relative_to(folder)), sidecars=len(file.sidecars))
            for file in plan.files[:MAX_LISTED_FILES]
        ],
        file_count=len(plan.files), sidecar_count=sum(len(file.sidecars) for file in plan.files),
        stays=[StayingFileOut(**problem) for problem in problems["problems"]], stay_count=problems["problem_count"],
        freed_bytes=plan.freed_bytes, can_undo=HAS_TRASH_INFO,
    )  # fmt: skip


@routes.post("/pieces/trash", status_code=202)
def trash_pictures(body: PicturesToTrashIn, state: StateDependency) -> JobOut:
    """Begin a job that moves every file of some pictures to the system's trash, each if it is unchanged.

    The labels of the pictures stay, for the day they come back. The answer of the job is as for `/families/trash`.
    """
    return _begin(state, "trash", "move pictures to the trash", {"pieces": sorted(_numbers_of(state, body.pieces))})


def _numbers_of(state: AppState, keys: list[str]) -> set[int]:
    """Return the numbers of pictures.

    Raises:
        NotKnown: There is no such picture.
    """
    snapshot = state.snapshot()
    return {snapshot.files_of(key)[0].number for key in keys}


@routes.get("/families/trash")
def list_removals(state: StateDependency) -> list[RemovalOut]:
    """Return the last removals that were not undone, the latest first; none where only the system can undo them."""
    library, removals = state.collection.library, list[RemovalOut]()
    for removal_id in removal_ids(library)[:MAX_LISTED_REMOVALS] if HAS_TRASH_INFO else []:
        with suppress(IndexDamaged, NotKnown):  # damaged, or undone a moment ago
            removals.append(RemovalOut(id=removal_id, files=len(read_journal(library, removal_id))))
    return removals


@routes.post("/families/trash", status_code=202)
def trash_files(body: TrashIn, state: StateDependency) -> JobOut:
    """Begin a job that moves the chosen files to the system's trash, each if it and the file to keep are unchanged.

    The job's answer has `removal`, the id that undoes it (null if nothing went), `gone`, `gone_count`, `sidecar_count`,
    `freed_bytes`, `can_undo`, `problems` and `problem_count`.
    """
    families = state.families.load(body.keep, state.snapshot())
    parse_choices(families, [choice.page_choice() for choice in body.choices])  # a wrong choice is refused at once
    choices = [choice.model_dump() for choice in body.choices]
    return _begin(state, "trash", "move files to the trash", {"keep": body.keep, "choices": choices})


@routes.post("/families/trash/{removal}/undo", status_code=202)
def undo_trash(removal: RemovalId, state: StateDependency) -> JobOut:
    """Begin a job that puts back the files of a removal and takes back the labels that it added.

    The job's answer has `restored`, `restored_count`, `problems` and `problem_count`.
    """
    read_journal(state.collection.library, removal)  # an unknown id is refused at once
    return _begin(state, "restore", "put files back", {"removal": removal})


def _begin(state: AppState, kind: str, title: str, arguments: dict[str, Any]) -> JobOut:
    task = {"kind": kind, "folder": os.fspath(state.collection.folder), "index": state.settings.index}
    return job_out(state.jobs.add(kind, title, task | arguments))
