"""Generated pictures: imagine, vary, morph, generate at a place on the map, and save the results."""

import os
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from pochade.errors import NotPrepared, PochadeError, UsageError
from pochade.images.render.animation import ANIMATION_SUFFIXES, STRIP_SUFFIX, can_encode_films
from pochade.system.path_text import printable
from pochade.web.app_state import AppState, StateDependency
from pochade.web.render.creation_store import CREATED_PREFIX
from pochade.web.render.generation import CheckPreparedTask, CreatedFacts, CreationMethod, GenerateTask
from pochade.web.responses import CACHE_FOREVER, cache_headers, not_modified
from pochade.web.routes.group_routes import check_groups_exist
from pochade.web.routes.image_routes import PNG_RESPONSES
from pochade.web.routes.job_routes import MAX_NAME_LENGTH, check_result_name
from pochade.web.state.snapshot import picture_key

routes = APIRouter(tags=["create"])
CreatedIdPath = Annotated[str, Path(pattern=f"^{CREATED_PREFIX}[0-9a-f]{{16}}$")]
CreatedId = Annotated[str, Field(pattern=f"^{CREATED_PREFIX}[0-9a-f]{{16}}$")]
AnyPictureId = Annotated[
    str,
    Field(
        pattern=f"^({CREATED_PREFIX})?[0-9a-f]{{16}}$",
        description="A picture's key, or the id of a generated picture.",
    ),
]
Seed = Annotated[int, Field(ge=0, lt=2**31, description="Of the first picture; each further one adds 1.")]
PictureCount = Annotated[int, Field(ge=1, le=64)]
Coordinate = Annotated[float, Field(ge=-10, le=10)]
Rough = Annotated[bool, Field(description="Return the model's plans at once, without drawing them with patches.")]
MAX_MORPH_FRAMES = 120
MAX_SAVED_PICTURES = 500  # at once
SaveKind = Literal["pictures", "strip", "gif", "webp", "mp4"]
GeneratorState = Literal["ready", "unprepared", "unable"]


class GeneratorOut(BaseModel):
    """Whether pictures can be generated."""

    state: GeneratorState  # `unprepared`: begin a job of the kind `prepare`
    problem: str | None  # why it isn't ready
    hint: str
    kinds: list[SaveKind]  # how pictures can be saved on this machine


class ImagineIn(BaseModel):
    """A request for new pictures: free, or like some pictures, or like a group."""

    n: PictureCount = 16
    seed: Seed = 0
    like: list[AnyPictureId] = Field([], max_length=64)
    group: int | None = Field(None, ge=0, lt=2**31)
    rough: Rough = False


class VaryIn(BaseModel):
    """A request for variations of a picture."""

    picture: AnyPictureId
    strength: float = Field(30, ge=0, le=100, description="0 reconstructs the picture, 100 ignores it.")
    n: PictureCount = 8
    seed: Seed = 0
    rough: Rough = False


class MorphIn(BaseModel):
    """A request for a morph through pictures, or for a part of its frames."""

    pictures: list[AnyPictureId] = Field(min_length=2, max_length=8)
    frames: int = Field(60, ge=2, le=MAX_MORPH_FRAMES, description="Of the whole morph.")
    loop: bool = False
    first: int = Field(0, ge=0, lt=MAX_MORPH_FRAMES, description="The first frame to generate, from 0.")
    count: int = Field(
        MAX_MORPH_FRAMES, ge=1, le=MAX_MORPH_FRAMES, description="How many frames to generate; fewer at the end."
    )


class MapPlaceIn(BaseModel):
    """A place on the map, in its coordinates."""

    x: Coordinate
    y: Coordinate
    seed: Seed = 0


class LenderOut(BaseModel):
    """A real picture that lent parts of a generated one."""

    picture: str | None  # its key; null if it is not in the collection
    share: float  # of what is drawn, 0 to 1
    largest_share: float  # its largest connected part, as a share of what is drawn


