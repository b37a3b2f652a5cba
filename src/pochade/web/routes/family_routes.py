"""Families: the duplicates and versions of one work, and a shell script that sets duplicates aside."""

import hashlib
import os
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from pochade.errors import NotKnown, UsageError
from pochade.index.picture_records import PictureFile
from pochade.organise.duplicate_script import FamilyChoice, chosen_script_text, duplicate_script_text
from pochade.organise.family_model import FamilyMember
from pochade.web.app_state import AppState, StateDependency
from pochade.web.routes.picture_routes import PictureKeyPath
from pochade.web.state.family_store import StoredFamily
from pochade.web.state.snapshot import RELOAD_HINT, Snapshot, picture_key

routes = APIRouter(tags=["families"])
FileId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
CoverRule = Literal["largest", "layered", "coloured", "latest"]
EPOCH = datetime(1970, 1, 1)


class FamilyMemberOut(BaseModel):
    """A file of a family."""

    key: str
    file: str  # tells copies apart, which share a key
    path: str
    kind: Literal["exact", "near", "version"]  # relation to the cover, which is exact itself
    likelihood: float
    width: int
    height: int
    bytes: int
    modified: float  # seconds since 1970 in local time, to sort versions by


class KeepChoiceOut(BaseModel):
    """The file of a family that a rule would keep."""

    key: str
    file: str
    path: str
    reason: str


class FamilyOut(BaseModel):
    """The files of one work, the cover first."""

    number: int
    reason: str  # why the cover is the file to show
    spare_bytes: int  # of its copies
    members: list[FamilyMemberOut]
    would_keep: dict[str, KeepChoiceOut]


class FamiliesOut(BaseModel):
    """The families that the last job found."""

    known: bool  # whether such a job has run; if not, begin one of the kind `families`
    total: int
    offset: int
    spare_bytes: int  # of all families
    families: list[FamilyOut]


class FamilyChoiceIn(BaseModel):
    """What to do with the files of one family."""

    family: Annotated[int, Field(ge=0, lt=2**31)]
    keep: FileId
    aside: list[FileId] = Field(min_length=1, max_length=100_000)


class ScriptIn(BaseModel):
    """The families that a script is for, by default all. Choices file by file replace the rule."""

    keep: CoverRule | None = None
    families: list[Annotated[int, Field(ge=0, lt=2**31)]] | None = Field(None, max_length=1_000_000)
    choices: Annotated[list[FamilyChoiceIn] | None, Field(max_length=100_000)] = None


@routes.get("/families")
def list_families(
    state: StateDependency, keep: CoverRule | None = None,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0, limit: Annotated[int, Query(ge=0, le=10_000)] = 100,
) -> FamiliesOut:  # fmt: skip
    """Return the families that the last job with this rule found, those with the most spare bytes first."""
    snapshot = state.snapshot()
    families = state.families.load(keep, snapshot)
    page = (families or [])[offset : offset + limit]
    return FamiliesOut(
        known=families is not None, total=len(families or []), offset=offset,
        spare_bytes=sum(stored.family.spare_bytes for stored in families or []),
        families=[family_out(stored, snapshot) for stored in page],
    )  # fmt: skip


@routes.get("/pieces/{key}/family")
def get_family_of_picture(key: PictureKeyPath, state: StateDependency) -> FamilyOut | None:
    """Return the family of a picture; null if it has none, or no job has looked for families."""
    snapshot = state.snapshot()
    number = snapshot.files_of(key)[0].number
    for stored in state.families.load(None, snapshot) or []:
        if any(member.picture.number == number for member in stored.family.members):
            return family_out(stored, snapshot)
    return None


@routes.post("/families/script", response_class=PlainTextResponse)
def make_script(body: ScriptIn, state: StateDependency) -> PlainTextResponse:
    """Return a shell script that sets exact duplicates aside when the person runs it; near ones are in comments.

    With choices, the script sets aside the chosen files if the file to keep still exists, and duplicates only if they
    still are duplicates. The server moves nothing. The person should read the script first.
    """
    if body.choices is None:
        families = [stored.family for stored in _find_families(body.keep, body.families, state)]
        text, _ = duplicate_script_text(families, state.collection.folder)
    else:
        text, _ = chosen_script_text(_parse_choices(body.keep, body.choices, state), state.collection.folder)
    headers = {"content-disposition": 'attachment; filename="set-aside.sh"'}
    return PlainTextResponse(text.encode("utf-8", "surrogateescape"), headers=headers, media_type="text/x-shellscript")


def _find_families(keep: CoverRule | None, numbers: list[int] | None, state: AppState) -> list[StoredFamily]:
    """Return the families with these numbers, or all families.

    Raises:
        NotKnown: No job has looked for families with this rule, or one of them does not exist.
    """
    families = state.families.load(keep, state.snapshot())
    if families is None:
        raise NotKnown("no families were looked for with that rule yet", "begin a job of the kind 'families'")
    if numbers is None:
        return families
    by_number = {stored.number: stored for stored in families}
    if missing := [number for number in numbers if number not in by_number]:
        raise NotKnown(f"there is no family {missing[0]}", RELOAD_HINT)
    return [by_number[number] for number in dict.fromkeys(numbers)]


def _parse_choices(keep: CoverRule | None, choices: list[FamilyChoiceIn], state: AppState) -> list[FamilyChoice]:
    """Return choices by paths instead of file ids.

    Raises:
        NotKnown: A family, or a file of it, does not exist.
        UsageError: The file to keep is also to be set aside.
    """
    families = _find_families(keep, [choice.family for choice in choices], state)
    by_number = {stored.number: stored.family for stored in families}
    parsed: list[FamilyChoice] = []
    for choice in choices:
        family = by_number[choice.family]
        path_by_id = {file_id(member.path): member.path for member in family.members}
        if not {choice.keep, *choice.aside} <= set(path_by_id):
            raise NotKnown("a file of a family does not exist", RELOAD_HINT)
        if choice.keep in choice.aside:
            raise UsageError("the same file is to be kept and to be set aside", "choose another file to keep")
        aside = frozenset(path_by_id[file] for file in choice.aside)
        parsed.append(FamilyChoice(family, path_by_id[choice.keep], aside))
    return parsed


def file_id(path: FilePath) -> str:
    """Return the id of a file, as copies share a key: 16 digits of its path's SHA-256."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def family_out(stored: StoredFamily, snapshot: Snapshot) -> FamilyOut:
    """Return a family as the page gets it."""
    return FamilyOut(
        number=stored.number,
        reason=stored.family.reason,
        spare_bytes=stored.family.spare_bytes,
        members=[_member_out(member, snapshot) for member in stored.family.members],
        would_keep={
            rule: _keep_choice_out(file, reason, snapshot) for rule, (file, reason) in stored.cover_by_rule.items()
        },
    )


def _member_out(member: FamilyMember, snapshot: Snapshot) -> FamilyMemberOut:
    file = member.picture
    return FamilyMemberOut(
        key=picture_key(file),
        file=file_id(member.path),
        path=snapshot.display_path(file),
        kind=member.kind,
        likelihood=member.likelihood,
        width=file.width,
        height=file.height,
        bytes=file.bytes,
        modified=(file.modified - EPOCH).total_seconds(),  # local time gives the same order as UTC
    )


def _keep_choice_out(file: PictureFile, reason: str, snapshot: Snapshot) -> KeepChoiceOut:
    return KeepChoiceOut(
        key=picture_key(file), file=file_id(file.path), path=snapshot.display_path(file), reason=reason
    )
