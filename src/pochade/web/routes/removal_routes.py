"""Move the files that a person chose in families to the system's trash, and put them back; both are jobs."""

import os
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from pochade.errors import IndexDamaged, NotKnown
from pochade.organise.removal_journal import REMOVAL_ID, read_journal, removal_ids
from pochade.system.trash import HAS_TRASH_INFO
from pochade.web.app_state import AppState, StateDependency
from pochade.web.routes.family_routes import CoverRule, FamilyChoiceIn
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