class RegionsOut(BaseModel):
    """Which real picture lent which part."""

    side: int  # places along each side of the map
    lenders: list[LenderOut]  # the largest share first
    runs: list[tuple[int, int]]  # line by line: an index of `lenders`, or -1 for bare paper, and a number of places


class CreatedOut(BaseModel):
    """A generated picture, and what is known of it."""

    id: str
    address: str  # URL of its PNG
    way: CreationMethod
    seed: int
    net: str
    percentile: float  # the share of real pictures where the prior is less dense, 0 to 1
    empty: bool  # whether its latent is out of distribution
    nearest: str | None  # key of the real picture that looks most like it; null if that is gone since
    distance: float  # to the nearest one: 1 - cosine of the embeddings
    likelihood: float  # 0 to 1, that it is the same work as the nearest one
    almost_a_copy: bool
    regions: RegionsOut | None  # null if the model alone drew it


class MapPlaceOut(BaseModel):
    """The picture that belongs to a place on the map."""

    picture: CreatedOut
    between: list[str]  # keys of the pictures that it was interpolated from, the nearest first


class SaveIn(BaseModel):
    """Generated pictures to write to the folder for results."""

    pictures: list[CreatedId] = Field(min_length=1, max_length=MAX_SAVED_PICTURES)
    name: str = Field(
        max_length=MAX_NAME_LENGTH, description="Of a folder, or of a file, whose suffix is added if it is missing."
    )
    kind: SaveKind = "pictures"


class SavedOut(BaseModel):
    """The files that were written."""

    files: list[str]  # paths below the folder for results


@routes.get("/painter")
def get_generator(state: StateDependency) -> GeneratorOut:
    """Tell whether pictures can be generated. The first such request also loads the models."""
    state.snapshot()
    kinds: list[SaveKind] = ["pictures", "strip", "gif", "webp"]
    kinds += ["mp4"] if can_encode_films() else []
    try:
        state.generation_pool.submit(CheckPreparedTask(state.collection.folder, state.settings.index))
    except PochadeError as error:
        generator_state: GeneratorState = "unprepared" if isinstance(error, NotPrepared) else "unable"
        return GeneratorOut(state=generator_state, problem=error.sentence, hint=error.hint, kinds=kinds)
    return GeneratorOut(state="ready", problem=None, hint="", kinds=kinds)


@routes.post("/created/imagine", status_code=201)
def imagine_pictures(body: ImagineIn, state: StateDependency) -> list[CreatedOut]:
    """Generate new pictures. The response comes when all are there, so a page asks for a few seeds at a time."""
    if body.group is not None:
        check_groups_exist(state, body.group)
    like = [_path_of(picture, state) for picture in body.like]
    return _generate(state, "imagine", n=body.n, seed=body.seed, like=like, group=body.group, rough=body.rough)[0]


@routes.post("/created/vary", status_code=201)
def vary_picture(body: VaryIn, state: StateDependency) -> list[CreatedOut]:
    """Generate variations of a real or generated picture."""
    image = _path_of(body.picture, state)
    strength = body.strength / 100
    return _generate(state, "vary", image=image, n=body.n, strength=strength, seed=body.seed, rough=body.rough)[0]


@routes.post("/created/morph", status_code=201)
def morph_pictures(body: MorphIn, state: StateDependency) -> list[CreatedOut]:
    """Generate frames of a morph. Parts of a long morph give the same frames as the whole."""
    images = [_path_of(picture, state) for picture in body.pictures]
    part = slice(body.first, body.first + body.count)
    return _generate(state, "morph", images=images, frames=body.frames, loop=body.loop, part=part)[0]


@routes.post("/created/map", status_code=201)
def generate_at_place(body: MapPlaceIn, state: StateDependency) -> MapPlaceOut:
    """Generate the picture that belongs to a place on the map, interpolated from the nearest pictures."""
    (picture,), paths = _generate(state, "map", x=body.x, y=body.y, seed=body.seed)
    files = state.snapshot().by_path
    return MapPlaceOut(picture=picture, between=[picture_key(files[path]) for path in paths if path in files])


