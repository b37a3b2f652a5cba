"""The pictures: all of them in columns, one with its details, its neighbours, and search by an uploaded picture."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from pochade._version import __version__
from pochade.errors import CollectionMissing
from pochade.index.label_colours import LabelColour, read_label_colours
from pochade.index.picture_records import Match, PictureFile
from pochade.system.path_text import printable
from pochade.web.app_state import AppState, StateDependency, current_state
from pochade.web.render.picture_rendering import ReadPixelsTask
from pochade.web.render.scan_store import safe_file_name
from pochade.web.responses import json_response
from pochade.web.routes.desktop_routes import is_on_desktop
from pochade.web.routes.folder_routes import CurrentDependency
from pochade.web.routes.group_routes import PictureKey
from pochade.web.routes.wall_query import PictureColumnsOut, WallDependency
from pochade.web.security.local_person import is_local_person
from pochade.web.state.label_counts import count_labels
from pochade.web.state.snapshot import Snapshot, is_missing, picture_key

routes = APIRouter(tags=["pieces"])
PictureKeyPath = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="The first 16 digits of the SHA-256 of a picture's content.")
]
Count = Annotated[int, Query(ge=1, le=500)]
COPIES_FACTOR = 4  # by which a search grows when most of what it found were copies


class InfoOut(BaseModel):
    """The collection as a whole, and the values that pictures can be filtered by."""

    version: str
    folder: str  # empty as long as the person has not chosen one
    results: str  # the only folder that results are written to
    learnt: str | None  # when; null if nothing has been learnt yet
    files: int = 0
    pieces: int = 0
    megapixels: float = 0.0
    gigabytes: float = 0.0
    problems: int = 0
    net: str | None = None
    figures: dict[str, Any] = {}
    formats: dict[str, int] = {}
    colours: dict[str, int] = {}
    shapes: dict[str, int] = {}
    folders: dict[str, int] = {}
    labels: dict[str, int] = {}
    label_colours: dict[str, LabelColour] = {}  # of the labels that have one
    techniques: dict[str, int] = {}
    years: dict[str, int] = {}  # in which files were changed, the latest first
    has_desktop: bool = False  # whether the server can open files in programs of the person's desktop
    eye: str | None = None  # that groups, labels and the map use; null for the theme model
    knows_words: bool = False  # whether pictures can be searched by meaning
    collection: str = ""  # for `x-pochade-collection` of later requests; empty if no folder is open
    can_choose: bool = False  # whether this page may open another folder


class SelectionIn(BaseModel):
    """Pictures that a person selected."""

    pieces: list[PictureKey] = Field(min_length=1, max_length=50_000)


class SelectionOut(BaseModel):
    """The name of a selection, for URLs."""

    id: str


class ProblemFileOut(BaseModel):
    """A file that could not be read as a picture."""

    path: str
    reason: str


class PictureFileOut(BaseModel):
    """A file that holds a picture."""

    path: str
    modified: datetime
    is_missing: bool  # whether the file is no longer there: it was moved or deleted since it was learnt


class PictureOut(BaseModel):
    """All that is known of a picture."""

    key: str
    sha256: str
    files: list[PictureFileOut]
    format: str
    width: int
    height: int
    depth: int
    has_alpha: bool
    frames: int
    bytes: int
    colour: str
    shape: str
    notes: list[str]
    labels: list[str]
    refused: list[str]  # labels that the person said it does not have
    group: int | None


class MatchOut(BaseModel):
    """A picture that a search found."""

    key: str
    path: str  # of its first file
    files: int  # that hold it
    width: int
    height: int
    distance: float  # 1 - cosine of the embeddings: 0 for equal ones, about 1 for unrelated ones
    likelihood: float  # 0 to 1, that it is the same work; 0 if the two pictures were not aligned
    is_same_work: bool


@routes.get("/info", response_model=InfoOut)
def get_info(request: Request, current: CurrentDependency) -> Response:
    """Return facts about the whole collection; `learnt` is null if nothing has been learnt yet."""
    can_choose = is_local_person(request, current.settings)
    if current.state is None:
        no_folder = InfoOut(version=__version__, folder="", results="", learnt=None, can_choose=can_choose)
        return json_response(request, no_folder.model_dump())
    state = current_state(request)
    places: dict[str, Any] = {
        "version": __version__, "collection": state.collection_id, "can_choose": can_choose,
        "folder": printable(state.collection.folder), "results": printable(state.settings.results_folder),
    }  # fmt: skip
    try:
        info = _describe_collection(state) | places
    except CollectionMissing:
        info = InfoOut(learnt=None, **places).model_dump()
    return json_response(request, info)


def _describe_collection(state: AppState) -> dict[str, Any]:
    """What `InfoOut` says of a collection that has been learnt.

    Raises:
        CollectionMissing: Nothing has been learnt yet.
    """
    collection = state.collection
    snapshot, model, eye = state.snapshot(), collection.active_model(), collection.eye()
    totals = snapshot.totals
    info = InfoOut(
        version="", folder="", results="", learnt=model.learnt if model else "",
        files=len(snapshot.files), pieces=totals.pictures, megapixels=totals.megapixels, gigabytes=totals.gigabytes,
        problems=len(collection.problems()), net=model and model.name, figures=model.figures if model else {},
        formats=totals.formats, colours=totals.colours, shapes=totals.shapes, folders=snapshot.folders,
        label_colours=read_label_colours(collection.index),
        labels=count_labels(collection, snapshot), techniques=state.techniques.counts(snapshot), years=totals.years,
        has_desktop=is_on_desktop(state), eye=eye.name if eye else None, knows_words=bool(eye and eye.knows_words),
    )  # fmt: skip
    return info.model_dump()


@routes.get("/pieces", response_model=PictureColumnsOut)
def list_pictures(request: Request, state: StateDependency, wall: WallDependency) -> Response:
    """Return every picture that passes the filter, in columns."""
    return json_response(request, wall.columns(state))


@routes.post("/selections", status_code=201)
def create_selection(body: SelectionIn, state: StateDependency) -> SelectionOut:
    """Store a selection for `/api/pieces?selection=`, until the server ends or thirty others come after it."""
    snapshot = state.snapshot()
    return SelectionOut(id=state.selections.add(snapshot.files_of(key)[0].number for key in body.pieces))


@routes.get("/problems")
def list_problems(state: StateDependency) -> list[ProblemFileOut]:
    """Return every file that could not be read as a picture, and why."""
    folder = state.collection.folder
    return [
        ProblemFileOut(path=printable(problem.path.relative_to(folder)), reason=problem.reason)
        for problem in state.collection.problems()
    ]


@routes.get("/pieces/{key}", response_model=PictureOut)
def get_picture_details(request: Request, key: PictureKeyPath, state: StateDependency) -> Response:
    """Return all that is known of a picture."""
    snapshot = state.snapshot()
    files = snapshot.files_of(key)
    first = files[0]
    has_label = state.collection.labels_of(first)
    details = PictureOut(
        key=key, sha256=first.hash,
        files=[picture_file_out(file, snapshot) for file in files],
        format=first.format, width=first.width, height=first.height, depth=first.depth, has_alpha=first.has_alpha,
        frames=first.frames, bytes=first.bytes, colour=first.colour, shape=first.shape, notes=list(first.notes),
        labels=[label for label, has in has_label.items() if has],
        refused=[label for label, has in has_label.items() if not has],
        group=state.group_tree().group_of.get(first.number),
    )  # fmt: skip
    return json_response(request, details.model_dump_json().encode())


def picture_file_out(file: PictureFile, snapshot: Snapshot) -> PictureFileOut:
    """Return a file of a picture as the page gets it."""
    return PictureFileOut(path=snapshot.display_path(file), modified=file.modified, is_missing=is_missing(file))


@routes.get("/pieces/{key}/nearest")
def find_neighbours(
    key: PictureKeyPath, state: StateDependency, k: Count = 24, by: Literal["look", "meaning"] = "look"
) -> list[MatchOut]:
    """Return the pictures whose embeddings are nearest to a picture's, without the picture itself.

    By meaning, these are the embeddings of the collection's eye; without an eye, no picture is returned.
    """
    snapshot = state.snapshot()
    file = snapshot.files_of(key)[0]
    if by == "meaning":
        return [match_out(match, snapshot) for match in state.collection.meaning_neighbours(file, k)]
    return matches_out(lambda files: state.collection.neighbours(file, files), k, snapshot)


@routes.post("/find")
def find_similar(picture: UploadFile, state: StateDependency, k: Count = 24) -> list[MatchOut]:
    """Return the pictures that look like an uploaded one, which is not stored: copies and versions come first."""
    snapshot = state.snapshot()
    with TemporaryDirectory(dir=state.folder) as folder:
        path = FilePath(folder) / safe_file_name(picture.filename or "")
        with path.open("xb") as file:
            shutil.copyfileobj(picture.file, file)
        pixels = state.render_pool.submit(ReadPixelsTask(path))
    with state.model_lock:
        return matches_out(lambda files: state.collection.find(pixels, files), k, snapshot)


def matches_out(search: Callable[[int], list[Match]], k: int, snapshot: Snapshot) -> list[MatchOut]:
    """Return at most k pictures that a search finds, each once, however many files hold it.

    Args:
        search: Returns at most that many files, best first.
        k: The number of pictures.
        snapshot: The pictures of the collection.
    """
    files = k
    while True:
        matches = search(files)
        best: dict[int, Match] = {}  # by the picture's number
        for match in matches:
            best.setdefault(match.picture.number, match)
        if len(best) >= k or len(matches) < files:
            return [match_out(match, snapshot) for match in list(best.values())[:k]]
        files *= COPIES_FACTOR  # many of the files were copies


def match_out(match: Match, snapshot: Snapshot) -> MatchOut:
    """Return a match as the page gets it."""
    file = match.picture
    files = snapshot.by_key.get(picture_key(file), [file])
    return MatchOut(
        key=picture_key(file), path=snapshot.display_path(file), files=len(files), width=file.width, height=file.height,
        distance=round(match.distance, 4), likelihood=round(match.likelihood, 4), is_same_work=match.is_same_work,
    )  # fmt: skip
