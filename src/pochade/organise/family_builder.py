"""Make families of linked pictures: which file stands first, how the others are related to it, which may go."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pochade.analysis.comparison.picture_view import VIEW_SIDE
from pochade.images.geometry.letterbox import Box
from pochade.images.io.complete_file import DAMAGE_NOTES
from pochade.index.folder_roles import FolderRole, role_of
from pochade.index.picture_records import PictureFile
from pochade.organise.cover_rules import choose_cover, loses_something
from pochade.organise.family_model import Family, FamilyMember, MemberKind, are_one_file
from pochade.organise.judged_relations import JudgedRelations
from pochade.organise.resave_proof import prove_resaves
from pochade.system.progress import Progress, Report

KIND_ORDER: tuple[MemberKind, ...] = ("exact", "resave", "edit", "version", "variant")


class FamilyBuilder:
    """Makes families and series.

    Args:
        files: The files of each picture, by number.
        relations: How pairs of pictures are related.
        folder: The folder of the collection.
        roles: The folders that the person protects or prefers.
        rule: The rule for covers to apply first.
    """

    def __init__(
        self,
        files: Mapping[int, list[PictureFile]],
        relations: JudgedRelations,
        folder: Path,
        roles: Mapping[str, FolderRole],
        rule: str | None,
    ) -> None:
        self.files, self.relations, self.folder = files, relations, folder
        self.roles, self.rule = roles, rule

    def cover_of(self, numbers: Iterable[int]) -> tuple[PictureFile, str]:
        """Choose the file that stands first among those of some pictures, and say why."""
        files = [file for number in numbers for file in self.files[number]]
        preferred = [file for file in files if self._role(file) == "preferred"]
        if preferred and len(preferred) < len(files):
            cover, reason = choose_cover(preferred, self.rule)
            return cover, f"in a preferred folder, {reason}" if len(preferred) > 1 else "in a preferred folder"
        return choose_cover(files, self.rule)

    def prove_resaves(self, works: Sequence[Sequence[int]], report: Report) -> bool:
        """Compare the originals of covers and of what seem to be resaves of them; False if all that is done already."""
        pairs = [pair for numbers in works if len(numbers) > 1 for pair in self._unproven(numbers)]
        for done, proved in enumerate(prove_resaves(pairs), 1):
            first, second = sorted(file.number for file in pairs[proved.number])
            relation = self.relations.between(first, second).with_proof(proved.test, proved.side)
            self.relations.prover.record_proof((first, second), relation)
            report(Progress("comparing originals", done, len(pairs)))
        if pairs:
            self.relations.reload()
        return bool(pairs)

    def family(self, numbers: Sequence[int]) -> Family:
        """Make the family of some pictures: the cover and its copies, then one file of each other picture, by kind."""
        cover, reason = self.cover_of(numbers)
        files = [file for number in numbers for file in self._files_beside(number, cover)]
        members = [self._member(file, cover) for file in files if file != cover]
        members.sort(key=lambda member: (KIND_ORDER.index(member.kind), member.path))
        return Family(cover.path, reason, (FamilyMember(cover.path, "exact", 1.0, cover), *members))

    def series(self, works: Sequence[Sequence[int]]) -> Family:
        """Make the series of some works: the cover of each, the work with the most files first."""
        covers = [(self.cover_of(numbers)[0], len(numbers)) for numbers in works]
        covers.sort(key=lambda entry: (-entry[1], entry[0].path))
        first = covers[0][0]
        members = [self._variant(cover, first) for cover, _ in covers[1:]]
        return Family(first.path, "first of its series", (FamilyMember(first.path, "exact", 1.0, first), *members))

    def has_own_copies(self, number: int, cover: PictureFile) -> bool:
        """Whether a picture of a family has several files, and these are no copies of the cover."""
        is_copy = number == cover.number or self._kind(number, cover.number) in {"exact", "resave"}
        return len(self.files[number]) > 1 and not is_copy

    def _files_beside(self, number: int, cover: PictureFile) -> list[PictureFile]:
        """The files of a picture that its family lists: one, if they are copies of each other and not of the cover."""
        return [self.cover_of([number])[0]] if self.has_own_copies(number, cover) else self.files[number]

    def _unproven(self, numbers: Sequence[int]) -> list[tuple[PictureFile, PictureFile]]:
        cover = self.cover_of(numbers)[0]
        return [
            (cover, self.files[number][0])
            for number in numbers
            if number != cover.number
            and self._kind(number, cover.number) == "resave"
            and self.relations.between(number, cover.number).proven is None
            and not self.relations.are_equal(number, cover.number)
        ]

    def _member(self, file: PictureFile, cover: PictureFile) -> FamilyMember:
        kind = self._kind(file.number, cover.number)
        relation = self.relations.between(file.number, cover.number)
        likelihood = 1.0 if kind == "exact" else max(relation.same, 0.5)
        return FamilyMember(
            file.path, kind, likelihood, file, self._is_preselected(file, cover, kind), self._difference(file, cover)
        )

    def _variant(self, file: PictureFile, first: PictureFile) -> FamilyMember:
        likelihood = self.relations.between(file.number, first.number).variant
        return FamilyMember(file.path, "variant", likelihood, file, difference=self._difference(file, first))

    def _kind(self, number: int, cover: int) -> MemberKind:
        """How a picture of a family is related to the cover."""
        verdict = self.relations.verdict(number, cover)
        if verdict == "version":
            return "version"
        if self.relations.are_equal(number, cover):
            return "exact"
        relation = self.relations.between(number, cover)
        likelihoods: dict[MemberKind, float] = {
            "edit": relation.edit, "resave": relation.resave, "version": relation.version,
        }  # fmt: skip
        if verdict == "same":
            del likelihoods["version"]
        return max(likelihoods, key=lambda kind: likelihoods[kind])

    def _is_preselected(self, file: PictureFile, cover: PictureFile, kind: MemberKind) -> bool:
        """Whether a file may be proposed for removal, because the cover holds the very same picture."""
        if not self._may_go(file, cover) or self.relations.verdict(file.number, cover.number) == "keep":
            return False
        return kind == "exact" or (
            kind == "resave" and self.relations.between(file.number, cover.number).proven is True
        )

    def _may_go(self, file: PictureFile, staying: PictureFile) -> bool:
        """Whether nothing speaks against removing a file, if another one stays."""
        is_sound = DAMAGE_NOTES.isdisjoint(staying.notes) and not staying.path.is_symlink()
        loses = file.number != staying.number and loses_something(file, staying)
        is_link = file.path.is_symlink() or are_one_file(file.path, staying.path)
        return is_sound and not loses and not is_link and self._role(file) != "protected"

    def _difference(self, file: PictureFile, cover: PictureFile) -> Box | None:
        """The region that differs from the cover, in pixels of the file's picture."""
        region = self.relations.differing_region(file.number, cover.number)
        if region is None:
            return None
        scale = max(file.width, file.height) / VIEW_SIDE
        x, y, right, bottom = (
            round(edge * scale) for edge in (region.x, region.y, region.x + region.width, region.y + region.height)
        )
        return Box(x, y, max(1, right - x), max(1, bottom - y))

    def _role(self, file: PictureFile) -> FolderRole | None:
        return role_of(file.path.relative_to(self.folder), self.roles, self.folder)
