"""What the person said about pictures and folders, applied to families that were found before that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pochade.images.io.complete_file import DAMAGE_NOTES
from pochade.index.folder_roles import FolderRole, role_of
from pochade.index.picture_records import PictureFile
from pochade.index.verdict_store import PicturePair, Verdict
from pochade.organise.cover_rules import choose_cover
from pochade.organise.family_model import Family, FamilyMember, MemberKind
from pochade.web.state.family_records import MEMBER_KINDS


@dataclass(frozen=True)
class PersonAnswers:
    """Everything that the person said."""

    folder: Path  # the collection's
    verdicts: Mapping[PicturePair, Verdict]
    roles: Mapping[str, FolderRole]

    def about(self, first: PictureFile, second: PictureFile) -> Verdict | None:
        """What the person said about the pictures in two files."""
        pair = min(first.number, second.number), max(first.number, second.number)
        return self.verdicts.get(pair)

    def role(self, file: PictureFile) -> FolderRole | None:
        """The role of a file's folder."""
        return role_of(file.path.relative_to(self.folder), self.roles, self.folder) if self.roles else None

    @cached_property
    def different_from(self) -> dict[int, set[int]]:
        """The pictures that are called different from a picture, by number."""
        others = dict[int, set[int]]()
        for (first, second), verdict in self.verdicts.items():
            if verdict == "different":
                others.setdefault(first, set()).add(second)
                others.setdefault(second, set()).add(first)
        return others


def family_of_copies(files: Sequence[PictureFile]) -> Family:
    """Make the family of the files with one content; of a single file, it has one member."""
    cover, reason = choose_cover(files)
    is_fit = _is_fit_to_stay(cover)
    others = [FamilyMember(file.path, "exact", 1.0, file, is_fit) for file in files if file != cover]
    return Family(cover.path, reason, (_first_member(cover), *others))


def split_different(family: Family, answers: PersonAnswers) -> list[Family]:
    """Take out of a family what is called different from its cover, or from a member before it.

    Returns:
        The family, then one family for each picture that leaves.
    """
    staying, leaving = list[FamilyMember](), dict[int, list[PictureFile]]()
    numbers = set[int]()
    for member in family.members:
        number = member.picture.number
        if numbers.isdisjoint(answers.different_from.get(number, ())):
            staying.append(member)
            numbers.add(number)
        else:
            leaving.setdefault(number, []).append(member.picture)
    return [replace(family, members=tuple(staying)), *map(family_of_copies, leaving.values())]


def are_kept_apart(first: Family, second: Family, answers: PersonAnswers) -> bool:
    """Whether the person calls a picture of one family different from a picture of another."""
    numbers = {member.picture.number for member in second.members}
    return any(numbers & answers.different_from.get(member.picture.number, set()) for member in first.members)


def join_families(first: Family, second: Family, pair: PicturePair, verdict: Verdict) -> Family:
    """Make one family of two, because the person says that two of their pictures are the same or versions of one work.

    The members of the second family become as far from the cover as the farthest step between. None of them is
    proposed for removal, because nothing has compared them with the cover.
    """
    steps = [member.kind for family in (first, second) for member in family.members if member.picture.number in pair]
    word: MemberKind = "version" if verdict == "version" else "resave"
    moved = [
        FamilyMember(member.path, max((word, member.kind, *steps), key=MEMBER_KINDS.index), 1.0, member.picture)
        for member in second.members
    ]
    return replace(first, members=(*first.members, *moved))


def judge_family(family: Family, answers: PersonAnswers) -> Family:
    """Apply to a family what the person said about its members and the cover, and about their folders."""
    if not (answers.verdicts or answers.roles):
        return family
    family = _with_preferred_cover(family, answers)
    cover = family.members[0]
    others = [_judge_member(member, cover.picture, answers) for member in family.members[1:]]
    others.sort(key=lambda member: (MEMBER_KINDS.index(member.kind), member.path))
    return replace(family, members=(cover, *others))


def judge_series(series: Family, answers: PersonAnswers) -> Family:
    """Take out of a series the works that the person calls different, the same, or versions of a work before."""
    staying = list[FamilyMember]()
    for member in series.members:
        verdicts = (answers.about(member.picture, other.picture) for other in staying)
        if not answers.verdicts or all(verdict in (None, "keep") for verdict in verdicts):
            staying.append(member)
    return replace(series, members=tuple(staying))


def _first_member(cover: PictureFile) -> FamilyMember:
    return FamilyMember(cover.path, "exact", 1.0, cover)


def _is_fit_to_stay(file: PictureFile) -> bool:
    """Whether other files may be removed because this one stays."""
    return DAMAGE_NOTES.isdisjoint(file.notes) and not file.path.is_symlink()


def _with_preferred_cover(family: Family, answers: PersonAnswers) -> Family:
    """Put an exact duplicate in a preferred folder first; its pixels are the cover's, so all relations stay."""
    cover = family.members[0].picture
    preferred = [
        member.picture
        for member in family.members[1:]
        if answers.roles and member.kind == "exact" and answers.role(member.picture) == "preferred"
    ]
    if not preferred or answers.role(cover) == "preferred":
        return family
    chosen, _ = choose_cover(preferred)
    if not _is_fit_to_stay(chosen):
        return family
    others = (member for member in family.members[1:] if member.picture != chosen)
    former = FamilyMember(cover.path, "exact", 1.0, cover, preselected=True)
    return Family(chosen.path, "in a preferred folder", (_first_member(chosen), former, *others))


def _judge_member(member: FamilyMember, cover: PictureFile, answers: PersonAnswers) -> FamilyMember:
    verdict, role = answers.about(member.picture, cover), answers.role(member.picture)
    kind = member.kind
    if verdict == "version" or (verdict == "same" and kind == "version"):
        kind = "version" if verdict == "version" else "resave"
    is_wanted = role == "protected" or (role == "preferred" and answers.role(cover) != "preferred")
    is_proposed = member.preselected and verdict not in ("keep", "version") and not is_wanted
    return replace(member, kind=kind, preselected=is_proposed)
