"""Groups and what a person changes in them, and the map."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from pochade.errors import NotKnown
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.web.app_state import AppState, StateDependency
from pochade.web.responses import json_response
from pochade.web.state.snapshot import RELOAD_HINT, Snapshot, picture_key

routes = APIRouter(tags=["groups and map"])
Number = Annotated[int, Path(ge=0, lt=2**31)]
ChangeNumber = Annotated[int | None, Query(ge=1, lt=2**31)]
PictureKey = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
PictureKeys = Annotated[list[PictureKey], Field(max_length=100_000)]
MAX_SHOWN_PICTURES = 12  # that represent a group


class GroupOut(BaseModel):
    """Pictures that look alike, and the groups that they divide into."""

    number: int
    name: str | None  # given by the person
    description: str  # made from measurements; empty until the next job
    kept: bool  # whether the person changed the group
    count: int  # pictures in it and in the groups below
    shown: list[str]  # keys of a few of them
    groups: list["GroupOut"]


class GroupsOut(BaseModel):
    """All groups."""

    known: bool  # whether groups were made; if not, begin a job of the kind `groups`
    pieces: int
    grouped: int  # pictures that are in a group
    undoes: str | None  # the change that `undo` would undo; null if the groups have changed otherwise since
    change: int | None  # the number of that change
    groups: list[GroupOut]


class GroupNameIn(BaseModel):
    """A new name for a group."""

    name: str = Field(max_length=1000)


class MergeIn(BaseModel):
    """The group to merge into the first one."""

    other: int = Field(ge=0, lt=2**31)


class PinIn(BaseModel):
    """Pictures to put into a group for good."""

    pieces: PictureKeys


class MapOut(BaseModel):
    """Where pictures are on the map, in columns of equal length."""

    known: bool  # whether the map was made; if not, begin a job of the kind `map`
    missing: int  # pictures without a place yet
    keys: list[str]
    x: list[float]
    y: list[float]
    groups: list[int | None]  # the innermost group of each picture
    colours: list[str]  # the name of each picture's most striking colour


@routes.get("/groups")
def get_groups(state: StateDependency) -> GroupsOut:
    """Return all groups, the largest first, each with the groups in it."""
    return groups_out(state)


@routes.patch("/groups/{number}")
def change_group_name(number: Number, body: GroupNameIn, state: StateDependency) -> GroupsOut:
    """Give a group a name."""
    check_groups_exist(state, number)
    with _undoable(state, "the name"):
        state.collection.rename_group(number, body.name)
    return groups_out(state)


@routes.post("/groups/{number}/merge")
def merge_into_group(number: Number, body: MergeIn, state: StateDependency) -> GroupsOut:
    """Move everything in another group into this one."""
    check_groups_exist(state, number, body.other)
    with _undoable(state, "the merging"):
        state.collection.merge_groups(number, body.other)
    return groups_out(state)


@routes.post("/groups/{number}/split")
def divide_group(number: Number, state: StateDependency) -> GroupsOut:
    """Replace a group by the groups that it divides into, or by two halves."""
    check_groups_exist(state, number)
    with state.model_lock, _undoable(state, "the splitting"):
        state.collection.split_group(number)
    return groups_out(state)


@routes.post("/groups/{number}/pin")
def add_to_group(number: Number, body: PinIn, state: StateDependency) -> GroupsOut:
    """Put pictures into a group for good."""
    check_groups_exist(state, number)
    snapshot = state.snapshot()
    paths = [snapshot.files_of(key)[0].path for key in body.pieces]
    with _undoable(state, "the moving"):
        state.collection.pin(paths, number)
    return groups_out(state)


@routes.post("/groups/undo")
def undo(state: StateDependency, change: ChangeNumber = None) -> GroupsOut:
    """Undo the last change of the groups; refused if it is not the given one, or something else has changed them."""
    with state.snapshots.keep_snapshot():
        state.group_undo.undo(state.collection, change)
    return groups_out(state)


@contextmanager
def _undoable(state: AppState, description: str) -> Iterator[None]:
    """Record how the block changes the groups, so that it can be undone."""
    with state.snapshots.keep_snapshot():
        before = state.collection.group_tree()
        yield
        state.group_undo.record(description, before, state.collection.group_tree())


@routes.get("/map", response_model=MapOut)
def get_map(request: Request, state: StateDependency) -> Response:
    """Return the place of every picture, about -1 to 1. Similar pictures are close; places are stable."""
    snapshot, places = state.snapshot(), state.collection.map_places()
    placed = {number: file for number, file in snapshot.by_number.items() if number in places}
    group_of = state.group_tree().group_of
    columns = {
        "known": bool(places), "missing": len(snapshot.by_number) - len(placed),
        "keys": [picture_key(file) for file in placed.values()],
        "x": [round(places[number][0], 5) for number in placed],
        "y": [round(places[number][1], 5) for number in placed],
        "groups": [group_of.get(number) for number in placed],
        "colours": [file.colour for file in placed.values()],
    }  # fmt: skip
    return json_response(request, columns)


def check_groups_exist(state: AppState, *numbers: int) -> None:
    """Refuse numbers of groups that do not exist.

    Raises:
        NotKnown: One of the groups does not exist.
    """
    nodes = state.collection.group_tree().nodes
    for number in numbers:
        if number not in nodes:
            raise unknown_group(number)


def unknown_group(number: int) -> NotKnown:
    """Return the error for a group that does not exist."""
    return NotKnown(f"there is no group {number}", RELOAD_HINT)


def groups_out(state: AppState) -> GroupsOut:
    """Return the groups as the page gets them."""
    snapshot, tree = state.snapshot(), state.collection.group_tree()
    members = {
        group: [number for number in numbers if number in snapshot.by_number]
        for group, numbers in tree.members().items()
    }
    top = [_group_out(node, tree, members, snapshot) for node in tree.children(None) if members[node.id]]
    grouped = {number for numbers in members.values() for number in numbers}
    last = state.group_undo.undoable_change(tree)
    return GroupsOut(
        known=tree.grouped_count > 0, pieces=len(snapshot.by_number), grouped=len(grouped),
        groups=_largest_first(top), undoes=last.description if last else None,
        change=last.number if last else None,
    )  # fmt: skip


def _group_out(node: GroupNode, tree: GroupTree, members: dict[int, list[int]], snapshot: Snapshot) -> GroupOut:
    """Return a group with the groups in it, as the page gets it."""
    numbers = members[node.id]
    shown = numbers[:: max(1, len(numbers) // MAX_SHOWN_PICTURES)][:MAX_SHOWN_PICTURES]
    inner = [_group_out(child, tree, members, snapshot) for child in tree.children(node.id) if members[child.id]]
    return GroupOut(
        number=node.id, name=node.name, description=node.description, kept=node.kept, count=len(numbers),
        shown=[picture_key(snapshot.by_number[number]) for number in shown], groups=_largest_first(inner),
    )  # fmt: skip


def _largest_first(groups: list[GroupOut]) -> list[GroupOut]:
    return sorted(groups, key=lambda group: (-group.count, group.number))
