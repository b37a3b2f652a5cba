"""Groups, and what a person says of them; and the map."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from pochade.errors import NotKnown
from pochade.index.group_rows import Node, Tree
from pochade.index.organisation_store import places_in, tree_in
from pochade.web.app_state import AppState, TheDesk
from pochade.web.responses import tagged
from pochade.web.state.snapshot import Snapshot, key_of

routes = APIRouter(tags=["groups and map"])
Number = Annotated[int, Path(ge=0, lt=2**31)]
PieceKey = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Keys = Annotated[list[PieceKey], Field(max_length=100_000)]
SHOWN = 12  # pieces that stand for a group


class GroupTold(BaseModel):
    """Pieces that look alike, and the groups that they divide into."""

    number: int
    name: str | None  # the person's
    description: str  # made of what was measured; empty until the next job
    kept: bool  # the person changed it
    count: int  # pieces in it and in the groups below
    shown: list[str]  # a few of their keys
    groups: list["GroupTold"]


class GroupsTold(BaseModel):
    """The groups as they were left."""

    known: bool  # whether they were made; else begin a job of the kind `groups`
    pieces: int
    grouped: int  # pieces that are in one
    undoes: str | None  # what would be taken back: the last change here, unless something else came after it
    groups: list[GroupTold]


class Name(BaseModel):
    """A group's new name."""

    name: str = Field(max_length=1000)


class Other(BaseModel):
    """The group that goes into the first."""

    other: int = Field(ge=0, lt=2**31)


class Pinned(BaseModel):
    """Pieces that go into a group for good."""

    pieces: Keys


class Places(BaseModel):
    """Where pieces lie on the map, in columns of the same length."""

    known: bool  # whether it was laid; else begin a job of the kind `map`
    missing: int  # pieces without a place yet
    keys: list[str]
    x: list[float]
    y: list[float]
    groups: list[int | None]  # the innermost that each is in
    colours: list[str]  # the word for what stands out in each


@routes.get("/groups")
def groups(desk: TheDesk) -> GroupsTold:
    """All groups, the largest first, each with those in it."""
    return told(desk)


@routes.patch("/groups/{number}")
def rename(number: Number, name: Name, desk: TheDesk) -> GroupsTold:
    """Give a group a name of the person's own."""
    check(desk, number)
    with changing(desk, "the name"):
        desk.collection.rename_group(number, name.name)
    return told(desk)


@routes.post("/groups/{number}/merge")
def merge(number: Number, other: Other, desk: TheDesk) -> GroupsTold:
    """Put all of another group into this one."""
    check(desk, number, other.other)
    with changing(desk, "the merging"):
        desk.collection.merge_groups(number, other.other)
    return told(desk)


@routes.post("/groups/{number}/split")
def split(number: Number, desk: TheDesk) -> GroupsTold:
    """Put the groups that a group divides into in its place, or halves of it."""
    check(desk, number)
    with desk.asking, changing(desk, "the splitting"):
        desk.collection.split_group(number)
    return told(desk)


@routes.post("/groups/{number}/pin")
def pin(number: Number, pinned: Pinned, desk: TheDesk) -> GroupsTold:
    """Put pieces into a group for good."""
    check(desk, number)
    now = desk.pieces()
    paths = [now.files(key)[0].path for key in pinned.pieces]
    with changing(desk, "the moving"):
        desk.collection.pin(paths, number)
    return told(desk)


@routes.post("/groups/undo")
def undo(desk: TheDesk) -> GroupsTold:
    """Take the last change of groups back; nothing happens where something else has changed them since."""
    with desk.shelf.words_change():
        desk.changes.undo(desk.collection.index)
    return told(desk)


@contextmanager
def changing(desk: AppState, words: str) -> Iterator[None]:
    """The groups are changed in here, and can be put back as they were."""
    with desk.shelf.words_change():
        before = tree_in(desk.collection.index)
        yield
        desk.changes.note(words, before, tree_in(desk.collection.index))


@routes.get("/map", response_model=Places)
def places(request: Request, desk: TheDesk) -> Response:
    """Where every piece lies, about -1 to 1; what is alike lies together, and pieces keep their places."""
    now, known = desk.pieces(), places_in(desk.collection.index)
    there = {number: piece for number, piece in now.by_number.items() if number in known}
    homes = desk.tree().homes
    columns = {
        "known": bool(known), "missing": len(now.by_number) - len(there),
        "keys": [key_of(piece) for piece in there.values()],
        "x": [round(known[number][0], 5) for number in there], "y": [round(known[number][1], 5) for number in there],
        "groups": [homes.get(number) for number in there], "colours": [piece.colour for piece in there.values()],
    }  # fmt: skip
    return tagged(request, columns)


def check(desk: AppState, *numbers: int) -> None:
    """Nothing, or NotKnown: one of these groups isn't there."""
    there = tree_in(desk.collection.index).nodes
    for number in numbers:
        if number not in there:
            raise NotKnown(f"there is no group {number}", "it may have gone since it was shown: look again")


def told(desk: AppState) -> GroupsTold:
    """The groups as they stand in the index."""
    now, tree = desk.pieces(), tree_in(desk.collection.index)
    members = {number: [one for one in inside if one in now.by_number] for number, inside in tree.members().items()}
    top = [group_told(node, tree, members, now) for node in tree.children(None) if members[node.id]]
    grouped = {one for inside in members.values() for one in inside}
    return GroupsTold(
        known=tree.made > 0, pieces=len(now.by_number), grouped=len(grouped), groups=largest_first(top),
        undoes=desk.changes.last(tree),
    )  # fmt: skip


def group_told(node: Node, tree: Tree, members: dict[int, list[int]], now: Snapshot) -> GroupTold:
    """A group with those in it."""
    inside = members[node.id]
    shown = inside[:: max(1, len(inside) // SHOWN)][:SHOWN]
    inner = [group_told(child, tree, members, now) for child in tree.children(node.id) if members[child.id]]
    return GroupTold(
        number=node.id, name=node.name, description=node.description, kept=node.kept, count=len(inside),
        shown=[key_of(now.by_number[number]) for number in shown], groups=largest_first(inner),
    )  # fmt: skip


def largest_first(groups: list[GroupTold]) -> list[GroupTold]:
    """By how many pieces they have."""
    return sorted(groups, key=lambda group: (-group.count, group.number))
