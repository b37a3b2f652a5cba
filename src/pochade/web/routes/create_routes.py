"""Create: new pictures drawn at random, varied, on the way between some, or at a place of the map; kept, and saved."""

import os
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from pochade.errors import PochadeError, UsageError
from pochade.images.base.source import printable
from pochade.images.render.animation import ANIMATIONS, STRIP, makes_films
from pochade.web.app_state import AppState, TheDesk
from pochade.web.render.creation_store import PREFIX
from pochade.web.render.generation import UNPREPARED, Drawing, Prepared, Way
from pochade.web.responses import FOREVER, cached, known_again
from pochade.web.routes.group_routes import check
from pochade.web.routes.image_routes import PNG
from pochade.web.routes.job_routes import LONGEST, name_below
from pochade.web.state.snapshot import key_of

routes = APIRouter(tags=["create"])
CreatedId = Annotated[str, Path(pattern=f"^{PREFIX}[0-9a-f]{{16}}$")]
OwnCreated = Annotated[str, Field(pattern=f"^{PREFIX}[0-9a-f]{{16}}$")]
AnyPicture = Annotated[
    str,
    Field(pattern=f"^({PREFIX})?[0-9a-f]{{16}}$", description="A piece's key, or the id of a picture that was drawn."),
]
Seed = Annotated[int, Field(ge=0, lt=2**31, description="Of the first; those after it are counted on.")]
MostDrawn = Annotated[int, Field(ge=1, le=64)]
Place = Annotated[float, Field(ge=-10, le=10)]
LONGEST_WAY = 120  # frames
SAVED = 500  # pictures at once
Kind = Literal["pictures", "strip", "gif", "webp", "mp4"]


class PainterTold(BaseModel):
    """Whether drawing can begin."""

    state: Literal["ready", "unprepared", "unable"]  # `unprepared`: begin a job of the kind `prepare`
    problem: str | None  # why it isn't ready
    hint: str
    kinds: list[Kind]  # as which pictures can be saved here


class Imagine(BaseModel):
    """New pictures, free, or like some, or like a group."""

    n: MostDrawn = 16
    seed: Seed = 0
    like: list[AnyPicture] = Field([], max_length=64)
    group: int | None = Field(None, ge=0, lt=2**31)


class Vary(BaseModel):
    """Variations of a picture."""

    picture: AnyPicture
    strength: float = Field(30, ge=0, le=100, description="0 redraws it, 100 forgets it.")
    n: MostDrawn = 8
    seed: Seed = 0


class Morph(BaseModel):
    """A way through pictures, or a part of it."""

    pictures: list[AnyPicture] = Field(min_length=2, max_length=8)
    frames: int = Field(60, ge=2, le=LONGEST_WAY, description="Of the whole way.")
    loop: bool = False
    first: int = Field(0, ge=0, lt=LONGEST_WAY, description="The first frame to be drawn, counted from 0.")
    count: int = Field(LONGEST_WAY, ge=1, le=LONGEST_WAY, description="How many from there on, as far as it goes.")


class Spot(BaseModel):
    """A place of the map, in its coordinates."""

    x: Place
    y: Place
    seed: Seed = 0


class CreatedTold(BaseModel):
    """A picture that was drawn, and where it comes from."""

    id: str
    address: str  # of the picture, a PNG
    way: Way
    seed: int
    net: str
    percentile: float  # share of real pieces that lie where it is less dense, 0 to 1
    empty: bool  # whether the collection has nothing there
    nearest: str | None  # key of the piece that looks most like it; null where it went since
    distance: float  # to that one: 0 for the same, about 1 for what has nothing in common
    likelihood: float  # that both are one work
    almost_a_copy: bool


class SpotTold(BaseModel):
    """What the net draws at a place of the map."""

    picture: CreatedTold
    between: list[str]  # keys of the pieces that it was mixed of, the nearest first


class Save(BaseModel):
    """Pictures that were drawn, to be written to the folder for results."""

    pictures: list[OwnCreated] = Field(min_length=1, max_length=SAVED)
    name: str = Field(max_length=LONGEST, description="Of a folder, or of a file; its ending is added if need be.")
    kind: Kind = "pictures"


class Saved(BaseModel):
    """What was written."""

    files: list[str]  # below the folder for results


@routes.get("/painter")
def painter(desk: TheDesk) -> PainterTold:
    """Whether drawing can begin; asked first, this also loads the nets."""
    desk.pieces()
    kinds: list[Kind] = ["pictures", "strip", "gif", "webp"]
    kinds += ["mp4"] if makes_films() else []
    try:
        desk.easel.do(Prepared(desk.collection.folder, desk.settings.index))
    except PochadeError as error:
        state: Literal["unprepared", "unable"] = "unprepared" if error.sentence == UNPREPARED else "unable"
        return PainterTold(state=state, problem=error.sentence, hint=error.hint, kinds=kinds)
    return PainterTold(state="ready", problem=None, hint="", kinds=kinds)


