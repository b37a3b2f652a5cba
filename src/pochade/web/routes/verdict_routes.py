"""What the person says about pairs of pictures, and about folders. Each answer has what was said before, for undo."""

import os
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pochade.errors import NotKnown
from pochade.index.folder_roles import FolderRole, folder_key
from pochade.index.verdict_store import Verdict, read_verdicts, write_verdict
from pochade.system.path_text import printable
from pochade.web.app_state import AppState, StateDependency
from pochade.web.routes.group_routes import PictureKey
from pochade.web.state.snapshot import RELOAD_HINT, Snapshot, picture_key

routes = APIRouter(tags=["verdicts and folder roles"])
MAX_PATH_LENGTH = 4096


class VerdictIn(BaseModel):
    """What the person says about two pictures; null takes back what was said."""

    first: PictureKey
    second: PictureKey
    verdict: Verdict | None


class VerdictOut(BaseModel):
    """What the person had said before; sending it again undoes the change."""

    previous: Verdict | None


class JudgedPairOut(BaseModel):
    """What the person said about two pictures."""

    first: PictureKey
    second: PictureKey
    verdict: Verdict


class VerdictsOut(BaseModel):
    """A part of what the person said about pairs of pictures, in the order of the pictures."""

    total: int
    offset: int
    verdicts: list[JudgedPairOut]


class FolderRoleIn(BaseModel):
    """A role for a folder; null takes it away."""

    folder: str = Field(max_length=MAX_PATH_LENGTH)  # as `/api/folder-roles` or `/api/info` names it; "." is the whole
    role: FolderRole | None


class FolderRoleOut(BaseModel):
    """A folder with a role of its own."""

    folder: str
    role: FolderRole


class FolderRolesOut(BaseModel):
    """All folders with a role, sorted; other folders have the role of the nearest one above them."""

    roles: list[FolderRoleOut]


class FolderRoleChangeOut(FolderRolesOut):
    """All folders with a role after a change, and the role that the changed one had before."""

    previous: FolderRole | None


@routes.get("/verdicts")
def list_verdicts(
    state: StateDependency,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0, limit: Annotated[int, Query(ge=0, le=10_000)] = 1_000,
) -> VerdictsOut:  # fmt: skip
    """Return what the person said about pairs of pictures whose files are known."""
    pictures = state.snapshot().by_number
    verdicts = sorted(read_verdicts(state.collection.index).items())
    known = [(pair, verdict) for pair, verdict in verdicts if pair[0] in pictures and pair[1] in pictures]
    shown = [
        JudgedPairOut(first=picture_key(pictures[first]), second=picture_key(pictures[second]), verdict=verdict)
        for (first, second), verdict in known[offset : offset + limit]
    ]
    return VerdictsOut(total=len(known), offset=offset, verdicts=shown)


@routes.post("/verdicts")
def change_verdict(body: VerdictIn, state: StateDependency) -> VerdictOut:
    """Record what the person says about two pictures. Families follow it after the next job of the kind `families`."""
    snapshot = state.snapshot()
    first, second = (snapshot.files_of(key)[0].number for key in (body.first, body.second))
    with state.snapshots.keep_snapshot():
        return VerdictOut(previous=write_verdict(state.collection.index, first, second, body.verdict))


@routes.get("/folder-roles")
def get_folder_roles(state: StateDependency) -> FolderRolesOut:
    """Return all folders with a role. Nothing in protected ones is proposed for removal, preferred ones are kept."""
    return FolderRolesOut(roles=_roles_out(state))


@routes.put("/folder-roles")
def change_folder_role(body: FolderRoleIn, state: StateDependency) -> FolderRoleChangeOut:
    """Give a folder a role, or take it away."""
    folder = _find_folder(body.folder, state)
    with state.snapshots.keep_snapshot():
        previous = state.collection.set_folder_role(folder, body.role)
    return FolderRoleChangeOut(roles=_roles_out(state), previous=previous)


def _roles_out(state: AppState) -> list[FolderRoleOut]:
    """Return the roles with the folders' names as the page knows them; a folder that is gone keeps its stored name."""
    names = {folder_key(folder): name for name, folder in _folders_by_name(state.snapshot()).items()}
    roles = state.collection.folder_roles()
    return [FolderRoleOut(folder=names.get(key, printable(key)), role=role) for key, role in roles.items()]


def _find_folder(name: str, state: AppState) -> FilePath:
    """Find a folder by its name among those that have pictures or a role: no path comes from a browser.

    Raises:
        NotKnown: There is no such folder.
    """
    folders = {printable(key): FilePath(key) for key in state.collection.folder_roles()}
    folders |= _folders_by_name(state.snapshot())
    if name not in folders:
        raise NotKnown(f"there is no folder '{name}' with pictures", RELOAD_HINT)
    return folders[name]


def _folders_by_name(snapshot: Snapshot) -> dict[str, FilePath]:
    """All folders with pictures, relative to the collection's folder, by the name that the page shows."""
    innermost = {os.path.dirname(file.path) for file in snapshot.files}  # noqa: PTH120  fast
    paths = {FilePath(folder).relative_to(snapshot.folder) for folder in innermost}
    return {printable(folder): folder for path in paths for folder in (path, *path.parents)}
