"""The pieces: all of them in columns, one with its facts, those nearest to it, and those that look like a picture."""

import shutil
from datetime import datetime
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from pochade._version import __version__
from pochade.errors import CollectionMissing, NotKnown
from pochade.images.base.source import printable
from pochade.index.pictures import Filter, Match
from pochade.web.app_state import AppState, TheDesk
from pochade.web.render.picture_rendering import Asked
from pochade.web.render.scan_previews import plain_name
from pochade.web.responses import tagged
from pochade.web.state.snapshot import Snapshot, key_of

routes = APIRouter(tags=["pieces"])
Key = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The first 16 digits of a piece's SHA-256.")]
PieceKey = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Count = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str | None, Query(max_length=4096)]
Sort = Literal["path", "modified", "bytes", "pixels"]
MOST = 1_000_000  # rows in an answer


class Info(BaseModel):
    """The collection as a whole, and what can be chosen by."""

    version: str
    folder: str
    results: str  # the only folder that results are written to
    learnt: str | None  # when; nothing was learnt yet without it
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


class Columns(BaseModel):
    """Files in columns of the same length; copies share a key."""

    total: int  # that pass the filter
    offset: int
    keys: list[str]
    paths: list[str]
    widths: list[int]
    heights: list[int]


class Selected(BaseModel):
    """Pieces that the person selected."""

    pieces: list[PieceKey] = Field(min_length=1, max_length=50_000)


class Selection(BaseModel):
    """A selection, as addresses name it."""

    id: str


class ProblemFile(BaseModel):
    """A file that gave no picture."""

    path: str
    reason: str


class File(BaseModel):
    """A file that holds a piece."""

    path: str
    modified: datetime


class Facts(BaseModel):
    """What is known of a piece."""

    key: str
    sha256: str
    files: list[File]
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


class Found(BaseModel):
    """A file that was found."""

    key: str
    path: str
    width: int
    height: int
    distance: float  # 0 for the same, about 1 for what has nothing in common
    likelihood: float  # that it is of the same work, where the two were laid over each other
    is_same_work: bool


@routes.get("/info", response_model=Info)
def info(request: Request, desk: TheDesk) -> Response:
    """The collection as a whole; `learnt` is null where nothing was learnt yet."""
    folder, results = printable(desk.collection.folder), printable(desk.settings.own_results)
    try:
        now, index = desk.pieces(), desk.collection.index
    except CollectionMissing:
        return tagged(request, Info(version=__version__, folder=folder, results=results, learnt=None).model_dump())
    sums, used = now.sums, index.net_in_use()
    found = Info(
        version=__version__, folder=folder, results=results, learnt=used.learnt if used else "",
        files=len(now.pieces), problems=len(index.problems()), **vars(sums),
        net=used and used.name, figures=used.figures if used else {},
        folders=now.folders, labels=desk.collection.labels(),
    )  # fmt: skip
    return tagged(request, found.model_dump())


@routes.get("/pieces", response_model=Columns)
def pieces(
    request: Request, desk: TheDesk,
    folder: Word = None, format: Word = None, shape: Word = None, colour: Word = None,  # noqa: A002
    label: Word = None, group: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    selection: Annotated[str | None, Query(pattern="^[0-9a-f]{12}$")] = None,
    sort: Sort = "path", descending: bool = False,
    offset: Annotated[int, Query(ge=0, le=MOST)] = 0, limit: Annotated[int, Query(ge=0, le=MOST)] = MOST,
) -> Response:  # fmt: skip
    """Every file that holds a piece and passes the filter, in columns; all of them, unless a limit is given."""
    now, numbers = desk.pieces(), numbers_of(desk, label, group, selection)
    columns = now.columns
    chosen = columns.chosen(Filter(format=format, shape=shape, colour=colour), folder, numbers)
    return tagged(request, columns.told(columns.sorted(chosen, sort, descending=descending), offset, limit))


def numbers_of(desk: AppState, label: str | None, group: int | None, selection: str | None) -> set[int] | None:
    """The pieces with a label, in a group and selected; None where nothing of these is asked for."""
    found: set[int] | None = None
    if selection is not None:
        found = set(desk.selections.get(selection))
    if label is not None:
        having = desk.collection.index.labelled(label)
        found = having if found is None else found & having
    if group is not None:
        tree = desk.tree()
        if group not in tree.nodes:
            raise NotKnown(f"there is no group {group}", "it may have gone since it was shown: look again")
        inside = set(tree.pieces(group))
        found = inside if found is None else found & inside
    return found


@routes.post("/selections", status_code=201)
def select(selected: Selected, desk: TheDesk) -> Selection:
    """Keep a selection of pieces for `/api/pieces?selection=`, until the server ends or thirty others came after it."""
    now = desk.pieces()
    return Selection(id=desk.selections.add(now.files(key)[0].number for key in selected.pieces))


@routes.get("/problems")
def problems(desk: TheDesk) -> list[ProblemFile]:
    """Every file that gave no picture, and why."""
    folder = desk.collection.folder
    return [
        ProblemFile(path=printable(one.path.relative_to(folder)), reason=one.reason)
        for one in desk.collection.problems()
    ]


@routes.get("/pieces/{key}", response_model=Facts)
def facts(request: Request, key: Key, desk: TheDesk) -> Response:
    """All that is known of a piece."""
    now = desk.pieces()
    files = now.files(key)
    one, index = files[0], desk.collection.index
    said = index.all_labels().get(one.number, {})
    known = Facts(
        key=key, sha256=one.hash, files=[File(path=now.name(each), modified=each.modified) for each in files],
        labels=[label for label, has in said.items() if has], refused=[label for label, has in said.items() if not has],
        group=desk.tree().homes.get(one.number), notes=list(one.notes),
        **{
            name: getattr(one, name)
            for name in ("format", "width", "height", "depth", "has_alpha", "frames", "bytes", "colour", "shape")
        },
    )  # fmt: skip
    return tagged(request, known.model_dump_json().encode())


@routes.get("/pieces/{key}/nearest")
def nearest(key: Key, desk: TheDesk, k: Count = 24) -> list[Found]:
    """The files whose looks are nearest to a piece's, without its own."""
    now = desk.pieces()
    files, collection = now.files(key), desk.collection
    look = collection.in_use.looks(collection.index.rows_used())[files[0].row]
    matches = collection.nearest(look, k + len(files))
    return [found(match, now) for match in matches if key_of(match.piece) != key][:k]


@routes.post("/find")
def find(picture: UploadFile, desk: TheDesk, k: Count = 24) -> list[Found]:
    """The files that look like a picture that is sent: copies, versions, and what is near; it is not kept."""
    now = desk.pieces()
    with TemporaryDirectory(dir=desk.own) as folder:
        path = FilePath(folder) / plain_name(picture.filename or "")
        with path.open("xb") as file:
            shutil.copyfileobj(picture.file, file)
        pixels = desk.pool.do(Asked(path))
    with desk.asking:
        return [found(match, now) for match in desk.collection.find(pixels, k)]


def found(match: Match, now: Snapshot) -> Found:
    """A match as it is told."""
    piece = match.piece
    return Found(
        key=key_of(piece), path=now.name(piece), width=piece.width, height=piece.height,
        distance=round(match.distance, 4), likelihood=round(match.likelihood, 4), is_same_work=match.is_same_work,
    )  # fmt: skip
