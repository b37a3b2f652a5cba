"""Choose and open a folder of this machine, for the person who sits at it. Only these routes take paths."""

import os
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from pochade.errors import NotAllowed
from pochade.system.path_text import printable
from pochade.web.current_collection import CurrentCollection
from pochade.web.folders.folder_listing import (
    FolderContents,
    PictureCount,
    check_readable,
    has_plain_name,
    list_folder,
)
from pochade.web.folders.patient_answer import answer_in_time
from pochade.web.folders.starting_places import PlaceKind, StartingPlace, starting_places
from pochade.web.folders.typed_folder import typed_folder
from pochade.web.security.local_person import check_local_person

routes = APIRouter(tags=["folders"], prefix="/folders")
MAX_PATH_LENGTH = 4096
PathText = Annotated[
    str, Field(min_length=1, max_length=MAX_PATH_LENGTH, description="A whole path, as a person types it.")
]


class NamedFolderOut(BaseModel):
    """A folder with its name."""

    name: str
    path: str


class PlaceOut(NamedFolderOut):
    """A folder to begin with."""

    kind: PlaceKind


class PlacesOut(BaseModel):
    """Where a person may begin to look for a folder."""

    recent: list[NamedFolderOut]  # that were opened before and still exist, the latest first
    places: list[PlaceOut]


class ListedFolderOut(NamedFolderOut):
    """A folder in another one."""

    pictures: int | None  # directly in it; null if they were not counted
    is_rough: bool  # whether there may be more
    is_learnt: bool


class FolderContentsOut(ListedFolderOut):
    """What is in a folder: other folders, and a rough number of pictures."""

    parents: list[NamedFolderOut]  # the outermost first
    folders: list[ListedFolderOut]
    left_out: int  # folders beyond the first five hundred


class FolderIn(BaseModel):
    """A folder to open, or to forget."""

    path: PathText


class OpenIn(FolderIn):
    """A folder to open."""

    discards: bool = Field(False, description="Whether jobs may be stopped, and what is not saved may be discarded.")


def current_collection(request: Request) -> CurrentCollection:
    """Return what the server shows."""
    current: CurrentCollection = request.app.state.current
    return current


def collection_of_local_person(request: Request) -> CurrentCollection:
    """Return what the server shows, to the person at this machine."""
    current = current_collection(request)
    check_local_person(request, current.settings)
    return current


CurrentDependency = Annotated[CurrentCollection, Depends(current_collection)]
LocalPersonDependency = Annotated[CurrentCollection, Depends(collection_of_local_person)]


@routes.get("/places")
def list_places(current: LocalPersonDependency) -> PlacesOut:
    """Return folders that were opened before, and folders to begin with."""
    recent: list[Path] = answer_in_time(current.recent.existing, list[Path])
    places = answer_in_time(lambda: starting_places(current.started_in), list[StartingPlace])
    return PlacesOut(
        recent=[_name_out(folder) for folder in recent],
        places=[PlaceOut(name=place.name, path=os.fspath(place.path), kind=place.kind) for place in places],
    )


@routes.get("")
def get_folder(
    current: LocalPersonDependency,  # noqa: ARG001  it refuses everybody else
    path: Annotated[str, Query(min_length=1, max_length=MAX_PATH_LENGTH, description="A whole path.")],
) -> FolderContentsOut:
    """Return the folders in a folder, without hidden ones. Nothing is opened or written."""
    folder = _plain_folder(path)
    return _contents_out(
        answer_in_time(lambda: list_folder(folder, counts=True), lambda: list_folder(folder, counts=False))
    )


@routes.post("/open")
def open_folder(body: OpenIn, current: LocalPersonDependency) -> NamedFolderOut:
    """Show another folder, with the checks of `pochade open`; refused (409) as long as something is unfinished."""
    folder = _plain_folder(body.path)
    answer_in_time(lambda: check_readable(folder))
    return _name_out(current.switch(folder, discards=body.discards).collection.folder)


@routes.post("/forget", status_code=204)
def forget_folder(body: FolderIn, current: LocalPersonDependency) -> None:
    """Remove a folder from those that were opened before; nothing in it changes."""
    current.recent.forget(typed_folder(body.path))


def _plain_folder(text: str) -> Path:
    """The folder of a text.

    Raises:
        NotAllowed: Its name has bytes that no text has.
    """
    folder = answer_in_time(lambda: typed_folder(text))
    if not has_plain_name(folder):
        raise NotAllowed(f"'{printable(folder)}' has characters that are no text", "rename the folder")
    return folder


def _name_out(folder: Path) -> NamedFolderOut:
    return NamedFolderOut(name=printable(folder.name) or printable(folder), path=printable(folder))


def _contents_out(contents: FolderContents) -> FolderContentsOut:
    return FolderContentsOut(
        **_listing_out(contents.path, contents.count, is_learnt=contents.is_learnt).model_dump(),
        parents=[_name_out(parent) for parent in reversed(contents.path.parents)],
        folders=[_listing_out(folder.path, folder.count, is_learnt=folder.is_learnt) for folder in contents.folders],
        left_out=contents.left_out,
    )


def _listing_out(folder: Path, count: PictureCount | None, *, is_learnt: bool) -> ListedFolderOut:
    return ListedFolderOut(
        **_name_out(folder).model_dump(),
        pictures=count.pictures if count else None,
        is_rough=bool(count and count.is_rough),
        is_learnt=is_learnt,
    )