@routes.post("/created/imagine", status_code=201)
def imagine(wish: Imagine, desk: TheDesk) -> list[CreatedTold]:
    """Draw new pictures; answered when all are there, so that a page asks for a few at a time, its seed counted on."""
    if wish.group is not None:
        check(desk, wish.group)
    like = [path_of(one, desk) for one in wish.like]
    return drawn(desk, "imagine", n=wish.n, seed=wish.seed, like=like, group=wish.group)[0]


@routes.post("/created/vary", status_code=201)
def vary(wish: Vary, desk: TheDesk) -> list[CreatedTold]:
    """Draw variations of a piece, or of a picture that was drawn."""
    image = path_of(wish.picture, desk)
    return drawn(desk, "vary", image=image, n=wish.n, strength=wish.strength / 100, seed=wish.seed)[0]


@routes.post("/created/morph", status_code=201)
def morph(wish: Morph, desk: TheDesk) -> list[CreatedTold]:
    """Draw the way from picture to picture; a long one is asked for part by part, and comes out the same."""
    images = [path_of(one, desk) for one in wish.pictures]
    part = slice(wish.first, wish.first + wish.count)
    return drawn(desk, "morph", images=images, frames=wish.frames, loop=wish.loop, part=part)[0]


@routes.post("/created/map", status_code=201)
def at_place(spot: Spot, desk: TheDesk) -> SpotTold:
    """Draw what belongs to a place of the map: between the pieces nearest to it, judged like all that is drawn."""
    (picture,), paths = drawn(desk, "map", x=spot.x, y=spot.y, seed=spot.seed)
    there = desk.pieces().by_path
    return SpotTold(picture=picture, between=[key_of(there[path]) for path in paths if path in there])


@routes.get("/created")
def all_created(desk: TheDesk) -> list[CreatedTold]:
    """Every picture that is kept, the oldest first."""
    return [told(own, desk) for own in list(desk.creations.made)]


@routes.get("/created/{created}")
def created_told(created: CreatedId, desk: TheDesk) -> CreatedTold:
    """Where a picture comes from."""
    return told(created, desk)


@routes.get("/created/{created}/picture", response_class=Response, responses=PNG)
def created_picture(request: Request, created: CreatedId, desk: TheDesk) -> Response:
    """A picture, in whose file it also says that it was made, by which net and seed. It never changes."""
    return known_again(request, created, FOREVER) or Response(
        desk.creations.content(created), media_type="image/png", headers=cached(created, FOREVER)
    )


@routes.post("/created/save", status_code=201)
def save(wish: Save, desk: TheDesk) -> Saved:
    """Write pictures to the folder for results: each by itself in a folder, or as the frames of one file."""
    root = desk.settings.own_results
    if wish.kind == "pictures":
        written = desk.creations.save(wish.pictures, root / name_below(desk, wish.name))
    else:
        written = [root / name_below(desk, with_ending(wish.name, wish.kind))]
        desk.creations.film(wish.pictures, written[0])
    return Saved(files=[printable(os.fspath(path.relative_to(root))) for path in written])


def with_ending(name: str, kind: Kind) -> str:
    """A file's name that ends as its kind does."""
    ending = STRIP if kind == "strip" else f".{kind}"
    if FilePath(name).suffix in {STRIP, *ANIMATIONS} - {ending}:
        raise UsageError(f"'{name[:LONGEST]}' is no name for a {kind}", f"let it end in {ending}")
    return name if name.endswith(ending) else name + ending


def path_of(own: str, desk: AppState) -> FilePath:
    """A picture that was drawn, or a piece's thumbnail: as much of it as the nets see.

    Raises:
        NotKnown: There is none.
    """
    if own.startswith(PREFIX):
        desk.creations.get(own)
        return desk.creations.path(own)
    return desk.thumbnail(own)


def drawn(desk: AppState, way: Way, **wish: Any) -> tuple[list[CreatedTold], list[FilePath]]:
    """What is drawn as somebody wishes, and on the map the pieces that it was mixed of."""
    desk.pieces()
    names, paths = desk.creations.draw(Drawing(desk.collection.folder, desk.settings.index, way, wish))
    return [told(own, desk) for own in names], paths


def told(own: str, desk: AppState) -> CreatedTold:
    """A picture as it is told."""
    one = desk.creations.get(own)
    nearest = desk.pieces().by_path.get(one.nearest)
    return CreatedTold(
        id=own, address=f"/api/created/{own}/picture", way=one.way, seed=one.seed, net=one.net,
        percentile=round(one.percentile, 4), empty=one.empty, nearest=key_of(nearest) if nearest else None,
        distance=round(one.distance, 4), likelihood=round(one.likelihood, 4), almost_a_copy=one.almost_a_copy,
    )  # fmt: skip
