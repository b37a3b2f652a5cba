"""Families: the copies and versions of one work, what rules would keep of them, and a script for the copies."""

import hashlib
import os
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from pochade.errors import NotKnown, UsageError
from pochade.images.base.source import printable
from pochade.organise.duplicate_script import Choice, script_as_chosen, script_of
from pochade.web.app_state import AppState, TheDesk
from pochade.web.routes.picture_routes import Key
from pochade.web.state.family_store import Told
from pochade.web.state.snapshot import Snapshot, key_of

routes = APIRouter(tags=["families"])
FileId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Rule = Literal["largest", "layered", "coloured", "latest"]


class MemberTold(BaseModel):
    """A file of a family."""

    key: str
    file: str  # by which this one of its copies is known
    path: str
    kind: Literal["exact", "near", "version"]  # to the cover, which is exact
    likelihood: float
    width: int
    height: int
    bytes: int
    modified: float  # seconds since 1970, so that versions can be put in the order of their making


class WouldKeep(BaseModel):
    """What a rule would keep of a family."""

    key: str
    file: str
    path: str
    reason: str


class FamilyTold(BaseModel):
    """The files of one work, the cover first."""

    number: int
    reason: str  # why the cover is the one to show
    spare_bytes: int  # that its copies take
    members: list[MemberTold]
    would_keep: dict[str, WouldKeep]


class FamiliesTold(BaseModel):
    """What was found last."""

    known: bool  # whether anybody looked; else begin a job of the kind `families`
    total: int
    offset: int
    spare_bytes: int  # of all families
    families: list[FamilyTold]


class Chosen(BaseModel):
    """What the person says of one family, file by file."""

    family: Annotated[int, Field(ge=0, lt=2**31)]
    keep: FileId
    aside: list[FileId] = Field(min_length=1, max_length=100_000)


class Wanted(BaseModel):
    """Which families a script is for; all of them when none is named. What is chosen file by file comes instead."""

    keep: Rule | None = None
    families: list[Annotated[int, Field(ge=0, lt=2**31)]] | None = Field(None, max_length=1_000_000)
    choices: Annotated[list[Chosen] | None, Field(max_length=100_000)] = None


@routes.get("/families")
def families(
    desk: TheDesk, keep: Rule | None = None,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0, limit: Annotated[int, Query(ge=0, le=10_000)] = 100,
) -> FamiliesTold:  # fmt: skip
    """Families as the last job with this rule found them, those first that take most room to spare."""
    now = desk.pieces()
    found = desk.families.now(keep, now)
    part = (found or [])[offset : offset + limit]
    return FamiliesTold(
        known=found is not None, total=len(found or []), offset=offset,
        spare_bytes=sum(one.family.spare_bytes for one in found or []), families=[told(one, now) for one in part],
    )  # fmt: skip


@routes.get("/pieces/{key}/family")
def family_of(key: Key, desk: TheDesk) -> FamilyTold | None:
    """The family that a piece is in; null when it is in none, or nobody looked."""
    now = desk.pieces()
    number = now.files(key)[0].number
    for one in desk.families.now(None, now) or []:
        if any(member.piece.number == number for member in one.family.members):
            return told(one, now)
    return None


@routes.post("/families/script", response_class=PlainTextResponse)
def script(wanted: Wanted, desk: TheDesk) -> PlainTextResponse:
    """A shell script that sets exact copies aside when the person runs it; near ones are in it as comments.

    With choices it sets aside what was chosen, where what stays is still there, and copies only if they still are.
    Nothing is moved here. It is text to be read first.
    """
    if wanted.choices is None:
        text, _ = script_of([one.family for one in found_with(wanted, desk)], desk.collection.folder)
    else:
        text, _ = script_as_chosen(chosen_of(wanted, desk), desk.collection.folder)
    named = {"content-disposition": 'attachment; filename="set-aside.sh"'}
    return PlainTextResponse(text.encode("utf-8", "surrogateescape"), headers=named, media_type="text/x-shellscript")


def found_with(wanted: Wanted, desk: AppState) -> list[Told]:
    """The families that are named, or all.

    Raises:
        NotKnown: Nobody looked, or one is not there.
    """
    found = desk.families.now(wanted.keep, desk.pieces())
    if found is None:
        raise NotKnown("nobody looked for families with that rule yet", "begin a job of the kind 'families'")
    if wanted.families is None:
        return found
    by_number = {one.number: one for one in found}
    if missing := [number for number in wanted.families if number not in by_number]:
        raise NotKnown(f"there is no family {missing[0]}", "it may have gone since it was shown: look again")
    return [by_number[number] for number in dict.fromkeys(wanted.families)]


def chosen_of(wanted: Wanted, desk: AppState) -> list[Choice]:
    """What was chosen, by files instead of their names here.

    Raises:
        NotKnown: A family or a file of it isn't there.
        UsageError: What stays is to go, too.
    """
    choices = wanted.choices or []
    families = found_with(Wanted(keep=wanted.keep, families=[one.family for one in choices], choices=None), desk)
    by_number, found = {one.number: one.family for one in families}, list[Choice]()
    for choice in choices:
        family = by_number[choice.family]
        files = {file_of(member.path): member.path for member in family.members}
        if not {choice.keep, *choice.aside} <= set(files):
            raise NotKnown("a file of a family isn't there", "it may have gone since it was shown: look again")
        if choice.keep in choice.aside:
            raise UsageError("a file is to stay and to go", "choose another one to keep")
        found.append(Choice(family, files[choice.keep], frozenset(files[one] for one in choice.aside)))
    return found


def file_of(path: FilePath) -> str:
    """By which the page knows a file, as copies share a key: 16 digits of its path's SHA-256."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def told(one: Told, now: Snapshot) -> FamilyTold:
    """A family as it is told."""
    return FamilyTold(
        number=one.number, reason=one.family.reason, spare_bytes=one.family.spare_bytes,
        members=[
            MemberTold(
                key=key_of(each.piece), file=file_of(each.path), path=now.name(each.piece),
                kind=each.kind, likelihood=each.likelihood,
                width=each.piece.width, height=each.piece.height, bytes=each.piece.bytes,
                modified=seconds(each.piece.modified),
            )
            for each in one.family.members
        ],
        would_keep={
            rule: WouldKeep(
                key=key_of(piece), file=file_of(piece.path), path=printable(now.name(piece)), reason=reason
            )
            for rule, (piece, reason) in one.would_keep.items()
        },
    )  # fmt: skip


def seconds(moment: datetime) -> float:
    """Since 1970."""
    return (moment - datetime(1970, 1, 1)).total_seconds()  # the day's own clock orders just as well
