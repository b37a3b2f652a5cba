"""Families: the duplicates and versions of one work, and a shell script that sets duplicates aside."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from pochade.index.folder_roles import FolderRole
from pochade.index.picture_records import PictureFile
from pochade.index.verdict_store import Verdict
from pochade.organise.duplicate_script import chosen_script_text, duplicate_script_text
from pochade.organise.family_model import Family, FamilyMember, MemberKind
from pochade.system.path_text import printable
from pochade.web.app_state import StateDependency
from pochade.web.routes.picture_routes import PictureKeyPath
from pochade.web.state.family_choices import PageChoice, file_id, parse_choices, select_families
from pochade.web.state.family_judgement import PersonAnswers
from pochade.web.state.judged_families import JudgedFamilies, StoredFamily
from pochade.web.state.snapshot import Snapshot, picture_key

routes = APIRouter(tags=["families"])
FileId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
CoverRule = Literal["largest", "layered", "coloured", "latest"]
EPOCH = datetime(1970, 1, 1)


class DifferenceOut(BaseModel):
    """A region of a picture, in its pixels."""

    x: int
    y: int
    width: int
    height: int


class FamilyMemberOut(BaseModel):
    """A file of a family."""

    key: str
    file: str  # tells copies apart, which share a key
    path: str
    folder: str  # of the file, as `/api/folder-roles` names it; "." is the collection's own
    role: FolderRole | None  # of the folder
    kind: MemberKind  # relation to the cover, which is exact itself
    likelihood: float
    preselected: bool  # proposed for removal
    difference: DifferenceOut | None  # the largest region that differs from the cover
    verdict: Verdict | None  # what the person said about this picture and the cover
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
    """The files of one work, or the works of a series, the cover first."""

    number: int
    is_series: bool
    series: int | None  # the number of the series that the work is in; null for a series itself
    reason: str  # why the cover is the file to show
    spare_bytes: int  # of its copies
    members: list[FamilyMemberOut]
    would_keep: dict[str, KeepChoiceOut]


class FamiliesOut(BaseModel):
    """The families or the series that the last job found."""

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

    def page_choice(self) -> PageChoice:
        """Return the choice without what only requests need."""
        return PageChoice(self.family, self.keep, self.aside)


class ScriptIn(BaseModel):
    """The families that a script is for, by default all. Choices file by file replace the rule."""

    keep: CoverRule | None = None
    families: list[Annotated[int, Field(ge=0, lt=2**31)]] | None = Field(None, max_length=1_000_000)
    choices: Annotated[list[FamilyChoiceIn] | None, Field(max_length=100_000)] = None


@routes.get("/families")
def list_families(
    state: StateDependency, keep: CoverRule | None = None, series: bool = False,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0, limit: Annotated[int, Query(ge=0, le=10_000)] = 100,
) -> FamiliesOut:  # fmt: skip
    """Return the families that the last job with this rule found, those with the most spare bytes first; or the series.

    What the person said about pictures and folders since then is taken into account.
    """
    snapshot = state.snapshot()
    judged = state.families.load_all(keep, snapshot)
    related = [] if judged is None else judged.series if series else judged.families
    return FamiliesOut(
        known=judged is not None, total=len(related), offset=offset,
        spare_bytes=sum(stored.family.spare_bytes for stored in related),
        families=[family_out(stored, judged, snapshot) for stored in related[offset : offset + limit] if judged],
    )  # fmt: skip


@routes.get("/pieces/{key}/family")
def get_family_of_picture(key: PictureKeyPath, state: StateDependency) -> FamilyOut | None:
    """Return the family of a picture, and the number of its series.

    A picture that has no family but is in a series makes a family of one member. The answer is null if it is in
    neither, or no job has looked for families.
    """
    snapshot = state.snapshot()
    judged = state.families.load_all(None, snapshot)
    place = judged and judged.place_of(snapshot.files_of(key)[0].number)
    return family_out(place.family, judged, snapshot) if judged and place else None


@routes.post("/families/script", response_class=PlainTextResponse)
def make_script(body: ScriptIn, state: StateDependency) -> PlainTextResponse:
    """Return a shell script that sets the preselected files aside when the person runs it; others are in comments.

    With choices, the script sets aside the chosen files if the file to keep still exists, and duplicates only if they
    still are duplicates. The server moves nothing. The person should read the script first.
    """
    stored = state.families.load(body.keep, state.snapshot())
    if body.choices is None:
        families = [entry.family for entry in select_families(stored, body.families)]
        text, _ = duplicate_script_text(families, state.collection.folder)
    else:
        choices = parse_choices(stored, [choice.page_choice() for choice in body.choices])
        text, _ = chosen_script_text(choices, state.collection.folder)
    headers = {"content-disposition": 'attachment; filename="set-aside.sh"'}
    return PlainTextResponse(text.encode("utf-8", "surrogateescape"), headers=headers, media_type="text/x-shellscript")


def family_out(stored: StoredFamily, judged: JudgedFamilies, snapshot: Snapshot) -> FamilyOut:
    """Return a family as the page gets it."""
    family = stored.family
    return FamilyOut(
        number=stored.number,
        is_series=family.is_series,
        series=None if family.is_series else judged.series_of(family.cover),
        reason=family.reason,
        spare_bytes=family.spare_bytes,
        members=[_member_out(member, family, judged.answers, snapshot) for member in family.members],
        would_keep={
            rule: _keep_choice_out(file, reason, snapshot) for rule, (file, reason) in stored.cover_by_rule.items()
        },
    )


def _member_out(member: FamilyMember, family: Family, answers: PersonAnswers, snapshot: Snapshot) -> FamilyMemberOut:
    file = member.picture
    return FamilyMemberOut(
        key=picture_key(file),
        file=file_id(member.path),
        path=snapshot.display_path(file),
        folder=printable(member.path.parent.relative_to(snapshot.folder)),
        role=answers.role(file),
        kind=member.kind,
        likelihood=member.likelihood,
        preselected=member.preselected,
        difference=DifferenceOut(**member.difference._asdict()) if member.difference else None,
        verdict=answers.about(file, family.members[0].picture),
        width=file.width,
        height=file.height,
        bytes=file.bytes,
        modified=(file.modified - EPOCH).total_seconds(),  # local time gives the same order as UTC
    )


def _keep_choice_out(file: PictureFile, reason: str, snapshot: Snapshot) -> KeepChoiceOut:
    return KeepChoiceOut(
        key=picture_key(file), file=file_id(file.path), path=snapshot.display_path(file), reason=reason
    )