@routes.get("/created")
def list_created(state: StateDependency) -> list[CreatedOut]:
    """Return every stored generated picture, the oldest first."""
    return [created_out(created_id, state) for created_id in list(state.created.facts)]


@routes.get("/created/{created}")
def get_created(created: CreatedIdPath, state: StateDependency) -> CreatedOut:
    """Return what is known of a generated picture."""
    return created_out(created, state)


@routes.get("/created/{created}/picture", response_class=Response, responses=PNG_RESPONSES)
def get_created_picture(request: Request, created: CreatedIdPath, state: StateDependency) -> Response:
    """Return the PNG of a generated picture, with its provenance inside. It never changes."""
    return not_modified(request, created, CACHE_FOREVER) or Response(
        state.created.content(created), media_type="image/png", headers=cache_headers(created, CACHE_FOREVER)
    )


@routes.post("/created/save", status_code=201)
def save_created(body: SaveIn, state: StateDependency) -> SavedOut:
    """Write pictures to the folder for results: one by one into a folder, or as the frames of one file."""
    root = state.settings.results_folder
    if body.kind == "pictures":
        paths = state.created.save(body.pictures, root / check_result_name(state, body.name))
    else:
        paths = [root / check_result_name(state, _with_suffix(body.name, body.kind))]
        state.created.encode_frames(body.pictures, paths[0])
    return SavedOut(files=[printable(os.fspath(path.relative_to(root))) for path in paths])


def _with_suffix(name: str, kind: SaveKind) -> str:
    """Return a file name with the suffix of its kind.

    Raises:
        UsageError: The name has the suffix of another kind.
    """
    suffix = STRIP_SUFFIX if kind == "strip" else f".{kind}"
    if FilePath(name).suffix in {STRIP_SUFFIX, *ANIMATION_SUFFIXES} - {suffix}:
        why = f"'{name[:MAX_NAME_LENGTH]}' is not a name for a {kind}"
        raise UsageError(why, f"choose a name that ends in {suffix}")
    return name if name.endswith(suffix) else name + suffix


def _path_of(picture: str, state: AppState) -> FilePath:
    """Return the file of a generated picture, or the thumbnail of a real one, which is as much as the models see.

    Raises:
        NotKnown: There is no such picture.
    """
    if picture.startswith(CREATED_PREFIX):
        state.created.get(picture)
        return state.created.path(picture)
    return state.thumbnail(picture)


def _generate(state: AppState, method: CreationMethod, **arguments: Any) -> tuple[list[CreatedOut], list[FilePath]]:
    """Generate pictures; for a place on the map, also return the pictures that were interpolated."""
    state.snapshot()
    task = GenerateTask(state.collection.folder, state.settings.index, method, arguments)
    created_ids, between = state.created.generate(task)
    return [created_out(created_id, state) for created_id in created_ids], between


def created_out(created_id: str, state: AppState) -> CreatedOut:
    """Return a generated picture as the page gets it."""
    facts = state.created.get(created_id)
    nearest = state.snapshot().by_path.get(facts.nearest)
    return CreatedOut(
        id=created_id, address=f"/api/created/{created_id}/picture", way=facts.method, seed=facts.seed,
        net=facts.model, percentile=round(facts.percentile, 4), empty=facts.is_out_of_distribution,
        nearest=picture_key(nearest) if nearest else None, distance=round(facts.distance, 4),
        likelihood=round(facts.likelihood, 4), almost_a_copy=facts.almost_a_copy,
        regions=_regions_out(facts, state),
    )  # fmt: skip


def _regions_out(facts: CreatedFacts, state: AppState) -> RegionsOut | None:
    if facts.regions is None:
        return None
    files = state.snapshot().by_path
    lenders = [
        LenderOut(
            picture=picture_key(files[lender.path]) if lender.path in files else None,
            share=round(lender.share, 4),
            largest_share=round(lender.largest_share, 4),
        )
        for lender in facts.regions.lenders
    ]
    return RegionsOut(side=len(facts.regions.sources), lenders=lenders, runs=facts.regions.runs)
