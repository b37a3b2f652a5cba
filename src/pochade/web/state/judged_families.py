"""The stored families as the person's answers leave them. Only what is asked for is built, and only once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pochade.images.geometry.letterbox import Box
from pochade.index.picture_records import PictureFile
from pochade.index.verdict_store import PicturePair, Verdict
from pochade.organise.cover_rules import COVER_RULES, choose_cover
from pochade.organise.family_model import Family, FamilyMember
from pochade.web.state.family_judgement import (
    PersonAnswers,
    are_kept_apart,
    family_of_copies,
    join_families,
    judge_family,
    judge_series,
    split_different,
)
from pochade.web.state.family_records import FamilyRecord, FamilyRecords, MemberRecord, path_below
from pochade.web.state.snapshot import Snapshot, picture_key

MIN_MEMBERS = 2  # of a family or a series


@dataclass(frozen=True)
class StoredFamily:
    """A family, and the cover that each rule would choose."""

    number: int
    family: Family
    cover_by_rule: dict[str, tuple[PictureFile, str]]  # the file, and the reason for it


class PlaceOfWork(NamedTuple):
    """Where a picture's work is: its family, of one file if there is no other; and the number of its series."""

    family: StoredFamily
    series: int | None


class JudgedFamilies:
    """The stored families and series whose files still exist, with what the person said since.

    A family keeps its position as its number. A family that only the person's word has made has the number of stored
    families plus the number of its cover's picture.

    Args:
        records: What the job stored.
        snapshot: The pictures.
        answers: What the person said.
    """

    def __init__(self, records: FamilyRecords, snapshot: Snapshot, answers: PersonAnswers) -> None:
        self.records, self.snapshot, self.answers = records, snapshot, answers
        self._changed: dict[int, Family | None] = {}  # by number; None: no longer a family
        self._number_of: dict[int, int] = {}  # of the changed family of a picture
        self._series: dict[int, Family | None] = {}  # that were built
        self._apply_verdicts()

    @cached_property
    def families(self) -> list[StoredFamily]:
        """All families, in the order in which they were stored, then those that only the person's word has made."""
        stored = len(self.records.families)
        numbers = [*range(stored), *sorted(number for number in self._changed if number >= stored)]
        families = (self._family(number) for number in numbers)
        return [family for family in families if family is not None]

    @cached_property
    def series(self) -> list[StoredFamily]:
        """All series."""
        return list(self._all_series())

    def place_of(self, picture: int) -> PlaceOfWork | None:
        """Where a picture's work is, by the picture's number; None if it is in no family and no series.

        Only its own family and series are built, however many there are.
        """
        file = self.snapshot.by_number[picture]
        number = self._number_of.get(picture, self.records.family_by_path.get(self._below(file.path)))
        family = None if number is None else self._family(number)
        series = self.series_of(family.family.cover if family else file.path)
        if family is None and series is not None:
            alone = family_of_copies(self.snapshot.files_of(picture_key(file)))
            family = StoredFamily(self._new_number(alone), alone, _covers_by_rule(alone))
        return PlaceOfWork(family, series) if family else None

    def series_of(self, cover: Path) -> int | None:
        """The number of the series in which a file stands for its work."""
        number = self.records.series_by_path.get(self._below(cover))
        series = None if number is None else self._parse_series(number)
        is_member = series is not None and any(member.path == cover for member in series.members)
        return number if is_member else None

    # What the person said --------------------------------------------------------------------------------------------

    def _apply_verdicts(self) -> None:
        """Split and join the families that verdicts are about; the others are not touched."""
        present = self.snapshot.by_number
        pairs = {
            pair: verdict
            for pair, verdict in sorted(self.answers.verdicts.items())
            if verdict != "keep" and pair[0] in present and pair[1] in present
        }
        for number in sorted({number for pair in pairs for number in pair}):
            if number not in self._number_of:
                self._split_family_of(number)
        for pair, verdict in pairs.items():
            if verdict != "different":
                self._join(pair, verdict)

    def _split_family_of(self, picture: int) -> None:
        file = self.snapshot.by_number[picture]
        number = self.records.family_by_path.get(self._below(file.path))
        family = None if number is None else self._parse_family(number)
        if number is None or family is None:
            self._change(None, family_of_copies(self.snapshot.files_of(picture_key(file))))
            return
        first, *others = split_different(family, self.answers)
        self._change(number, first)
        for other in others:
            self._change(None, other)

    def _join(self, pair: PicturePair, verdict: Verdict) -> None:
        target, other = sorted(self._number_of[number] for number in pair)
        if target == other:
            return
        families = self._changed[target], self._changed[other]
        if families[0] and families[1] and not are_kept_apart(families[0], families[1], self.answers):
            self._changed[other] = None
            self._change(target, join_families(families[0], families[1], pair, verdict))

    def _change(self, number: int | None, family: Family) -> None:
        number = self._new_number(family) if number is None else number
        self._changed[number] = family
        self._number_of.update((member.picture.number, number) for member in family.members)

    def _new_number(self, family: Family) -> int:
        return len(self.records.families) + family.members[0].picture.number

    # What the job stored ---------------------------------------------------------------------------------------------

    def _family(self, number: int) -> StoredFamily | None:
        """Build one family; None if fewer than two of its files exist, or its cover is gone."""
        is_stored = number not in self._changed
        family = self._parse_family(number) if is_stored else self._changed[number]
        if family is None or len(family.members) < MIN_MEMBERS:
            return None
        covers = self._stored_covers(self.records.families[number]) if is_stored else _covers_by_rule(family)
        return StoredFamily(number, judge_family(family, self.answers), covers)

    def _parse_family(self, number: int) -> Family | None:
        return self._parse(self.records.families[number])

    def _all_series(self) -> Iterator[StoredFamily]:
        for number in range(len(self.records.series)):
            if (series := self._parse_series(number)) is not None:
                yield StoredFamily(number, series, {})

    def _parse_series(self, number: int) -> Family | None:
        if number not in self._series:
            stored = self._parse(self.records.series[number])
            series = stored and judge_series(stored, self.answers)
            self._series[number] = series if series and len(series.members) >= MIN_MEMBERS else None
        return self._series[number]

    def _parse(self, record: FamilyRecord) -> Family | None:
        files, folder = self.snapshot.by_path, self.snapshot.folder
        members = tuple(
            _parse_member(files[path], member)
            for member in record["members"]
            if (path := folder / member["path"]) in files
        )
        is_whole = len(members) >= MIN_MEMBERS and members[0].path == folder / record["cover"]
        return Family(members[0].path, record["reason"], members) if is_whole else None

    def _stored_covers(self, record: FamilyRecord) -> dict[str, tuple[PictureFile, str]]:
        files, folder = self.snapshot.by_path, self.snapshot.folder
        covers = {rule: (files.get(folder / path), why) for rule, (path, why) in record["would_keep"].items()}
        return {rule: (file, why) for rule, (file, why) in covers.items() if file is not None}

    def _below(self, path: Path) -> str:
        return path_below(path, self.snapshot.folder)


def _covers_by_rule(family: Family) -> dict[str, tuple[PictureFile, str]]:
    files = [member.picture for member in family.members]
    return {rule: choose_cover(files, rule) for rule in COVER_RULES}


def _parse_member(file: PictureFile, record: MemberRecord) -> FamilyMember:
    box = record["difference"]
    region = None if box is None else Box(*box)
    return FamilyMember(file.path, record["kind"], record["likelihood"], file, record["preselected"], region)
