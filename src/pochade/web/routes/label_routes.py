"""Labels: taught by examples, suggested, confirmed, refused, taken back."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pochade.errors import UsageError
from pochade.organise.group_tree import word
from pochade.organise.results import Suggestion
from pochade.web.app_state import TheDesk
from pochade.web.routes.group_routes import Keys
from pochade.web.state.snapshot import Snapshot, key_of

routes = APIRouter(tags=["labels"])
LONGEST = 1000  # letters that are looked at


class Said(BaseModel):
    """What a person says of a label and pieces; what is in no list stays as it was."""

    label: str = Field(max_length=LONGEST)
    has: Keys = []
    has_not: Keys = []
    neither: Keys = []  # takes back what was said of them


class Suggested(BaseModel):
    """A piece that may have a label."""

    key: str
    path: str
    width: int
    height: int
    likelihood: float  # 0 to 1: ranks, and does not count


class SuggestionsTold(BaseModel):
    """Both lists."""

    likely: list[Suggested]  # most certain first
    ask: list[Suggested]  # whose answers would teach most
    has: int  # pieces that have the label
    has_not: int  # that were refused


@routes.get("/labels")
def labels(desk: TheDesk) -> dict[str, int]:
    """How many pieces have each label."""
    return desk.collection.labels()


@routes.post("/labels")
def teach(said: Said, desk: TheDesk) -> dict[str, int]:
    """Say which pieces have a label, which don't, and of which nothing is said any more; all labels come back."""
    now, name = desk.pieces(), word(said.label)
    lists = [[now.files(key)[0] for key in keys] for keys in (said.has, said.has_not, said.neither)]
    numbers = [piece.number for pieces in lists for piece in {one.number: one for one in pieces}.values()]
    if len(numbers) != len(set(numbers)):
        raise UsageError("a piece is in two of the lists", "say one thing of it")
    with desk.shelf.words_change():
        desk.collection.label(lists[0], name)
        desk.collection.label(lists[1], name, refused=True)
        desk.collection.unlabel(lists[2], name)
    return desk.collection.labels()


@routes.get("/suggestions")
def suggestions(
    desk: TheDesk, label: Annotated[str, Query(max_length=LONGEST)], k: Annotated[int, Query(ge=1, le=500)] = 24
) -> SuggestionsTold:
    """The pieces that likely have a label, and those to confirm or refuse next."""
    now = desk.pieces()
    with desk.asking:
        found = desk.collection.suggest(label, k)
    index, name = desk.collection.index, word(label)
    return SuggestionsTold(
        likely=[told(one, now) for one in found.likely], ask=[told(one, now) for one in found.ask],
        has=len(index.labelled(name)), has_not=len(index.labelled(name, refused=True)),
    )  # fmt: skip


def told(one: Suggestion, now: Snapshot) -> Suggested:
    """A suggestion as it is told."""
    piece = one.piece
    return Suggested(
        key=key_of(piece), path=now.name(piece), width=piece.width, height=piece.height,
        likelihood=round(one.likelihood, 4),
    )  # fmt: skip
