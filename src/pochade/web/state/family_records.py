"""The file beside the index in which a job stores families and series, for the page: how it is written and read."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, get_args

from pochade.collection import Collection
from pochade.organise.cover_rules import COVER_RULES, choose_cover
from pochade.organise.family_model import Family, MemberKind
from pochade.system.atomic_files import write_atomically

MEMBER_KINDS: tuple[MemberKind, ...] = get_args(MemberKind)  # from the closest relation to the farthest


class MemberRecord(TypedDict):
    """A stored member of a family."""

    path: str  # below the collection's folder
    kind: MemberKind
    likelihood: float
    preselected: bool
    difference: list[int] | None  # x, y, width, height


class FamilyRecord(TypedDict):
    """A stored family, or a stored series."""

    cover: str
    reason: str
    members: list[MemberRecord]
    would_keep: dict[str, list[str]]  # by rule: the path of its cover, and the reason for it


@dataclass(frozen=True)
class FamilyRecords:
    """All stored families and series."""

    families: list[FamilyRecord]
    series: list[FamilyRecord]

    @cached_property
    def family_by_path(self) -> dict[str, int]:
        """The position of each file's family."""
        return _positions_by_path(self.families)

    @cached_property
    def series_by_path(self) -> dict[str, int]:
        """The position of the series of each file that stands for its work in one."""
        return _positions_by_path(self.series)


def families_path(collection: Collection, keep: str | None) -> Path:
    """Return the path of the families that were found with a cover rule; `keep` is None for the default rule."""
    return collection.home / "page" / f"families-{keep or 'any'}.json"


def write_family_records(
    collection: Collection, keep: str | None, families: Sequence[Family], series: Sequence[Family]
) -> None:
    """Store families and series beside the index.

    Args:
        collection: The collection.
        keep: The rule for covers with which they were found.
        families: The families.
        series: The series.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    records = {
        "families": [_family_record(family, collection.folder) for family in families],
        "series": [_family_record(family, collection.folder) for family in series],
    }
    write_atomically(families_path(collection, keep), json.dumps(records).encode())


def read_family_records(path: Path) -> FamilyRecords:
    """Read stored families and series.

    Raises:
        OSError: The file can't be read.
        ValueError: It is damaged, or an earlier version stored it, whose families meant something else.
    """
    try:
        data: Any = json.loads(path.read_bytes())
        return FamilyRecords(*([_parse_record(record) for record in data[name]] for name in ("families", "series")))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("the families are damaged, or an earlier version stored them") from error


def path_below(path: Path, folder: Path) -> str:
    """Return a path below the folder as text from which `os.fsencode` restores the system's bytes."""
    return os.fspath(path.relative_to(folder))


def _positions_by_path(records: Sequence[FamilyRecord]) -> dict[str, int]:
    return {member["path"]: position for position, record in enumerate(records) for member in record["members"]}


def _family_record(family: Family, folder: Path) -> FamilyRecord:
    """Return a family as JSON data, with the cover that each rule would choose; a series has no such choice."""
    files = [member.picture for member in family.members]
    choices = {} if family.is_series else {rule: choose_cover(files, rule) for rule in COVER_RULES}
    return {
        "cover": path_below(family.cover, folder),
        "reason": family.reason,
        "members": [
            {
                "path": path_below(member.path, folder),
                "kind": member.kind,
                "likelihood": round(member.likelihood, 4),
                "preselected": member.preselected,
                "difference": list(member.difference) if member.difference else None,
            }
            for member in family.members
        ],
        "would_keep": {rule: [path_below(file.path, folder), reason] for rule, (file, reason) in choices.items()},
    }


def _parse_record(data: Any) -> FamilyRecord:
    """Parse a stored family, which may come from a stranger.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: It isn't as this version stores it.
    """
    return {
        "cover": str(data["cover"]),
        "reason": str(data["reason"]),
        "members": [_parse_member_record(member) for member in data["members"]],
        "would_keep": {str(rule): [str(path), str(why)] for rule, (path, why) in data["would_keep"].items()},
    }


def _parse_member_record(data: Any) -> MemberRecord:
    if data["kind"] not in MEMBER_KINDS:
        raise ValueError("an earlier version stored the families")
    box = data["difference"]
    if box is not None and len(box) != 4:  # noqa: PLR2004  x, y, width, height
        raise ValueError("a region has four numbers")
    return {
        "path": str(data["path"]),
        "kind": data["kind"],
        "likelihood": float(data["likelihood"]),
        "preselected": data["preselected"] is True,
        "difference": None if box is None else [int(number) for number in box],
    }
